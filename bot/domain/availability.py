"""When somebody is usually free: weekly hours by their own wall clock.

Written `Mon 18:00-21:00; Sat 09:00-12:30`. 24:00 is the end of a day, ranges that touch are one,
also from Sunday to Monday, and no range at all means that no hours are stated (then nobody shares
an hour with this person). Minutes count from Monday 00:00 of a week that goes round in a circle.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Refusal, shown

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MAX_RANGES = 60
MAX_CHARACTERS = 1000
EXAMPLE = "Mon 18:00-21:00; Sat 09:00-12:30"

# A range over midnight is taken to be one up to this length; a longer one is more likely to have
# its times in the wrong order ("Mon 21:00-18:00").
_LONGEST_NIGHT = 12 * 60
_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon monday",
            "tue tues tuesday",
            "wed weds wednesday",
            "thu thur thurs thursday",
            "fri friday",
            "sat saturday",
            "sun sunday",
        )
    )
    for name in names.split()
}
_PIECE = re.compile(
    r"(?P<day>[A-Za-z]+)\.?\s*(?P<start>[0-9]{1,2}:[0-9]{2})\s*[-‐‑‒–—―−]\s*"
    r"(?P<end>[0-9]{1,2}:[0-9]{2})"
)
_BETWEEN = re.compile(r"[;,\n]")


@dataclass(frozen=True, slots=True, order=True)
class WeeklyRange:
    """Minutes since Monday 00:00, from `start_minute` up to, not including, `end_minute`.

    The end is greater than the start; a range that goes on into Monday ends after the week's
    10,080 minutes. Raises ValueError for anything else.
    """

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        length = self.end_minute - self.start_minute
        if not (0 <= self.start_minute < WEEK_MINUTES and 0 < length <= WEEK_MINUTES):
            raise ValueError(f"no range of a week: {self.start_minute} to {self.end_minute}")


@dataclass(frozen=True)
class Availability:
    """Weekly hours: ranges in order, none touching another. False if no hours are stated."""

    ranges: tuple[WeeklyRange, ...] = ()

    def __post_init__(self) -> None:
        # Equal hours are equal values, however they were put together.
        object.__setattr__(self, "ranges", tuple(_normalized(self.ranges)))

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def contains(self, minute: int, length: int = 1) -> bool:
        """Whether `length` minutes from `minute` of the week on, in a circle, are all free."""
        first = minute % WEEK_MINUTES
        return any(
            hours.end_minute - hours.start_minute == WEEK_MINUTES
            or (hours.start_minute <= start and start + length <= hours.end_minute)
            for hours in self.ranges
            for start in (first, first + WEEK_MINUTES)
        )

    def covers_local(self, wall: datetime) -> bool:
        """Whether the person is free when their wall clock shows `wall`; tzinfo is ignored."""
        return self.contains(minute_of_week(wall))


def minute_of_week(wall: datetime) -> int:
    """Minutes since Monday 00:00 that a wall clock shows."""
    return wall.weekday() * DAY_MINUTES + wall.hour * 60 + wall.minute


def parse_availability(text: str) -> Availability:
    """The hours that a person typed; an empty text states none.

    Pieces may be divided by semicolons, commas or new lines; day names are English, short or
    long. A range over midnight, such as `Fri 22:00-02:00`, ends on the next day. Raises Refusal
    that names the piece not understood, or when there are more than 60 ranges or 1,000 characters.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refusal(
            f"That is more than {MAX_CHARACTERS:,} characters;"
            f" please write it shorter, like this: {EXAMPLE}."
        )
    # Digits and colons as an East Asian keyboard types them mean the same.
    pieces = [piece.strip() for piece in _BETWEEN.split(unicodedata.normalize("NFKC", text))]
    hours = Availability(tuple(_parse_piece(piece) for piece in pieces if piece))
    # What is accepted must also be accepted as we write it out, or a file could not come back.
    if (
        max(sum(1 for _ in _cut(hours, 0)), sum(1 for piece in pieces if piece)) > MAX_RANGES
        or len(format_availability(hours)) > MAX_CHARACTERS
    ):
        raise Refusal(
            f"That is more than {MAX_RANGES} ranges; please join some of them,"
            " so that a week stays easy to read."
        )
    return hours


