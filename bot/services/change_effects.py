"""What a change of a cohort or of a team's dates does: to its facts, and to what is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.changes import Forecast, check_dates, forecast, jumped_over
from bot.domain.deliveries import State
from bot.domain.errors import Refusal
from bot.domain.rhythm import RECURRING, Key
from bot.domain.weeks import Dates
from bot.services.lookup import OPEN, RUNNING, dates_of, team_zone
from bot.services.planning import Planner
from bot.storage.engine import UnitOfWork
from bot.storage.tables import Cohort, CohortChange, Delivery, Team

PROMPT = "checkin_prompt"


@dataclass(frozen=True)
class Course:
    """What can be changed: dates, timezone, and the local weekday (0 is Monday) and hour."""

    dates: Dates
    timezone: str
    prompt_weekday: int
    prompt_time: time


@dataclass(frozen=True)
class Prompt:
    """A check-in that is ahead: its week, its team, and when it comes (UTC)."""

    week: int
    team: str
    due_at: datetime


@dataclass(frozen=True)
class Change:
    """A change as an organizer is shown it, before and after it is made."""

    id: int
    cohort: str
    team: str | None
    running: bool
    before: Course
    after: Course
    messages: Forecast
    next_prompt: Prompt | None
    kept: Prompt | None
    """A check-in that keeps its time, because its new one is over already."""
    missed: tuple[int, ...]
    """Weeks that are added, but whose check-in is over already."""


@dataclass(frozen=True)
class _Stand:
    """Where a team stands before a change: its dates, and the last week that it lived."""

    team: Team
    zone: ZoneInfo
    dates: Dates
    lived: int


async def apply(
    uow: UnitOfWork,
    planner: Planner,
    now: datetime,
    cohort: Cohort,
    team: Team | None,
    wish: CohortChange,
) -> Change:
    """Changes the cohort, or the team's dates, and plans anew; says what came of it.

    It does not commit. Raises Refusal for what cannot be (docs/programme.md, "When dates change")
    or changes nothing.
    """
    if cohort.state not in OPEN:
        raise Refusal(f"“{cohort.name}” is closed; a closed cohort is not changed any more.")
    session = uow.session
    stands = [await _stand(session, cohort, one, now) for one in await teams_of(session, cohort)]
    before, ahead = _course(cohort, team), await _ahead(session, cohort)
    if not _write(cohort, team, wish):
        raise Refusal(f"{_who(cohort, team)} is like that already, so nothing would change.")
    after = _course(cohort, team)
    if not stands:
        today = now.astimezone(ZoneInfo(cohort.timezone)).date()
        check_dates(_who(cohort, None), before.dates, after.dates, 0, today)
    moved = [stand for stand in stands if dates_of(cohort, stand.team) != stand.dates]
    for stand in moved:
        today = now.astimezone(stand.zone).date()
        dates = dates_of(cohort, stand.team)
        check_dates(_who(cohort, stand.team), stand.dates, dates, stand.lived, today)
    await session.flush()
    await planner.replan(uow, cohort)
    then = await _ahead(session, cohort)
    _refuse_loss(stands, ahead, then, now)
    _refuse_nothing_ahead(cohort, moved, then)
    await planner.outbox.refresh(
        uow,
        Delivery.kind == "team_welcome",  # it says when the first check-in comes
        Delivery.subject.in_([f"team:{stand.team.id}" for stand in stands if not stand.lived]),
    )
    prompts = _prompts(stands, then)
    hours_differ = (before.prompt_weekday, before.prompt_time) != (
        after.prompt_weekday,
        after.prompt_time,
    )
    kept = [prompt for key, prompt in prompts.items() if ahead.get(key) == prompt.due_at]
    return Change(
        id=0,
        cohort=cohort.name,
        team=team.name if team else None,
        running=cohort.state == RUNNING,
        before=before,
        after=after,
        messages=forecast(ahead, then),
        next_prompt=next(iter(prompts.values()), None),
        kept=kept[0] if kept and hours_differ else None,
        missed=await _missed(session, cohort, moved),
    )


async def teams_of(session: AsyncSession, cohort: Cohort) -> list[Team]:
    """A cohort's teams, in order."""
    rows = select(Team).where(Team.cohort_id == cohort.id).order_by(Team.position)
    return list(await session.scalars(rows))


def _course(cohort: Cohort, team: Team | None) -> Course:
    return Course(
        dates_of(cohort, team), cohort.timezone, cohort.prompt_weekday, cohort.prompt_time
    )


