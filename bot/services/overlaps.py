"""Where the people of a team have too few hours in common: import and launch warn of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.domain.overlap import Hours, shared_blocks_every_week
from bot.domain.policy import Role
from bot.domain.weeks import Dates
from bot.services.lookup import dates_of, hours_of
from bot.storage.tables import Cohort, Membership, Person, Team


@dataclass(frozen=True)
class TeamRules:
    """What the programme aims for in a team (docs/programme.md)."""

    max_mentees: int
    team_blocks: int
    """Hours a week that all navigators and mentees of a team should share."""
    captain_blocks: int
    """Hours a week that the captain should share with each mentee."""


@dataclass
class TeamHours:
    """The weekly hours of a team's people, by role, and the weeks in which they matter."""

    dates: Dates
    members: list[Hours] = field(default_factory=list)
    mentees: dict[str, Hours] = field(default_factory=dict)
    captain: tuple[str, Hours] | None = None


async def team_hours(session: AsyncSession, cohort: Cohort) -> dict[str, TeamHours]:
    """The hours of every team of a cohort, by the team's name, in order."""
    rows = await session.execute(
        select(Team, Membership.role, Person)
        .join(Membership, Membership.team_id == Team.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Team.cohort_id == cohort.id, Membership.left_at.is_(None))
        .order_by(Team.position, Membership.position)
        .options(selectinload(Person.availability))
    )
    teams: dict[str, TeamHours] = {}
    for row, role, person in rows:
        team = teams.setdefault(row.name, TeamHours(dates_of(cohort, row)))
        hours = hours_of(person)
        if role == Role.CAPTAIN:
            team.captain = (person.name, hours)
            continue
        team.members.append(hours)
        if role == Role.MENTEE:
            team.mentees[person.name] = hours
    return teams


def thin_overlaps(teams: Mapping[str, TeamHours], rules: TeamRules) -> list[str]:
    """One sentence for each team or pair that shares less than the programme aims for."""
    warnings = []
    for name, team in teams.items():
        start, weeks = team.dates.start, team.dates.weeks
        fewest = shared_blocks_every_week(team.members, start, weeks)
        if fewest.blocks < rules.team_blocks:
            warnings.append(
                f"Team {name} shares {_hours(fewest.blocks)} in week {fewest.week}; "
                f"{rules.team_blocks} every week is what the programme aims for."
            )
        if team.captain is None:
            continue
        captain, captain_hours = team.captain
        for mentee, mentee_hours in team.mentees.items():
            fewest = shared_blocks_every_week([captain_hours, mentee_hours], start, weeks)
            if fewest.blocks < rules.captain_blocks:
                warnings.append(
                    f"{captain} and {mentee} (team {name}) share {_hours(fewest.blocks)} in week "
                    f"{fewest.week}; {rules.captain_blocks} is what one-on-ones need."
                )
    return warnings


def _hours(count: int) -> str:
    return f"{count} hour" if count == 1 else f"{count} hours"
