"""The rhythm of a cohort, over all weekdays, starts, lengths and zones."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.domain.rhythm import (
    RECURRING,
    CohortFacts,
    PersonFacts,
    TeamFacts,
    rhythm,
    round_end,
    rounds,
)
from bot.domain.weeks import Dates
from tests.domain.cohorts import cohorts, starts
from tests.domain.strategies import zones


def of_kind(plans: list[DeliveryPlan], kind: str) -> list[DeliveryPlan]:
    return sorted((p for p in plans if p.kind == kind), key=lambda p: (p.subject, p.due_at))


def first_minute_showing(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The oracle: the first minute at which a clock in the zone shows `at` on `day`, or later.

    It looks at the wall clock again and again, so it needs to know nothing of clock changes: hour
    by hour until it is close (no clock of our days changes by three hours), then by minutes.
    """
    wanted = datetime.combine(day, at)
    moment = datetime.combine(day - timedelta(days=1), time(8), UTC)
    while moment.astimezone(zone).replace(tzinfo=None) < wanted - timedelta(hours=3):
        moment += timedelta(hours=1)
    while moment.astimezone(zone).replace(tzinfo=None) < wanted:
        moment += timedelta(minutes=1)
    return moment


@given(cohorts())
def test_one_prompt_for_each_team_and_week_in_order(cohort: CohortFacts) -> None:
    prompts = of_kind(list(rhythm(cohort)), "checkin_prompt")
    assert len(prompts) == sum(team.dates.weeks for team in cohort.teams)
    assert len({(p.subject, p.occurrence) for p in prompts}) == len(prompts)
    for team in cohort.teams:
        own = [p for p in prompts if p.subject == f"team:{team.id}"]
        assert [p.occurrence for p in own] == [f"week:{k}" for k in range(1, team.dates.weeks + 1)]
        assert all(p.place == f"team:{team.id}:channel" for p in own)
        for one, following in pairwise(own):
            # A week apart by the wall clock: an hour or two more or less where clocks change.
            assert abs(following.due_at - one.due_at - timedelta(weeks=1)) <= timedelta(hours=25)


@given(cohorts())
def test_a_prompt_lies_in_its_week_on_its_weekday(cohort: CohortFacts) -> None:
    for prompt in of_kind(list(rhythm(cohort)), "checkin_prompt"):
        week = int(prompt.occurrence.removeprefix("week:"))
        team = next(t for t in cohort.teams if prompt.subject == f"team:{t.id}")
        zone = team.zone
        first_day = team.dates.start + timedelta(days=7 * (week - 1))
        days = [first_day + timedelta(days=n) for n in range(7)]
        day = next(d for d in days if d.weekday() == cohort.prompt_weekday)
        shown = prompt.due_at.astimezone(zone).replace(tzinfo=None)
        wanted = datetime.combine(day, cohort.prompt_time)
        # Where clocks skip the time it is the first moment after it; at most a day (Samoa).
        assert wanted <= shown <= wanted + timedelta(hours=25)


@given(cohorts(zones))
def test_the_wall_clock_is_right_at_every_clock_change(cohort: CohortFacts) -> None:
    # Weeks around the changes of 2027 in the zones that change.
    dates = Dates(date(2027, 3, 1), 6)
    cohort = replace(cohort, teams=tuple(replace(team, dates=dates) for team in cohort.teams))
    by_subject = {f"team:{t.id}": t.zone for t in cohort.teams}
    for prompt in of_kind(list(rhythm(cohort)), "checkin_prompt"):
        zone = by_subject[prompt.subject]
        week = int(prompt.occurrence.removeprefix("week:"))
        offset = (cohort.prompt_weekday - dates.start.weekday()) % 7
        day = dates.start + timedelta(days=7 * (week - 1) + offset)
        assert prompt.due_at == first_minute_showing(day, cohort.prompt_time, zone)


