"""Pausing, coming back and leaving: without a reason, and everything else respects it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import NO_LONGER_DUE
from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.policy import Role
from bot.domain.wallclock import resolve
from bot.domain.weeks import parse_start
from bot.services.lookup import OPEN, Seat, seats_of_user
from bot.services.one_on_ones import OneOnOneService
from bot.services.planning import Planner
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import Cohort, Delivery, Membership, Person

BACK_AT = time(9)
BACK_USEFUL = timedelta(days=3)
LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True)
class Pause:
    """A pause that has begun. `until` is the first day back, in the person's own calendar."""

    until: date | None
    cancelled_meetings: int


@dataclass(frozen=True)
class CohortSeat:
    """A cohort that somebody can leave, and the roles they hold in it."""

    cohort_id: int
    name: str
    roles: tuple[str, ...]


class PeopleService:
    """What somebody can do about their own taking part."""

    def __init__(
        self, db: Database, clock: Clock, planner: Planner, one_on_ones: OneOnOneService
    ) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner
        self._one_on_ones = one_on_ones

    async def pause(self, user_id: int, until: str) -> Pause:
        """Pauses everything for the person, in every cohort, until a date or until they return.

        Raises Refusal for a date that cannot be read, is over, or is more than a year away.
        """
        first_day_back = parse_start(until) if until.strip() else None
        now = self._clock.now()
        cancelled = 0
        async with self._db.write() as uow:
            for person in await self._me(uow.session, user_id):
                zone = ZoneInfo(person.timezone)
                today = now.astimezone(zone).date()
                back = None
                if first_day_back is not None:
                    if first_day_back <= today:
                        raise Refusal(
                            f"{first_day_back.isoformat()} is not ahead of you; please write the "
                            "first day on which you are back."
                        )
                    if first_day_back > today + LONGEST_PAUSE:
                        raise Refusal(
                            "That is more than a year away; leave the date empty to pause until "
                            "you come back."
                        )
                    back = resolve(first_day_back, BACK_AT, zone)
                person.paused_at, person.resumes_at = now, back
                cancelled += await self._one_on_ones.release_all(uow, person, back)
                await self._cancel_returns(uow, person)
                if back is not None:
                    await self._welcome_back(uow, person, back)
            await uow.commit()
        return Pause(first_day_back, cancelled)

    async def resume(self, user_id: int) -> bool:
        """Ends a pause now. Returns False when there was none."""
        async with self._db.write() as uow:
            now = self._clock.now()
            paused = [p for p in await self._me(uow.session, user_id) if p.paused(now)]
            for person in paused:
                await self._cancel_returns(uow, person)
                await self._unpause(uow, person)
            await uow.commit()
            return bool(paused)

    async def come_back(self, person_id: int) -> str | None:
        """Ends a pause whose date has come.

        Returns the name to greet; None if they are away for longer, or there is nothing to come
        back to because they left or their cohort is over.
        """
        async with self._db.write() as uow:
            person = await uow.session.get_one(Person, person_id)
            if person.paused(self._clock.now()):
                return None
            if person.paused_at is not None:
                await self._unpause(uow, person)
            open_seat = await uow.session.scalar(
                select(Membership.id)
                .join(Cohort, Cohort.id == Membership.cohort_id)
                .where(
                    Membership.person_id == person.id,
                    Membership.left_at.is_(None),
                    Cohort.state.in_(OPEN),
                )
                .limit(1)
            )
            await uow.commit()
            return None if open_seat is None else person.name

    async def cohorts_to_leave(self, user_id: int) -> list[CohortSeat]:
        """The open cohorts that somebody takes part in. Raises NotAllowed when there is none."""
        async with self._db.read() as session:
            seats = await seats_of_user(session, user_id)
            if not seats:
                raise NotAllowed(
                    "You are not part of an open cohort, so there is nothing to leave."
                )
            return _grouped(seats)

    async def leave(self, user_id: int, cohort_id: int) -> str:
        """Takes the person out of a cohort: no more messages, meetings cancelled, access gone.

        Returns the cohort's name. The door stays open: an import brings them back.
        """
        now = self._clock.now()
        async with self._db.write() as uow:
            seats = [
                seat
                for seat in await seats_of_user(uow.session, user_id)
                if seat.cohort.id == cohort_id
            ]
            if not seats:
                raise NotAllowed("You are not part of that cohort any more.")
            person, cohort = seats[0].person, seats[0].cohort
            await self._one_on_ones.release_all(uow, person, None, cohort_id)
            for seat in seats:
                seat.membership.left_at = now
            person.roles_stale = True
            uow.touch(Topic.ROLES)
            await self._planner.outbox.cancel(
                uow,
                Delivery.person_id == person.id,
                Delivery.cohort_id == cohort_id,
                reason=NO_LONGER_DUE,  # not for ever: who is brought back gets what is ahead
            )
            await uow.session.flush()
            await self._planner.replan(uow, cohort)
            key = f"left:{person.id}/cohort:{cohort.id}"
            await self._planner.note(uow, cohort, cohort.guild_id, key)
            await uow.commit()
            return cohort.name

    async def person_names(self, person_id: int) -> tuple[str, str]:
        """Somebody's name and username, for a note to organizers."""
        async with self._db.read() as session:
            person = await session.get_one(Person, person_id)
            return person.name, person.username

    async def cohort_name(self, cohort_id: int) -> str:
        """A cohort's name, for a note to organizers."""
        async with self._db.read() as session:
            return (await session.get_one(Cohort, cohort_id)).name

    async def roles_in(self, person_id: int, cohort_id: int) -> tuple[str, ...]:
        """The roles somebody holds or held in a cohort."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(Membership.role)
                .where(Membership.person_id == person_id, Membership.cohort_id == cohort_id)
                .distinct()
            )
            return tuple(rows)

    async def _unpause(self, uow: UnitOfWork, person: Person) -> None:
        person.paused_at = person.resumes_at = None
        await uow.session.flush()
        await self._planner.replan_person(uow, person)

    async def _cancel_returns(self, uow: UnitOfWork, person: Person) -> None:
        await self._planner.outbox.cancel(
            uow,
            Delivery.kind == "welcome_back",
            Delivery.person_id == person.id,
            reason=NO_LONGER_DUE,
        )

    async def _welcome_back(self, uow: UnitOfWork, person: Person, back: datetime) -> None:
        await self._planner.outbox.put(
            uow,
            DeliveryPlan(
                kind="welcome_back",
                subject=f"person:{person.id}",
                occurrence=f"back:{int(back.timestamp())}",
                guild_id=person.guild_id,
                person_id=person.id,
                due_at=back,
                last_useful_at=back + BACK_USEFUL,
                rule=f"09:00 {person.timezone} on the day of return",
                courtesy=Courtesy.NUDGE,
            ),
        )

    @staticmethod
    async def _me(session: AsyncSession, user_id: int) -> list[Person]:
        seats = await seats_of_user(session, user_id)
        people = {seat.person.id: seat.person for seat in seats}
        if not people:
            raise NotAllowed("You are not part of an open cohort, so there is nothing to pause.")
        return list(people.values())


def _grouped(seats: list[Seat]) -> list[CohortSeat]:
    names = {seat.cohort.id: seat.cohort.name for seat in seats}
    return [
        CohortSeat(
            cohort_id,
            name,
            tuple(
                role
                for role in Role
                if any(s.cohort.id == cohort_id and s.membership.role == role for s in seats)
            ),
        )
        for cohort_id, name in names.items()
    ]
