"""Shared blocks: hours of a week in which everybody is free.

The circular week of UTC instants. Week k of a cohort, for people in many zones at once, is the
672 quarter hours from its first date at 00:00 UTC to the same weekday at 00:00 UTC seven days
later. Each quarter hour is a real instant of that very week: a person is free in it if the 15
minutes that their own wall clock shows then lie in their stated hours. So a clock change moves
somebody's free instants from the moment it happens, in the middle of a week if need be. The last
quarter hour of the week is followed by its first: an hour that begins before the end of the UTC
week goes on at its beginning.

Quarter hours are bits of an integer, bit 0 the first. Every zone's offset from UTC is a whole
number of quarter hours today (a test looks at all of them).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.availability import DAY_MINUTES, Availability, minute_of_week
from bot.domain.wallclock import local
from bot.domain.weeks import week_start as start_of_week

# The hours a person stated, and the zone whose wall clock they are meant by.
Hours = tuple[Availability, ZoneInfo]

QUARTER = timedelta(minutes=15)
QUARTERS = 7 * 24 * 4
_WHOLE_WEEK = (1 << QUARTERS) - 1
_BLOCK = 4


class FewestBlocks(NamedTuple):
    """The fewest shared blocks that any week of a cohort has, and the first such week."""

    blocks: int
    week: int


def shared_blocks(people: Sequence[Hours], week_start: date) -> int:
    """The most one-hour blocks free for all `people` in the week that begins on `week_start`.

    Blocks begin on any UTC quarter hour and do not overlap. None if nobody is given, or if
    somebody stated no hours.
    """
    free = _WHOLE_WEEK if people else 0
    for availability, zone in people:
        free &= free_quarters(availability, zone, week_start)
        if not free:
            return 0
    return sum(length // _BLOCK for length in _runs(free))


def shared_blocks_every_week(people: Sequence[Hours], start: date, weeks: int) -> FewestBlocks:
    """The fewest shared blocks in the weeks 1 to `weeks` of a cohort that starts on `start`.

    "At least five" must hold in every week, clock changes included (the programme's rule).
    Raises ValueError for a cohort without weeks.
    """
    if weeks < 1:
        raise ValueError(f"a cohort has at least one week, not {weeks}")
    return min(
        FewestBlocks(shared_blocks(people, start_of_week(start, k)), k) for k in range(1, weeks + 1)
    )


@lru_cache(maxsize=16_384)
def free_quarters(availability: Availability, zone: ZoneInfo, week_start: date) -> int:
    """The quarter hours of the UTC week from `week_start` in which a person is free, as bits."""
    wall = _wall_quarters(availability)
    free = 0
    for first, end, shift in _stretches(zone, week_start):
        # The wall clock is `shift` quarter hours ahead of the count from the week's first bit.
        turned = (wall >> shift) | (wall << (QUARTERS - shift))
        free |= turned & ((1 << end) - (1 << first))
    return free


def is_free(hours: Hours, start: datetime, end: datetime) -> bool:
    """Whether somebody's wall clock shows hours they stated all the time from `start` to `end`.

    Both are moments on a whole minute, at most a week apart.
    """
    availability, zone = hours
    here, there = local(start, zone), local(end, zone)
    minutes = (end - start) // timedelta(minutes=1)
    if here.utcoffset() == there.utcoffset():
        return availability.contains(minute_of_week(here), minutes)
    return all(
        availability.covers_local(local(start + timedelta(minutes=minute), zone))
        for minute in range(minutes)
    )


@lru_cache(maxsize=4_096)
def _wall_quarters(availability: Availability) -> int:
    """The quarter hours of a wall-clock week, from Monday 00:00, that are free throughout."""
    quarters = 0
    for hours in availability.ranges:
        first, end = -(-hours.start_minute // 15), hours.end_minute // 15
        if first < end:
            quarters |= (1 << end) - (1 << first)
    return (quarters & _WHOLE_WEEK) | (quarters >> QUARTERS)


@lru_cache(maxsize=4_096)
def _stretches(zone: ZoneInfo, week_start: date) -> tuple[tuple[int, int, int], ...]:
    """The UTC week cut where `zone` changes its clock: (first quarter, end, shift) each."""
    midnight = datetime.combine(week_start, time(0), UTC)
    stretches: list[tuple[int, int, int]] = []
    for quarter in range(QUARTERS):
        offset = (midnight + quarter * QUARTER).astimezone(zone).utcoffset() or timedelta(0)
        ahead = (week_start.weekday() * DAY_MINUTES * timedelta(minutes=1) + offset) // QUARTER
        shift = ahead % QUARTERS
        if stretches and stretches[-1][2] == shift:
            stretches[-1] = stretches[-1][0], quarter + 1, shift
        else:
            stretches.append((quarter, quarter + 1, shift))
    return tuple(stretches)


def _runs(quarters: int) -> Iterator[int]:
    """How long each unbroken run of bits in the circular week is."""
    # Turn the circle so that it begins with a zero; then no run goes over its end.
    zero = (~quarters & (quarters + 1)).bit_length() - 1
    if zero < QUARTERS:
        quarters = (quarters >> zero) | (quarters << (QUARTERS - zero)) & _WHOLE_WEEK
    return (len(run) for run in f"{quarters:b}".split("0"))
