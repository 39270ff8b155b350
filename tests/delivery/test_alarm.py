"""The alarm really rings on the machine's clock, and nobody wakes while nothing is due."""

import asyncio
import selectors
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from bot.clock import Clock, SystemClock, VirtualClock
from bot.delivery.alarm import Alarm
from bot.delivery.claims import Claims
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.judge import Policy
from bot.delivery.kinds import Due, Kind, Kinds, Late, OutMessage
from bot.delivery.messenger import Messenger
from bot.delivery.meter import Meter
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.records import Records
from bot.delivery.sender import Sender
from bot.domain.courtesy import Caps
from bot.domain.deliveries import Courtesy
from bot.domain.wallclock import Quiet
from bot.storage.engine import Database, Topic
from tests.delivery.conftest import plainly
from tests.storage.rows import add, channel, guild, plan
from tests.support.database import KEY

TRIAL = Kind("trial", "tr", Courtesy.POST, plainly, private=False, late=Late.AS_USUAL)
START = datetime(2027, 2, 22, 9, tzinfo=UTC)


class CountingSelector(selectors.DefaultSelector):
    """Counts how often the event loop wakes up."""

    turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        return super().select(timeout)


def run_counting(work: Coroutine[Any, Any, None], selector: CountingSelector) -> None:
    loop = asyncio.SelectorEventLoop(selector)
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


def dispatcher_of(db: Database, clock: Clock, kinds: Kinds) -> tuple[Dispatcher, Alarm]:
    policy = Policy(caps=Caps(), team_channel_posts=2, quiet=Quiet(), lease=timedelta(seconds=60))
    alarm, pace = Alarm(clock), Pace()
    messenger = Messenger(discord.Client(intents=discord.Intents.none()), pace)
    claims, records = Claims(db, clock, policy), Records(db, clock, nobody_is_told)
    sender = Sender(claims, records, kinds, messenger, clock, Meter())
    return Dispatcher(claims, sender, alarm, clock, pace), alarm


async def nobody_is_told(*_about: object) -> None:
    raise AssertionError("there is nothing to tell organizers here")


async def test_the_alarm_rings_when_it_is_time() -> None:
    clock = SystemClock()
    alarm, loop = Alarm(clock), asyncio.get_running_loop()
    alarm.start()
    began = loop.time()
    alarm.set(clock.now() + timedelta(seconds=0.3))
    await asyncio.wait_for(alarm.wait(), 3)
    assert 0.25 <= loop.time() - began < 2
    alarm.stop()


async def test_a_moment_that_is_over_rings_at_once() -> None:
    clock = SystemClock()
    alarm = Alarm(clock)
    alarm.start()
    alarm.set(clock.now() - timedelta(days=1))
    await asyncio.wait_for(alarm.wait(), 1)
    alarm.stop()


async def test_setting_it_anew_forgets_the_old_time() -> None:
    clock = SystemClock()
    alarm = Alarm(clock)
    alarm.start()
    alarm.set(clock.now() + timedelta(seconds=0.1))
    alarm.set(clock.now() + timedelta(hours=1))
    await asyncio.sleep(0.3)
    assert not alarm.pending
    alarm.set(None)
    alarm.ring()
    await asyncio.wait_for(alarm.wait(), 1)
    alarm.stop()


async def test_in_virtual_time_only_a_jump_rings() -> None:
    clock = VirtualClock(START)
    alarm = Alarm(clock)
    alarm.start()
    alarm.set(START + timedelta(seconds=0.05))
    await asyncio.sleep(0.15)
    rung = [alarm.pending]
    for moment in (timedelta(seconds=0.04), timedelta(hours=1)):
        clock.advance(START + moment)
        rung.append(alarm.pending)
    assert rung == [False, False, True]
    alarm.stop()


async def test_a_stopped_alarm_wakes_nobody() -> None:
    clock = SystemClock()
    alarm = Alarm(clock)
    alarm.start()
    alarm.set(clock.now() + timedelta(seconds=0.1))
    alarm.stop()
    await asyncio.sleep(0.3)
    assert not alarm.pending


@pytest.mark.parametrize("ahead", [None, timedelta(hours=1)])
def test_the_dispatcher_sleeps_while_nothing_is_due(
    database_url: str, ahead: timedelta | None
) -> None:
    """Not one wake-up in a second, whether something is due later or nothing at all."""
    selector = CountingSelector()
    turns: list[int] = []

    async def idle() -> None:
        db, clock, kinds = Database(database_url, [KEY]), SystemClock(), Kinds()
        kinds.register(TRIAL)
        async with db.write() as uow:
            await add(uow.session, guild())
            if ahead:
                now = clock.now()
                due = plan(due_at=now + ahead, last_useful_at=now + 2 * ahead)
                await Outbox(clock).put(uow, due)
            await uow.commit()
        dispatcher, alarm = dispatcher_of(db, clock, kinds)
        alarm.start()
        work = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.5)
        before = selector.turns
        await asyncio.sleep(1)
        turns.append(selector.turns - before)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        alarm.stop()
        await db.close()

    run_counting(idle(), selector)
    # The end of this test's own sleep is one of them.
    assert turns[0] <= 2


async def test_on_the_machines_clock_a_due_row_is_taken_up(db: Database) -> None:
    """The whole way without virtual time: plan, alarm, claim; and a new row rings at once."""
    clock, kinds, written = SystemClock(), Kinds(), asyncio.Event()

    async def render(due: Due) -> OutMessage:
        written.set()
        return await plainly(due)

    kinds.register(replace(TRIAL, render=render))
    dispatcher, alarm = dispatcher_of(db, clock, kinds)
    db.listen(Topic.DELIVERIES, alarm.ring)
    alarm.start()
    work = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.1)
    now, loop = clock.now(), asyncio.get_running_loop()
    began = loop.time()
    async with db.write() as uow:
        await add(uow.session, guild(), channel("hall"))
        due = plan(due_at=now + timedelta(seconds=0.4), last_useful_at=now + timedelta(days=1))
        await Outbox(clock).put(uow, due)
        await uow.commit()
    await asyncio.wait_for(written.wait(), 5)
    assert loop.time() - began >= 0.35, "not before it is due"
    written.clear()
    async with db.write() as uow:
        await Outbox(clock).put(uow, plan("once:2", due_at=now, last_useful_at=now + timedelta(1)))
        await uow.commit()
    await asyncio.wait_for(written.wait(), 2)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    alarm.stop()
