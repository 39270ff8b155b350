"""Prompts after downtime: late ones say so, and after two days they are not sent any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.storage.tables import Delivery
from sandbox import Person
from tests.support.world import World

SORRY = "later than planned"


async def first_prompt(world: World) -> Delivery:
    assert world.app is not None
    async with world.app.db.read() as session:
        row = await session.scalar(
            select(Delivery).where(
                Delivery.kind == "checkin_prompt", Delivery.occurrence == "week:1"
            )
        )
    assert row is not None
    return row


async def launched(world: World) -> tuple[Person, Delivery]:
    await world.cohort()
    await world.launch()
    return await world.onboard("hanacodes70"), await first_prompt(world)


async def away(world: World, begin: datetime, end: datetime) -> None:
    """The bot is down from `begin` to `end` while the world goes on."""
    await world.run_until(begin)
    await world.stop()
    with world.timeline.allow_outage():
        await world.run_until(end)
    await world.start()


def prompts(world: World, reader: Person) -> list[str]:
    return [m.content for m in world.posts("mercury", reader) if "Check-in, week" in m.content]


async def test_on_time_it_says_nothing_of_being_late(world: World) -> None:
    mia, prompt = await launched(world)
    # Monday 09:00 in Asia/Kolkata, where the team's first navigator lives.
    assert prompt.due_at == datetime(2027, 2, 22, 3, 30, tzinfo=UTC)
    await world.run_until(prompt.due_at - timedelta(seconds=1))
    assert prompts(world, mia) == []
    await world.run_until(prompt.due_at)
    [text] = prompts(world, mia)
    assert SORRY not in text
    await world.advance(days=3)
    assert len(prompts(world, mia)) == 1


@pytest.mark.parametrize(
    ("late", "apology"),
    [
        (timedelta(minutes=59), False),
        (timedelta(hours=1, minutes=1), True),
        (timedelta(days=2) - timedelta(minutes=1), True),
    ],
)
async def test_up_to_two_days_late_it_is_sent(world: World, late: timedelta, apology: bool) -> None:
    mia, prompt = await launched(world)
    await away(world, prompt.due_at - timedelta(hours=1), prompt.due_at + late)
    [text] = prompts(world, mia)
    assert (SORRY in text) == apology


async def test_beyond_two_days_it_expires_and_the_next_comes(world: World) -> None:
    mia, prompt = await launched(world)
    await away(
        world,
        prompt.due_at - timedelta(hours=1),
        prompt.due_at + timedelta(days=2, minutes=1),
    )
    assert prompts(world, mia) == []
    row = await first_prompt(world)
    assert (row.state, row.reason) == ("expired", "no longer useful")
    await world.run_until(prompt.due_at + timedelta(days=7))
    [text] = prompts(world, mia)
    assert "week 2" in text
    assert SORRY not in text


async def test_a_month_away_does_not_end_in_a_burst(world: World) -> None:
    mia, prompt = await launched(world)
    before = len(mia.inbox())
    await away(world, prompt.due_at - timedelta(hours=1), prompt.due_at + timedelta(weeks=4))
    assert len(prompts(world, mia)) == 1, "only the week that is now"
    assert "week 5" in prompts(world, mia)[0]
    assert len(mia.inbox()) - before <= 1
