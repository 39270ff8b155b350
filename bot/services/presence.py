"""Who is on the server: arrivals and departures, seen as they happen or found out afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import NO_LONGER_DUE
from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.services.arrivals import greet, link
from bot.services.lookup import (
    OPEN,
)
from bot.services.planning import NOTE_USEFUL, Planner
from bot.storage.engine import Database, UnitOfWork
from bot.storage.tables import Cohort, Delivery, Membership, Person

STRANGER_USEFUL = timedelta(days=1)


@dataclass(frozen=True)
class Joined:
    """A member of a server, and since when (UTC)."""

    username: str
    user_id: int
    joined_at: datetime


class PresenceService:
    """Greets whoever comes, and notes who has gone."""

    def __init__(self, db: Database, clock: Clock, planner: Planner) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner

    async def joined(self, guild_id: int, user_id: int, username: str) -> None:
        """Somebody joined the server: greet them, or tell organizers of a stranger."""
        now = self._clock.now()
        async with self._db.write() as uow:
            cohorts = await self._open_cohorts(uow.session, guild_id)
            if not cohorts:
                return
            if not await self._welcome(uow, guild_id, user_id, username):
                await self._stranger(uow, guild_id, user_id, now)
            await uow.commit()

    async def _stranger(
        self, uow: UnitOfWork, guild_id: int, user_id: int, joined_at: datetime
    ) -> None:
        """Somebody on no roster joined at `joined_at` (UTC): a word to them, a note to organizers.

        Once for each account and server, however often this is noticed.
        """
        await self._planner.outbox.put(
            uow,
            DeliveryPlan(
                kind="stranger_note",
                subject=f"user:{user_id}",
                occurrence=f"guild:{guild_id}",
                guild_id=guild_id,
                user_id=user_id,
                due_at=joined_at,
                last_useful_at=joined_at + STRANGER_USEFUL,
                rule="at once",
                courtesy=Courtesy.ANSWER,
            ),
        )
        await self._planner.note(uow, None, guild_id, f"stranger:{user_id}/guild:{guild_id}")

    async def members(self, guild_id: int, members: Sequence[Joined], *, complete: bool) -> None:
        """Compares the members of a server with the rosters, after events may have been missed.

        Unless they are `complete`, somebody who is not among them may still be there, so nobody
        counts as gone. Who is on no roster is noticed if they came while a cohort was open, and
        not long ago.
        """
        async with self._db.write() as uow:
            cohorts = await self._open_cohorts(uow.session, guild_id)
            if not cohorts:
                return
            people = list(
                await uow.session.scalars(select(Person).where(Person.guild_id == guild_id))
            )
            by_name = {member.username: member.user_id for member in members}
            present = set(by_name.values())
            for person in people:
                if person.username in by_name and person.joined_at is None:
                    await self._welcome(uow, guild_id, by_name[person.username], person.username)
                elif complete and person.joined_at is not None and person.user_id not in present:
                    await self._departed(uow, person)
            known = {person.user_id for person in people} | {person.username for person in people}
            since = max(
                min(cohort.created_at for cohort in cohorts), self._clock.now() - NOTE_USEFUL
            )
            for member in members:
                if member.joined_at > since and not known & {member.user_id, member.username}:
                    await self._stranger(uow, guild_id, member.user_id, member.joined_at)
            await uow.commit()

    async def left_server(self, guild_id: int, user_id: int) -> None:
        """Somebody left the server: nothing more is sent until they come back."""
        async with self._db.write() as uow:
            person = await uow.session.scalar(
                select(Person).where(Person.guild_id == guild_id, Person.user_id == user_id)
            )
            if person is not None and person.joined_at is not None:
                await self._departed(uow, person)
                await uow.commit()

    async def _departed(self, uow: UnitOfWork, person: Person) -> None:
        person.joined_at = None
        await self._planner.outbox.cancel(
            uow, Delivery.person_id == person.id, reason=NO_LONGER_DUE
        )
        await uow.session.flush()
        await self._planner.replan_person(uow, person)
        key = f"departed:{person.id}/moment:{int(self._clock.now().timestamp())}"
        await self._planner.note(uow, None, person.guild_id, key)

    async def _welcome(self, uow: UnitOfWork, guild_id: int, user_id: int, username: str) -> bool:
        person = await uow.session.scalar(
            select(Person).where(Person.guild_id == guild_id, Person.username == username.lower())
        )
        if person is None:
            person = await uow.session.scalar(
                select(Person).where(Person.guild_id == guild_id, Person.user_id == user_id)
            )
        if person is None:
            return False
        cohorts = list(
            await uow.session.scalars(
                select(Cohort)
                .join(Membership, Membership.cohort_id == Cohort.id)
                .where(
                    Membership.person_id == person.id,
                    Membership.left_at.is_(None),
                    Cohort.state.in_(OPEN),
                )
                .distinct()
            )
        )
        if not cohorts:
            return False
        await link(uow, person, user_id, self._clock.now())
        await greet(uow, self._planner.outbox, cohorts[0], person, self._clock.now())
        await self._planner.replan_person(uow, person)
        return True

    @staticmethod
    async def _open_cohorts(session: AsyncSession, guild_id: int) -> list[Cohort]:
        rows = await session.scalars(
            select(Cohort).where(Cohort.guild_id == guild_id, Cohort.state.in_(OPEN))
        )
        return list(rows)
