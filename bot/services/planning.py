"""Writes down what a cohort's rhythm makes due, and moves it when the cohort changes."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan, State
from bot.domain.policy import Role
from bot.domain.rhythm import (
    RECURRING,
    Ahead,
    CohortFacts,
    Key,
    PersonFacts,
    TeamFacts,
    keep_ahead,
    rhythm,
)
from bot.domain.weeks import Dates, covering
from bot.services.lookup import RUNNING, dates_of, team_zone
from bot.storage.engine import UnitOfWork
from bot.storage.tables import Cohort, Delivery, Membership, Person, ServerObject, Team

NOTE_USEFUL = timedelta(days=14)
TEAM_POST_USEFUL = timedelta(days=7)


class Planner:
    """Turns a cohort's facts into deliveries. Planning twice changes nothing."""

    def __init__(self, outbox: Outbox, clock: Clock, one_on_one_every: int) -> None:
        self.outbox = outbox
        self._clock = clock
        self._every = one_on_one_every

    async def replan(self, uow: UnitOfWork, cohort: Cohort) -> None:
        """Makes what is ahead equal to the rhythm of a running cohort."""
        if cohort.state != RUNNING:
            return
        facts = await self._facts(uow.session, cohort)
        ahead = await self._ahead(uow.session, cohort.id)
        plans = keep_ahead(rhythm(facts), ahead, self._clock.now())
        await self.outbox.reconcile(uow, cohort.id, RECURRING, plans)

    async def replan_person(self, uow: UnitOfWork, person: Person) -> None:
        """Replans every running cohort in which somebody takes part."""
        cohorts = await uow.session.scalars(
            select(Cohort)
            .join(Membership, Membership.cohort_id == Cohort.id)
            .where(Membership.person_id == person.id, Cohort.state == RUNNING)
            .distinct()
        )
        for cohort in list(cohorts):
            await self.replan(uow, cohort)

    async def note(self, uow: UnitOfWork, cohort: Cohort | None, guild_id: int, key: str) -> None:
        """Puts a note for organizers into their channel. `key` says what about, once."""
        now = self._clock.now()
        subject, _, occurrence = key.partition("/")
        await self.outbox.put(
            uow,
            DeliveryPlan(
                kind="organizer_note",
                subject=subject,
                occurrence=occurrence,
                guild_id=guild_id,
                cohort_id=cohort.id if cohort else None,
                place="organizers",
                due_at=now,
                last_useful_at=now + NOTE_USEFUL,
                rule="at once",
                courtesy=Courtesy.POST,
            ),
        )

    async def home(self, uow: UnitOfWork, guild_id: int) -> None:
        """Puts the home message into a server's welcome channel, once for each such channel.

        One that was deleted took its message along.
        """
        welcome = await uow.session.get(ServerObject, (guild_id, "welcome"))
        now = self._clock.now()
        await self.outbox.put(
            uow,
            DeliveryPlan(
                kind="home",
                subject=f"guild:{guild_id}",
                occurrence=f"channel:{(welcome and welcome.discord_id) or 0}",
                guild_id=guild_id,
                place="welcome",
                due_at=now,
                last_useful_at=now + NOTE_USEFUL,
                rule="at once",
                courtesy=Courtesy.POST,
            ),
        )

    async def team_post(self, uow: UnitOfWork, kind: str, cohort: Cohort, team: Team) -> None:
        """Puts a post into a team's channel, once per team and kind."""
        now = self._clock.now()
        await self.outbox.put(
            uow,
            DeliveryPlan(
                kind=kind,
                subject=f"team:{team.id}",
                occurrence="once:1",
                guild_id=cohort.guild_id,
                cohort_id=cohort.id,
                place=f"team:{team.id}:channel",
                zone=(await team_zone(uow.session, team, cohort)).key,
                due_at=now,
                last_useful_at=now + TEAM_POST_USEFUL,
                rule="at once",
                courtesy=Courtesy.POST,
            ),
        )

    async def _facts(self, session: AsyncSession, cohort: Cohort) -> CohortFacts:
        teams = list(
            await session.scalars(
                select(Team).where(Team.cohort_id == cohort.id).order_by(Team.position)
            )
        )
        rows = await session.execute(
            select(Membership, Person)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.cohort_id == cohort.id, Membership.left_at.is_(None))
            .order_by(Membership.position)
        )
        dates = {team.id: dates_of(cohort, team) for team in teams}
        people: dict[str, dict[int, Person]] = {role: {} for role in Role}
        weeks: dict[tuple[str, int], list[Dates]] = {}
        captained: set[int] = set()
        members = list(rows)
        for membership, _person in members:
            if membership.role == Role.CAPTAIN and membership.team_id:
                captained.add(membership.team_id)
        for membership, person in members:
            if person.joined_at is None or membership.team_id is None:
                continue
            if membership.role == Role.MENTEE and (
                person.onboarded_at is None or membership.team_id not in captained
            ):
                continue
            people[membership.role][person.id] = person
            weeks.setdefault((membership.role, person.id), []).append(dates[membership.team_id])

        def facts(role: Role) -> tuple[PersonFacts, ...]:
            return tuple(
                PersonFacts(one.id, ZoneInfo(one.timezone), covering(weeks[role, one.id]))
                for one in people[role].values()
            )

        return CohortFacts(
            id=cohort.id,
            guild_id=cohort.guild_id,
            prompt_weekday=cohort.prompt_weekday,
            prompt_time=cohort.prompt_time,
            one_on_one_every=self._every,
            teams=tuple(
                [
                    TeamFacts(team.id, await team_zone(session, team, cohort), dates[team.id])
                    for team in teams
                ]
            ),
            mentees=facts(Role.MENTEE),
            captains=facts(Role.CAPTAIN),
            navigators=facts(Role.NAVIGATOR),
        )

    async def _ahead(self, session: AsyncSession, cohort_id: int) -> Mapping[Key, Ahead]:
        """What is written down for a cohort and still to come."""
        rows = await session.execute(
            select(
                Delivery.kind,
                Delivery.subject,
                Delivery.occurrence,
                Delivery.due_at,
                Delivery.last_useful_at,
                Delivery.rule,
            ).where(
                Delivery.cohort_id == cohort_id,
                Delivery.kind.in_(RECURRING),
                Delivery.state.in_((State.PLANNED, State.STOPPED)),
                Delivery.due_at > self._clock.now(),
            )
        )
        return {
            (kind, subject, name): Ahead(due, last, rule)
            for kind, subject, name, due, last, rule in rows
        }
