"""Rows that make a roster, and what the reader says of them."""

import csv
import io

import pytest

from bot.domain.roster import Roster, RosterProblems, parse_roster
from bot.domain.rosterfile import COLUMNS

GOOD = {
    "discord_username": "ada.love",
    "name": "Ada Love",
    "email": "ada@example.org",
    "role": "mentee",
    "team": "Mercury",
    "project": "Django",
    "timezone": "Asia/Kathmandu",
    "languages": "ne;en",
    "availability": "Mon 18:00-21:00",
    "project_preferences": "",
    "rank": "",
    "score": "",
}
NAVIGATOR = {**GOOD, "discord_username": "navi", "name": "Navi", "role": "navigator"}
CAPTAIN = {**GOOD, "discord_username": "cap", "name": "Cap", "role": "captain", "project": ""}


def write(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def parse(*rows: dict[str, str]) -> Roster:
    return parse_roster(write(*rows), "roster.csv")


def problems(*rows: dict[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(RosterProblems) as refused:
        parse(*rows)
    assert "Nothing was imported" in refused.value.sentence
    for problem in refused.value.problems:
        assert problem.reason.endswith(".")
        assert "\n" not in problem.reason
        assert len(problem.reason) < 260
    return [(problem.line, problem.reason) for problem in refused.value.problems]


def refusal(data: bytes, filename: str = "roster.csv") -> str:
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, filename)
    assert refused.value.problems == []
    return refused.value.sentence
