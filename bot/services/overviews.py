"""A cohort at a glance, for organizers."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.policy import Role
from bot.domain.weeks import Dates
from bot.services.lookup import dates_of
from bot.storage.tables import Cohort, Membership, Person, Team


@dataclass(frozen=True)
class TeamOverview:
    """One team as organizers see it."""

    name: str
    project: str
    dates: Dates | None
    """Its own dates, if it has any."""
    mentees: tuple[str, ...]
    navigators: tuple[str, ...]
    captains: tuple[str, ...]


@dataclass(frozen=True)
class CohortOverview:
    """A cohort at a glance. Counts are of people who have not left."""

    id: int
    guild_id: int
    name: str
    start: date
    weeks: int
    timezone: str
    prompt_weekday: int
    prompt_time: time
    state: str
    counts: dict[str, int]
    joined: int
    onboarded: int
    teams: tuple[TeamOverview, ...]


async def overview_of(session: AsyncSession, cohort: Cohort) -> CohortOverview:
    """A cohort with its teams and counts."""
    rows = list(
        await session.execute(
            select(Membership, Person)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.cohort_id == cohort.id, Membership.left_at.is_(None))
            .order_by(Membership.position)
        )
    )
    counts = {role: len({m.person_id for m, _ in rows if m.role == role}) for role in Role}
    people = {person.id: person for _, person in rows}
    teams = await session.scalars(
        select(Team).where(Team.cohort_id == cohort.id).order_by(Team.position)
    )

    def named(team: Team, role: str) -> tuple[str, ...]:
        return tuple(p.name for m, p in rows if m.team_id == team.id and m.role == role)

    return CohortOverview(
        id=cohort.id,
        guild_id=cohort.guild_id,
        name=cohort.name,
        start=cohort.start,
        weeks=cohort.weeks,
        timezone=cohort.timezone,
        prompt_weekday=cohort.prompt_weekday,
        prompt_time=cohort.prompt_time,
        state=cohort.state,
        counts={str(role): number for role, number in counts.items()},
        joined=sum(person.joined_at is not None for person in people.values()),
        onboarded=sum(person.onboarded_at is not None for person in people.values()),
        teams=tuple(
            TeamOverview(
                team.name,
                team.project,
                dates_of(cohort, team) if team.start or team.weeks else None,
                named(team, Role.MENTEE),
                named(team, Role.NAVIGATOR),
                named(team, Role.CAPTAIN),
            )
            for team in teams
        ),
    )
