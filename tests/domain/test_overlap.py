import time as wall
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.availability import Availability, WeeklyRange, parse_availability
from bot.domain.overlap import (
    FewestBlocks,
    Hours,
    free_quarters,
    is_free,
    shared_blocks,
    shared_blocks_every_week,
)
from bot.domain.wallclock import zone_names
from tests.domain.strategies import (
    WEEK,
    availabilities,
    each,
    minutes,
    moments_2027,
    week_starts,
    zones,
)

MONDAY = date(2027, 2, 22)
MINUTE = timedelta(minutes=1)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def person(hours: str, name: str = "UTC") -> Hours:
    return parse_availability(hours), ZoneInfo(name)


def instants(who: Hours, week_start: date) -> set[int]:
    """Free minutes of the UTC week, each looked up on the person's wall clock by itself."""
    free, place = minutes(who[0]), who[1]
    start = datetime.combine(week_start, time(0), UTC)
    found = set()
    for number, moment in enumerate(each(start, start + timedelta(days=7), MINUTE)):
        clock = moment.astimezone(place)
        if clock.weekday() * 1440 + clock.hour * 60 + clock.minute in free:
            found.add(number)
    return found


def most_blocks(free: set[int]) -> int:
    """The most hours on quarter hours of a circular week that do not overlap.

    Takes the earliest hour that fits each time, which is best on a line; on a circle some
    block may go over the seam, so it tries all four ways to cut there.
    """
    starts = [s for s in range(0, WEEK, 15) if all((s + m) % WEEK in free for m in range(60))]
    best = 0
    for cut in (0, 15, 30, 45):
        count, end = 0, cut
        for begin in (s for s in starts if s >= cut):
            if begin >= end and begin + 60 <= WEEK + cut:
                count, end = count + 1, begin + 60
        best = max(best, count)
    return best


def oracle(people: list[Hours], week_start: date) -> int:
    if not people:
        return 0
    return most_blocks(set.intersection(*(instants(who, week_start) for who in people)))


@pytest.mark.parametrize(
    ("people", "blocks"),
    [
        ([], 0),
        ([person("")], 0),
        ([person("Mon 10:00-12:00"), person("")], 0),
        ([person("Mon 10:00-10:59")], 0),
        ([person("Mon 10:00-11:00")], 1),
        ([person("Mon 10:05-11:05")], 0),
        ([person("Mon 10:05-11:15")], 1),
        ([person("Mon 10:15-12:15")], 2),
        ([person("Mon 10:00-11:45")], 1),
        ([person("Mon 10:00-10:45; Mon 11:00-11:45")], 0),
        ([person("Mon 10:00-13:00"), person("Mon 11:30-15:00")], 1),
        # 17:45 in Kathmandu is 12:00 UTC, 13:00 in Berlin.
        (
            [
                person("Mon 17:45-21:45", "Asia/Kathmandu"),
                person("Mon 13:00-17:00", "Europe/Berlin"),
            ],
            4,
        ),
        # Over the end of the UTC week.
        ([person("Sun 23:30-00:30")], 1),
        (
            [
                person("Mon 05:15-07:15", "Asia/Kathmandu"),
                person("Sun 18:00-21:00", "America/New_York"),
            ],
            2,
        ),
        ([person("; ".join(f"{day} 00:00-24:00" for day in DAYS))], 168),
        ([person("; ".join(f"{day} 00:15-24:00" for day in DAYS))], 161),
        ([person("Mon 00:15-24:00; " + "; ".join(f"{day} 00:00-24:00" for day in DAYS[1:]))], 167),
    ],
)
def test_shared_blocks(people: list[Hours], blocks: int) -> None:
    assert shared_blocks(people, MONDAY) == blocks


def test_wall_clock_hours_stay_when_clocks_change() -> None:
    """Berlin and New York are an hour closer from 14 to 28 March 2027."""
    pair = [
        person("Wed 14:00-16:00", "Europe/Berlin"),
        person("Wed 08:00-10:00", "America/New_York"),
    ]
    weeks = [shared_blocks(pair, MONDAY + timedelta(weeks=k)) for k in range(8)]
    assert weeks == [2, 2, 2, 1, 1, 2, 2, 2]
    assert shared_blocks_every_week(pair, MONDAY, 8) == FewestBlocks(1, 4)
    assert shared_blocks_every_week(pair, MONDAY, 3) == FewestBlocks(2, 1)
    with pytest.raises(ValueError, match="at least one week"):
        shared_blocks_every_week(pair, MONDAY, 0)


def test_a_clock_change_in_the_middle_of_the_week_counts_from_its_moment() -> None:
    """28 March 2027: Berlin is at UTC+1 on the Saturday of week 5 and at UTC+2 on its Sunday."""
    berlin = person("Sat 10:00-11:00; Sun 10:00-11:00", "Europe/Berlin")
    assert shared_blocks([berlin, person("Sat 09:00-10:00")], date(2027, 3, 22)) == 1
    assert shared_blocks([berlin, person("Sun 08:00-09:00")], date(2027, 3, 22)) == 1
    assert shared_blocks([berlin, person("Sun 09:00-10:00")], date(2027, 3, 22)) == 0


