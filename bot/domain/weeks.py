"""The weeks of a cohort. They count from its start, not from Mondays, and week 1 is the first.

Week k is the local dates start + 7(k-1) to start + 7(k-1) + 6, in whatever zone is concerned
(the programme's definition). Dates here are such local dates; weekdays are 0 (Monday) to 6.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.errors import Refusal, shown

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EXAMPLE = "2027-02-22"
# Nobody plans a cohort further ahead; a year typed wrong would leave it waiting for ever.
_YEARS_AHEAD = 5


def week_start(start: date, k: int) -> date:
    """The first date of week `k`. Raises ValueError for weeks before the first."""
    if k < 1:
        raise ValueError(f"weeks count from 1, not {k}")
    return start + timedelta(weeks=k - 1)


def week_of(start: date, length: int, today: date) -> int | None:
    """The week that `today` lies in, or None outside a cohort of `length` weeks."""
    k = (today - start).days // 7 + 1
    return k if 1 <= k <= length else None


def day_of_week(start: date, k: int, d: int) -> date:
    """The date of day `d` (1 to 7) of week `k`. Raises ValueError for other days."""
    if not 1 <= d <= 7:
        raise ValueError(f"the days of a week count from 1 to 7, not {d}")
    return week_start(start, k) + timedelta(days=d - 1)


def prompt_date(start: date, k: int, weekday: int) -> date:
    """The first date with that weekday (0 = Monday) on or after day 1 of week `k`."""
    if not 0 <= weekday <= 6:
        raise ValueError(f"weekdays count from 0 (Monday) to 6, not {weekday}")
    first = week_start(start, k)
    return first + timedelta(days=(weekday - first.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a cohort runs, or a team that has dates of its own: its first day, and for how long."""

    start: date
    weeks: int

    @property
    def end(self) -> date:
        """The first date after the last week."""
        return self.start + timedelta(weeks=self.weeks)

    def week_of(self, today: date) -> int | None:
        """The week that `today` lies in, or None before the first and after the last."""
        return week_of(self.start, self.weeks, today)

    def nearest_week(self, today: date) -> int:
        """The same; before the start it is the first week, after the end the last."""
        return self.week_of(today) or (1 if today < self.start else self.weeks)


def covering(dates: Iterable[Dates]) -> Dates:
    """The weeks of somebody who has several teams: from the first one's start to the last's end.

    They count from that first start; the last one may be cut short. Raises ValueError for none.
    """
    every = list(dates)
    start = min(each.start for each in every)
    days = (max(each.end for each in every) - start).days
    return Dates(start, -(-days // 7))


def parse_start(text: str) -> date:
    """The date that a person typed as year-month-day. Raises Refusal for anything else."""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise Refusal(
            f"{shown(text)} is not a date I can read;"
            f" please write year-month-day, for example {_EXAMPLE}."
        )
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise Refusal(
            f"There is no day {match.group()} in the calendar; please check the month and the day."
        ) from None


def check_start(start: date, today: date) -> date:
    """`start` if a cohort can start then, seen from `today`; today itself is fine.

    Raises Refusal if it is in the past or more than five years ahead.
    """
    if start < today:
        raise Refusal(
            f"{start.isoformat()} is in the past; please choose today,"
            f" {today.isoformat()}, or a later day."
        )
    if start.year > today.year + _YEARS_AHEAD:
        raise Refusal(
            f"{start.isoformat()} is more than {_YEARS_AHEAD} years ahead; please check the year."
        )
    return start
