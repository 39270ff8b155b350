"""What the oracle reads out of a roster file: who is who, where, and free when.

The columns are those of `examples/rosters/session.csv`. Availability is kept as the set of minutes
of a local week, Monday 00:00 being 0, so that touching ranges and the turn of the week need no
rule of their own.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from rehearsal.oracle_time import wall, weekday_number

MINUTES_OF_A_WEEK = 7 * 24 * 60
_RANGE = re.compile(r"^\s*([A-Za-z]+)\s+(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\s*$")

Free = frozenset[int]


def slug(name: str) -> str:
    """A name as it appears in a channel's name: lower case, plain letters, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def minutes_free(text: str) -> Free:
    """Minutes of the week in `Day HH:MM-HH:MM; …`. Raises ValueError for anything else."""
    minutes: set[int] = set()
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        shape = _RANGE.match(part)
        if shape is None:
            raise ValueError(f"{part.strip()!r} is no range of hours")
        day, *numbers = shape.groups()
        begin_hour, begin_minute, end_hour, end_minute = map(int, numbers)
        origin = weekday_number(day) * 24 * 60
        begin = origin + begin_hour * 60 + begin_minute
        end = origin + end_hour * 60 + end_minute
        minutes.update(minute % MINUTES_OF_A_WEEK for minute in range(begin, end))
    return frozenset(minutes)


def is_free(free: Free, zone: str, start: datetime, minutes: int) -> bool:
    """Whether every minute from `start` on is a free one on the clock of `zone`."""
    for passed in range(minutes):
        shown = wall(start + timedelta(minutes=passed), zone)
        if (shown.weekday() * 24 + shown.hour) * 60 + shown.minute not in free:
            return False
    return True


@dataclass(frozen=True)
class Row:
    """One line of the roster; a person may have several with different roles."""

    username: str
    name: str
    role: str
    teams: tuple[str, ...]
    zone: str
    free: Free


@dataclass(frozen=True)
class Roster:
    """All rows in the order of the file, and what the oracle asks of them; `size` in bytes."""

    rows: tuple[Row, ...]
    size: int = 0

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Usernames, each once, in roster order."""
        return tuple(dict.fromkeys(row.username for row in self.rows))

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """Team names, each once, in roster order."""
        return tuple(dict.fromkeys(team for row in self.rows for team in row.teams))

    @cached_property
    def _first(self) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in self.rows:
            found.setdefault(row.username, row)
        return found

    def row(self, username: str) -> Row:
        """A person's first row; KeyError for a stranger."""
        return self._first[username]

    def roles(self, username: str) -> frozenset[str]:
        """All roles of a person; none for a stranger."""
        return frozenset(row.role for row in self.rows if row.username == username)

    def holding(self, role: str, team: str | None = None) -> tuple[str, ...]:
        """Usernames with a role, in one team or anywhere, in roster order."""
        return tuple(
            row.username
            for row in self.rows
            if row.role == role and (team is None or team in row.teams)
        )

    def teams_of(self, username: str, role: str) -> tuple[str, ...]:
        """The teams in which a person has a role."""
        return tuple(
            team
            for row in self.rows
            if row.username == username and row.role == role
            for team in row.teams
        )

    def captain(self, team: str) -> str | None:
        """The captain of a team, or None."""
        return next(iter(self.holding("captain", team)), None)

    def crew(self, team: str) -> frozenset[str]:
        """Everybody who belongs to a team."""
        return frozenset(row.username for row in self.rows if team in row.teams)

    def team_zone(self, team: str, otherwise: str) -> str:
        """The zone of a team: its first navigator's in roster order, else the cohort's."""
        leader = next(iter(self.holding("navigator", team)), None)
        return self.row(leader).zone if leader else otherwise


def read_roster(path: Path) -> Roster:
    """Read a roster file; raises KeyError for a missing column, ValueError for bad hours."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = tuple(
            Row(
                username=line["discord_username"].strip().lower(),
                name=line["name"].strip(),
                role=line["role"].strip().lower(),
                teams=tuple(part.strip() for part in line["team"].split(";") if part.strip()),
                zone=line["timezone"].strip() or "UTC",
                free=minutes_free(line["availability"]),
            )
            for line in csv.DictReader(file)
        )
    return Roster(rows, path.stat().st_size)
