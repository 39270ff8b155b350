"""The arithmetic of time against the tz database's own files: every change of every zone.

A weekly hour is wall-clock time. What a clock change skips comes at the first valid moment after
it; what comes twice counts at the first (docs/programme.md, "Week"). The quick suite draws some
changes of 2024 to 2030, the deep one looks at all of them.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rhythm import CohortFacts, TeamFacts, rhythm
from bot.domain.wallclock import (
    USUAL_QUIET,
    Quiet,
    local_week,
    next_allowed,
    resolve,
    zone_names,
)
from bot.domain.weeks import Dates
from tests.domain.tzif import DAY, Change, date_of, moment_of, table, time_of, wall_of
from tests.domain.tzif import local_week as week_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_table_of_changes_reads_the_files_as_they_are() -> None:
    # By hand, so that the oracle below is not believed without being looked at.
    berlin = [(moment_of(c.at), c.after // 60) for c in table("Europe/Berlin").between(2027, 2027)]
    assert berlin == [(at("2027-03-28T01:00"), 120), (at("2027-10-31T01:00"), 60)]
    lord_howe = table("Australia/Lord_Howe").between(2027, 2027)
    assert [(c.before - c.after) // 60 for c in lord_howe] == [30, -30]
    assert not table("Asia/Kathmandu").changes
    # Morocco put its clocks back for Ramadan: no yearly rule, so the file lists each change.
    morocco = table("Africa/Casablanca").between(2025, 2025)
    assert [moment_of(c.at) for c in morocco] == [at("2025-02-23T02:00"), at("2025-04-06T02:00")]
    # Greenland changes together with Europe, by a rule that begins on the day before.
    nuuk = table("America/Nuuk").between(2027, 2027)
    assert [moment_of(c.at) for c in nuuk] == [moment for moment, _ in berlin]


def test_the_table_skips_and_repeats_as_it_should() -> None:
    berlin = table("Europe/Berlin")
    for day, minutes, moment in (
        (date(2027, 3, 28), 119, "2027-03-28T00:59"),
        (date(2027, 3, 28), 150, "2027-03-28T01:00"),
        (date(2027, 3, 28), 180, "2027-03-28T01:00"),
        (date(2027, 10, 31), 150, "2027-10-31T00:30"),
        (date(2027, 10, 31), 180, "2027-10-31T02:00"),
    ):
        assert moment_of(berlin.first_showing(wall_of(day, minutes))) == at(moment)


def wrong_times(name: str, change: Change) -> list[str]:
    """Wall-clock minutes around a change that `resolve` takes for another moment."""
    clocks, place = table(name), ZoneInfo(name)
    near = sorted((change.at + change.before, change.at + change.after))
    found = []
    for wall in range(near[0] - 3 * 3600, near[1] + 3 * 3600, 60):
        got = resolve(date_of(wall), time_of(wall), place)
        if got != moment_of(clocks.first_showing(wall)):
            found.append(f"{name} {date_of(wall)} {time_of(wall)}: {got}")
    return found


def wrong_weeks(name: str, change: Change) -> list[str]:
    """Moments around a change whose local week is another one."""
    clocks, place = table(name), ZoneInfo(name)
    steps = (-7 * DAY, -2 * DAY, -3600, -1, 0, 1, 1800, 3600, 2 * DAY, 6 * DAY, 7 * DAY)
    moments = [change.at + step for step in steps]
    # And from midnight of the Mondays before and after, where the week changes.
    moments += [edge + step for edge in week_of(clocks, change.at) for step in (-1, 0, 1)]
    return [
        f"{name} {moment_of(moment)}"
        for moment in moments
        if local_week(moment_of(moment), place)
        != tuple(moment_of(edge) for edge in week_of(clocks, moment))
    ]


def wrong_quiet_hours(name: str, change: Change) -> list[str]:
    """Minutes near a change whose first allowed minute is another one.

    The oracle writes down the wall clock of every minute and goes back from the last to the first.
    """
    clocks, place = table(name), ZoneInfo(name)
    minute = clocks.wall(change.at - 60) % DAY // 60
    windows = [USUAL_QUIET]
    for begin, end in ((-30, 45), (-150, 10), (-75, 75), (15, 200)):
        edges = ((minute + edge) % 1440 for edge in (begin, end))
        windows.append(Quiet(*(time(edge // 60, edge % 60) for edge in edges)))
    begin = change.at // 60 * 60 - 200 * 60
    walls = [clocks.wall(begin + 60 * step) for step in range(1800)]
    found = []
    for quiet in windows:
        allowed = [0] * len(walls)
        following = len(walls)
        for step in reversed(range(len(walls))):
            shown = time_of(walls[step])
            inside = quiet.start <= shown < quiet.end
            if quiet.start > quiet.end:
                inside = shown >= quiet.start or shown < quiet.end
            following = following if inside else step
            allowed[step] = following
        for step in range(0, 400, 7):
            moment = moment_of(begin + 60 * step)
            if next_allowed(moment, place, quiet) != moment_of(begin + 60 * allowed[step]):
                found.append(f"{name} {moment} {quiet}")
    return found


def wrong_prompts(name: str, change: Change) -> list[str]:
    """Weekly hours that fall into a clock change, and come at another moment than they should.

    The week of the change is the third of five; each has exactly one check-in.
    """
    clocks, place = table(name), ZoneInfo(name)
    low, high = sorted((change.at + change.before, change.at + change.after))
    found = []
    for wall in range(low - 900, high + 901, 900):
        day = date_of(wall)
        dates = Dates(day - timedelta(days=16), 5)
        cohort = CohortFacts(
            id=1,
            guild_id=1,
            prompt_weekday=day.weekday(),
            prompt_time=time_of(wall),
            one_on_one_every=2,
            teams=(TeamFacts(1, place, dates),),
            mentees=(),
            captains=(),
            navigators=(),
        )
        wanted = [clocks.first_showing(wall + 7 * DAY * week) for week in range(-2, 3)]
        got = sorted(plan.due_at for plan in rhythm(cohort))
        if got != [moment_of(moment) for moment in wanted]:
            found.append(f"{name} {day} {time_of(wall)}: {got}")
    return found


def wrong(name: str, change: Change) -> list[str]:
    return [
        *wrong_times(name, change),
        *wrong_weeks(name, change),
        *wrong_quiet_hours(name, change),
        *wrong_prompts(name, change),
    ]


@given(st.sampled_from(sorted(zone_names())), st.integers(0, 100))
def test_clock_changes_of_any_zone(name: str, number: int) -> None:
    changes = table(name).between(2024, 2030)
    # Where clocks never change, any moment does.
    change = changes[number % len(changes)] if changes else Change(1_803_000_000, 0, 0)
    assert wrong(name, change) == []


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(zone_names()))
def test_every_clock_change_of_every_zone(name: str) -> None:
    assert [
        line for change in table(name).between(2024, 2030) for line in wrong(name, change)
    ] == []
