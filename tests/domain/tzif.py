"""Clock changes read straight from the files of the tz database: the oracle of the time tests.

It knows nothing of `zoneinfo` nor of the bot. A zone is a table of moments at which its offset
changes; what a wall clock shows is looked up in it. Everything is in whole seconds: moments since
1970 in UTC, wall clocks as the same number read as local time.
"""

import re
import struct
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

FIRST_YEAR, LAST_YEAR = 2023, 2032
DAY = 86_400
_NAME = r"(?:<[^>]+>|[A-Za-z]+)"
_OFFSET = r"([+-]?[0-9]+(?::[0-9]+)*)"
_RULE = re.compile(
    rf"{_NAME}{_OFFSET}(?:{_NAME}{_OFFSET}?,([^,/]+)(?:/([^,]+))?,([^,/]+)(?:/(.+))?)?"
)


@dataclass(frozen=True)
class Change:
    """A clock change: at `at` (UTC) the offset goes from `before` to `after`, in seconds."""

    at: int
    before: int
    after: int


@dataclass(frozen=True)
class Table:
    """The offsets of one zone between two years."""

    first: int
    changes: tuple[Change, ...]

    def offset(self, moment: int) -> int:
        """Seconds east of UTC at a moment."""
        number = bisect_right(self.changes, moment, key=lambda change: change.at)
        return self.changes[number - 1].after if number else self.first

    def between(self, first_year: int, last_year: int) -> list[Change]:
        """The changes of some years, both included."""
        begin, end = wall_of(date(first_year, 1, 1)), wall_of(date(last_year + 1, 1, 1))
        return [change for change in self.changes if begin <= change.at < end]

    def wall(self, moment: int) -> int:
        """What the wall clock shows."""
        return moment + self.offset(moment)

    def first_showing(self, wall: int) -> int:
        """The first moment at which the clock shows `wall`; skipped: the first after the gap."""
        begin, offset = -(10**12), self.first
        for change in self.changes:
            if begin + offset <= wall < change.at + offset:
                return wall - offset
            if wall < change.at + change.after:
                return change.at
            begin, offset = change.at, change.after
        return wall - offset


@cache
def table(name: str) -> Table:
    """The table of a zone, from 2023 to 2032."""
    data = (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).read_bytes()
    moments, offsets, rule = _parse(data)
    known = list(zip(moments, offsets[1:], strict=True))
    last = moments[-1] if moments else -(10**12)
    known += [(at, offset) for at, offset in _by_rule(rule) if at > last]
    begin = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    offset, first, changes = offsets[0], offsets[0], []
    for at, after in known:
        if at < begin:
            first = after
        elif after != offset:
            changes.append(Change(at, offset, after))
        offset = after
    return Table(first, tuple(changes))


def _parse(data: bytes) -> tuple[list[int], list[int], str]:
    """Moments of change, offsets (the first one holds before them all), and the last rule."""
    assert data[:4] == b"TZif"
    assert data[4:5] >= b"2"
    counts = struct.unpack(">6l", data[20:44])
    utc, std, leaps, times, types, letters = counts
    # The first block, with 32 bits, says nothing that the second does not.
    data = data[44 + times * 5 + types * 6 + letters + leaps * 8 + std + utc :]
    utc, std, leaps, times, types, letters = struct.unpack(">6l", data[20:44])
    assert not leaps
    body = data[44:]
    moments = list(struct.unpack(f">{times}q", body[: times * 8]))
    which = body[times * 8 : times * 9]
    kinds = [
        struct.unpack(">lbb", body[begin : begin + 6])[0]
        for begin in range(times * 9, times * 9 + types * 6, 6)
    ]
    end = times * 9 + types * 6 + letters + std + utc
    rule = body[end:].decode().strip("\n")
    return moments, [kinds[0], *(kinds[index] for index in which)], rule


def _by_rule(rule: str) -> list[tuple[int, int]]:
    """The changes that a rule such as CET-1CEST,M3.5.0,M10.5.0/3 makes, year by year."""
    match = _RULE.fullmatch(rule)
    assert match, rule
    standard, summer, begins, at, ends, until = match.groups()
    usual = -_seconds(standard)
    if begins is None:
        return [(0, usual)]
    ahead = -_seconds(summer) if summer else usual + 3600
    found = []
    for year in range(FIRST_YEAR - 1, LAST_YEAR + 1):
        found.append((_day(begins, year) + _seconds(at or "2") - usual, ahead))
        found.append((_day(ends, year) + _seconds(until or "2") - ahead, usual))
    return sorted(found)


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _day(text: str, year: int) -> int:
    """Midnight of the day that a rule names: M3.5.0 is the last Sunday of March."""
    if text.startswith("M"):
        month, week, weekday = (int(part) for part in text[1:].split("."))
        first = date(year, month, 1)
        offset = (weekday - first.isoweekday()) % 7
        number = 1 + offset + 7 * (week - 1)
        while number > monthrange(year, month)[1]:
            number -= 7
        return wall_of(date(year, month, number))
    if text.startswith("J"):
        # Day 1 to 365; the 29th of February is never counted.
        day = date(2023, 1, 1) + timedelta(days=int(text[1:]) - 1)
        return wall_of(day.replace(year=year))
    return wall_of(date(year, 1, 1) + timedelta(days=int(text)))


def local_week(zone: Table, moment: int) -> tuple[int, int]:
    """The first moments of the local Monday on or before `moment`, and of the next one."""
    days = zone.wall(moment) // DAY
    monday = days - (days + 3) % 7  # 1 January 1970 was a Thursday
    return zone.first_showing(monday * DAY), zone.first_showing((monday + 7) * DAY)


def date_of(wall: int) -> date:
    """The date of a wall clock."""
    return date(1970, 1, 1) + timedelta(days=wall // DAY)


def time_of(wall: int) -> time:
    """The time of day of a wall clock."""
    return time(wall % DAY // 3600, wall % 3600 // 60, wall % 60)


def wall_of(day: date, minutes: int = 0) -> int:
    """A wall clock, as the seconds that this module counts in."""
    return (day - date(1970, 1, 1)).days * DAY + minutes * 60


def moment_of(seconds: int) -> datetime:
    """The moment in UTC that so many seconds since 1970 are."""
    return datetime.fromtimestamp(seconds, UTC)
