from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.availability import Availability, WeeklyRange, parse_availability
from bot.domain.overlap import Hours
from bot.domain.slots import SLOT, Slot, find_slots, spread
from tests.domain.strategies import WEEK, availabilities, each, minutes, zones

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2027, 3, 1, tzinfo=UTC)
ALWAYS = Availability((WeeklyRange(0, WEEK),))
KATHMANDU = ZoneInfo("Asia/Kathmandu")
BERLIN = ZoneInfo("Europe/Berlin")


def slot(text: str) -> Slot:
    """`1 18:30`: day of March 2027 and time, UTC."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return Slot(datetime(2027, 3, int(day), int(hour), int(minute), tzinfo=UTC))


def slots(*texts: str) -> list[Slot]:
    return [slot(text) for text in texts]


def test_slots_are_on_the_captains_half_hours() -> None:
    captain = parse_availability("Mon 18:10-20:00"), KATHMANDU
    mentee = parse_availability("Mon 13:00-15:00"), BERLIN
    # 18:30 to 20:00 in Kathmandu is 12:45 to 14:15 UTC, and 15:00 in Berlin is 14:00 UTC.
    found = find_slots(captain, mentee, MONDAY, MONDAY + timedelta(days=1))
    assert found == slots("1 12:45", "1 13:15")
    # The other way round: 18:30 is the middle of the half hours of Kathmandu, as seen from Berlin.
    assert find_slots(mentee, captain, MONDAY, MONDAY + timedelta(days=1)) == slots(
        "1 12:30", "1 13:00", "1 13:30"
    )


def test_busy_times_are_left_out() -> None:
    both = parse_availability("Mon 10:00-12:00"), ZoneInfo("UTC")
    day = MONDAY, MONDAY + timedelta(days=1)
    assert find_slots(both, both, *day) == slots("1 10:00", "1 10:30", "1 11:00", "1 11:30")
    busy = [(slot("1 10:30").start, slot("1 11:00").start), (slot("1 11:45").start, day[1])]
    assert find_slots(both, both, *day, busy) == slots("1 10:00", "1 11:00")


def test_slots_lie_between_the_two_moments() -> None:
    both = ALWAYS, ZoneInfo("UTC")
    assert find_slots(both, both, MONDAY + MINUTE, MONDAY + 89 * MINUTE) == slots("1 00:30")
    assert find_slots(both, both, MONDAY, MONDAY + 60 * MINUTE) == slots("1 00:00", "1 00:30")
    assert find_slots(both, both, MONDAY, MONDAY) == []


def test_nobody_who_stated_no_hours_is_booked() -> None:
    assert find_slots((ALWAYS, BERLIN), (Availability(), BERLIN), MONDAY, MONDAY + SLOT * 99) == []


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(availabilities(max_size=6), zones),
    st.tuples(availabilities(max_size=6), zones),
    st.datetimes(datetime(2027, 3, 10), datetime(2027, 4, 5)),  # noqa: DTZ001
    st.integers(0, 4 * 24 * 60),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 200)), max_size=4),
)
def test_slots_against_minutes(
    captain: Hours,
    mentee: Hours,
    naive: datetime,
    length: int,
    appointments: list[tuple[int, int]],
) -> None:
    after = naive.replace(tzinfo=UTC)
    before = after + length * MINUTE
    busy = [(after + s * MINUTE, after + (s + d) * MINUTE) for s, d in appointments]
    free = [(minutes(hours), place) for hours, place in (captain, mentee)]

    def both_free(moment: datetime) -> bool:
        return all(
            (clock := moment.astimezone(place)).weekday() * 1440 + clock.hour * 60 + clock.minute
            in hours
            for hours, place in free
        )

    def fits(start: datetime) -> bool:
        every = each(start, start + SLOT, MINUTE)
        return (
            start >= after
            and start + SLOT <= before
            and start.astimezone(captain[1]).strftime("%M") in {"00", "30"}
            and all(both_free(moment) for moment in every)
            and not any(s < m + MINUTE and m < e for m in every for s, e in busy)
        )

    first = after.replace(second=0, microsecond=0)
    expected = [Slot(m) for m in each(first, before, MINUTE) if m.minute % 5 == 0 and fits(m)]
    assert find_slots(captain, mentee, after, before, busy) == expected


def test_spread_over_three_days() -> None:
    offered = slots("2 18:00", "2 18:30", "3 18:00", "4 18:00", "4 20:00", "6 18:00", "6 20:00")
    assert spread(offered) == slots("2 18:00", "4 18:00", "6 18:00")
    assert spread(list(reversed(offered))) == spread(offered)


def test_spread_over_fewer_days_than_wanted() -> None:
    assert spread(slots("2 18:00", "2 18:30", "2 20:00", "2 21:00")) == slots(
        "2 18:00", "2 20:00", "2 21:00"
    )
    assert spread(slots("2 18:00", "2 18:30", "3 18:00", "3 20:00")) == slots(
        "2 18:00", "3 18:00", "3 20:00"
    )
    assert spread(slots("2 18:00")) == slots("2 18:00")
    assert spread([]) == []
    assert spread(slots("2 18:00", "3 18:00"), wanted=0) == []


def test_days_are_those_of_whoever_chooses() -> None:
    # 18:00 and 18:30 UTC are two days in Kathmandu, where midnight is at 18:15.
    offered = slots("2 18:00", "2 18:30", "2 19:00")
    assert spread(offered, wanted=2, zone=KATHMANDU) == slots("2 18:00", "2 19:00")
    offered = slots("2 17:00", "2 18:00", "2 18:30")
    assert spread(offered, wanted=2, zone=KATHMANDU) == slots("2 17:00", "2 18:30")
    assert spread(slots("2 01:00", "2 09:00", "2 18:30"), wanted=2, zone=KATHMANDU) == slots(
        "2 01:00", "2 18:30"
    )


def test_what_others_were_offered_is_left_for_them() -> None:
    offered = slots("2 18:00", "3 18:00", "4 18:00", "5 18:00")
    assert spread(offered, avoid=set(slots("2 18:00"))) == slots("3 18:00", "4 18:00", "5 18:00")
    # Unless there are not enough others: then as many as are missing.
    avoid = set(slots("2 18:00", "3 18:00", "4 18:00"))
    assert spread(offered, avoid=avoid) == slots("2 18:00", "3 18:00", "5 18:00")


def test_an_avoided_slot_is_rather_taken_on_another_day() -> None:
    avoid = set(slots("2 20:30", "3 00:00"))
    offered = [*slots("2 18:00", "2 23:30"), *avoid]
    assert spread(offered, avoid=avoid) == slots("2 18:00", "2 23:30", "3 00:00")


some_slots = st.sets(st.integers(0, 6 * 48), max_size=9).map(
    lambda halves: [Slot(MONDAY + half * SLOT) for half in sorted(halves)]
)


@settings(max_examples=300, deadline=None)
@given(some_slots, zones)
def test_spread_is_the_best_of_all_choices(offered: list[Slot], place: ZoneInfo) -> None:
    def day(one: Slot) -> object:
        return one.start.astimezone(place).date()

    count = min(3, len({day(one) for one in offered}))
    choices = [c for c in combinations(offered, count) if len({day(one) for one in c}) == count]

    def quality(choice: tuple[Slot, ...]) -> tuple[timedelta, list[timedelta]]:
        gaps = [b.start - a.start for a, b in pairwise(choice)]
        return min(gaps, default=timedelta(0)), [MONDAY - one.start for one in choice]

    chosen = spread(offered, zone=place)
    assert len(chosen) == min(3, len(offered))
    best = max(choices, key=quality)
    if len(chosen) == count:
        assert chosen == list(best)
    else:
        assert set(best) <= set(chosen)


@settings(max_examples=200, deadline=None)
@given(some_slots, st.sets(st.integers(0, 8)), st.integers(1, 4))
def test_spread_takes_no_more_avoided_slots_than_it_must(
    offered: list[Slot], numbers: set[int], wanted: int
) -> None:
    avoid = {one for number, one in enumerate(offered) if number in numbers}
    chosen = spread(offered, wanted, avoid)
    assert chosen == sorted(set(chosen) & set(offered))
    assert len(chosen) == min(wanted, len(offered))
    needed = max(0, len(chosen) - len(set(offered) - avoid))
    assert len(set(chosen) & avoid) == needed


@pytest.mark.parametrize("name", ["Australia/Lord_Howe", "Pacific/Chatham", "Europe/Berlin"])
def test_slots_on_a_day_when_clocks_change(name: str) -> None:
    place = ZoneInfo(name)
    both = ALWAYS, place
    start = datetime(2027, 3, 27, tzinfo=UTC)
    found = find_slots(both, both, start, start + timedelta(days=9))
    assert {one.start.astimezone(place).minute for one in found} == {0, 30}
    assert len(found) == 9 * 48 - (place.key == "Pacific/Chatham")
