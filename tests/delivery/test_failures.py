"""Whatever fails on the way: tried again while it is useful, once in effect, never in the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
from sqlalchemy.exc import InvalidRequestError, NoResultFound

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy
from bot.storage.tables import Person
from sandbox import Message
from tests.delivery.conftest import MESSAGES, Desk

OPENING = "/users/@me/channels"
HOUR = timedelta(hours=1)


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


async def stage(desk: Desk, place: str) -> tuple[dict[str, Any], Callable[[], list[Message]]]:
    """Where a message goes, and where it can be read."""
    if place == "channel":
        return {}, desk.posts
    mia, mia_id = await desk.person("mia")
    return {"to": mia_id}, mia.inbox


async def came_once(desk: Desk, number: int, read: Callable[[], list[Message]]) -> None:
    await desk.world.advance(minutes=2)
    [message] = read()
    row = await desk.row(number)
    assert (row.state, row.message_id, row.reason) == ("sent", message.id, None)
    assert (row.lease_until, row.not_before, row.unsure_since) == (None, None, None)
    nonces = {body["nonce"] for body in desk.asked()}
    assert len(nonces) == 1, "one message, one nonce"
    asked = len(desk.requests())
    await desk.world.advance(days=1)
    assert read() == [message]
    assert len(desk.requests()) == asked, "and then there is rest"


@pytest.mark.parametrize("place", ["channel", "person"])
@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", [500, 502, 503, 504, "reset", 429])
async def test_it_comes_once(desk: Desk, what: int | str, after_effect: bool, place: str) -> None:
    desk.kind("trial", Courtesy.ANSWER if place == "person" else Courtesy.POST)
    where, read = await stage(desk, place)
    fault = desk.fail(what, after_effect=after_effect, seconds=0.05)
    number = await desk.put("trial", **where)
    assert fault.happened == 1
    await came_once(desk, number, read)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
async def test_many_failures_in_a_row(desk: Desk, after_effect: bool) -> None:
    desk.kind("trial")
    faults = [desk.fail(what, after_effect=after_effect) for what in (503, "reset", 503, "reset")]
    desk.sandbox.world.nonce_window = timedelta(seconds=-1)
    number = await desk.put("trial")
    await desk.world.advance(minutes=5)
    # What is there after the first failure is found, and not sent again.
    assert sum(fault.happened for fault in faults) == (1 if after_effect else 4)
    await came_once(desk, number, desk.posts)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
async def test_an_answer_that_takes_too_long(desk: Desk, after_effect: bool) -> None:
    desk.kind("trial")
    assert desk.world.app is not None
    session: aiohttp.ClientSession = vars(desk.world.app.client.http)["_HTTPClient__session"]
    vars(session)["_timeout"] = aiohttp.ClientTimeout(total=0.3)
    # Given up, it takes effect all the same.
    fault = desk.fail("slow", seconds=0.8, after_effect=after_effect)
    number = await desk.put("trial")
    assert fault.happened == 1
    row = await desk.row(number)
    assert (row.state, row.attempts) == ("planned", 1)
    assert "Timeout" in str(row.reason)
    assert len(desk.posts()) == 1
    vars(session)["_timeout"] = aiohttp.ClientTimeout(total=60)
    await came_once(desk, number, desk.posts)


@pytest.mark.parametrize("what", [40003, 503, "reset", 429])
async def test_opening_direct_messages_fails(desk: Desk, what: int | str) -> None:
    desk.kind("trial", Courtesy.ANSWER)
    where, read = await stage(desk, "person")
    fault = desk.fail(what, route=OPENING, seconds=0.05)
    number = await desk.put("trial", **where)
    assert fault.happened == 1
    if what == 40003:
        row = await desk.row(number)
        assert (row.state, row.unsure_since) == ("planned", None), "nothing can be there"
        assert read() == []
    await came_once(desk, number, read)


async def test_too_many_opened_never_gets_the_bot_into_quarantine(desk: Desk) -> None:
    desk.kind("trial", Courtesy.ANSWER)
    desk.fail(40003, route=OPENING, count=None)
    where, read = await stage(desk, "person")
    number = await desk.put("trial", useful=2 * HOUR, **where)
    await desk.world.advance(hours=1)
    assert len(desk.asked("POST", OPENING)) < 20, "it should back off"
    desk.sandbox.faults.clear()
    await desk.world.advance(minutes=30)
    assert [m.content for m in read()] == ["trial once:1 (late)"]
    assert (await desk.row(number)).state == "sent"


@pytest.mark.parametrize("code", [50007, 50278])
@pytest.mark.parametrize("route", [OPENING, MESSAGES])
async def test_closed_direct_messages_are_held_and_remembered(
    desk: Desk, code: int, route: str
) -> None:
    desk.kind("trial", Courtesy.REGULAR, private=True)
    mia, mia_id = await desk.person("mia")
    desk.fail(code, route=route)
    number = await desk.put("trial", to=mia_id)
    row = await desk.row(number)
    assert (row.state, row.not_before) == ("held", None)
    async with desk.db.read() as session:
        assert (await session.get_one(Person, mia_id)).dms_closed
    asked = len(desk.requests())
    second = await desk.put("trial", "once:2", to=mia_id)
    await desk.world.advance(hours=20)
    assert len(desk.requests()) == asked, "what is closed is not tried again"
    assert (await desk.row(second)).state == "held"
    assert (mia.inbox(), desk.hall()) == ([], [])
    shown = await desk.world.run(mia, "/messages")
    said = [message.content for message in shown.messages]
    assert [text for text in said if "trial" in text] == [
        "trial once:1 (late)",
        "trial once:2 (late)",
    ]
    assert {(await desk.row(n)).route for n in (number, second)} == {"my messages"}


async def test_a_direct_message_channel_that_is_gone_is_opened_anew(desk: Desk) -> None:
    desk.kind("trial", Courtesy.ANSWER)
    where, read = await stage(desk, "person")
    await desk.put("trial", "once:1", **where)
    opened = len(desk.asked("POST", OPENING))
    # Discord has forgotten it for good: sending there fails, however often.
    desk.fail(10003)
    number = await desk.put("trial", "once:2", **where)
    assert len(desk.asked("POST", OPENING)) == opened + 1
    assert [m.content for m in read()] == ["trial once:1", "trial once:2"]
    assert (await desk.row(number)).state == "sent"


def no_row() -> Exception:
    return NoResultFound("No row was found when one was required")


@pytest.mark.parametrize(
    "what",
    [
        KeyError("the secret of somebody"),
        no_row(),
        InvalidRequestError("this session is in a strange state"),
        OSError("no such picture"),
        TimeoutError(),
        discord.DiscordException("a view with too many items"),
        RecursionError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_renderer_that_raises_never_blocks_the_next(desk: Desk, what: Exception) -> None:
    async def broken(due: Due) -> OutMessage:
        raise what

    desk.kind("broken", render=broken)
    desk.kind("trial")
    moment = desk.now + HOUR
    poison = [await desk.put("broken", f"once:{n}", due=moment) for n in range(3)]
    await desk.put("trial", due=moment)
    await desk.world.advance(hours=2)
    assert [text[:12] for text in desk.hall()] == ["trial once:1"]
    for number in poison:
        row = await desk.row(number)
        assert (row.state, row.reason) == ("parked", "could not be written: see the log")
        assert (row.not_before, row.lease_until) == (None, None)


async def test_a_renderer_that_returns_nonsense_is_parked(desk: Desk) -> None:
    async def nonsense(due: Due) -> OutMessage:
        return None  # type: ignore[return-value]

    desk.kind("nonsense", render=nonsense)
    desk.kind("trial")
    number = await desk.put("nonsense")
    await desk.put("trial")
    assert (await desk.row(number)).state == "parked"
    assert desk.hall() == ["trial once:1"]


async def test_stopped_in_the_middle_of_a_renderer_is_no_failure(desk: Desk) -> None:
    begun = asyncio.Event()

    async def slow(due: Due) -> OutMessage:
        if not begun.is_set():
            begun.set()
            await asyncio.sleep(60)
        return OutMessage("here I am")

    desk.kind("slow", render=slow)
    number = await desk.put("slow", settle=False)
    await asyncio.wait_for(begun.wait(), 10)
    await desk.world.restart()
    assert desk.hall() == ["here I am"]
    assert (await desk.row(number)).attempts == 0
