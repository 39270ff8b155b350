"""Claims: one process gets a row, and what waits is known without waking."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import VirtualClock
from bot.delivery.claims import Claims
from bot.delivery.judge import Policy
from bot.delivery.kinds import Kind, Late
from bot.delivery.outbox import Outbox
from bot.delivery.records import Records
from bot.domain.courtesy import Caps
from bot.domain.deliveries import Courtesy, Event, ImpossibleTransition
from bot.domain.wallclock import Quiet
from bot.storage.engine import Database
from bot.storage.tables import Delivery
from tests.delivery.conftest import plainly
from tests.storage.rows import NOW, add, channel, guild, plan
from tests.support.database import KEY

TRIAL = Kind("trial", "tr", Courtesy.POST, plainly, private=False, late=Late.AS_USUAL)
POLICY = Policy(caps=Caps(), team_channel_posts=2, quiet=Quiet(), lease=timedelta(seconds=60))
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def claims(db: Database, clock: VirtualClock) -> Claims:
    return Claims(db, clock, POLICY)


@pytest.fixture
def records(db: Database, clock: VirtualClock) -> Records:
    return Records(db, clock, nobody_is_told)


async def nobody_is_told(*_about: object) -> None:
    raise AssertionError("there is nothing to tell organizers here")


async def due_ids(claims: Claims, limit: int = 100) -> list[int]:
    return [ready.id for ready in await claims.due(limit)]


async def put(db: Database, clock: VirtualClock, *occurrences: str, **more: object) -> list[int]:
    async with db.write() as uow:
        if await uow.session.get(Delivery, 1) is None:
            await add(uow.session, guild(), channel("hall"))
        numbers = [await Outbox(clock).put(uow, plan(one, **more)) for one in occurrences]
        await uow.commit()
    return [number for number in numbers if number is not None]


async def row(db: Database, number: int) -> Delivery:
    async with db.read() as session:
        return await session.get_one(Delivery, number)


async def test_a_row_is_claimed_once_however_many_ask(
    db: Database, database_url: str, clock: VirtualClock
) -> None:
    [number] = await put(db, clock, "once:1")
    others = [Database(database_url, [KEY]) for _ in range(3)]
    asked = [Claims(one, clock, POLICY) for one in (db, *others) for _ in range(2)]
    results = await asyncio.gather(*(one.claim(number, TRIAL) for one in asked))
    assert sum(result is not None for result in results) == 1
    for one in others:
        await one.close()
    found = await row(db, number)
    assert (found.state, found.lease_until) == ("claimed", NOW + POLICY.lease)


async def test_what_is_not_due_is_neither_listed_nor_claimed(
    db: Database, clock: VirtualClock, claims: Claims
) -> None:
    late = {"due_at": NOW + HOUR, "last_useful_at": NOW + 2 * HOUR}
    [number] = await put(db, clock, "once:1", **late)
    assert await due_ids(claims) == []
    assert await claims.claim(number, TRIAL) is None
    assert await claims.next_moment() == NOW + HOUR
    clock.advance(NOW + HOUR)
    assert await due_ids(claims) == [number]
    assert await claims.claim(number, TRIAL) is not None
    assert await due_ids(claims) == []
    assert await claims.next_moment() is None


async def test_the_last_useful_moment_is_still_useful(
    db: Database, clock: VirtualClock, claims: Claims
) -> None:
    first, second = await put(db, clock, "once:1", "once:2", last_useful_at=NOW + HOUR)
    clock.advance(NOW + HOUR)
    assert await claims.claim(first, TRIAL) is not None
    clock.advance(NOW + HOUR + timedelta(seconds=1))
    assert await claims.claim(second, TRIAL) is None
    assert (await row(db, second)).state == "expired"


async def test_the_oldest_comes_first(db: Database, clock: VirtualClock, claims: Claims) -> None:
    [new] = await put(db, clock, "once:1", due_at=NOW - HOUR)
    [old] = await put(db, clock, "once:2", due_at=NOW - 3 * HOUR)
    assert await due_ids(claims) == [old, new]
    assert await due_ids(claims, limit=1) == [old]


async def test_a_postponed_row_keeps_its_due_time(
    db: Database, clock: VirtualClock, claims: Claims, records: Records
) -> None:
    [number] = await put(db, clock, "once:1")
    await claims.claim(number, TRIAL)
    await records.postpone(number, NOW + HOUR, "x" * 500)
    found = await row(db, number)
    assert (found.state, found.due_at, found.not_before) == ("planned", NOW, NOW + HOUR)
    assert (found.attempts, found.lease_until, len(found.reason or "")) == (1, None, 200)


async def test_what_was_sent_cannot_be_settled_otherwise(
    db: Database, clock: VirtualClock, claims: Claims, records: Records
) -> None:
    [number] = await put(db, clock, "once:1")
    await claims.claim(number, TRIAL)
    await records.sent(number, "channel", 1, 2)
    for event in (Event.CANCEL, Event.EXPIRE, Event.HOLD, Event.PARK):
        with pytest.raises(ImpossibleTransition):
            await records.settle(number, event, "no")
    assert (await row(db, number)).state == "sent"


async def test_a_post_over_the_channels_cap_waits_for_the_next_local_week(
    db: Database, clock: VirtualClock, claims: Claims, records: Records
) -> None:
    more = {"zone": "Asia/Kathmandu", "last_useful_at": NOW + timedelta(days=14)}
    numbers = await put(db, clock, "once:1", "once:2", "once:3", **more)
    for number in numbers[:2]:
        assert await claims.claim(number, TRIAL) is not None
        await records.sent(number, "channel", 1, number)
    assert await claims.claim(numbers[2], TRIAL) is None
    found = await row(db, numbers[2])
    # Monday 00:00 in Kathmandu.
    assert found.not_before == NOW.replace(day=21, hour=18, minute=15)
    assert found.state == "planned"
    assert found.not_before is not None
    clock.advance(found.not_before)
    assert await claims.claim(numbers[2], TRIAL) is not None


async def test_parking_does_nothing_to_what_has_ended(
    db: Database, clock: VirtualClock, claims: Claims, records: Records
) -> None:
    [number] = await put(db, clock, "once:1")
    await claims.claim(number, TRIAL)
    await records.settle(number, Event.CANCEL, "over")
    await records.park(number, "a reason that comes late")
    found = await row(db, number)
    assert (found.state, found.reason) == ("cancelled", "over")
