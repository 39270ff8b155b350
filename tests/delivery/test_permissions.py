"""What the bot may not do: the row is set aside, organizers are told once, and mended it goes."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.delivery.kinds import Due, OutMessage
from sandbox import Channel
from sandbox.permissions import (
    ATTACH_FILES,
    CREATE_PUBLIC_THREADS,
    EMBED_LINKS,
    PIN_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    VIEW_CHANNEL,
)
from tests.delivery.conftest import HALL, Desk, Renderer, plainly
from tests.delivery.crashing import BEYOND_THE_NONCE, away_until, with_button
from tests.delivery.launched import TEAM, bots_role, channel_of, launched, notes, said
from tests.support.world import World


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


@pytest.fixture
async def office(world: World, tmp_path: Path) -> Desk:
    """A running cohort, where what the bot may do is taken away and given back."""
    for status, code in ((403, 50001), (403, 50013)):
        world.sandbox.plan_refusal(status, code)
    return await launched(world, tmp_path / "wire.jsonl")


def deny(desk: Desk, channel: Channel, bits: int) -> None:
    """A channel's settings take these from the bot."""
    rest = (VIEW_CHANNEL | bots_role(desk).permissions) & ~bits
    desk.sandbox.admin.overwrite(channel, bots_role(desk), allow=rest, deny=bits)


def allow(desk: Desk, channel: Channel) -> None:
    """A channel's settings allow the bot what it needs."""
    desk.sandbox.admin.overwrite(
        channel, bots_role(desk), allow=VIEW_CHANNEL | bots_role(desk).permissions
    )


async def with_file(due: Due) -> OutMessage:
    message = await with_button(due)
    return replace(message, files=[discord.File(io.BytesIO(b"a picture"), "picture.txt")])


async def pinned(due: Due) -> OutMessage:
    return replace(await with_button(due), pin=True)


async def in_thread(due: Due) -> OutMessage:
    return replace(await with_button(due), thread="Answers")


async def here(desk: Desk) -> str:
    return TEAM


async def in_a_new_thread(desk: Desk) -> str:
    desk.kind("question")
    return f"thread:{await desk.put('question', 'asked:1', place=TEAM)}"


async def in_an_open_thread(desk: Desk) -> str:
    place = await in_a_new_thread(desk)
    desk.kind("first", render=in_thread)
    await desk.put("first", place=place)
    return place


TAKEN: list[tuple[int, str, Renderer, Callable[[Desk], Awaitable[str]]]] = [
    (SEND_MESSAGES, "Send Messages", plainly, here),
    (VIEW_CHANNEL, "View Channel", plainly, here),
    (EMBED_LINKS, "Embed Links", plainly, here),
    (ATTACH_FILES, "Attach Files", with_file, here),
    (PIN_MESSAGES, "Pin Messages", pinned, here),
    (CREATE_PUBLIC_THREADS, "Create Public Threads", in_thread, in_a_new_thread),
    (SEND_MESSAGES_IN_THREADS, "Send Messages In Threads", in_thread, in_an_open_thread),
]


@pytest.mark.parametrize(
    ("bits", "word", "render", "where"), TAKEN, ids=[word for _, word, _, _ in TAKEN]
)
async def test_set_aside_told_once_and_sent_when_mended(
    office: Desk, bits: int, word: str, render: Renderer, where: Callable[[Desk], Awaitable[str]]
) -> None:
    desk = office
    team, organizers = await channel_of(desk, TEAM), await channel_of(desk, "organizers")
    place = await where(desk)
    desk.kind("trial", render=render)
    deny(desk, team, bits)
    numbers = [await desk.put("trial", f"once:{n}", place=place) for n in range(3)]
    assert {(await desk.row(n)).state for n in numbers} == {"parked"}
    [note] = said(organizers, "I cannot write")
    assert f"<#{team.id}>" in note.content
    assert f"I lack the permission {word} there." in note.content
    # Nothing is tried before something changes.
    asked = len(desk.requests())
    await desk.world.advance(minutes=50)
    assert len(desk.requests()) == asked
    allow(desk, team)
    await desk.world.settle()
    assert {(await desk.row(n)).state for n in numbers} == {"sent"}
    messages = [await desk.row(n) for n in numbers]
    assert len({row.message_id for row in messages}) == 3
    channel = desk.sandbox.world.channels[messages[0].channel_id or 0]
    assert len(said(channel, "trial once")) == 3
    assert len(said(organizers, "I cannot write")) == 1
    if render is pinned:
        assert all(m.pinned_at for m in said(channel, "trial once"))


