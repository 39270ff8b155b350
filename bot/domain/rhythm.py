"""The rhythm of a cohort: which recurring messages are due when. Pure; time is an argument."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.domain.wallclock import resolve
from bot.domain.weeks import day_of_week, prompt_date, week_start

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
    """A team and its timezone (its first navigator's)."""

    id: int
    zone: ZoneInfo


@dataclass(frozen=True)
class PersonFacts:
    """Somebody who gets messages of their own, and their timezone."""

    id: int
    zone: ZoneInfo


@dataclass(frozen=True)
class CohortFacts:
    """All that the rhythm depends on.

    `mentees` are those to whom one-on-ones are offered, `captains` those with a team.
    """

    id: int
    guild_id: int
    start: date
    weeks: int
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


def round_end(start: date, weeks: int, every: int, number: int) -> date:
    """The first date after a round: its times lie before that day begins."""
    last_week = min(number * every, weeks)
    return week_start(start, last_week) + timedelta(days=7)


def prompt_moment(cohort: CohortFacts, zone: ZoneInfo, week: int) -> datetime:
    """When week `week`'s check-in prompt is due for a team in `zone`, UTC."""
    day = prompt_date(cohort.start, week, cohort.prompt_weekday)
    return resolve(day, cohort.prompt_time, zone)


def rhythm(cohort: CohortFacts) -> Iterator[DeliveryPlan]:
    """Every recurring message of the cohort, due times in UTC, in no particular order."""
    for week in range(1, cohort.weeks + 1):
        for team in cohort.teams:
            due = prompt_moment(cohort, team.zone, week)
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
            for kind, number, at in (
                ("captain_week", 1, CAPTAIN_WEEK_TIME),
                ("captain_bookings", CAPTAIN_BOOKINGS_DAY, CAPTAIN_BOOKINGS_TIME),
            ):
                yield _to_person(
                    cohort,
                    kind,
                    captain,
                    f"week:{week}",
                    day_of_week(cohort.start, week, number),
                    at,
                    WEEKLY_USEFUL,
                )
        for navigator in cohort.navigators:
            day = day_of_week(cohort.start, week, NAVIGATOR_DAY)
            yield _to_person(
                cohort,
                "navigator_week",
                navigator,
                f"week:{week}",
                day,
                NAVIGATOR_TIME,
                WEEKLY_USEFUL,
            )
    for number, week in rounds(cohort.weeks, cohort.one_on_one_every):
        for mentee in cohort.mentees:
            day = day_of_week(cohort.start, week, OFFER_DAY)
            yield _to_person(
                cohort, "one_on_one_offer", mentee, f"round:{number}", day, OFFER_TIME, OFFER_USEFUL
            )


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
