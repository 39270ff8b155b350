"""The first steps: what people say about themselves, and their introduction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.domain.availability import format_availability, in_words, parse_availability
from bot.domain.deliveries import Courtesy, DeliveryPlan, Due
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.names import NAME_LIMIT, check_name
from bot.domain.policy import Role
from bot.domain.timezones import find_timezone
from bot.services.lookup import (
    OPEN,
    captain_of,
    dates_of,
    hours_of,
    seats_of_user,
    team_people,
    with_hours,
)
from bot.services.planning import Planner
from bot.services.rosters import set_availability
from bot.storage.engine import Database, Topic
from bot.storage.tables import Cohort, Membership, Person, ServerObject, Team

LONGEST_ABOUT = 200
INTRODUCTION_USEFUL = timedelta(days=7)


@dataclass(frozen=True)
class TeamIntroduction:
    """One team as a newcomer of it should know it."""

    name: str
    project: str
    role: str
    channel_id: int | None
    navigators: tuple[str, ...]
    captain: str | None
    mentees: tuple[str, ...]


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the start of a cohort."""

    person_id: int
    user_id: int | None
    name: str
    cohort: str
    start: datetime
    roles: tuple[str, ...]
    onboarded: bool


@dataclass(frozen=True)
class Profile:
    """What the onboarding form shows and what its receipt repeats."""

    person_id: int
    name: str
    timezone: str
    hours: str
    hours_in_words: str
    about: str
    now: datetime
    """The present moment in the person's own timezone."""
    running: bool
    teams: tuple[TeamIntroduction, ...]


@dataclass(frozen=True)
class Introduction:
    """What is posted when somebody asks the bot to introduce them."""

    user_id: int
    profile: Profile


