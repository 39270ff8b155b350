"""The timeline: never backwards, to the earliest wake-up, and only when all are idle."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import VirtualClock
from rehearsal.timeline import Stuck, Timeline

START = datetime(2027, 2, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Server:
    """A server of which a test says how busy it is."""

    def __init__(self) -> None:
        self.activity = 0
        self.in_flight = 0
        self.last_sequence = 0


class Stage:
    """A timeline with an idle bot and an idle server."""

    def __init__(self, patience: float = 20.0) -> None:
        self.time = Timeline(START, patience)
        self.server = Server()
        self.bot = VirtualClock(START)
        self.time.serve(self.server)
        self.time.join(self.bot)
        self.seen: list[tuple[str, datetime]] = []

    def note(self, what: str) -> None:
        self.seen.append((what, self.time.now()))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.time.close()


def test_time_needs_a_timezone() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Timeline(START.replace(tzinfo=None))


async def test_with_nothing_to_do_it_jumps_to_the_end_at_once(stage: Stage) -> None:
    await stage.time.run_until(START + 100 * HOUR)
    assert stage.time.now() == stage.bot.now() == START + 100 * HOUR
    assert stage.time.jumps == 1


async def test_it_never_runs_backwards(stage: Stage) -> None:
    await stage.time.run_until(START + HOUR)
    with pytest.raises(ValueError, match="backwards"):
        await stage.time.run_until(START)
    assert stage.time.now() == START + HOUR


async def test_it_stops_at_the_earliest_wake_up_of_the_bot_and_of_people(stage: Stage) -> None:
    wakes = [START + 3 * HOUR, START + 5 * HOUR]
    stage.bot.announce_wake(wakes[0])

    def jumped() -> None:
        if wakes and stage.bot.now() >= wakes[0]:
            stage.note("bot")
            wakes.pop(0)
            stage.bot.announce_wake(wakes[0] if wakes else None)

    stage.bot.on_jump(jumped)

    async def life(name: str, *hours: int) -> None:
        for hour in hours:
            await stage.time.until(START + hour * HOUR)
            stage.note(name)

    stage.time.start(life("ana", 2, 5), "ana")
    stage.time.start(life("bo", 4), "bo")
    await stage.time.run_until(START + 9 * HOUR)
    expected = [("ana", 2), ("bot", 3), ("bo", 4), ("bot", 5), ("ana", 5)]
    assert stage.seen == [(who, START + hour * HOUR) for who, hour in expected]
    assert stage.time.now() == START + 9 * HOUR


async def test_people_of_one_moment_come_one_after_the_other(stage: Stage) -> None:
    async def life(name: str) -> None:
        await stage.time.until(START + HOUR)
        stage.note(f"{name} begins")
        await asyncio.sleep(0.01)
        stage.note(f"{name} ends")

    stage.time.start(life("ana"), "ana")
    stage.time.start(life("bo"), "bo")
    await stage.time.run_until(START + HOUR)
    assert [what for what, _ in stage.seen] == ["ana begins", "ana ends", "bo begins", "bo ends"]


async def test_it_waits_for_a_busy_bot(stage: Stage) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        with stage.bot.working():
            await ended.wait()
            stage.note("worked")

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    running = asyncio.create_task(stage.time.run_until(START + HOUR))
    await asyncio.sleep(0.02)
    assert stage.time.now() == START
    ended.set()
    await running
    await working
    assert stage.seen == [("worked", START)]


async def test_it_waits_for_a_request_in_flight_and_for_an_event_on_its_way(stage: Stage) -> None:
    stage.server.in_flight = 1
    running = asyncio.create_task(stage.time.run_until(START + HOUR))
    await asyncio.sleep(0.02)
    assert stage.time.now() == START
    stage.server.last_sequence = 7
    stage.server.in_flight = 0
    stage.server.activity += 1
    await asyncio.sleep(0.02)
    assert stage.time.now() == START
    stage.bot.hear_with(lambda: 7)
    await running
    assert stage.time.now() == START + HOUR


async def test_it_stands_still_without_a_bot_and_goes_on_with_the_next(stage: Stage) -> None:
    stage.time.part(stage.bot)
    running = asyncio.create_task(stage.time.run_until(START + HOUR))
    await asyncio.sleep(0.02)
    assert stage.time.now() == START
    successor = VirtualClock(stage.time.now())
    stage.time.join(successor)
    await running
    assert successor.now() == START + HOUR
    assert stage.bot.now() == START


async def test_a_late_farewell_of_the_former_bot_does_not_remove_the_next(stage: Stage) -> None:
    successor = VirtualClock(START)
    stage.time.join(successor)
    stage.time.part(stage.bot)
    await stage.time.run_until(START + HOUR)
    assert successor.now() == START + HOUR


async def test_in_a_scripted_outage_time_runs_without_a_bot(stage: Stage) -> None:
    stage.time.part(stage.bot)
    with stage.time.allow_outage():
        await stage.time.run_until(START + HOUR)
    assert stage.time.now() == START + HOUR


async def test_what_a_person_runs_into_ends_the_run(stage: Stage) -> None:
    async def life() -> None:
        await stage.time.until(START + HOUR)
        raise RuntimeError("stumbled")

    stage.time.start(life(), "ana")
    with pytest.raises(RuntimeError, match="stumbled"):
        await stage.time.run_until(START + 2 * HOUR)


async def test_whoever_is_stuck_is_named() -> None:
    stage = Stage(patience=0.05)

    async def life() -> None:
        await stage.time.until(START + HOUR)
        await asyncio.Event().wait()

    stage.time.start(life(), "ana waits for ever")
    with pytest.raises(Stuck, match=r"at 2027-02-22 10:00:00.*ana waits for ever"):
        await stage.time.run_until(START + 2 * HOUR)
    await stage.time.close()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("bot", "the bot does not come to rest"),
        ("request", "2 requests are being answered"),
        ("nobody", "no bot is running"),
    ],
)
async def test_a_deadlock_is_described(what: str, says: str) -> None:
    stage = Stage(patience=0.05)
    if what == "bot":
        stage.bot.busy_when(lambda: True)
    elif what == "request":
        stage.server.in_flight = 2
    else:
        stage.time.part(stage.bot)
    with pytest.raises(Stuck, match=says):
        await stage.time.run_until(START + HOUR)
    await stage.time.close()
