"""Channels that somebody deletes: made again, and what is due goes there. Only 404 means gone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy
from bot.storage.tables import ServerObject
from sandbox import Channel
from sandbox.permissions import MANAGE_CHANNELS, SEND_MESSAGES, VIEW_CHANNEL
from tests.delivery.conftest import MESSAGES, Desk
from tests.delivery.crashing import struck, with_button
from tests.delivery.launched import TEAM, bots_role, channel_of, launched, notes, said
from tests.support.world import World

CREATE = "/guilds/{guild_id}/channels"
THREADS = "/channels/{channel_id}/messages/{message_id}/threads"


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


@pytest.fixture
async def office(world: World, tmp_path: Path) -> Desk:
    """A running cohort, whose channels somebody deletes."""
    world.sandbox.plan_refusal(404, 10003)
    desk = await launched(world, tmp_path / "wire.jsonl")
    desk.kind("trial")
    return desk


def named(desk: Desk, name: str) -> list[Channel]:
    return [channel for channel in desk.world.guild.channels if channel.name == name]


async def objects(desk: Desk) -> dict[str, int | None]:
    """What the bot holds for what it made."""
    async with desk.db.read() as session:
        rows = await session.scalars(select(ServerObject))
        return {row.key: row.discord_id for row in rows}


def made(desk: Desk) -> int:
    """How many channels the bot asked for so far."""
    return len(desk.asked("POST", CREATE))


async def in_the_new_one(desk: Desk, old: Channel, number: int) -> None:
    """The channel is there again, once, as it was, and the message is in it, once."""
    [new] = named(desk, old.name)
    assert new.id != old.id
    assert (await objects(desk))[TEAM] == new.id
    # Who may see it is as before.
    assert {(o.id, o.allow, o.deny) for o in new.overwrites.values()} == {
        (o.id, o.allow, o.deny) for o in old.overwrites.values()
    }
    assert new.parent_id == old.parent_id
    [message] = said(new, "trial")
    row = await desk.row(number)
    assert (row.state, row.channel_id, row.message_id) == ("sent", new.id, message.id)


async def test_deleted_by_hand_it_is_made_again_before_anything_is_due(office: Desk) -> None:
    team, before = await channel_of(office, TEAM), made(office)
    office.sandbox.admin.delete_channel(team)
    await office.world.settle()
    assert made(office) == before + 1, "one channel, and nothing else"
    number = await office.put("trial", place=TEAM)
    await in_the_new_one(office, team, number)


async def test_deleted_while_the_bot_is_down_it_is_noticed_by_sending(office: Desk) -> None:
    team = await channel_of(office, TEAM)
    number = await office.put("trial", place=TEAM, due=office.now + timedelta(minutes=10))
    await office.world.stop()
    office.sandbox.admin.delete_channel(team)
    await office.world.start()
    assert named(office, team.name) == [], "nothing is due there yet"
    await office.world.advance(minutes=10)
    await in_the_new_one(office, team, number)
    assert (await office.row(number)).sent_at == office.now, "nobody waits for the next look"


async def test_deleted_in_the_moment_of_sending(office: Desk) -> None:
    team, before = await channel_of(office, TEAM), made(office)
    office.fail("channel-deleted")
    number = await office.put("trial", place=TEAM)
    await in_the_new_one(office, team, number)
    assert made(office) == before + 1


async def test_deleted_while_a_message_is_on_its_way(office: Desk) -> None:
    team, before = await channel_of(office, TEAM), made(office)
    slow = office.fail("slow", seconds=1.0)
    number = await office.put("trial", place=TEAM, settle=False)
    await struck(slow)
    office.sandbox.admin.delete_channel(team)
    await office.world.settle()
    await in_the_new_one(office, team, number)
    assert made(office) == before + 1


async def test_everything_deleted_is_made_again(office: Desk) -> None:
    keys = [key for key in await objects(office) if not key.startswith(("role:", "team:"))]
    keys += [f"team:{n}:channel" for n in (1, 2)]
    old = [await channel_of(office, key) for key in keys]
    await office.world.stop()
    for channel in old:
        office.sandbox.admin.delete_channel(channel)
    await office.world.start()
    number = await office.put("trial", place=TEAM)
    assert (await office.row(number)).state == "sent"
    for channel in old:
        [new] = named(office, channel.name)
        assert new.id != channel.id


@pytest.mark.parametrize("what", [503, "reset", 50013, 30013])
async def test_what_cannot_be_made_now_is_made_later(office: Desk, what: int | str) -> None:
    team = await channel_of(office, TEAM)
    office.sandbox.plan_refusal(403, 50013)
    fault = office.fail(what, route=CREATE)
    office.sandbox.admin.delete_channel(team)
    await office.world.settle()
    assert fault.happened == 1
    number = await office.put("trial", place=TEAM)
    assert (await office.row(number)).state == "planned" or named(office, team.name)
    await office.world.advance(hours=1)
    await in_the_new_one(office, team, number)


async def test_without_the_right_to_make_channels_it_waits_for_it(office: Desk) -> None:
    team, mine = await channel_of(office, TEAM), bots_role(office)
    office.sandbox.plan_refusal(403, 50013)
    before = mine.permissions
    office.sandbox.admin.edit_role(mine, {"permissions": str(before & ~MANAGE_CHANNELS)})
    office.sandbox.admin.delete_channel(team)
    number = await office.put("trial", place=TEAM)
    await office.world.advance(hours=1)
    assert (await office.row(number)).state == "planned"
    office.sandbox.admin.edit_role(mine, {"permissions": str(before)})
    await office.world.settle()
    await in_the_new_one(office, team, number)


@pytest.mark.parametrize("down", [False, True])
async def test_set_aside_in_a_channel_that_is_then_deleted(office: Desk, down: bool) -> None:
    team = await channel_of(office, TEAM)
    office.sandbox.plan_refusal(403, 50013)
    everything = bots_role(office).permissions
    allowed = {"allow": VIEW_CHANNEL | everything & ~SEND_MESSAGES, "deny": SEND_MESSAGES}
    kept = dict(team.overwrites)
    office.sandbox.admin.overwrite(team, bots_role(office), **allowed)
    number = await office.put("trial", place=TEAM)
    assert (await office.row(number)).state == "parked"
    assert len(await notes(office)) == 1
    if down:
        await office.world.stop()
    office.sandbox.admin.delete_channel(team)
    team.overwrites = kept
    if down:
        await office.world.start()
    await office.world.settle()
    await in_the_new_one(office, team, number)


async def test_a_thread_that_was_deleted_is_opened_again(office: Desk) -> None:
    office.kind("question")
    office.kind("answer", Courtesy.ANSWER, in_thread)
    question = await office.put("question", "asked:1", place=TEAM)
    first = await office.put("answer", "share:1", place=f"thread:{question}")
    thread = office.sandbox.world.channels[(await office.row(first)).channel_id or 0]
    office.sandbox.admin.delete_channel(thread)
    second = await office.put("answer", "share:2", place=f"thread:{question}")
    row = await office.row(second)
    assert (row.state, row.channel_id) == ("sent", thread.id)
    again = office.sandbox.world.channels[thread.id]
    assert [m.content for m in said(again, "answer")] == ["answer share:2"]


async def in_thread(due: Due) -> OutMessage:
    return replace(await with_button(due), thread="Answers")


async def test_the_welcome_channel_of_a_public_greeting(office: Desk) -> None:
    office.kind("hello", Courtesy.ANSWER, public_when_closed=True)
    welcome = await channel_of(office, "welcome")
    mia, mia_id = await office.person("mia")
    mia.close_direct_messages()
    await office.world.stop()
    office.sandbox.admin.delete_channel(welcome)
    await office.world.start()
    number = await office.put("hello", to=mia_id)
    await office.world.advance(minutes=20)
    [new] = named(office, "welcome")
    row = await office.row(number)
    assert (row.state, row.route, row.channel_id) == ("sent", "public", new.id)
    assert len(said(new, "hello")) == 1


async def test_a_message_to_a_deleted_channel_that_was_sent_stays_sent(office: Desk) -> None:
    number = await office.put("trial", place=TEAM)
    team = await channel_of(office, TEAM)
    office.sandbox.admin.delete_channel(team)
    await office.world.settle()
    await office.refresh(number)
    row = await office.row(number)
    assert (row.state, row.reason) == ("sent", "its channel was deleted")
    assert said(named(office, team.name)[0], "trial") == []


# --- only Discord's own word counts --------------------------------------------------------------


async def test_a_server_that_is_away_is_not_deleted(office: Desk) -> None:
    before, there = await objects(office), len(office.world.guild.channels)
    office.sandbox.gateway.take_away(office.world.guild)
    await office.world.settle()
    assert office.world.app is not None
    office.world.app.client.server_keeper.ring()
    await office.world.settle()
    number = await office.put("trial", place=TEAM)
    office.sandbox.gateway.bring_back(office.world.guild)
    await office.world.settle()
    assert await objects(office) == before
    assert len(office.world.guild.channels) == there
    assert (await office.row(number)).state == "sent"


@pytest.mark.parametrize("what", [503, "reset", 50001])
async def test_a_look_that_fails_forgets_nothing(office: Desk, what: int | str) -> None:
    team = await channel_of(office, TEAM)
    office.sandbox.plan_refusal(403, 50001)
    office.sandbox.admin.overwrite(team, bots_role(office), deny=VIEW_CHANNEL)
    number = await office.put("trial", place=TEAM)
    assert (await office.row(number)).state == "parked"
    before, there = await objects(office), len(office.world.guild.channels)
    # The cache has lost it, and Discord does not say whether it is there.
    assert office.world.app is not None
    client = office.world.app.client
    held = client.get_guild(office.world.guild.id)
    assert held is not None
    lost = vars(type(held)).get("_remove_channel")
    assert lost is not None
    lost(held, held.get_channel(team.id))
    fault = office.fail(what, method="GET", route="/channels/{channel_id}", count=None)
    asked = len(office.asked())
    client.server_keeper.ring()
    await office.world.settle()
    assert fault.happened
    assert await objects(office) == before
    assert len(office.world.guild.channels) == there
    assert (await office.row(number)).state == "parked"
    assert len(office.asked()) == asked, "what waits for it is not tried"


async def test_failing_to_send_forgets_no_channel(office: Desk) -> None:
    before = await objects(office)
    for what in (503, "reset", 429):
        office.fail(what, route=MESSAGES, seconds=0.05)
    number = await office.put("trial", place=TEAM)
    await office.world.advance(minutes=5)
    assert (await office.row(number)).state == "sent"
    assert await objects(office) == before
