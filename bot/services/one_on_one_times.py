"""Finding times that suit a captain and a mentee, and the messages that a booking makes due."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.outbox import NO_LONGER_DUE, Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan, State
from bot.domain.rhythm import round_end
from bot.domain.slots import Slot, find_slots, spread
from bot.domain.wallclock import Quiet, is_allowed, resolve
from bot.domain.weeks import Dates
from bot.services.lookup import hours_of, with_hours
from bot.storage.engine import UnitOfWork
from bot.storage.tables import Delivery, OneOnOne, OneOnOneOffer, OneOnOneSlot, Person

BOOKED = "booked"
REMINDER_BEFORE = timedelta(hours=2)
EVENING_BEFORE = time(20)
CAPTAIN_EVENING = time(18)
TIME_TO_ANSWER = timedelta(days=1)
CAPTAIN_WARNING = timedelta(hours=2)
NOBODY_KNOWS = timedelta(days=366)
"""How far a pause without an end reaches: further than any cohort."""


@dataclass(frozen=True)
class OneOnOneRules:
    """The programme's numbers for one-on-ones."""

    every_weeks: int
    choices: int
    length: timedelta
    notice: timedelta
    quiet: Quiet

    @property
    def unasked_notice(self) -> timedelta:
        """How far ahead times are that nobody asked for: a day to answer, then the notice."""
        return self.notice + TIME_TO_ANSWER


async def fresh_times(
    session: AsyncSession,
    dates: Dates,
    captain: Person,
    mentee: Person,
    round_number: int,
    now: datetime,
    notice: timedelta,
    rules: OneOnOneRules,
) -> list[datetime]:
    """Times to offer, UTC: within the round, with notice, free for both, on different days.

    `dates` are the team's. Times that are on offer to other mentees of the captain come only when
    there are no others.
    """
    end_day = round_end(dates, rules.every_weeks, round_number)
    zone = ZoneInfo(mentee.timezone)
    meetings = await session.scalars(
        select(OneOnOne).where(
            OneOnOne.state == BOOKED,
            OneOnOne.ends_at > now,
            or_(
                OneOnOne.captain_id.in_((captain.id, mentee.id)),
                OneOnOne.mentee_id.in_((captain.id, mentee.id)),
            ),
        )
    )
    offered = await session.scalars(
        select(OneOnOneSlot.starts_at)
        .join(OneOnOneOffer, OneOnOneOffer.id == OneOnOneSlot.offer_id)
        .where(
            OneOnOneOffer.captain_id == captain.id,
            OneOnOneOffer.mentee_id != mentee.id,
            OneOnOneOffer.state == "open",
            OneOnOneSlot.current,
            OneOnOneSlot.starts_at > now,
        )
    )
    await with_hours(session, captain, mentee)
    slots = find_slots(
        hours_of(captain),
        hours_of(mentee),
        now + notice,
        resolve(end_day, time(0), zone),
        [
            *((meeting.starts_at, meeting.ends_at) for meeting in meetings),
            *(away for person in (captain, mentee) if (away := away_time(person, now))),
        ],
        rules.length,
    )
    chosen = spread(slots, rules.choices, {Slot(start) for start in offered}, zone)
    return [slot.start for slot in chosen]


def away_time(person: Person, now: datetime) -> tuple[datetime, datetime] | None:
    """From now until somebody is back, UTC, while they are away; None when they are not."""
    if not person.paused(now):
        return None
    return now, person.resumes_at or now + NOBODY_KNOWS