class OnboardingService:
    """The form about oneself, and the introduction that follows from it."""

    def __init__(self, db: Database, clock: Clock, planner: Planner) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner

    async def newcomer(self, due: Due) -> Newcomer | None:
        """Who a greeting is for; None when they need none any more."""
        async with self._db.read() as session:
            person = await session.get_one(Person, due.person_id)
            cohort = await session.get_one(Cohort, due.cohort_id)
            places = await session.execute(
                select(Membership.role, Team)
                .outerjoin(Team, Team.id == Membership.team_id)
                .where(
                    Membership.person_id == person.id,
                    Membership.cohort_id == cohort.id,
                    Membership.left_at.is_(None),
                )
                .order_by(Membership.role, Membership.position)
            )
            seats = list(places)
            held = tuple(dict.fromkeys(role for role, _ in seats))
            if not held or person.onboarded_at is not None:
                return None
            first = min(dates_of(cohort, team).start for _, team in seats)
            start = datetime.combine(first, datetime.min.time(), ZoneInfo(person.timezone))
            return Newcomer(person.id, person.user_id, person.name, cohort.name, start, held, False)

    async def profile(self, user_id: int, guild_id: int | None) -> Profile:
        """What is known about the person who asks. Raises NotAllowed for a stranger."""
        async with self._db.read() as session:
            person = await self._mine(session, user_id, guild_id)
            return await self._profile(session, person)

    async def complete(
        self, user_id: int, guild_id: int | None, locale: str, values: Mapping[str, str]
    ) -> Profile:
        """Keeps what somebody said about themselves. Raises Refusal for what cannot be read."""
        name = check_name(values.get("name", ""), "your name", NAME_LIMIT)
        zone = find_timezone(values.get("timezone", ""))
        text = values.get("hours", "")
        hours = parse_availability(text) if text else None
        about = " ".join(values.get("about", "").split())
        if len(about) > LONGEST_ABOUT:
            raise Refusal(
                f"The line about you has at most {LONGEST_ABOUT} characters; please shorten it."
            )
        async with self._db.write() as uow:
            person = await self._mine(uow.session, user_id, guild_id)
            person.name, person.timezone, person.about = name, zone, about
            person.locale = locale
            await with_hours(uow.session, person)
            set_availability(
                person, {r.start_minute: r.end_minute for r in hours.ranges} if hours else {}
            )
            if person.onboarded_at is None:
                person.onboarded_at = self._clock.now()
            person.roles_stale = True
            uow.touch(Topic.ROLES)
            await uow.session.flush()
            await self._planner.replan_person(uow, person)
            profile = await self._profile(uow.session, person)
            await uow.commit()
            return profile

    async def introduce(self, user_id: int, guild_id: int | None) -> int | None:
        """Makes the person's introduction due in the channel for it; returns that channel."""
        now = self._clock.now()
        async with self._db.write() as uow:
            person = await self._mine(uow.session, user_id, guild_id)
            if person.onboarded_at is None:
                raise Refusal("Please tell me a little about yourself first: press “Get started”.")
            await self._planner.outbox.put(
                uow,
                DeliveryPlan(
                    kind="introduction",
                    subject=f"person:{person.id}",
                    occurrence="once:1",
                    guild_id=person.guild_id,
                    place="introductions",
                    due_at=now,
                    last_useful_at=now + INTRODUCTION_USEFUL,
                    rule="at once",
                    courtesy=Courtesy.ANSWER,
                ),
            )
            channel = await uow.session.get(ServerObject, (person.guild_id, "introductions"))
            await uow.commit()
            return channel.discord_id if channel else None

    async def introduction(self, person_id: int) -> Introduction | None:
        """What to post; None when the person has left the server meanwhile."""
        async with self._db.read() as session:
            person = await session.get_one(Person, person_id)
            if person.user_id is None or person.joined_at is None:
                return None
            profile = await self._profile(session, person)
            return Introduction(person.user_id, profile)

    async def _mine(self, session: AsyncSession, user_id: int, guild_id: int | None) -> Person:
        seats = await seats_of_user(session, user_id)
        here = [seat for seat in seats if guild_id in (None, seat.person.guild_id)]
        if not here:
            raise NotAllowed(
                "I do not find you on a roster yet. Please tell an organizer your Discord "
                "username; they can add you."
            )
        waiting = [seat for seat in here if seat.person.onboarded_at is None]
        return (waiting or here)[0].person

    async def _profile(self, session: AsyncSession, person: Person) -> Profile:
        rows = await session.execute(
            select(Membership, Cohort, Team)
            .join(Cohort, Cohort.id == Membership.cohort_id)
            .outerjoin(Team, Team.id == Membership.team_id)
            .where(
                Membership.person_id == person.id,
                Membership.left_at.is_(None),
                Cohort.state.in_(OPEN),
            )
            .order_by(Membership.position)
        )
        teams, running = [], False
        for membership, cohort, team in rows:
            running |= cohort.state == "running"
            if team is not None:
                teams.append(await self._team(session, person, membership, team))
        await with_hours(session, person)
        hours, zone = hours_of(person)
        return Profile(
            person_id=person.id,
            name=person.name,
            timezone=person.timezone,
            hours=format_availability(hours),
            hours_in_words=in_words(hours),
            about=person.about,
            now=self._clock.now().astimezone(zone),
            running=running,
            teams=tuple(teams),
        )

    @staticmethod
    async def _team(
        session: AsyncSession, person: Person, membership: Membership, team: Team
    ) -> TeamIntroduction:
        channel = await session.get(ServerObject, (person.guild_id, f"team:{team.id}:channel"))
        captain = await captain_of(session, team.id)
        navigators = await team_people(session, team.id, Role.NAVIGATOR)
        mentees = await team_people(session, team.id, Role.MENTEE)
        return TeamIntroduction(
            name=team.name,
            project=team.project,
            role=membership.role,
            channel_id=channel.discord_id if channel else None,
            navigators=tuple(p.name for p in navigators if p.id != person.id),
            captain=captain.name if captain and captain.id != person.id else None,
            mentees=tuple(p.name for p in mentees if p.id != person.id),
        )