@pytest.mark.parametrize(
    ("zone", "start", "weekday", "at", "due"),
    [
        # New York springs forward on Sunday 14 March 2027 at 02:00: 02:30 does not exist.
        ("America/New_York", "2027-03-08", 6, "02:30", "2027-03-14T07:00+00:00"),
        # Berlin falls back on Sunday 31 October 2027: 02:30 comes twice, the first counts.
        ("Europe/Berlin", "2027-10-25", 6, "02:30", "2027-10-31T00:30+00:00"),
        # Lord Howe changes by half an hour, on 4 April 2027.
        ("Australia/Lord_Howe", "2027-03-29", 6, "09:00", "2027-04-03T22:30+00:00"),
        ("Asia/Kathmandu", "2027-02-22", 0, "09:00", "2027-02-22T03:15+00:00"),
        ("Pacific/Chatham", "2027-03-29", 0, "09:00", "2027-03-28T19:15+00:00"),
        ("Pacific/Chatham", "2027-04-05", 0, "09:00", "2027-04-04T20:15+00:00"),
    ],
)
def test_clock_changes_by_hand(zone: str, start: str, weekday: int, at: str, due: str) -> None:
    cohort = CohortFacts(
        id=1,
        guild_id=1,
        prompt_weekday=weekday,
        prompt_time=time.fromisoformat(at),
        one_on_one_every=2,
        teams=(TeamFacts(1, ZoneInfo(zone), Dates(date.fromisoformat(start), 1)),),
        mentees=(),
        captains=(),
        navigators=(),
    )
    assert [plan.due_at for plan in rhythm(cohort)] == [datetime.fromisoformat(due)]


@given(cohorts())
def test_planning_twice_is_equal_and_names_nothing_twice(cohort: CohortFacts) -> None:
    plans = list(rhythm(cohort))
    assert list(rhythm(cohort)) == plans
    keys = [(p.kind, p.subject, p.occurrence) for p in plans]
    assert len(set(keys)) == len(keys)


@given(cohorts())
def test_every_plan_says_where_how_and_until_when(cohort: CohortFacts) -> None:
    for plan in rhythm(cohort):
        assert plan.kind in RECURRING
        assert plan.due_at.utcoffset() == timedelta(0)
        assert plan.last_useful_at > plan.due_at
        assert [plan.person_id, plan.user_id, plan.place].count(None) == 2
        assert (plan.courtesy is Courtesy.POST) == (plan.place is not None)
        assert (plan.cohort_id, plan.guild_id) == (cohort.id, cohort.guild_id)
        assert 0 < len(plan.rule) <= 100
        assert len(plan.subject) <= 100


@given(cohorts())
def test_people_get_theirs_as_often_as_they_should(cohort: CohortFacts) -> None:
    count = Counter(plan.kind for plan in rhythm(cohort))
    every = cohort.one_on_one_every
    for kind, people in (
        ("captain_week", cohort.captains),
        ("captain_bookings", cohort.captains),
        ("navigator_week", cohort.navigators),
    ):
        assert count[kind] == sum(person.dates.weeks for person in people)
    rounds_of = [-(-person.dates.weeks // every) for person in cohort.mentees]
    assert count["one_on_one_offer"] == sum(rounds_of)


@pytest.mark.parametrize(
    ("kind", "people", "occurrence", "wall"),
    [
        ("captain_week", "captains", "week:1", "2027-02-22 09:00"),
        ("captain_week", "captains", "week:8", "2027-04-12 09:00"),
        ("captain_bookings", "captains", "week:1", "2027-02-25 18:00"),
        ("navigator_week", "navigators", "week:1", "2027-02-26 16:00"),
        ("navigator_week", "navigators", "week:8", "2027-04-16 16:00"),
        ("one_on_one_offer", "mentees", "round:1", "2027-02-23 10:00"),
        ("one_on_one_offer", "mentees", "round:2", "2027-03-09 10:00"),
        ("one_on_one_offer", "mentees", "round:4", "2027-04-06 10:00"),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Chatham"])
def test_the_hours_of_the_programme(
    kind: str, people: str, occurrence: str, wall: str, zone: str
) -> None:
    somebody = (PersonFacts(3, ZoneInfo(zone), Dates(date(2027, 2, 22), 8)),)
    facts: dict[str, tuple[PersonFacts, ...]] = {"mentees": (), "captains": (), "navigators": ()}
    cohort = CohortFacts(
        id=1,
        guild_id=1,
        prompt_weekday=0,
        prompt_time=time(9),
        one_on_one_every=2,
        teams=(),
        **(facts | {people: somebody}),
    )
    plan = next(p for p in rhythm(cohort) if (p.kind, p.occurrence) == (kind, occurrence))
    assert plan.due_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") == wall
    assert plan.subject == "cohort:1/person:3"


@given(st.integers(1, 26), st.integers(1, 8), starts)
def test_rounds_cover_the_weeks_without_gap_or_overlap(weeks: int, every: int, start: date) -> None:
    found = rounds(weeks, every)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    begins = [start + timedelta(weeks=week - 1) for _, week in found]
    ends = [round_end(Dates(start, weeks), every, number) for number, _ in found]
    assert begins[0] == start
    assert ends[:-1] == begins[1:]
    assert ends[-1] == start + timedelta(weeks=weeks)
