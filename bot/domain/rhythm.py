"""The rhythm of a cohort: which recurring messages are due when. Pure; time is an argument."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.domain.wallclock import resolve
from bot.domain.weeks import Dates, day_of_week, prompt_date, week_start

OFFER_DAY, OFFER_TIME = 2, time(10)
CAPTAIN_WEEK_TIME = time(9)
CAPTAIN_BOOKINGS_DAY, CAPTAIN_BOOKINGS_TIME = 4, time(18)
NAVIGATOR_DAY, NAVIGATOR_TIME = 5, time(16)

RECURRING = (
    "checkin_prompt",
    "one_on_one_offer",
    "captain_week",
    "captain_bookings",
    "navigator_week",
)
"""The kinds that :func:`rhythm` plans."""

PROMPT_USEFUL = timedelta(days=2)
OFFER_USEFUL = timedelta(days=5)
WEEKLY_USEFUL = timedelta(days=3)

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class TeamFacts:
    """A team, its timezone (its first navigator's), and its dates: its own or the cohort's."""

    id: int
    zone: ZoneInfo
    dates: Dates


@dataclass(frozen=True)
class PersonFacts:
    """Somebody who gets messages of their own, their timezone, and the dates of their team.

    A captain's dates cover those of all their teams (:func:`bot.domain.weeks.covering`).
    """

    id: int
    zone: ZoneInfo
    dates: Dates


@dataclass(frozen=True)
class CohortFacts:
    """All that the rhythm depends on.

    `mentees` are those to whom one-on-ones are offered, `captains` those with a team.
    """

    id: int
    guild_id: int
    prompt_weekday: int
    prompt_time: time
    one_on_one_every: int
    teams: tuple[TeamFacts, ...]
    mentees: tuple[PersonFacts, ...]
    captains: tuple[PersonFacts, ...]
    navigators: tuple[PersonFacts, ...]


def rounds(weeks: int, every: int) -> list[tuple[int, int]]:
    """Rounds of one-on-ones as (round, first week): (1, 1), (2, 3), … for every two weeks."""
    return [(number, week) for number, week in enumerate(range(1, weeks + 1, every), start=1)]


def round_of(week: int, every: int) -> int:
    """The round that a week belongs to."""
    return (week - 1) // every + 1


def round_end(dates: Dates, every: int, number: int) -> date:
    """The first date after a round: its times lie before that day begins."""
    last_week = min(number * every, dates.weeks)
    return week_start(dates.start, last_week) + timedelta(days=7)


def prompt_moment(cohort: CohortFacts, team: TeamFacts, week: int) -> datetime:
    """When week `week`'s check-in prompt is due for a team, UTC."""
    day = prompt_date(team.dates.start, week, cohort.prompt_weekday)
    return resolve(day, cohort.prompt_time, team.zone)


def rhythm(cohort: CohortFacts) -> Iterator[DeliveryPlan]:
    """Every recurring message of the cohort, due times in UTC, in no particular order.

    An occurrence is a week (`week:3`) or a round of one-on-ones (`round:2`), counted by the dates
    of the team concerned. It keeps its number however often the dates are changed, so nothing
    comes twice (docs/programme.md, "When dates change").
    """
    for team in cohort.teams:
        for week in range(1, team.dates.weeks + 1):
            due = prompt_moment(cohort, team, week)
            hour = f"{_WEEKDAYS[cohort.prompt_weekday]} {cohort.prompt_time:%H:%M}"
            yield DeliveryPlan(
                kind="checkin_prompt",
                subject=f"team:{team.id}",
                occurrence=f"week:{week}",
                guild_id=cohort.guild_id,
                cohort_id=cohort.id,
                place=f"team:{team.id}:channel",
                zone=team.zone.key,
                due_at=due,
                last_useful_at=due + PROMPT_USEFUL,
                rule=f"{hour} {team.zone.key}",
                courtesy=Courtesy.POST,
            )
    for captain in cohort.captains:
        for week in range(1, captain.dates.weeks + 1):
            name = f"week:{week}"
            day = day_of_week(captain.dates.start, week, 1)
            yield _to_person(
                cohort, "captain_week", captain, name, day, CAPTAIN_WEEK_TIME, WEEKLY_USEFUL
            )
            day = day_of_week(captain.dates.start, week, CAPTAIN_BOOKINGS_DAY)
            yield _to_person(
                cohort, "captain_bookings", captain, name, day, CAPTAIN_BOOKINGS_TIME, WEEKLY_USEFUL
            )
    for navigator in cohort.navigators:
        for week in range(1, navigator.dates.weeks + 1):
            name = f"week:{week}"
            day = day_of_week(navigator.dates.start, week, NAVIGATOR_DAY)
            yield _to_person(
                cohort, "navigator_week", navigator, name, day, NAVIGATOR_TIME, WEEKLY_USEFUL
            )
    for mentee in cohort.mentees:
        for number, week in rounds(mentee.dates.weeks, cohort.one_on_one_every):
            name = f"round:{number}"
            day = day_of_week(mentee.dates.start, week, OFFER_DAY)
            yield _to_person(
                cohort, "one_on_one_offer", mentee, name, day, OFFER_TIME, OFFER_USEFUL
            )


Key = tuple[str, str, str]
"""Kind, subject and occurrence: what makes a message the same one after a change."""


@dataclass(frozen=True)
class Ahead:
    """When a message that is written down already is due, and until when it is useful; UTC."""

    due_at: datetime
    last_useful_at: datetime
    rule: str


LEAST_WEEK = timedelta(days=7, hours=-3)
"""A week by any wall clock: clocks change by less than three hours."""


def keep_ahead(
    plans: Iterable[DeliveryPlan], ahead: Mapping[Key, Ahead], now: datetime
) -> Iterator[DeliveryPlan]:
    """The plans, so that no change of hour or timezone takes away what is still to come.

    What is `ahead`, and would by its new rule have been due before `now` in the same week, keeps
    the time that it has: otherwise this week's message would be lost, or say that it is late. A
    move by a whole week is none of this; there the plan stands.
    """
    for plan in plans:
        old = ahead.get((plan.kind, plan.subject, plan.occurrence))
        if old is not None and plan.due_at <= now < old.due_at < plan.due_at + LEAST_WEEK:
            plan = replace(
                plan, due_at=old.due_at, last_useful_at=old.last_useful_at, rule=old.rule
            )
        yield plan


def _to_person(
    cohort: CohortFacts,
    kind: str,
    person: PersonFacts,
    occurrence: str,
    day: date,
    at: time,
    useful: timedelta,
) -> DeliveryPlan:
    due = resolve(day, at, person.zone)
    return DeliveryPlan(
        kind=kind,
        subject=f"cohort:{cohort.id}/person:{person.id}",
        occurrence=occurrence,
        guild_id=cohort.guild_id,
        cohort_id=cohort.id,
        person_id=person.id,
        due_at=due,
        last_useful_at=due + useful,
        rule=f"{_WEEKDAYS[day.weekday()]} {at:%H:%M} {person.zone.key}",
        courtesy=Courtesy.REGULAR,
    )