async def test_taken_away_again_it_is_told_again(office: Desk) -> None:
    team, organizers = await channel_of(office, TEAM), await channel_of(office, "organizers")
    office.kind("trial", render=with_button)
    for n in (1, 2, 3):
        deny(office, team, SEND_MESSAGES)
        await office.put("trial", f"once:{n}", place=TEAM)
        assert len(said(organizers, "I cannot write")) == n
        allow(office, team)
        await office.world.settle()
        assert len(said(team, "trial once")) == n


async def test_the_same_row_refused_again_is_told_again(office: Desk) -> None:
    team, organizers = await channel_of(office, TEAM), await channel_of(office, "organizers")
    office.kind("trial", render=plainly)
    deny(office, team, SEND_MESSAGES)
    await office.put("trial", place=TEAM)
    # It may write, and still not all that the message needs.
    deny(office, team, EMBED_LINKS)
    await office.world.settle()
    told = [message.content for message in said(organizers, "I cannot write")]
    assert ["Send Messages" in text for text in told] == [True, False]
    assert ["Embed Links" in text for text in told] == [False, True]
    allow(office, team)
    await office.world.settle()
    assert len(said(team, "trial once")) == 1


async def test_mended_by_the_role(desk: Desk) -> None:
    desk.sandbox.plan_refusal(403, 50013)
    everyone = desk.world.guild.role_map[desk.world.guild.id]
    mine = bots_role(desk)
    before = mine.permissions
    for role in (everyone, mine):
        bits = str(role.permissions & ~SEND_MESSAGES)
        desk.sandbox.admin.edit_role(role, {"permissions": bits})
    desk.kind("trial")
    number = await desk.put("trial")
    assert (await desk.row(number)).state == "parked"
    desk.sandbox.admin.edit_role(mine, {"permissions": str(before)})
    await desk.world.settle()
    assert desk.hall() == ["trial once:1"]


async def test_mended_while_the_bot_was_down(office: Desk) -> None:
    team = await channel_of(office, TEAM)
    office.kind("trial")
    deny(office, team, SEND_MESSAGES)
    await office.put("trial", place=TEAM)
    await office.world.stop()
    allow(office, team)
    await office.world.start()
    assert len(said(team, "trial once")) == 1


async def test_a_restart_alone_tells_nothing_again(office: Desk) -> None:
    team, organizers = await channel_of(office, TEAM), await channel_of(office, "organizers")
    office.kind("trial")
    deny(office, team, SEND_MESSAGES)
    number = await office.put("trial", place=TEAM)
    for _ in range(2):
        await office.world.restart()
    assert len(said(organizers, "I cannot write")) == 1
    assert (await office.row(number)).state == "parked"


async def test_other_channels_go_on(office: Desk) -> None:
    team, other = await channel_of(office, TEAM), await channel_of(office, "team:2:channel")
    office.kind("trial")
    deny(office, team, SEND_MESSAGES)
    await office.put("trial", "once:1", place=TEAM)
    await office.put("trial", "once:2", place="team:2:channel")
    assert len(said(other, "trial once:2")) == 1


async def test_two_closed_channels_are_told_one_by_one(office: Desk) -> None:
    organizers = await channel_of(office, "organizers")
    office.kind("trial")
    closed = [await channel_of(office, f"team:{n}:channel") for n in (1, 2)]
    for n, team in enumerate(closed, start=1):
        deny(office, team, SEND_MESSAGES)
        await office.put("trial", f"once:{n}", place=f"team:{n}:channel")
    told = [message.content for message in said(organizers, "I cannot write")]
    assert [f"<#{team.id}>" in text for team, text in zip(closed, told, strict=True)] == [True] * 2


