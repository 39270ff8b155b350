"""Calendar arithmetic of the oracle: local clocks, quiet hours and weeks.

A wall time is found by walking forward through UTC until the local clock first shows it, which
gives the moment after a gap for a skipped time and the first of two for a repeated one. Every
moment that goes in or out is aware and in UTC; zones are IANA names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

AWAKE_FROM = time(8)
AWAKE_UNTIL = time(21)


def instant(text: str) -> datetime:
    """Read an ISO-8601 moment with an offset; raises ValueError when the offset is missing."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.astimezone(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment as the wire does, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wall(moment: datetime, zone: str) -> datetime:
    """What the clock on the wall shows in `zone`, without an offset."""
    return moment.astimezone(_zone(zone)).replace(tzinfo=None)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def reach(day: date, clock: time, zone: str) -> datetime:
    """The first moment, to the minute, at which the clock in `zone` shows `clock` or later."""
    wanted = datetime.combine(day, clock)
    step = datetime.combine(day, clock, tzinfo=UTC) - 16 * HOUR
    while wall(step, zone) < wanted:
        step += HOUR
    # A clock that was set back may have shown the time before the hour that was sampled.
    step -= 3 * HOUR
    while wall(step, zone) < wanted:
        step += MINUTE
    return step


def is_quiet(moment: datetime, zone: str) -> bool:
    """Whether unprompted messages must wait: before 08:00, or from 21:00 on, local."""
    shown = wall(moment, zone).time()
    return not AWAKE_FROM <= shown < AWAKE_UNTIL


def after_quiet(moment: datetime, zone: str) -> datetime:
    """The moment itself, or the next 08:00 local when it falls into quiet hours."""
    if not is_quiet(moment, zone):
        return moment
    shown = wall(moment, zone)
    day = shown.date() if shown.time() < AWAKE_FROM else shown.date() + DAY
    return reach(day, AWAKE_FROM, zone)


def local_week(moment: datetime, zone: str) -> date:
    """The Monday of the local calendar week, as its name."""
    today = wall(moment, zone).date()
    return today - today.weekday() * DAY


def next_week(moment: datetime, zone: str) -> datetime:
    """08:00 local on the Monday after `moment`."""
    return reach(local_week(moment, zone) + WEEK, AWAKE_FROM, zone)


def weekday_number(text: str) -> int:
    """Monday is 0; takes names of three letters or more. Raises ValueError for anything else."""
    word = text.strip().lower()
    hits = [i for i, name in enumerate(WEEKDAYS) if len(word) >= 3 and name.startswith(word)]
    if len(hits) != 1:
        raise ValueError(f"{text!r} is no day of the week")
    return hits[0]


def clock_time(text: str) -> time:
    """Read HH:MM."""
    hours, minutes = text.strip().split(":")[:2]
    return time(int(hours), int(minutes))


@cache
def _cities() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(available_timezones(), reverse=True):
        found[name.lower()] = name
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right")):
            found[name.rsplit("/", 1)[1].replace("_", " ").lower()] = name
    for name in available_timezones():
        found[name.lower()] = name
    return found


def zone_named(text: str) -> str | None:
    """The zone somebody means who writes `Asia/Kathmandu`, `Kathmandu` or `Kathmandu, Nepal`."""
    known = _cities()
    whole = text.strip().lower()
    for guess in (whole, whole.replace(" ", "_"), whole.split(",")[0].strip()):
        if guess in known:
            return known[guess]
    return None


def stamps_in(text: str) -> list[datetime]:
    """Every Discord timestamp `<t:unix:style>` in a text, in order of appearance."""
    return [
        datetime.fromtimestamp(int(unix), UTC)
        for unix in re.findall(r"<t:(-?\d+)(?::[a-zA-Z])?>", text)
    ]


def covers(spans: Iterable[tuple[datetime, datetime]], moment: datetime) -> bool:
    """Whether a moment lies in one of the spans (start inside, end outside)."""
    return any(begin <= moment < end for begin, end in spans)
