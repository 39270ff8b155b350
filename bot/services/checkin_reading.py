"""Reading check-ins: who has been told of which, and who is away. Only for their readers."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.engine import UnitOfWork
from bot.storage.tables import CheckIn, CheckInReader, Person

ENERGY = {
    "1": "very low",
    "2": "low",
    "3": "all right",
    "4": "good",
    "5": "great",
}


@dataclass(frozen=True)
class SharedCheckIn:
    """A check-in as its readers see it."""

    name: str
    week: int
    progress: str
    obstacles: str
    energy: str


async def tell_reader(uow: UnitOfWork, delivery_id: int, person_id: int) -> list[SharedCheckIn]:
    """Gives a weekly message the check-ins that its reader has not been told of.

    Asking again for the same delivery gives the same check-ins: a retry tells no less.
    """
    rows = await uow.session.scalars(
        select(CheckInReader).where(
            CheckInReader.person_id == person_id, CheckInReader.told_by.is_(None)
        )
    )
    for row in rows:
        row.told_by = delivery_id
    await uow.session.flush()
    return await told_in(uow.session, delivery_id, person_id)


async def told_in(session: AsyncSession, delivery_id: int, person_id: int) -> list[SharedCheckIn]:
    rows = await session.scalars(
        select(CheckIn)
        .join(CheckInReader, CheckInReader.check_in_id == CheckIn.id)
        .where(CheckInReader.told_by == delivery_id, CheckInReader.person_id == person_id)
        .order_by(CheckIn.week, CheckIn.id)
    )
    return [await shared_check_in(session, row) for row in list(rows)]


async def shared_check_in(session: AsyncSession, check_in: CheckIn) -> SharedCheckIn:
    person = await session.get_one(Person, check_in.person_id)
    return SharedCheckIn(
        name=person.name,
        week=check_in.week,
        progress=check_in.progress or "",
        obstacles=check_in.obstacles or "",
        energy=ENERGY.get(check_in.energy or "", ""),
    )


async def away_until(session: AsyncSession, person_ids: list[int], now: datetime) -> dict[int, str]:
    """Who of these is away, by person id, and until when in words of their own calendar."""
    people = await session.scalars(
        select(Person).where(Person.id.in_(person_ids), Person.paused_at.is_not(None))
    )
    return {
        person.id: _until(person.resumes_at, person.timezone)
        for person in people
        if person.paused(now)
    }


def _until(moment: datetime | None, timezone: str) -> str:
    if moment is None:
        return "until they are back"
    back = moment.astimezone(ZoneInfo(timezone))
    return f"until {back.day} {back:%B}"
