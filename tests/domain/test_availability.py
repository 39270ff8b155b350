from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.availability import (
    Availability,
    WeeklyRange,
    format_availability,
    in_words,
    parse_availability,
)
from bot.domain.errors import Refusal
from tests.domain.strategies import WEEK, availabilities, minutes, weekly_ranges

DAY = 24 * 60


def ranges(text: str) -> list[tuple[int, int]]:
    return [(r.start_minute, r.end_minute) for r in parse_availability(text).ranges]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ;; ", []),
        ("Mon 17:45-21:45", [(1065, 1305)]),
        ("mon 7:00-9:00; THURSDAY 07:00–09:00;", [(420, 540), (3 * DAY + 420, 3 * DAY + 540)]),
        (
            "Tues. 10:00 — 11:00, wed 10:00-11:00\nThur10:00-11:00",
            [(2040, 2100), (3480, 3540), (4920, 4980)],
        ),
        ("Mon １８：００－２１：００", [(1080, 1260)]),
        # Out of order, overlapping and touching.
        (
            "Mon 20:00-21:00; Mon 10:00-12:00; Mon 11:00-13:00; Mon 13:00-14:00",
            [(600, 840), (1200, 1260)],
        ),
        # To the end of the day, and on into the next.
        ("Mon 22:00-24:00", [(1320, 1440)]),
        ("Mon 22:00-00:00", [(1320, 1440)]),
        ("Mon 22:00-24:00; Tue 00:00-02:00", [(1320, 1560)]),
        ("Fri 22:00-02:00", [(4 * DAY + 1320, 5 * DAY + 120)]),
        # Sunday touches Monday.
        ("Mon 00:00-02:00; Sun 22:00-24:00", [(6 * DAY + 1320, WEEK + 120)]),
        ("Sun 22:00-02:00", [(6 * DAY + 1320, WEEK + 120)]),
        ("Sun 22:00-02:00; Mon 01:00-03:00", [(6 * DAY + 1320, WEEK + 180)]),
        (
            "Mon 00:00-24:00; Tue 00:00-24:00; Wed 00:00-24:00; Thu 00:00-24:00; Fri 00:00-24:00;"
            "Sat 00:00-24:00; Sun 00:00-24:00",
            [(0, WEEK)],
        ),
    ],
)
def test_parse(text: str, expected: list[tuple[int, int]]) -> None:
    assert ranges(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("whenever", "could not read “whenever”"),
        ("Mon 18:00-21:00; evenings", "could not read “evenings”"),
        ("Mon 18:00", "could not read “Mon 18:00”"),
        ("Mon 18-21", "could not read “Mon 18-21”"),
        ("Mon 6:00pm-9:00pm", "could not read"),
        ("Mon ٠٩:٠٠-١٠:٠٠", "could not read"),
        ("Mo 18:00-21:00", "“Mo” in “Mo 18:00-21:00” is not a day"),
        ("Mon 18:00-24:30", "no time 24:30"),
        ("Mon 18:60-19:00", "no time 18:60"),
        ("Mon 25:00-26:00", "no time 25:00"),
        ("Mon 24:00-02:00", "starts at 24:00"),
        ("Mon 18:00-18:00", "ends when it starts"),
        ("Mon 00:00-00:00", "ends when it starts"),
        ("Mon 21:00-18:00", "ends before it starts"),
        ("Mon 12:00-00:01", "ends before it starts"),
        ("Mon 18:00-21:00;" + " " * 1000, "more than 1,000 characters"),
        (";".join(f"Mon {h // 4}:{h % 4}0-{h // 4}:{h % 4}9" for h in range(61)), "more than 60"),
        # All of them the same hour, but nobody can read that.
        ("Mon 10:00-11:00;" * 61, "more than 60"),
        # As typed it is short enough, as written into a file it is not.
        (";".join(f"Mon{h // 4}:{h % 4}0-{h // 4}:{h % 4}9" for h in range(60)), "more than 60"),
        ("`" * 990, "could not read “" + "`" * 40 + "…”"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_availability(text)
    assert says in refused.value.sentence
    assert len(refused.value.sentence) < 220


def test_the_longest_night() -> None:
    assert ranges("Mon 20:00-08:00") == [(1200, 1920)]
    # Half a day without a midnight in it is no night; any length will do.
    assert ranges("Mon 00:00-24:00") == [(0, 1440)]


@given(st.text(max_size=60) | st.text("MonTuSa 0123456789:-–;,", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        hours = parse_availability(text)
    except Refusal:
        return
    assert parse_availability(format_availability(hours)) == hours


@given(availabilities())
@example(Availability((WeeklyRange(0, WEEK),)))
@example(Availability((WeeklyRange(WEEK - 1, WEEK + 1),)))
@example(Availability((WeeklyRange(WEEK - 60, 2 * WEEK - 120),)))
def test_both_forms_can_be_read_again(hours: Availability) -> None:
    assert parse_availability(format_availability(hours)) == hours
    if hours:
        assert parse_availability(in_words(hours)) == hours


@given(st.lists(weekly_ranges(), max_size=8))
def test_ranges_are_merged_without_loss(found: list[WeeklyRange]) -> None:
    wanted = {m % WEEK for r in found for m in range(r.start_minute, r.end_minute)}
    hours = Availability(tuple(found))
    assert minutes(hours) == wanted
    # As few ranges as there are beginnings in the circle of minutes.
    beginnings = sum(1 for minute in wanted if (minute - 1) % WEEK not in wanted)
    assert len(hours.ranges) == (beginnings or bool(wanted))
    assert list(hours.ranges) == sorted(hours.ranges)
    assert Availability(tuple(reversed(found))) == hours


@settings(max_examples=50)
@given(availabilities(max_size=4), st.integers(0, 2 * WEEK), st.integers(1, 300))
def test_contains(hours: Availability, minute: int, length: int) -> None:
    free = minutes(hours)
    assert hours.contains(minute) == (minute % WEEK in free)
    expected = all((minute + n) % WEEK in free for n in range(length))
    assert hours.contains(minute, length) == expected


def test_a_whole_week_has_no_seam() -> None:
    assert Availability((WeeklyRange(0, WEEK),)).contains(WEEK - 30, 60)
    assert not Availability((WeeklyRange(1, WEEK),)).contains(WEEK - 30, 60)


def test_covers_local() -> None:
    hours = parse_availability("Sun 22:00-02:00")
    for text, free in [
        ("2027-02-28T21:59", False),
        ("2027-02-28T22:00", True),
        ("2027-03-01T01:59", True),
        ("2027-03-01T02:00", False),
    ]:
        assert hours.covers_local(datetime.fromisoformat(text)) is free


def test_in_words() -> None:
    hours = parse_availability("thu 7:00-9:00; Mon 17:45-21:45; Fri 22:00-02:00; Sun 23:00-1:00")
    assert in_words(hours) == "Mon 17:45–21:45, Thu 07:00–09:00, Fri 22:00–02:00, Sun 23:00–01:00"
    assert format_availability(hours) == (
        "Mon 00:00-01:00; Mon 17:45-21:45; Thu 07:00-09:00; Fri 22:00-24:00; Sat 00:00-02:00;"
        " Sun 23:00-24:00"
    )
    assert in_words(Availability()) == "no hours stated"
    assert format_availability(Availability()) == ""


def test_a_range_too_long_for_a_night_is_cut_at_midnight() -> None:
    hours = parse_availability("Mon 08:00-24:00; Tue 00:00-06:00")
    assert in_words(hours) == "Mon 08:00–24:00, Tue 00:00–06:00"


def test_stated_or_not() -> None:
    assert not Availability()
    assert parse_availability("Mon 10:00-11:00")


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 5), (WEEK, WEEK + 5), (5, 5), (6, 5), (5, WEEK + 6)]
)
def test_ranges_that_are_none(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no range"):
        WeeklyRange(start, end)
