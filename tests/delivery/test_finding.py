"""After a crash a message is looked for by its number before it is sent anew."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy
from sandbox import Message
from sandbox import Person as Account
from sandbox.permissions import READ_MESSAGE_HISTORY
from tests.delivery.conftest import MESSAGES, Desk, Renderer, plainly
from tests.delivery.crashing import (
    BEYOND_THE_NONCE,
    died_after_sending,
    died_before_sending,
    started_again,
    with_button,
    with_embed,
)

PIN = "/channels/{channel_id}/messages/pins/{message_id}"
HISTORY = ("GET", MESSAGES)
MOMENTS = [timedelta(0), BEYOND_THE_NONCE, timedelta(hours=30)]
"""How long after the crash the bot is back; Discord remembers a nonce for some minutes."""


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


@dataclass
class Stage:
    """Where a message of a test goes, and where it can be read."""

    where: dict[str, Any]
    read: Callable[[], list[Message]]
    route: str = "channel"


Builder = Callable[[Desk], Awaitable[Stage]]


async def in_a_channel(desk: Desk) -> Stage:
    return Stage({}, desk.posts)


async def in_direct_messages(desk: Desk) -> Stage:
    mia, mia_id = await desk.person("mia")
    return Stage({"to": mia_id}, mia.inbox, "direct")


async def in_direct_messages_that_are_known(desk: Desk) -> Stage:
    mia, mia_id = await desk.person("mia")
    desk.kind("earlier", Courtesy.ANSWER)
    await desk.put("earlier", to=mia_id)
    return Stage({"to": mia_id}, lambda: mia.inbox()[1:], "direct")


async def to_somebody_on_no_roster(desk: Desk) -> Stage:
    noa: Account = await desk.world.join("noa")
    return Stage({"user_id": noa.id, "place": None}, lambda: noa.inbox()[-1:], "direct")


async def in_public(desk: Desk) -> Stage:
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    return Stage({"to": mia_id}, desk.posts, "public")


async def in_a_thread(desk: Desk) -> Stage:
    desk.sandbox.plan_refusal(400, 160004)  # the thread is open already
    desk.kind("question")
    question = await desk.put("question")
    thread = (await desk.row(question)).message_id
    assert thread is not None
    channels = desk.sandbox.world.channels

    def read() -> list[Message]:
        found = channels.get(thread)
        return [] if found is None else [m for m in found.messages.values() if m.type == 0]

    return Stage({"place": f"thread:{question}"}, read)


PLACES = [
    in_a_channel,
    in_direct_messages,
    in_direct_messages_that_are_known,
    to_somebody_on_no_roster,
    in_public,
    in_a_thread,
]


def named(render: Renderer) -> Renderer:
    """The same with a name for the thread that it may go to."""

    async def render_it(due: Due) -> OutMessage:
        message = await render(due)
        assert isinstance(message, OutMessage)
        return replace(message, thread="Answers")

    return render_it


def trial(desk: Desk, render: Renderer, place: Builder) -> None:
    desk.kind(
        "trial",
        Courtesy.ANSWER if place is not in_a_channel else Courtesy.POST,
        named(render),
        public_when_closed=place is in_public,
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("render", [plainly, with_button, with_embed])
async def test_sent_and_not_recorded_it_is_found(
    desk: Desk, place: Builder, render: Renderer
) -> None:
    stage = await place(desk)
    trial(desk, render, place)
    number = await died_after_sending(desk, "trial", **stage.where)
    [message] = stage.read()
    asked = len(desk.asked())
    await started_again(desk)
    assert stage.read() == [message]
    row = await desk.row(number)
    assert (row.state, row.route, row.unsure_since) == ("sent", stage.route, None)
    assert (row.channel_id, row.message_id) == (message.channel_id, message.id)
    # In public, direct messages are tried first.
    assert len(desk.asked()) - asked == (place is in_public), "it was sent again"


@pytest.mark.parametrize("place", PLACES)
async def test_not_sent_it_is_looked_for_and_then_sent(desk: Desk, place: Builder) -> None:
    stage = await place(desk)
    trial(desk, with_button, place)
    number = await died_before_sending(desk, "trial", **stage.where)
    assert stage.read() == []
    await started_again(desk)
    [message] = stage.read()
    row = await desk.row(number)
    assert (row.state, row.message_id, row.unsure_since) == ("sent", message.id, None)


@pytest.mark.parametrize("later", MOMENTS)
async def test_however_long_the_bot_was_down(desk: Desk, later: timedelta) -> None:
    desk.kind("trial")
    number = await died_after_sending(desk, "trial")
    [message] = desk.posts()
    await started_again(desk, later)
    assert desk.posts() == [message]
    assert (await desk.row(number)).message_id == message.id


async def test_an_answer_that_never_came_is_looked_for_in_the_same_process(desk: Desk) -> None:
    desk.kind("trial")
    desk.sandbox.world.nonce_window = timedelta(seconds=-1)
    desk.fail("reset", after_effect=True)
    number = await desk.put("trial")
    row = await desk.row(number)
    assert (row.state, row.unsure_since) == ("planned", desk.now)
    await desk.world.advance(minutes=1)
    assert len(desk.posts()) == 1
    assert len(desk.asked()) == 1
    row = await desk.row(number)
    assert (row.state, row.message_id, row.unsure_since) == ("sent", desk.posts()[0].id, None)


async def test_twice_down_it_is_still_found(desk: Desk) -> None:
    desk.kind("trial")
    number = await died_after_sending(desk, "trial")
    desk.fail(503, method="GET", route=MESSAGES, count=None)
    await started_again(desk)
    assert (await desk.row(number)).state == "planned", "Discord did not let it be looked for"
    await desk.world.stop()
    desk.sandbox.faults.clear()
    await started_again(desk)
    assert len(desk.posts()) == 1
    assert (await desk.row(number)).state == "sent"


async def test_nothing_is_looked_for_without_a_reason(desk: Desk) -> None:
    desk.kind("trial")
    await desk.put("trial")
    desk.fail(429, seconds=0.01)
    await desk.put("trial", "once:2")
    assert len(desk.posts()) == 2
    assert desk.asked(*HISTORY) == []


@pytest.mark.parametrize("render", [plainly, with_button, with_embed])
async def test_the_message_of_another_row_is_not_taken_for_it(desk: Desk, render: Renderer) -> None:
    desk.kind("trial", render=render)
    # Numbers one of which begins as the other does: 1 and 10, 11, 12.
    for n in range(9):
        await desk.put("trial", f"before:{n}")
    await desk.change(1, state="claimed", sent_at=None, channel_id=None, message_id=None)
    await desk.change(1, lease_until=desk.now, unsure_since=desk.now)
    desk.sandbox.admin.delete_message(desk.posts()[0])
    for n in range(3):
        await desk.put("trial", f"after:{n}")
    there = {message.id for message in desk.posts()}
    await desk.world.stop()
    await started_again(desk)
    [again] = [message for message in desk.posts() if message.id not in there]
    assert (await desk.row(1)).message_id == again.id
    assert "before:0" in again.content


async def test_what_somebody_deleted_meanwhile_is_sent_again(desk: Desk) -> None:
    desk.kind("trial")
    await died_after_sending(desk, "trial")
    desk.sandbox.admin.delete_message(desk.posts()[0])
    await started_again(desk)
    assert len(desk.posts()) == 1


async def test_it_is_found_behind_a_hundred_others(desk: Desk) -> None:
    desk.kind("trial")
    number = await died_after_sending(desk, "trial")
    first = desk.posts()[0]
    general = desk.sandbox.channel(desk.world.guild, "general")
    for n in range(250):
        await desk.world.admin.write(general, f"chatter {n}")
    await started_again(desk)
    assert (await desk.row(number)).message_id == first.id
    assert len(desk.posts()) == 251


def deny_history(desk: Desk) -> None:
    general = desk.sandbox.channel(desk.world.guild, "general")
    everyone = desk.world.guild.role_map[desk.world.guild.id]
    desk.sandbox.admin.overwrite(general, everyone, deny=READ_MESSAGE_HISTORY)


async def test_without_the_right_to_read_back_the_log_warns_and_the_nonce_helps(
    desk: Desk,
) -> None:
    desk.kind("trial")
    number = await died_after_sending(desk, "trial")
    [message] = desk.posts()
    deny_history(desk)
    with capture_logs() as logs:
        await started_again(desk, timedelta(minutes=1))
    warned = [log for log in logs if log["event"] == "may not read back what was sent"]
    assert [(log["log_level"], log["delivery"]) for log in warned] == [("warning", number)]
    row = await desk.row(number)
    assert (row.state, row.message_id) == ("sent", message.id)
    general = desk.sandbox.channel(desk.world.guild, "general")
    assert [m.id for m in general.messages.values() if m.type == 0] == [message.id]
    nonces = [body["nonce"] for body in desk.asked()]
    assert len(nonces) == 2
    assert len(set(nonces)) == 1


# --- pins ----------------------------------------------------------------------------------------


async def home(due: Due) -> OutMessage:
    return replace(await with_button(due), pin=True)


def pinned(desk: Desk) -> list[bool]:
    return [message.pinned_at is not None for message in desk.posts()]


async def test_sent_and_not_pinned_it_is_pinned(desk: Desk) -> None:
    desk.kind("pinned", render=home)
    desk.fail(503, method="PUT", route=PIN)
    number = await desk.put("pinned")
    assert pinned(desk) == [False]
    assert (await desk.row(number)).state == "planned"
    await desk.world.advance(minutes=10)
    assert pinned(desk) == [True]
    assert (await desk.row(number)).state == "sent"
    assert len(desk.asked()) == 1


async def test_dead_between_sending_and_pinning_it_is_pinned_after_the_start(desk: Desk) -> None:
    desk.kind("pinned", render=home)
    number = await died_after_sending(desk, "pinned")
    desk.sandbox.admin.edit_message(desk.posts()[0], {"pinned": False})
    await started_again(desk)
    assert pinned(desk) == [True]
    assert (await desk.row(number)).message_id == desk.posts()[0].id


async def test_what_is_pinned_is_not_pinned_again(desk: Desk) -> None:
    desk.kind("pinned", render=home)
    await died_after_sending(desk, "pinned")
    asked = len(desk.asked("PUT", PIN))
    assert asked == 1
    await started_again(desk)
    assert len(desk.asked("PUT", PIN)) == asked
    assert pinned(desk) == [True]
