"""The time served on loopback, with the bot's own end of the line."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.remote_clock import RemoteClock, join
from rehearsal.clock_server import ClockServer
from rehearsal.timeline import Timeline

START = datetime(2027, 2, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Served:
    """A timeline on loopback, and the bots that joined it."""

    def __init__(self) -> None:
        self.time = Timeline(START)
        self.server = ClockServer(self.time)
        self.bots: list[RemoteClock] = []

    async def bot(self) -> RemoteClock:
        clock = await join(self.server.url)
        self.bots.append(clock)
        return clock


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = Served()
    async with served.server:
        yield served
        for clock in served.bots:
            await clock.close()
        await served.time.close()


async def test_it_listens_on_loopback_only(served: Served) -> None:
    assert served.server.url.startswith("ws://127.0.0.1:")


async def test_a_bot_takes_over_the_present_moment_and_follows(served: Served) -> None:
    clock = await served.bot()
    assert clock.now() == START
    await served.time.run_until(START + HOUR)
    await served.time.settle()
    assert clock.now() == START + HOUR


async def test_time_stops_at_the_wake_up_of_a_remote_bot(served: Served) -> None:
    clock = await served.bot()
    woken: list[datetime] = []

    def jumped() -> None:
        woken.append(clock.now())
        clock.announce_wake(None)

    clock.on_jump(jumped)
    clock.announce_wake(START + HOUR)
    await served.time.run_until(START + 3 * HOUR)
    await served.time.settle()
    assert woken == [START + HOUR, START + 3 * HOUR]


async def test_time_waits_for_a_busy_remote_bot(served: Served) -> None:
    clock = await served.bot()
    with clock.working():
        running = asyncio.create_task(served.time.run_until(START + HOUR))
        await asyncio.sleep(0.05)
        assert served.time.now() == START
    await running
    assert served.time.now() == START + HOUR


async def test_a_bot_that_goes_while_it_is_asked_is_waited_for(served: Served) -> None:
    first = await served.bot()
    first.busy_when(lambda: True)
    running = asyncio.create_task(served.time.run_until(START + HOUR))
    await asyncio.sleep(0.02)
    await first.close()
    await asyncio.sleep(0.05)
    assert served.time.now() == START
    second = await served.bot()
    await running
    await served.time.settle()
    assert second.now() == START + HOUR


async def test_a_bot_that_rejoins_finds_the_time_where_it_is(served: Served) -> None:
    first = await served.bot()
    await served.time.run_until(START + HOUR)
    await first.close()
    second = await served.bot()
    assert second.now() == START + HOUR
    await served.time.run_until(START + 2 * HOUR)
    await served.time.settle()
    assert second.now() == START + 2 * HOUR
    assert first.now() <= START + HOUR


async def test_nobody_at_the_address_is_told_as_such(served: Served) -> None:
    with pytest.raises(ConnectionError, match="no rehearsal clock"):
        await join("ws://127.0.0.1:9/clock")