def format_availability(hours: Availability) -> str:
    """As in rosters, `Mon 18:00-21:00; Sat 09:00-12:30`, cut at midnight; parses to the same."""
    return "; ".join(_written(hours, "-", longest_night=0))


def in_words(hours: Availability) -> str:
    """For people to read: `Mon 18:00–21:00, Fri 22:00–02:00`, nights in one piece; parses too."""
    if not hours:
        return "no hours stated"
    return ", ".join(_written(hours, "–", _LONGEST_NIGHT))


def _parse_piece(piece: str) -> WeeklyRange:
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise _not_understood(piece)
    day = _DAYS.get(match["day"].casefold())
    if day is None:
        raise Refusal(
            f"{shown(match['day'])} in {shown(piece)} is not a day I know;"
            f" please use English days, like this: {EXAMPLE}."
        )
    start, end = _clock(match["start"], piece), _clock(match["end"], piece)
    if start == DAY_MINUTES:
        raise Refusal(
            f"{shown(piece)} starts at 24:00, the end of the day;"
            " please write 00:00 with the next day."
        )
    if start == end:
        raise Refusal(
            f"{shown(piece)} ends when it starts; please write from when to when, like this:"
            f" {EXAMPLE}."
        )
    if end < start:
        end += DAY_MINUTES
    if end - start > _LONGEST_NIGHT and end > DAY_MINUTES:
        raise Refusal(
            f"{shown(piece)} ends before it starts; please put the earlier time first, or write"
            " a long night as two, like this: Fri 20:00-24:00; Sat 00:00-10:00."
        )
    return WeeklyRange(day * DAY_MINUTES + start, day * DAY_MINUTES + end)


def _clock(text: str, piece: str) -> int:
    """Minutes since midnight, 0 to 1,440."""
    hour, minute = (int(part) for part in text.split(":"))
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise Refusal(
            f"There is no time {text} as in {shown(piece)};"
            " please use times from 00:00 to 24:00, like this: Mon 18:00-21:00."
        )
    return hour * 60 + minute


def _not_understood(piece: str) -> Refusal:
    return Refusal(f"I could not read {shown(piece)}; please write it like this: {EXAMPLE}.")


def _normalized(ranges: Iterable[WeeklyRange]) -> Iterator[WeeklyRange]:
    """The same minutes as few ranges in order; only the last may go on into Monday."""
    straight = []
    for hours in ranges:
        straight.append((hours.start_minute, min(hours.end_minute, WEEK_MINUTES)))
        if hours.end_minute > WEEK_MINUTES:
            straight.append((0, hours.end_minute - WEEK_MINUTES))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(straight):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    if len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == WEEK_MINUTES:
        merged[-1] = merged[-1][0], WEEK_MINUTES + merged.pop(0)[1]
    return (WeeklyRange(start, end) for start, end in merged)


def _cut(hours: Availability, longest_night: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each range, cut at midnights unless it is a night of that length or less."""
    for part in hours.ranges:
        start, end = part.start_minute, part.end_minute
        while start < end:
            midnight = (start // DAY_MINUTES + 1) * DAY_MINUTES
            stop = end if end - start <= longest_night else min(end, midnight)
            yield start, stop
            start = stop


def _written(hours: Availability, dash: str, longest_night: int) -> Iterator[str]:
    for start, length in sorted(
        (start % WEEK_MINUTES, end - start) for start, end in _cut(hours, longest_night)
    ):
        day, first = divmod(start, DAY_MINUTES)
        last = first + length
        last = last if last <= DAY_MINUTES else last - DAY_MINUTES
        yield f"{_SHORT[day]} {_time(first)}{dash}{_time(last)}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
