"""What may be changed about dates in mid-flight, and what a change does to messages. Pure.

docs/programme.md, "When dates change", has the rules and their reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.errors import Refusal
from bot.domain.rhythm import Key
from bot.domain.weeks import Dates, check_start


@dataclass(frozen=True)
class Forecast:
    """How many messages a change moves, takes away and adds."""

    moved: int
    fallen: int
    added: int


def forecast(before: Mapping[Key, datetime], after: Mapping[Key, datetime]) -> Forecast:
    """The difference between what is ahead before and after a change: due times by message."""
    return Forecast(
        moved=sum(after[key] != due for key, due in before.items() if key in after),
        fallen=len(before.keys() - after.keys()),
        added=len(after.keys() - before.keys()),
    )


def jumped_over(
    before: Mapping[Key, datetime], after: Mapping[Key, datetime], now: datetime
) -> list[Key]:
    """What was still to come and would now have been due in the past, in order of its time."""
    lost = [key for key, due in before.items() if key in after and after[key] <= now < due]
    return sorted(lost, key=before.__getitem__)


def check_dates(who: str, before: Dates, after: Dates, lived: int, today: date) -> None:
    """Raises Refusal unless a team (or a cohort without any) may go from one to the other.

    `lived` is the last week that began or was asked about, 0 for none; `today` is the local date.
    Weeks that were lived stay: nothing ends before the current one, and the start of what has
    begun stays in the past.
    """
    if not lived:
        if after.start != before.start:
            check_start(after.start, today)
        return
    if after.weeks < lived:
        raise Refusal(
            f"{who} is in week {lived} already, so {lived} weeks is the shortest that is possible; "
            "`/cohort close` ends a cohort at once."
        )
    if after.start != before.start and after.start > today:
        raise Refusal(
            f"{who} is in week {lived} already, and weeks that were lived do not go away; "
            f"please choose {today.isoformat()} or an earlier day as its start."
        )