def _write(cohort: Cohort, team: Team | None, wish: CohortChange) -> bool:
    """Puts what is wished into the rows; whether anything is different now."""
    if team is not None:
        own = team.start, team.weeks
        team.start, team.weeks = wish.start, wish.weeks
        return own != (wish.start, wish.weeks)
    before = _course(cohort, None)
    cohort.start = wish.start or cohort.start
    cohort.weeks = wish.weeks or cohort.weeks
    cohort.timezone = wish.timezone or cohort.timezone
    if wish.prompt_weekday is not None:
        cohort.prompt_weekday = wish.prompt_weekday
    if wish.prompt_time is not None:
        cohort.prompt_time = wish.prompt_time
    return before != _course(cohort, None)


def _who(cohort: Cohort, team: Team | None) -> str:
    return f"Team {team.name}" if team else f"“{cohort.name}”"


async def _stand(session: AsyncSession, cohort: Cohort, team: Team, now: datetime) -> _Stand:
    zone, dates = await team_zone(session, team, cohort), dates_of(cohort, team)
    today = now.astimezone(zone).date()
    if cohort.state != RUNNING:
        return _Stand(team, zone, dates, lived=0)
    asked = await session.scalars(
        select(Delivery.occurrence).where(
            Delivery.kind == PROMPT,
            Delivery.subject == f"team:{team.id}",
            Delivery.state.in_((State.SENT, State.CLAIMED)),
        )
    )
    begun = dates.nearest_week(today) if today >= dates.start else 0
    return _Stand(team, zone, dates, max([begun, *map(_number, asked)]))


async def _ahead(session: AsyncSession, cohort: Cohort) -> dict[Key, datetime]:
    """The recurring messages of a cohort that are not sent yet, with their due times."""
    rows = await session.execute(
        select(Delivery.kind, Delivery.subject, Delivery.occurrence, Delivery.due_at).where(
            Delivery.cohort_id == cohort.id,
            Delivery.kind.in_(RECURRING),
            Delivery.state.in_((State.PLANNED, State.STOPPED)),
        )
    )
    return {(kind, subject, name): due for kind, subject, name, due in rows}


def _prompts(stands: Sequence[_Stand], ahead: Mapping[Key, datetime]) -> dict[Key, Prompt]:
    """The check-ins among what is ahead, the next one first."""
    names = {f"team:{stand.team.id}": stand.team.name for stand in stands}
    found = {
        key: Prompt(_number(key[2]), names[key[1]], due)
        for key, due in ahead.items()
        if key[0] == PROMPT and key[1] in names
    }
    return dict(sorted(found.items(), key=lambda one: (one[1].due_at, one[1].team)))


def _refuse_loss(
    stands: Sequence[_Stand],
    ahead: Mapping[Key, datetime],
    then: Mapping[Key, datetime],
    now: datetime,
) -> None:
    """Raises Refusal where a check-in that is still to come would be jumped over."""
    names = {f"team:{stand.team.id}": stand.team.name for stand in stands}
    for kind, subject, occurrence in jumped_over(ahead, then, now):
        if kind == PROMPT and subject in names:
            raise Refusal(
                f"The check-in of week {_number(occurrence)} is still ahead of team "
                f"{names[subject]}, and would then have been due before now; please choose a later "
                "time, or wait until it has been asked."
            )


def _refuse_nothing_ahead(
    cohort: Cohort, moved: Sequence[_Stand], then: Mapping[Key, datetime]
) -> None:
    """Raises Refusal where the start of something is moved that has no check-in ahead."""
    asked = {subject for kind, subject, _ in then if kind == PROMPT}
    for stand in moved:
        starts_anew = dates_of(cohort, stand.team).start != stand.dates.start
        if stand.lived and starts_anew and f"team:{stand.team.id}" not in asked:
            raise Refusal(
                f"All check-ins of team {stand.team.name} have been asked, so there is nothing "
                "left to move; with more weeks it goes on."
            )


async def _missed(
    session: AsyncSession, cohort: Cohort, moved: Sequence[_Stand]
) -> tuple[int, ...]:
    """Weeks that are added too late to be asked about."""
    if cohort.state != RUNNING:
        return ()
    missed: set[int] = set()
    for stand in moved:
        rows = await session.scalars(
            select(Delivery.occurrence).where(
                Delivery.kind == PROMPT, Delivery.subject == f"team:{stand.team.id}"
            )
        )
        added = range(stand.dates.weeks + 1, dates_of(cohort, stand.team).weeks + 1)
        missed.update({*added} - {*map(_number, rows)})
    return tuple(sorted(missed))


def _number(occurrence: str) -> int:
    """3 for `week:3`."""
    return int(occurrence.partition(":")[2])
