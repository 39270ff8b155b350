"""One row of a roster: what each field means, and what may be wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.availability import Availability, parse_availability
from bot.domain.errors import Refusal, shown
from bot.domain.names import NAME_LIMIT, PROJECT_LIMIT, TEAM_LIMIT, check_name
from bot.domain.policy import Role
from bot.domain.rosterfile import Problem, Record
from bot.domain.timezones import find_timezone, iana_name

T = TypeVar("T")

DEFAULT_RANK = 3
_MAX_LIST = 20
_LANGUAGE_LIMIT = 35
_USERNAME = re.compile(r"[a-z0-9_.]{2,32}")
# Discord gives these to nobody, and as names they would read like a mention.
_RESERVED = {"everyone", "here"}
_RANK = re.compile(r"[0-9]{1,3}")
_SCORE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One person in one role.

    `username` is the Discord username in lower case, `timezone` an IANA name. `teams` is at most
    one for mentees and navigators, empty for organizers, and empty for people not placed yet.
    `rank`: lower is better, 3 where the file has none. `score` is None where it has none.
    """

    line: int
    username: str
    name: str
    role: Role
    teams: tuple[str, ...]
    project: str | None
    timezone: str
    languages: tuple[str, ...]
    availability: Availability
    preferences: tuple[str, ...]
    rank: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """As much of a row as other rows are compared with; None where it could not be read.

    Rows with a mistake are compared as well, so that one mistake does not hide another, nor make
    a team seem empty.
    """

    line: int
    username: str | None
    name: str | None
    role: Role | None
    teams: tuple[str, ...]
    timezone: str | None
    availability: Availability | None


def read_row(record: Record) -> tuple[Claim, Row | None, list[Problem]]:
    """One record's claim, its row if all of it is good, and otherwise what is wrong."""
    problems: list[Problem] = []

    def read(column: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(record.fields[column])
        except Refusal as refusal:
            problems.append(Problem(record.line, refusal.sentence))
            return None

    username = read("discord_username", _username)
    name = read("name", lambda text: check_name(text, "the name", NAME_LIMIT))
    role = read("role", _role)
    teams = read("team", _teams)
    project = read("project", _project)
    timezone = read("timezone", _timezone)
    languages = read("languages", _languages)
    availability = read("availability", parse_availability)
    preferences = read("project_preferences", _preferences)
    rank = read("rank", _rank)
    score = read("score", _score)
    if role in {Role.MENTEE, Role.NAVIGATOR} and teams and len(teams) > 1:
        problems.append(
            Problem(record.line, f"A {role} has one team; please keep one of {', '.join(teams)}.")
        )
    claim = Claim(record.line, username, name, role, teams or (), timezone, availability)
    if (
        problems
        or username is None
        or name is None
        or role is None
        or teams is None
        or project is None
        or timezone is None
        or languages is None
        or availability is None
        or preferences is None
        or rank is None
        or score is None
    ):
        return claim, None, problems
    row = Row(
        line=record.line,
        username=username,
        name=name,
        role=role,
        teams=() if role is Role.ORGANIZER else teams,
        project=project or None,
        timezone=timezone,
        languages=languages,
        availability=availability,
        preferences=preferences,
        rank=rank,
        score=score[0] if score else None,
    )
    return claim, row, []


def _username(text: str) -> str:
    username = text.casefold()
    if not username:
        raise Refusal("Please fill in discord_username.")
    if not _USERNAME.fullmatch(username) or username in _RESERVED:
        raise Refusal(
            f"{shown(text)} is no Discord username; please write it as in the person's profile:"
            " 2 to 32 letters a-z, digits, dots and underscores."
        )
    return username


def _role(text: str) -> Role:
    try:
        return Role(text.casefold())
    except ValueError:
        raise Refusal(
            f"{shown(text)} is no role; please write mentee, navigator, captain or organizer."
        ) from None


def _timezone(text: str) -> str:
    """Only IANA names: a guess from a city is for its owner to confirm, who is not here."""
    if not text:
        raise Refusal("Please fill in the timezone, with a name such as Europe/Berlin.")
    found = find_timezone(text)
    exact = iana_name(text)
    if exact is None:
        raise Refusal(f"{shown(text)} is no timezone name; please write {found}.")
    return exact


def _project(text: str) -> str:
    return check_name(text, "the project", PROJECT_LIMIT) if text else ""


def _teams(text: str) -> tuple[str, ...]:
    return _list(text, "the team", TEAM_LIMIT)


def _languages(text: str) -> tuple[str, ...]:
    return _list(text, "the language", _LANGUAGE_LIMIT)


def _preferences(text: str) -> tuple[str, ...]:
    return _list(text, "the project preference", PROJECT_LIMIT)


def _list(text: str, what: str, limit: int) -> tuple[str, ...]:
    items = dict.fromkeys(check_name(item, what, limit) for item in text.split(";") if item.strip())
    if len(items) > _MAX_LIST:
        raise Refusal(f"That is {len(items)} times {what}; please keep at most {_MAX_LIST}.")
    return tuple(items)


def _rank(text: str) -> int:
    if not text:
        return DEFAULT_RANK
    if not _RANK.fullmatch(text):
        raise Refusal(f"{shown(text)} is no rank; please write a whole number, or leave it empty.")
    return int(text)


def _score(text: str) -> tuple[float, ...]:
    """One number, or none if the field is empty."""
    if not text:
        return ()
    if not _SCORE.fullmatch(text):
        raise Refusal(
            f"{shown(text)} is no score; please write a number such as 12 or 7.5,"
            " or leave it empty."
        )
    return (float(text),)
