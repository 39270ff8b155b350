from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.weeks import (
    Dates,
    check_start,
    covering,
    day_of_week,
    parse_start,
    prompt_date,
    week_of,
    week_start,
)

START = date(2027, 2, 22)


def test_week_start() -> None:
    assert week_start(START, 1) == START
    assert week_start(START, 3) == date(2027, 3, 8)
    with pytest.raises(ValueError, match="from 1"):
        week_start(START, 0)


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (date(2027, 2, 21), None),
        (date(2027, 2, 22), 1),
        (date(2027, 2, 28), 1),
        (date(2027, 3, 1), 2),
        (date(2027, 4, 18), 8),
        (date(2027, 4, 19), None),
    ],
)
def test_week_of(today: date, week: int | None) -> None:
    assert week_of(START, 8, today) == week


def test_day_of_week() -> None:
    assert day_of_week(START, 2, 5) == date(2027, 3, 5)
    for day in (0, 8):
        with pytest.raises(ValueError, match="1 to 7"):
            day_of_week(START, 2, day)


def test_prompt_date() -> None:
    assert prompt_date(START, 1, 0) == START
    # A cohort that starts on a Wednesday: its first Monday is five days later.
    assert prompt_date(date(2027, 2, 24), 1, 0) == date(2027, 3, 1)
    with pytest.raises(ValueError, match="0"):
        prompt_date(START, 1, 7)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(0, 6))
def test_each_week_has_each_weekday_once(start: date, k: int, weekday: int) -> None:
    days = [day_of_week(start, k, d) for d in range(1, 8)]
    assert [day for day in days if day.weekday() == weekday] == [prompt_date(start, k, weekday)]
    assert [week_of(start, 60, day) for day in days] == [k] * 7
    assert days[-1] + timedelta(days=1) == week_start(start, k + 1)


def test_the_nearest_week() -> None:
    dates = Dates(START, 8)
    assert dates.end == date(2027, 4, 19)
    for today, week, nearest in (
        (date(2027, 2, 21), None, 1),
        (date(2027, 3, 7), 2, 2),
        (date(2027, 4, 18), 8, 8),
        (date(2027, 4, 19), None, 8),
    ):
        assert (dates.week_of(today), dates.nearest_week(today)) == (week, nearest)


def test_what_covers_several_dates() -> None:
    usual = Dates(START, 8)
    assert covering([usual]) == covering([usual, usual]) == usual
    assert covering([usual, Dates(START + timedelta(days=7), 8)]) == Dates(START, 9)
    assert covering([Dates(START + timedelta(days=3), 2), usual]) == usual
    assert covering([usual, Dates(START + timedelta(days=3), 8)]) == Dates(START, 9)
    with pytest.raises(ValueError, match=r"empty|iterable"):
        covering([])


def test_parse_start() -> None:
    assert parse_start(" 2027-02-22 ") == START
    assert parse_start("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "22.02.2027", "2027-2-22", "20270222", "2027-02-22T09:00", "２０２７-02-22"],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(Refusal, match="2027-02-22"):
        parse_start(text)


@pytest.mark.parametrize("text", ["2027-02-30", "2027-13-01", "2027-00-10", "0000-01-01"])
def test_a_day_that_does_not_exist(text: str) -> None:
    with pytest.raises(Refusal, match=f"no day {text}"):
        parse_start(text)


def test_check_start() -> None:
    assert check_start(START, START) == START
    assert check_start(START, date(2026, 12, 1)) == START
    with pytest.raises(Refusal, match="in the past"):
        check_start(START, START + timedelta(days=1))
    with pytest.raises(Refusal, match="check the year"):
        check_start(date(2127, 2, 22), START)
