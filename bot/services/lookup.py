"""Questions that several services ask: who is who, in which open cohort, on which team."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.domain import policy
from bot.domain.availability import Availability, WeeklyRange
from bot.domain.errors import NotFound
from bot.domain.policy import Action, Actor, Role
from bot.domain.weeks import Dates, covering
from bot.storage.tables import Cohort, GuildOrganizer, Membership, Person, Team

OPEN = ("draft", "running")
RUNNING = "running"


@dataclass(frozen=True)
class Seat:
    """One person in one cohort, in the role that matters for a question."""

    person: Person
    membership: Membership
    cohort: Cohort
    team: Team | None

    @property
    def dates(self) -> Dates:
        """The weeks that this place in the cohort is counted by."""
        return dates_of(self.cohort, self.team)


async def organized(session: AsyncSession, guild_id: int) -> set[int]:
    """The cohorts whose organizers count as organizers: the open ones, and the newest of all.

    So whoever has just closed a cohort still sees it through, until the next one begins.
    """
    rows = list(
        await session.execute(
            select(Cohort.id, Cohort.state)
            .where(Cohort.guild_id == guild_id)
            .order_by(Cohort.id.desc())
        )
    )
    newest = {rows[0].id} if rows else set()
    return newest | {cohort_id for cohort_id, state in rows if state in OPEN}


async def check(session: AsyncSession, actor: Actor, action: Action) -> None:
    """Raises NotAllowed, with the sentence for the person, unless the actor may do this."""
    named = await session.get(GuildOrganizer, (actor.guild_id, actor.user_id))
    roles = set(
        await session.scalars(
            select(Membership.role)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Person.guild_id == actor.guild_id,
                Person.user_id == actor.user_id,
                Membership.left_at.is_(None),
                Membership.cohort_id.in_(await organized(session, actor.guild_id)),
            )
        )
    )
    held = policy.level(
        manage_guild=actor.manage_guild,
        organizer=named is not None or Role.ORGANIZER in roles,
        member=bool(roles),
    )
    policy.check(action, held)


async def cohort_by_name(session: AsyncSession, guild_id: int, name: str) -> Cohort:
    """The cohort of that name, or the only open one when no name is given. Raises NotFound."""
    query = select(Cohort).where(Cohort.guild_id == guild_id)
    if name:
        found = await session.scalar(query.where(Cohort.name == name))
        if found is None:
            raise NotFound(
                f"There is no cohort named “{name[:60]}” here; `/cohort show` lists them."
            )
        return found
    candidates = list(await session.scalars(query.where(Cohort.state.in_(OPEN))))
    if not candidates:
        raise NotFound("There is no open cohort here yet; `/cohort create` makes one.")
    if len(candidates) > 1:
        names = ", ".join(f"“{cohort.name}”" for cohort in candidates)
        raise NotFound(f"There are several open cohorts, please say which one you mean: {names}.")
    return candidates[0]


async def seats_of_user(
    session: AsyncSession,
    user_id: int,
    roles: Sequence[str] = tuple(Role),
    states: Sequence[str] = OPEN,
) -> list[Seat]:
    """All places that an account holds in open cohorts, in any server, in roster order."""
    rows = await session.execute(
        select(Person, Membership, Cohort, Team)
        .join(Membership, Membership.person_id == Person.id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(
            Person.user_id == user_id,
            Membership.left_at.is_(None),
            Membership.role.in_(roles),
            Cohort.state.in_(states),
        )
        .order_by(Cohort.id, Membership.position)
    )
    return [Seat(*row) for row in rows]


async def seat_of_person(
    session: AsyncSession, cohort_id: int, person_id: int, role: str
) -> Seat | None:
    """Somebody's place in a cohort in one role; for a captain, the first of their teams."""
    row = (
        await session.execute(
            select(Person, Membership, Cohort, Team)
            .join(Membership, Membership.person_id == Person.id)
            .join(Cohort, Cohort.id == Membership.cohort_id)
            .outerjoin(Team, Team.id == Membership.team_id)
            .where(
                Membership.cohort_id == cohort_id,
                Membership.person_id == person_id,
                Membership.role == role,
                Membership.left_at.is_(None),
            )
            .order_by(Membership.position)
        )
    ).first()
    return Seat(*row) if row else None


async def team_people(session: AsyncSession, team_id: int, role: str) -> list[Person]:
    """The people of a team in one role who have not left, in roster order."""
    return list(
        await session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.team_id == team_id,
                Membership.role == role,
                Membership.left_at.is_(None),
            )
            .order_by(Membership.position)
        )
    )


async def captain_of(session: AsyncSession, team_id: int | None) -> Person | None:
    """A team's captain, if it has one."""
    if team_id is None:
        return None
    captains = await team_people(session, team_id, Role.CAPTAIN)
    return captains[0] if captains else None


async def mentors_of(
    session: AsyncSession, team_id: int | None, roles: Collection[str]
) -> list[Person]:
    """The navigators and the captain of a team, as far as they are among `roles`, in that order."""
    if team_id is None:
        return []
    rows = list(
        await session.execute(
            select(Membership.role, Person)
            .join(Person, Membership.person_id == Person.id)
            .where(
                Membership.team_id == team_id,
                Membership.role.in_(roles),
                Membership.left_at.is_(None),
            )
            .order_by(Membership.position)
        )
    )
    captains = [person for role, person in rows if role == Role.CAPTAIN]
    return [person for role, person in rows if role == Role.NAVIGATOR] + captains[:1]


async def team_zone(session: AsyncSession, team: Team, cohort: Cohort) -> ZoneInfo:
    """A team's timezone: its first navigator's in roster order, else the cohort's."""
    navigators = await team_people(session, team.id, Role.NAVIGATOR)
    return ZoneInfo(navigators[0].timezone if navigators else cohort.timezone)


def dates_of(cohort: Cohort, team: Team | None) -> Dates:
    """When a team runs: by dates of its own where it has them, else by the cohort's.

    The one place that says so. Without a team it is the cohort's dates.
    """
    if team is None:
        return Dates(cohort.start, cohort.weeks)
    return Dates(team.start or cohort.start, team.weeks or cohort.weeks)


async def captained(session: AsyncSession, cohort_id: int, person_id: int) -> list[Team]:
    """The teams that somebody is captain of in a cohort, in order."""
    return list(
        await session.scalars(
            select(Team)
            .join(Membership, Membership.team_id == Team.id)
            .where(
                Membership.cohort_id == cohort_id,
                Membership.person_id == person_id,
                Membership.role == Role.CAPTAIN,
                Membership.left_at.is_(None),
            )
            .order_by(Team.position)
        )
    )


def captain_dates(cohort: Cohort, teams: Sequence[Team]) -> Dates:
    """The weeks of a captain: they cover those of all their `teams`; without any, the cohort's."""
    return covering(dates_of(cohort, team) for team in teams or (None,))


async def with_hours(session: AsyncSession, *people: Person) -> None:
    """Loads when these people are free, for `hours_of`."""
    await session.execute(
        select(Person)
        .where(Person.id.in_([person.id for person in people]))
        .options(selectinload(Person.availability))
    )


def hours_of(person: Person) -> tuple[Availability, ZoneInfo]:
    """When somebody is free every week, by the wall clock of their own timezone.

    Their hours have to be loaded (`with_hours`).
    """
    ranges = tuple(WeeklyRange(free.start_minute, free.end_minute) for free in person.availability)
    return Availability(ranges), ZoneInfo(person.timezone)
