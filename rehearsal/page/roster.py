"""The people of the roster: who they are, their teams, their timezones, their parts in the play."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from rehearsal.page.timestamps import find_zone


@dataclass
class Person:
    """One person of the cohort. `parts` are their roster rows as (role, teams).

    `zone` is where their clock runs: their onboarding answer, else the roster's.
    """

    username: str
    name: str
    zone: tzinfo = UTC
    parts: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    persona: str = ""
    note: str = ""
    user_id: str = ""

    @property
    def roles_text(self) -> str:
        """What they are, in words: Mentee in Mercury; Captain of Terra, Saturn."""
        texts = []
        for role, teams in self.parts:
            joint = " of " if role == "captain" else " in "
            texts.append(role.capitalize() + (joint + ", ".join(teams) if teams else ""))
        return "; ".join(texts)

    @property
    def group(self) -> str:
        """Where the picker lists them: their team, or their role, or outside the roster."""
        for role, teams in self.parts:
            if role in ("mentee", "navigator") and teams:
                return f"Team {teams[0]}"
        if not self.parts:
            return "Not on the roster"
        return self.parts[0][0].capitalize() + "s"


@dataclass
class Roster:
    """People by username in roster order, teams in order, and each team's timezone."""

    people: dict[str, Person] = field(default_factory=dict)
    teams: list[str] = field(default_factory=list)
    zones: dict[str, tzinfo] = field(default_factory=dict)

    def team_of(self, *names: str) -> str | None:
        """The team whose name is part of one of these channel or category names."""
        for name in names:
            folded = _folded(name)
            for team in sorted(self.teams, key=len, reverse=True):
                if _folded(team) and _folded(team) in folded:
                    return team
        return None


def read_roster(path: Path, script: Mapping[str, Any]) -> Roster:
    """Read the roster's CSV (UTF-8) and join each person's part in the play.

    A team's zone is its first navigator's in roster order (the programme's definition); a team
    without one has no entry in `zones`. Unknown timezones read as UTC.
    """
    roster = Roster()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            _add(roster, {key: (value or "").strip() for key, value in row.items() if key}, script)
    return roster


def _add(roster: Roster, row: dict[str, Any], script: Mapping[str, Any]) -> None:
    username = str(row.get("discord_username", ""))
    if not username:
        return
    person = roster.people.get(username)
    if person is None:
        part = script.get(username) or {}
        person = Person(
            username,
            str(row.get("name") or username),
            find_zone(str(row.get("timezone", ""))) or UTC,
            persona=str(part.get("persona", "")),
            note=str(part.get("note", "")),
        )
        roster.people[username] = person
    role = str(row.get("role", "")).lower()
    teams = tuple(team.strip() for team in str(row.get("team", "")).split(";") if team.strip())
    person.parts.append((role, teams))
    for team in teams:
        if team not in roster.teams:
            roster.teams.append(team)
        if role == "navigator":
            roster.zones.setdefault(team, person.zone)


def _folded(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
