"""Clocks, hours and permissions as the oracle understands them."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from rehearsal.oracle_meetings import reminder_moment
from rehearsal.oracle_roster import is_free, minutes_free, read_roster, slug
from rehearsal.oracle_time import (
    after_quiet,
    instant,
    is_quiet,
    local_week,
    next_week,
    reach,
    stamp,
    wall,
    weekday_number,
    zone_named,
)
from rehearsal.oracle_world import SEND_MESSAGES, VIEW_CHANNEL, World

ROSTERS = Path(__file__).parents[3] / "examples" / "rosters"


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        ("2027-03-14", "02:30", "America/New_York", "2027-03-14T07:00:00Z"),
        ("2027-11-07", "01:30", "America/New_York", "2027-11-07T05:30:00Z"),
        ("2027-10-03", "02:15", "Australia/Lord_Howe", "2027-10-02T15:30:00Z"),
        ("2027-04-04", "01:45", "Australia/Lord_Howe", "2027-04-03T14:45:00Z"),
        ("2027-03-28", "03:00", "Europe/Berlin", "2027-03-28T01:00:00Z"),
        ("2027-03-29", "09:00", "Europe/Berlin", "2027-03-29T07:00:00Z"),
        ("2027-02-22", "09:00", "Asia/Kathmandu", "2027-02-22T03:15:00Z"),
        ("2027-04-05", "09:00", "Pacific/Chatham", "2027-04-04T20:15:00Z"),
        ("2027-02-22", "00:00", "Pacific/Kiritimati", "2027-02-21T10:00:00Z"),
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30T10:00:00Z"),
    ],
)
def test_wall_time(day: str, clock: str, zone: str, expected: str) -> None:
    assert stamp(reach(date.fromisoformat(day), time.fromisoformat(clock), zone)) == expected


@pytest.mark.parametrize(
    ("moment", "quiet", "after"),
    [
        ("2027-02-22T06:59:00Z", True, "2027-02-22T07:00:00Z"),
        ("2027-02-22T07:00:00Z", False, "2027-02-22T07:00:00Z"),
        ("2027-02-22T19:59:00Z", False, "2027-02-22T19:59:00Z"),
        ("2027-02-22T20:00:00Z", True, "2027-02-23T07:00:00Z"),
        ("2027-03-27T22:00:00Z", True, "2027-03-28T06:00:00Z"),
    ],
)
def test_quiet_hours_in_berlin(moment: str, quiet: bool, after: str) -> None:
    assert is_quiet(instant(moment), "Europe/Berlin") is quiet
    assert stamp(after_quiet(instant(moment), "Europe/Berlin")) == after


def test_weeks_are_local() -> None:
    sunday_in_utc = instant("2027-02-21T23:30:00Z")
    assert local_week(sunday_in_utc, "Asia/Tokyo") == date(2027, 2, 22)
    assert local_week(sunday_in_utc, "UTC") == date(2027, 2, 15)
    assert stamp(next_week(sunday_in_utc, "UTC")) == "2027-02-22T08:00:00Z"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Kathmandu", "Asia/Kathmandu"),
        ("asia/kathmandu", "Asia/Kathmandu"),
        ("Los Angeles, USA", "America/Los_Angeles"),
        ("Nowhere", None),
    ],
)
def test_zone_from_words(text: str, zone: str | None) -> None:
    assert zone_named(text) == zone


def test_moments_have_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        instant("2027-02-22T09:00:00")
    with pytest.raises(ValueError, match="day of the week"):
        weekday_number("Mo")


def test_availability_touches_over_the_week() -> None:
    free = minutes_free("Sun 23:30-24:00; Mon 00:00-00:30")
    start = reach(date(2027, 2, 21), time(23, 45), "Asia/Kathmandu")
    assert is_free(free, "Asia/Kathmandu", start, 30)
    assert not is_free(free, "Asia/Kathmandu", start, 60)
    with pytest.raises(ValueError, match="range of hours"):
        minutes_free("Monday evening")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2027-02-25T13:00:00Z", "2027-02-25T11:00:00Z"),
        ("2027-02-25T07:30:00Z", "2027-02-24T19:00:00Z"),
        ("2027-02-25T22:00:00Z", "2027-02-24T19:00:00Z"),
    ],
)
def test_reminders_in_berlin(start: str, expected: str) -> None:
    assert stamp(reminder_moment(instant(start), "Europe/Berlin")) == expected


def test_session_roster() -> None:
    roster = read_roster(ROSTERS / "session.csv")
    assert len(roster.people) == 33
    assert roster.teams == ("Mercury", "Venus", "Terra", "Mars", "Jupiter", "Saturn")
    assert roster.captain("Jupiter") == "carladev45"
    assert roster.team_zone("Terra", "UTC") == "Asia/Tehran"
    assert slug("São Tomé 2") == "sao-tome-2"


def test_prompts_stay_at_nine_through_clock_changes() -> None:
    roster = read_roster(ROSTERS / "session.csv")
    for team in roster.teams:
        zone = roster.team_zone(team, "UTC")
        for week in range(8):
            day = date.fromordinal(date(2027, 2, 22).toordinal() + 7 * week)
            shown = wall(reach(day, time(9), zone), zone)
            assert shown == datetime.combine(day, time(9))


def test_permissions_by_layers() -> None:
    both = VIEW_CHANNEL | SEND_MESSAGES

    def write(key: str, allow: int, deny: int) -> dict[str, str]:
        return {"id": key, "allow": str(allow), "deny": str(deny)}

    writes = [
        write("1", 0, both),
        write("10", VIEW_CHANNEL, SEND_MESSAGES),
        write("11", SEND_MESSAGES, 0),
        write("103", 0, VIEW_CHANNEL),
    ]
    roles = {
        "1": {"id": "1", "name": "@everyone", "permissions": str(both)},
        "10": {"id": "10", "name": "Team", "permissions": "0"},
        "11": {"id": "11", "name": "Helpers", "permissions": "0"},
        "12": {"id": "12", "name": "Admins", "permissions": "8"},
    }
    members = {
        "100": frozenset[str](),
        "101": frozenset({"10"}),
        "102": frozenset({"10", "11"}),
        "103": frozenset({"10"}),
        "104": frozenset({"12"}),
        "105": frozenset[str](),
        "106": frozenset({"11"}),
    }
    channel = {"id": "50", "type": 0, "permission_overwrites": writes}
    world = World("1", "105", dict(roles), {"50": channel}, members)
    readers = {user for user in members if world.may(user, "50", VIEW_CHANNEL)}
    writers = {user for user in members if world.may(user, "50", SEND_MESSAGES)}
    assert readers == {"101", "102", "104", "105"}
    assert writers == {"102", "104", "105"}
    assert not world.may("999", "50", VIEW_CHANNEL)