async def plan_messages(
    uow: UnitOfWork,
    outbox: Outbox,
    meeting: OneOnOne,
    captain: Person,
    mentee: Person,
    now: datetime,
    quiet: Quiet,
) -> None:
    """Makes the reminder and the captain's evening messages of a booked meeting due."""
    due = _reminder_moment(meeting.starts_at, ZoneInfo(mentee.timezone), quiet)
    if due > now:
        await outbox.put(
            uow,
            DeliveryPlan(
                kind="one_on_one_reminder",
                subject=f"meeting:{meeting.id}",
                occurrence="once:1",
                guild_id=mentee.guild_id,
                cohort_id=meeting.cohort_id,
                person_id=mentee.id,
                due_at=due,
                last_useful_at=meeting.starts_at,
                rule=f"two hours before, or the evening before ({mentee.timezone})",
                courtesy=Courtesy.MUST,
            ),
        )
    zone = ZoneInfo(captain.timezone)
    eve = _evening(meeting.starts_at, zone, days=-1)
    if eve > now:
        await _captain_evening(uow, outbox, meeting, captain, eve)
        return
    tonight = _evening(now, zone)
    if tonight <= now:
        tonight = _evening(now, zone, days=1)
    soon = tonight > meeting.starts_at - CAPTAIN_WARNING
    await _captain_evening(uow, outbox, meeting, captain, now if soon else tonight)


async def cancel_messages(
    uow: UnitOfWork, outbox: Outbox, meeting: OneOnOne, captain: Person
) -> None:
    """Takes back what a cancelled meeting had made due.

    The captain's message on its eve goes only when no other meeting of that day needs it.
    """
    reason = "the meeting was cancelled"
    await outbox.cancel(
        uow,
        Delivery.subject == f"meeting:{meeting.id}",
        Delivery.kind == "one_on_one_reminder",
        reason=reason,
    )
    zone = ZoneInfo(captain.timezone)
    day = meeting.starts_at.astimezone(zone).date()
    others = await uow.session.scalar(
        select(OneOnOne.id)
        .where(
            OneOnOne.captain_id == captain.id,
            OneOnOne.state == BOOKED,
            OneOnOne.id != meeting.id,
            OneOnOne.starts_at >= resolve(day, time(0), zone),
            OneOnOne.starts_at < resolve(day + timedelta(days=1), time(0), zone),
        )
        .limit(1)
    )
    if others is None:
        eve = f"day:{(day - timedelta(days=1)).toordinal()}"
        await outbox.cancel(
            uow,
            Delivery.kind == "captain_day",
            Delivery.subject == f"captain:{captain.id}",
            Delivery.occurrence.in_((eve, f"meeting:{meeting.id}")),
            reason=NO_LONGER_DUE,
        )


def _evening(moment: datetime, zone: ZoneInfo, *, days: int = 0) -> datetime:
    """18:00 on the local date of `moment`, or so many days from it; UTC."""
    return resolve(moment.astimezone(zone).date() + timedelta(days=days), CAPTAIN_EVENING, zone)


def _reminder_moment(start: datetime, zone: ZoneInfo, quiet: Quiet) -> datetime:
    due = start - REMINDER_BEFORE
    if is_allowed(due, zone, quiet):
        return due
    return resolve(start.astimezone(zone).date() - timedelta(days=1), EVENING_BEFORE, zone)


async def _captain_evening(
    uow: UnitOfWork, outbox: Outbox, meeting: OneOnOne, captain: Person, due: datetime
) -> None:
    """Makes the captain's message on the eve of a meeting due; one for all meetings of a day."""
    zone = ZoneInfo(captain.timezone)
    at_once = due != _evening(due, zone)
    day = due.astimezone(zone).date()
    occurrence = f"meeting:{meeting.id}" if at_once else f"day:{day.toordinal()}"
    subject = f"captain:{captain.id}"
    useful = meeting.starts_at
    ahead = await uow.session.scalar(
        select(Delivery).where(
            Delivery.kind == "captain_day",
            Delivery.subject == subject,
            Delivery.occurrence == occurrence,
            Delivery.state == State.PLANNED,
        )
    )
    if ahead is not None:
        useful = max(useful, ahead.last_useful_at)
    await outbox.put(
        uow,
        DeliveryPlan(
            kind="captain_day",
            subject=subject,
            occurrence=occurrence,
            guild_id=captain.guild_id,
            cohort_id=meeting.cohort_id,
            person_id=captain.id,
            due_at=due,
            last_useful_at=useful,
            rule="at once" if at_once else f"18:00 {captain.timezone}, the evening before",
            courtesy=Courtesy.MUST,
        ),
    )
