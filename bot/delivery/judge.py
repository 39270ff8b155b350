"""Whether a row may be sent now: pauses, courtesy and lateness, once for all kinds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.kinds import Kind, Late
from bot.delivery.outbox import PAUSED
from bot.delivery.rows import thread_starter
from bot.domain.courtesy import (
    Attention,
    Caps,
    Drop,
    Expire,
    Go,
    Verdict,
    Wait,
    decide,
    decide_late_post,
    decide_post,
)
from bot.domain.deliveries import Courtesy, Event, State
from bot.domain.wallclock import Quiet, local_week
from bot.storage.tables import Delivery, Membership, Person

COUNTED = (Courtesy.MUST, Courtesy.REGULAR, Courtesy.NUDGE)
GIVES_WAY_TO_A_PAUSE = (Courtesy.REGULAR, Courtesy.NUDGE)
SHORTLY = timedelta(seconds=2)
"""How soon an answer looks for its question that is due as well, or on its way."""
LOOK_FOR_THREAD = timedelta(hours=1)
CLOSED_REASON = "direct messages are closed"


@dataclass(frozen=True)
class Policy:
    """The numbers of courtesy and patience, from the settings."""

    caps: Caps
    team_channel_posts: int
    quiet: Quiet
    lease: timedelta


class Permit(Enum):
    """What may be done with a row now."""

    NOTHING = "nothing"
    SEND = "send"
    LOOK = "look"
    """It is not to be sent any more, and may be there all the same: first look for it."""


class Judge:
    """Decides about one planned row, in the transaction that would claim it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def permit(
        self, session: AsyncSession, row: Delivery, kind: Kind, now: datetime
    ) -> Permit:
        """Whether to send `row` now; where not, the row says what becomes of it."""
        person = await session.get(Person, row.person_id) if row.person_id else None
        if await self._waits_for_its_thread(session, row, now):
            return Permit.NOTHING
        verdict = await self._verdict(session, row, kind, person, now)
        open_to_it = person is None or not person.dms_closed or kind.public_when_closed
        if isinstance(verdict, Go) and open_to_it:
            return Permit.SEND
        if row.unsure_since is not None and not isinstance(verdict, Wait):
            return Permit.LOOK
        match verdict:
            case Expire():
                why = row.reason if row.attempts else None
                row.go(Event.EXPIRE, reason=why or "no longer useful")
            case Drop(reason):
                row.go(Event.CANCEL, reason=reason)
            case Wait(until, reason):
                row.go(Event.POSTPONE, reason=reason, not_before=until)
            case Go():
                row.go(Event.HOLD, reason=CLOSED_REASON)
        return Permit.NOTHING

    async def _waits_for_its_thread(
        self, session: AsyncSession, row: Delivery, now: datetime
    ) -> bool:
        starter_id = thread_starter(row.place)
        if starter_id is None:
            return False
        starter = await session.get_one(Delivery, starter_id)
        if starter.state not in (State.PLANNED, State.CLAIMED, State.STOPPED):
            return False
        # Somebody answered before they were asked: the thread opens with the question. One that an
        # organizer holds back has no time: it is looked for again.
        later = LOOK_FOR_THREAD if starter.state == State.STOPPED else SHORTLY
        until = max(starter.not_before or now, now + later)
        row.go(Event.POSTPONE, reason="waits for its thread", not_before=until)
        return True

    async def _verdict(
        self, session: AsyncSession, row: Delivery, kind: Kind, person: Person | None, now: datetime
    ) -> Verdict:
        if now > row.last_useful_at:
            return Expire()
        if kind.late is Late.NEWEST and await self._superseded(session, row, now):
            return Drop("a newer one is due")
        if person is None:
            if row.courtesy != Courtesy.POST:
                return Go()
            return await self._post_verdict(session, row, now)
        if row.courtesy in GIVES_WAY_TO_A_PAUSE and kind.pause_holds and person.paused(now):
            return Drop(PAUSED)
        zone = ZoneInfo(person.timezone)
        return decide(
            now,
            Courtesy(row.courtesy),
            row.last_useful_at,
            zone,
            self._policy.quiet,
            await self._attention(session, person, row, zone, now),
        )

    @staticmethod
    async def _superseded(session: AsyncSession, row: Delivery, now: datetime) -> bool:
        newer = select(Delivery.id).where(
            Delivery.kind == row.kind,
            Delivery.subject == row.subject,
            Delivery.state == State.PLANNED,
            Delivery.due_at > row.due_at,
            Delivery.due_at <= now,
        )
        return await session.scalar(newer.limit(1)) is not None

    async def _post_verdict(self, session: AsyncSession, row: Delivery, now: datetime) -> Verdict:
        posts = (Delivery.place == row.place, Delivery.courtesy == Courtesy.POST)
        if row.zone is not None:
            zone = ZoneInfo(row.zone)
            begin, end = local_week(now, zone)
            sent = await session.scalar(
                select(func.count()).where(
                    *posts, Delivery.sent_at >= begin, Delivery.sent_at < end
                )
            )
            cap = self._policy.team_channel_posts
            verdict = decide_post(now, row.last_useful_at, zone, sent or 0, cap)
            if not isinstance(verdict, Go):
                return verdict
        newest = await session.scalar(select(func.max(Delivery.sent_at)).where(*posts))
        return decide_late_post(now, row.due_at, row.last_useful_at, newest)

    async def _attention(
        self, session: AsyncSession, person: Person, row: Delivery, zone: ZoneInfo, now: datetime
    ) -> Attention:
        begin, end = local_week(now, zone)
        sent = await session.scalar(
            select(func.count()).where(
                Delivery.person_id == person.id,
                Delivery.courtesy.in_(COUNTED),
                Delivery.route == "direct",
                Delivery.sent_at >= begin,
                Delivery.sent_at < end,
            )
        )
        ahead = await session.execute(
            select(Delivery.courtesy, func.count())
            .where(
                Delivery.person_id == person.id,
                Delivery.courtesy.in_((Courtesy.MUST, Courtesy.REGULAR)),
                Delivery.state == State.PLANNED,
                Delivery.not_before < end,
                Delivery.id != row.id,
            )
            .group_by(Delivery.courtesy)
        )
        planned = dict(ahead.all())
        roles = await session.scalars(
            select(Membership.role).where(
                Membership.person_id == person.id, Membership.left_at.is_(None)
            )
        )
        return Attention(
            sent or 0,
            planned.get(Courtesy.MUST, 0),
            self._policy.caps.for_roles(set(roles)),
            planned.get(Courtesy.REGULAR, 0),
        )
