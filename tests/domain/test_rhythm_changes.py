"""The rhythm against a walk through the days, and what becomes of it when facts change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rhythm import Ahead, CohortFacts, Key, keep_ahead, rhythm
from bot.domain.weeks import Dates
from tests.domain.cohorts import cohorts, every_zone, times
from tests.domain.tzif import moment_of, table, wall_of


def enumerated(cohort: CohortFacts) -> dict[Key, datetime]:
    """The oracle: goes through the days of each team one by one, and asks what is due on each.

    Moments come from the files of the tz database (tests/domain/tzif.py).
    """
    due: dict[Key, datetime] = {}

    def add(kind: str, subject: str, name: str, day: date, at: time, zone: ZoneInfo) -> None:
        wall = wall_of(day, at.hour * 60 + at.minute)
        assert (kind, subject, name) not in due
        due[kind, subject, name] = moment_of(table(zone.key).first_showing(wall))

    def days(dates: Dates) -> list[tuple[date, int, int]]:
        every = range(7 * dates.weeks)
        return [(dates.start + timedelta(days=n), n // 7 + 1, n % 7 + 1) for n in every]

    for team in cohort.teams:
        for day, week, _ in days(team.dates):
            if day.weekday() == cohort.prompt_weekday:
                name, at = f"week:{week}", cohort.prompt_time
                add("checkin_prompt", f"team:{team.id}", name, day, at, team.zone)
    for kind, people, number, at in (
        ("captain_week", cohort.captains, 1, time(9)),
        ("captain_bookings", cohort.captains, 4, time(18)),
        ("navigator_week", cohort.navigators, 5, time(16)),
        ("one_on_one_offer", cohort.mentees, 2, time(10)),
    ):
        for person in people:
            for day, week, day_of_it in days(person.dates):
                if day_of_it != number:
                    continue
                name = f"week:{week}"
                if kind == "one_on_one_offer":
                    if (week - 1) % cohort.one_on_one_every:
                        continue
                    name = f"round:{(week - 1) // cohort.one_on_one_every + 1}"
                add(kind, f"cohort:7/person:{person.id}", name, day, at, person.zone)
    return due


def planned(cohort: CohortFacts) -> dict[Key, datetime]:
    return {(p.kind, p.subject, p.occurrence): p.due_at for p in rhythm(cohort)}


@given(cohorts())
def test_the_rhythm_is_what_going_through_the_days_finds(cohort: CohortFacts) -> None:
    assert planned(cohort) == enumerated(cohort)


@given(cohorts(), st.integers(-30, 120), st.integers(0, 23), st.data())
def test_nothing_that_is_ahead_is_taken_away_by_a_new_hour(
    cohort: CohortFacts, days: int, hour: int, data: st.DataObject
) -> None:
    """A change of day, hour or zone, looked at from a model: due times by message."""
    start = min(team.dates.start for team in cohort.teams)
    now = datetime.combine(start + timedelta(days=days), time(hour), UTC)
    ahead = {
        (p.kind, p.subject, p.occurrence): Ahead(p.due_at, p.last_useful_at, p.rule)
        for p in rhythm(cohort)
        if p.due_at > now
    }
    changed = replace(
        cohort,
        prompt_weekday=data.draw(st.integers(0, 6)),
        prompt_time=data.draw(times),
        teams=tuple(replace(team, zone=data.draw(every_zone)) for team in cohort.teams),
        mentees=tuple(replace(person, zone=data.draw(every_zone)) for person in cohort.mentees),
    )
    scratch = planned(changed)
    kept = {(p.kind, p.subject, p.occurrence): p for p in keep_ahead(rhythm(changed), ahead, now)}
    assert kept.keys() == scratch.keys()
    for key, plan in kept.items():
        if scratch[key] > now or key not in ahead:
            assert plan.due_at == scratch[key], "what is ahead is planned as if from scratch"
        elif plan.due_at <= now:
            # More than six days and a half earlier: from the end of a week to its beginning.
            assert ahead[key].due_at - scratch[key] >= timedelta(days=6, hours=12)
        else:
            assert (plan.due_at, plan.last_useful_at, plan.rule) == (
                ahead[key].due_at,
                ahead[key].last_useful_at,
                ahead[key].rule,
            ), "what would have been over keeps its time"
    again = keep_ahead(
        rhythm(changed),
        {key: Ahead(p.due_at, p.last_useful_at, p.rule) for key, p in kept.items()},
        now,
    )
    assert list(again) == list(kept.values()), "planning twice changes nothing"


@given(cohorts(), st.integers(1, 8), st.integers(0, 60))
def test_a_move_by_whole_weeks_keeps_no_old_time(
    cohort: CohortFacts, weeks: int, days: int
) -> None:
    start = min(team.dates.start for team in cohort.teams)
    now = datetime.combine(start + timedelta(days=days), time(12), UTC)
    ahead = {
        (p.kind, p.subject, p.occurrence): Ahead(p.due_at, p.last_useful_at, p.rule)
        for p in rhythm(cohort)
        if p.due_at > now
    }
    earlier = replace(
        cohort,
        teams=tuple(
            replace(t, dates=Dates(t.dates.start - timedelta(weeks=weeks), t.dates.weeks))
            for t in cohort.teams
        ),
    )
    prompts = [p for p in keep_ahead(rhythm(earlier), ahead, now) if p.kind == "checkin_prompt"]
    scratch = planned(earlier)
    assert all(p.due_at == scratch[p.kind, p.subject, p.occurrence] for p in prompts)
