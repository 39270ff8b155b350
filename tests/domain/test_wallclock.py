import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.wallclock import (
    Quiet,
    is_allowed,
    local,
    local_week,
    next_allowed,
    resolve,
    zone,
    zone_names,
)
from tests.domain.strategies import ZONES, each, zones

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "wall", "moment"),
    [
        ("Asia/Kathmandu", "2027-03-01T09:00", "2027-03-01T03:15"),
        # The gap of 28 March 2027 goes from 02:00 to 03:00, which is 01:00 UTC.
        ("Europe/Berlin", "2027-03-28T01:59", "2027-03-28T00:59"),
        ("Europe/Berlin", "2027-03-28T02:00", "2027-03-28T01:00"),
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:00"),
        ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T01:00"),
        # 02:30 comes twice on 31 October 2027.
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),
        # Lord Howe goes back half an hour at 02:00, forward half an hour at 02:00.
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30"),
        # Chatham changes at 02:45 by its own clock (03:45 in summer).
        ("Pacific/Chatham", "2027-04-04T03:00", "2027-04-03T13:15"),
        # Midnight itself is skipped.
        ("Africa/Cairo", "2027-04-30T00:00", "2027-04-29T22:00"),
        ("America/Santiago", "2027-09-05T00:30", "2027-09-05T04:00"),
        # Samoa skipped a whole day.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_resolve(name: str, wall: str, moment: str) -> None:
    when = datetime.fromisoformat(wall)
    assert resolve(when.date(), when.time(), ZoneInfo(name)) == at(moment)


def scan(day: date, wanted: time, place: ZoneInfo) -> datetime:
    """The first UTC minute whose wall clock shows the time; if none does, the first past it.

    Written without any calculation with offsets: it only looks at the clock, minute by minute.
    """
    wall = datetime.combine(day, wanted)
    start = datetime.combine(day, time(0), UTC) - timedelta(hours=36)
    shown = [
        (moment.astimezone(place).replace(tzinfo=None), moment)
        for moment in each(start, start + timedelta(hours=96), MINUTE)
    ]
    exact = [moment for clock, moment in shown if clock == wall]
    return exact[0] if exact else next(moment for clock, moment in shown if clock > wall)


@settings(max_examples=40, deadline=None)
@given(
    st.dates(date(2027, 1, 1), date(2028, 12, 31))
    | st.sampled_from([date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 10, 3)]),
    st.integers(0, 5 * 60) | st.integers(0, 24 * 60 - 1),
    zones,
)
def test_resolve_is_what_a_scan_of_minutes_finds(day: date, minute: int, place: ZoneInfo) -> None:
    wanted = time(minute // 60, minute % 60)
    assert resolve(day, wanted, place) == scan(day, wanted, place)


def test_resolve_takes_seconds_inside_a_gap() -> None:
    assert resolve(date(2027, 3, 28), time(2, 30, 15, 500), BERLIN) == at("2027-03-28T01:00")


def test_resolve_refuses_a_time_with_a_timezone() -> None:
    with pytest.raises(ValueError, match="no timezone"):
        resolve(date(2027, 3, 1), time(9, tzinfo=UTC), BERLIN)


def test_the_fold_of_a_time_means_nothing() -> None:
    assert resolve(date(2027, 10, 31), time(2, 30, fold=1), BERLIN) == at("2027-10-31T00:30")


def test_timezone_rules_come_from_the_locked_package() -> None:
    code = "import bot.domain.wallclock, zoneinfo; print(zoneinfo.TZPATH)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "()"
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "europe/berlin", "../etc/passwd", "America", "x\0y", "a" * 5000]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="Europe/Berlin"):
        zone(name)


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules"])
def test_placeholders_are_no_zones(name: str) -> None:
    with pytest.raises(Refusal):
        zone(name)


def test_zone() -> None:
    assert zone("Asia/Kathmandu") == ZoneInfo("Asia/Kathmandu")
    assert set(ZONES) <= zone_names()


def test_local() -> None:
    shown = local(at("2027-03-01T03:15"), ZoneInfo("Asia/Kathmandu"))
    assert (shown.hour, shown.minute) == (9, 0)
    with pytest.raises(ValueError, match="needs a timezone"):
        local(datetime(2027, 3, 1), BERLIN)  # noqa: DTZ001


