"""The bot's side of virtual time."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import SystemClock, VirtualClock

START = datetime(2027, 2, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_system_clock_is_aware_and_counts_down() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.wall_delay(clock.now() - HOUR) == 0
    delay = clock.wall_delay(clock.now() + HOUR)
    assert delay is not None
    assert 3500 < delay <= 3600


def test_virtual_time_needs_a_timezone() -> None:
    with pytest.raises(ValueError, match="timezone"):
        VirtualClock(START.replace(tzinfo=None))


def test_virtual_time_is_utc_whatever_it_is_given() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    clock = VirtualClock(START.astimezone(kathmandu))
    assert clock.now() == START
    assert clock.now().tzinfo is UTC
    clock.advance((START + HOUR).astimezone(kathmandu))
    assert clock.now().tzinfo is UTC


def test_virtual_time_never_runs_backwards() -> None:
    clock = VirtualClock(START)
    clock.advance(START)
    clock.advance(START + HOUR)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(START)
    assert clock.now() == START + HOUR


def test_only_a_jump_brings_what_lies_ahead() -> None:
    clock = VirtualClock(START)
    assert clock.wall_delay(START + HOUR) is None
    clock.advance(START + HOUR)
    assert clock.wall_delay(START + HOUR) == 0


def test_listeners_hear_of_a_jump_after_it() -> None:
    clock = VirtualClock(START)
    heard: list[datetime] = []
    clock.on_jump(lambda: heard.append(clock.now()))
    clock.advance(START + HOUR)
    assert heard == [START + HOUR]


def test_work_a_wake_up_that_has_come_and_an_event_on_its_way_are_busy() -> None:
    clock = VirtualClock(START)
    assert clock.idle(0)
    with clock.working():
        assert not clock.idle(0)
    clock.announce_wake(START)
    assert not clock.idle(0)
    clock.announce_wake(START + HOUR)
    assert clock.idle(0)
    assert not clock.idle(1)
    clock.hear_with(lambda: 1)
    assert clock.idle(1)
    clock.busy_when(lambda: True)
    assert not clock.idle(1)


def test_a_stopped_bot_is_forgotten_and_the_time_is_not() -> None:
    clock = VirtualClock(START)
    clock.advance(START + HOUR)
    clock.announce_wake(START + HOUR)
    clock.busy_when(lambda: True)
    clock.forget_process()
    assert clock.idle(0)
    assert clock.now() == START + HOUR


async def test_settled_waits_for_work_to_end_and_names_the_wake_up() -> None:
    clock = VirtualClock(START)
    clock.announce_wake(START + 2 * HOUR)
    ended = asyncio.Event()

    async def work() -> None:
        with clock.working():
            await ended.wait()
            clock.announce_wake(START + HOUR)

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    answer = asyncio.create_task(clock.settled(0))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not answer.done()
    ended.set()
    assert await asyncio.wait_for(answer, 5) == START + HOUR
    await working