async def test_a_note_that_may_not_be_written_is_noted_nowhere(office: Desk) -> None:
    organizers, team = await channel_of(office, "organizers"), await channel_of(office, TEAM)
    office.kind("trial")
    for channel in (organizers, team):
        deny(office, channel, SEND_MESSAGES)
    await office.put("trial", place=TEAM)
    await office.world.join("stranger")
    [note] = await notes(office)
    assert note.state == "parked"
    asked = len(office.requests())
    await office.world.advance(minutes=50)
    assert len(await notes(office)) == 1
    assert len(office.requests()) == asked, "nothing goes round in circles"
    allow(office, organizers)
    await office.world.settle()
    assert len(said(organizers, "I cannot write")) == 1
    assert len(said(organizers, "is on no roster")) == 1
    assert len(await notes(office)) == 1


async def test_refused_for_a_reason_that_nobody_sees_it_is_told_once(office: Desk) -> None:
    team, other = await channel_of(office, TEAM), await channel_of(office, "team:2:channel")
    office.kind("trial")
    office.fail(50013, count=None)
    number = await office.put("trial", place=TEAM)
    for n in range(3):
        office.sandbox.admin.edit_channel(other, {"topic": f"subject {n}"})
        await office.world.settle()
    await office.world.restart()
    assert len(await notes(office)) == 1
    assert (await office.row(number)).state == "parked"
    office.sandbox.faults.clear()
    office.sandbox.admin.edit_channel(other, {"topic": "something changed"})
    await office.world.settle()
    assert len(said(team, "trial once")) == 1
    [note] = said(await channel_of(office, "organizers"), "I cannot write")
    assert "Discord does not let me" in note.content


async def test_sent_but_not_pinned_for_want_of_a_permission_it_is_not_sent_again(
    office: Desk,
) -> None:
    team = await channel_of(office, TEAM)
    office.kind("trial", render=pinned)
    deny(office, team, PIN_MESSAGES)
    number = await office.put("trial", place=TEAM)
    [message] = said(team, "trial once")
    await office.world.advance(seconds=BEYOND_THE_NONCE.total_seconds())
    allow(office, team)
    await office.world.settle()
    assert said(team, "trial once") == [message]
    assert message.pinned_at is not None
    assert (await office.row(number)).message_id == message.id


@pytest.mark.parametrize("bits", [VIEW_CHANNEL, SEND_MESSAGES | READ_MESSAGE_HISTORY])
async def test_unsure_when_it_was_closed_it_is_looked_for_when_it_is_open(
    office: Desk, bits: int
) -> None:
    team = await channel_of(office, TEAM)
    office.kind("trial")
    office.fail("reset", after_effect=True)
    number = await office.put("trial", place=TEAM)
    [message] = said(team, "trial once")
    deny(office, team, bits)
    await office.world.advance(minutes=1)
    assert (await office.row(number)).state == "parked"
    await away_until(office, office.now + timedelta(hours=1))
    allow(office, team)
    await office.world.settle()
    assert said(team, "trial once") == [message]
    assert (await office.row(number)).message_id == message.id


async def test_direct_messages_that_may_not_be_written_are_nobodys_note(office: Desk) -> None:
    _, mia_id = await office.person("mia")
    office.kind("trial", render=with_button, private=True)
    office.fail(50001)
    number = await office.put("trial", to=mia_id)
    row = await office.row(number)
    assert row.state == "parked"
    assert "50001" in str(row.reason)
    assert await notes(office) == []


async def test_over_when_it_may_be_written_again_it_expires(desk: Desk) -> None:
    desk.sandbox.plan_refusal(403, 50013)
    general = await channel_of(desk, HALL)
    desk.kind("trial")
    deny(desk, general, SEND_MESSAGES)
    number = await desk.put("trial", useful=timedelta(hours=1))
    await desk.world.advance(hours=2)
    allow(desk, general)
    await desk.world.settle()
    assert (await desk.row(number)).state == "expired"
    assert desk.hall() == []