def test_local_week_with_a_clock_change() -> None:
    week = local_week(at("2027-03-24T12:00"), BERLIN)
    assert week == (at("2027-03-21T23:00"), at("2027-03-28T22:00"))


def test_local_week_begins_on_the_local_monday() -> None:
    # Sunday 23:30 UTC is Monday in Kathmandu already, and still Sunday in New York.
    moment = at("2027-02-28T23:30")
    assert local_week(moment, ZoneInfo("Asia/Kathmandu"))[0] == at("2027-02-28T18:15")
    assert local_week(moment, ZoneInfo("America/New_York"))[0] == at("2027-02-22T05:00")


@settings(deadline=None)
@given(st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1)), zones)  # noqa: DTZ001
def test_a_moment_is_in_its_local_week(naive: datetime, place: ZoneInfo) -> None:
    moment = naive.replace(tzinfo=UTC)
    start, end = local_week(moment, place)
    assert start <= moment < end
    assert start.astimezone(place).weekday() == 0
    assert local_week(end - timedelta(seconds=1), place) == (start, end)
    assert local_week(end, place)[0] == end


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("07:59", "08:00"),
        ("08:00", "08:00"),
        ("20:59", "20:59"),
        ("21:00", "08:00"),
        ("23:30", "08:00"),
        ("03:00", "08:00"),
    ],
)
def test_next_allowed(clock: str, expected: str) -> None:
    start = datetime.fromisoformat(f"2027-03-02T{clock}").replace(tzinfo=BERLIN)
    found = next_allowed(start, BERLIN).astimezone(BERLIN)
    assert found.strftime("%H:%M") == expected
    assert timedelta(0) <= found - start < timedelta(hours=12)
    assert is_allowed(start, BERLIN) == (clock == expected)


def test_equal_times_are_no_quiet_hours() -> None:
    assert is_allowed(at("2027-03-01T02:00"), BERLIN, Quiet(time(0), time(0)))


def test_quiet_hours_that_do_not_go_over_midnight() -> None:
    siesta = Quiet(time(13), time(15))
    assert next_allowed(at("2027-03-01T12:30"), BERLIN, siesta) == at("2027-03-01T14:00")
    assert is_allowed(at("2027-03-01T22:30"), BERLIN, siesta)


def test_the_wall_clock_goes_back_into_allowed_time() -> None:
    # On 4 April the clock of Lord Howe goes from 02:00 back to 01:30: 01:45 to 02:00 are quiet,
    # then it is 01:30 again, which is not.
    quiet = Quiet(time(1, 45), time(9))
    assert next_allowed(at("2027-04-03T14:50"), LORD_HOWE, quiet) == at("2027-04-03T15:00")


def test_the_end_of_quiet_hours_is_skipped() -> None:
    assert next_allowed(at("2027-03-28T00:10"), BERLIN, Quiet(time(22), time(2, 30))) == at(
        "2027-03-28T01:00"
    )


near_changes = st.sampled_from(
    [at("2027-03-14T09:00"), at("2027-03-28T01:00"), at("2027-04-03T14:30"), at("2027-04-30T00:00")]
)


@settings(max_examples=80, deadline=None)
@given(
    near_changes,
    st.integers(-26 * 60, 26 * 60),
    zones,
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 24 * 60 - 1),
)
def test_next_allowed_is_the_first_allowed_minute(
    near: datetime, shift: int, place: ZoneInfo, start: int, end: int
) -> None:
    moment = near + shift * MINUTE

    def quiet_at(when: datetime) -> bool:
        clock = when.astimezone(place)
        minute = clock.hour * 60 + clock.minute
        return (minute - start) % 1440 < (end - start) % 1440

    expected = moment
    while quiet_at(expected):
        expected += MINUTE
    quiet = Quiet(time(start // 60, start % 60), time(end // 60, end % 60))
    assert next_allowed(moment, place, quiet) == expected
    assert next_allowed(moment - timedelta(seconds=30), place, quiet) <= expected