def test_an_hour_that_is_skipped_is_free_for_nobody() -> None:
    assert shared_blocks([person("Sun 02:00-03:00", "Europe/Berlin")], date(2027, 3, 22)) == 0
    # And one that comes twice is free twice.
    assert shared_blocks([person("Sun 02:00-03:00", "Europe/Berlin")], date(2027, 10, 25)) == 2


people_sets = st.lists(
    st.tuples(availabilities(step=15, min_size=1), zones), max_size=3
) | st.lists(st.tuples(availabilities(min_size=1, max_size=3), zones), max_size=2)


@settings(max_examples=60, deadline=None)
@given(people_sets, week_starts)
def test_shared_blocks_against_minutes(people: list[Hours], week_start: date) -> None:
    assert shared_blocks(people, week_start) == oracle(people, week_start)


@pytest.mark.deep
@settings(max_examples=4_000, deadline=None)
@given(people_sets, week_starts)
def test_shared_blocks_against_minutes_for_long(people: list[Hours], week_start: date) -> None:
    assert shared_blocks(people, week_start) == oracle(people, week_start)


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, 15)), st.integers(0, 671))
def test_blocks_are_the_most_that_any_choice_gives(free: set[int], turn: int) -> None:
    """Against every choice of hours in a stretch of four hours, anywhere in the week's circle."""
    hours = Availability(
        tuple(
            WeeklyRange((quarter + turn) % 672 * 15, (quarter + turn) % 672 * 15 + 15)
            for quarter in free
        )
    )
    starts = [s for s in range(13) if {s, s + 1, s + 2, s + 3} <= free]
    best = max(
        size
        for size in range(5)
        for choice in combinations(starts, size)
        if all(b - a >= 4 for a, b in pairwise(choice))
    )
    assert shared_blocks([(hours, ZoneInfo("UTC"))], MONDAY) == best


@settings(max_examples=60, deadline=None)
@given(availabilities(max_size=5), zones, moments_2027, st.integers(1, 120), st.integers(-600, 600))
def test_is_free(
    hours: Availability, place: ZoneInfo, near: datetime, length: int, shift: int
) -> None:
    for start in (
        near.replace(second=0, microsecond=0, tzinfo=UTC),
        # Around the clock changes of Europe and of New Zealand and Lord Howe.
        datetime(2027, 3, 28, 1, tzinfo=UTC) + shift * MINUTE,
        datetime(2027, 4, 3, 15, tzinfo=UTC) + shift * MINUTE,
    ):
        free = minutes(hours)
        clocks = [m.astimezone(place) for m in each(start, start + length * MINUTE, MINUTE)]
        expected = all(c.weekday() * 1440 + c.hour * 60 + c.minute in free for c in clocks)
        assert is_free((hours, place), start, start + length * MINUTE) == expected


def test_is_free_over_a_clock_change() -> None:
    """Berlin goes from 02:00 to 03:00 at 01:00 UTC on 28 March 2027."""
    around = datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert is_free(person("Sun 01:00-02:00; Sun 03:00-04:00", "Europe/Berlin"), *around)
    assert not is_free(person("Sun 01:00-03:00", "Europe/Berlin"), *around)


@settings(max_examples=30, deadline=None)
@given(availabilities(step=15, max_size=4), zones, week_starts)
def test_free_quarters_are_instants_of_that_week(
    hours: Availability, place: ZoneInfo, week_start: date
) -> None:
    quarters = free_quarters(hours, place, week_start)
    free = instants((hours, place), week_start)
    assert {minute // 15 for minute in free} == {q for q in range(672) if quarters >> q & 1}


def test_a_whole_season_is_quick() -> None:
    """60 teams of three people, eight weeks, nothing in the caches yet."""
    names = ["Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Pacific/Chatham", "UTC"]
    teams = [
        [
            person(f"Mon {n % 7 + 9:02}:{m}5-22:00; Thu 0{n % 9}:00-23:0{m}", names[(n + m) % 5])
            for m in range(3)
        ]
        for n in range(60)
    ]
    free_quarters.cache_clear()
    start = wall.perf_counter()
    for team in teams:
        shared_blocks_every_week(team, MONDAY, 8)
    assert wall.perf_counter() - start < 1


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(zone_names()))
def test_every_zone_is_on_quarter_hours(name: str) -> None:
    """What counting in quarter hours rests on, for the years ahead."""
    place = ZoneInfo(name)
    for moment in each(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), timedelta(hours=12)
    ):
        offset = moment.astimezone(place).utcoffset()
        assert offset is not None
        assert offset % timedelta(minutes=15) == timedelta(0)
