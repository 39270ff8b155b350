"""Rosters: who takes part in a cohort, as an organizer's spreadsheet says it.

A roster is used as a whole or not at all: `parse_roster` lists everything to correct at once.
Emails are in the file for invitations; they are passed over here and kept on no row, because
data that nobody needs is not kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.errors import shown
from bot.domain.policy import Role
from bot.domain.rosterfile import Problem, RosterProblems, read_roster_file
from bot.domain.rosterrows import Claim, Row, read_row

__all__ = [
    "MAX_MENTEES",
    "Problem",
    "Role",
    "Roster",
    "RosterProblems",
    "RosterTeam",
    "Row",
    "parse_roster",
]

MAX_MENTEES = 3


@dataclass(frozen=True, slots=True)
class RosterTeam:
    """A team with its people in roster order; the first navigator's timezone is the team's."""

    name: str
    project: str | None
    navigators: tuple[Row, ...]
    mentees: tuple[Row, ...]
    captain: Row | None


@dataclass(frozen=True)
class Roster:
    """The rows of a good roster in its order.

    `warnings` are sentences on what is unusual but allowed, for the organizer who imports it.
    """

    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def people(self) -> dict[str, tuple[Row, ...]]:
        """Each person's rows by username, in first-seen order."""
        people: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            people[row.username].append(row)
        return {username: tuple(rows) for username, rows in people.items()}

    @cached_property
    def teams(self) -> tuple[RosterTeam, ...]:
        """The teams in first-seen order."""
        teams: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            for team in row.teams:
                teams[team].append(row)
        return tuple(_team(name, rows) for name, rows in teams.items())


def parse_roster(data: bytes, filename: str, max_mentees: int = MAX_MENTEES) -> Roster:
    """The roster in an attached file. A team with more than `max_mentees` is warned of.

    Raises RosterProblems, with every bad row in `problems`, if anything has to be corrected.
    """
    file = read_roster_file(data, filename)
    problems = list(file.problems)
    claims: list[Claim] = []
    rows: list[Row] = []
    for record in file.records:
        claim, row, mistakes = read_row(record)
        claims.append(claim)
        problems += mistakes
        if row:
            rows.append(row)
    problems += _same_role_twice(claims)
    problems += _two_captains(claims)
    problems += _contradictions(claims)
    problems += _team_spellings(claims)
    if not file.problems:
        # Rows that could not be read at all may be the very team that seems to be missing.
        problems += _captains_of_nobody(claims)
    if problems:
        count = len({problem.line for problem in problems})
        lines = "1 line" if count == 1 else f"{count} lines"
        raise RosterProblems(
            f"Nothing was imported: {lines} of {shown(filename)} must be corrected first.",
            sorted(problems, key=lambda problem: problem.line),
        )
    warnings = [f"The column {shown(column)} is not used." for column in file.unused]
    warnings += _hours_that_differ(claims)
    warnings += [
        f"Line {claim.line}: organizers are in no team, so theirs was passed over."
        for claim in claims
        if claim.role is Role.ORGANIZER and claim.teams
    ]
    warnings += _unusual_teams(Roster(tuple(rows)), max_mentees)
    return Roster(tuple(rows), tuple(warnings))


def _same_role_twice(claims: Iterable[Claim]) -> Iterator[Problem]:
    first: dict[tuple[str, Role], int] = {}
    for claim in claims:
        if claim.username is None or claim.role is None:
            continue
        line = first.setdefault((claim.username, claim.role), claim.line)
        if line != claim.line:
            yield Problem(
                claim.line,
                f"{claim.username} is {claim.role} on line {line} already;"
                f" please keep one of the lines {line} and {claim.line}.",
            )


def _two_captains(claims: Iterable[Claim]) -> Iterator[Problem]:
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.role is not Role.CAPTAIN:
            continue
        for team in claim.teams:
            other = first.setdefault(team.casefold(), claim)
            # The same captain on two lines is a doubled row, and named as such.
            if other is not claim and (other.username is None or other.username != claim.username):
                yield Problem(
                    claim.line,
                    f"The team {shown(team)} has a captain on line {other.line} already"
                    f" ({other.name or other.username or 'unnamed'}); a team has one captain, so"
                    f" please keep it on one of the lines {other.line} and {claim.line}.",
                )


def _contradictions(claims: Iterable[Claim]) -> Iterator[Problem]:
    names: dict[str, tuple[str, int]] = {}
    zones: dict[str, tuple[str, int]] = {}
    for claim in claims:
        if claim.username is None:
            continue
        for what, value, seen in (
            ("name", claim.name, names),
            ("timezone", claim.timezone, zones),
        ):
            if value is None:
                continue
            known, line = seen.setdefault(claim.username, (value, claim.line))
            if known != value:
                yield Problem(
                    claim.line,
                    f"The {what} of {claim.username} is {shown(value)} here and {shown(known)}"
                    f" on line {line}; please write the same on both.",
                )


def _team_spellings(claims: Iterable[Claim]) -> Iterator[Problem]:
    first: dict[str, tuple[str, int]] = {}
    for claim in claims:
        for team in claim.teams:
            known, line = first.setdefault(team.casefold(), (team, claim.line))
            if known != team:
                yield Problem(
                    claim.line,
                    f"The team {shown(team)} is written {shown(known)} on line {line};"
                    " please write it the same way.",
                )


def _captains_of_nobody(claims: Sequence[Claim]) -> Iterator[Problem]:
    # A row whose role could not be read may well be a mentee's.
    known = {
        team.casefold()
        for claim in claims
        if claim.role in {Role.MENTEE, Role.NAVIGATOR, None}
        for team in claim.teams
    }
    for claim in claims:
        for team in claim.teams:
            if claim.role is Role.CAPTAIN and team.casefold() not in known:
                yield Problem(
                    claim.line,
                    f"Nobody else is in the team {shown(team)}; please check how it is written,"
                    " or leave the captain's team empty for now.",
                )


def _hours_that_differ(claims: Iterable[Claim]) -> Iterator[str]:
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.username is None or not claim.availability:
            continue
        known = first.setdefault(claim.username, claim)
        if known.availability != claim.availability:
            yield (
                f"Line {claim.line}: {claim.username} has other hours on line {known.line};"
                f" those of line {known.line} are used."
            )


def _unusual_teams(roster: Roster, max_mentees: int) -> Iterator[str]:
    for team in roster.teams:
        name = shown(team.name)
        if len(team.mentees) > max_mentees:
            yield f"The team {name} has {len(team.mentees)} mentees; {max_mentees} are usual."
        if not team.navigators:
            yield f"The team {name} has no navigator yet."
        if team.captain is None:
            yield f"The team {name} has no captain yet."
        projects = {row.project for row in (*team.navigators, *team.mentees) if row.project}
        if len(projects) > 1:
            yield (
                f"The team {name} has more than one project; {shown(team.project or '')} is used."
            )


def _team(name: str, rows: Sequence[Row]) -> RosterTeam:
    navigators = tuple(row for row in rows if row.role is Role.NAVIGATOR)
    mentees = tuple(row for row in rows if row.role is Role.MENTEE)
    captains = [row for row in rows if row.role is Role.CAPTAIN]
    project = next((row.project for row in (*navigators, *mentees) if row.project), None)
    return RosterTeam(name, project, navigators, mentees, captains[0] if captains else None)
