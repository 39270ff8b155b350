"""The transactions around one delivery: claim it, and record what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.kinds import Due, Kind
from bot.delivery.outbox import NO_CHANNEL, PAUSED
from bot.domain.courtesy import Attention, Caps, Expire, Go, Verdict, Wait, decide, decide_post
from bot.domain.deliveries import Courtesy, Event, State, after
from bot.domain.wallclock import Quiet, local_week
from bot.storage.engine import Database
from bot.storage.tables import Delivery, Membership, Person, ServerObject

CHANNEL_PATIENCE = timedelta(hours=6)
COUNTED = (Courtesy.MUST, Courtesy.REGULAR)


@dataclass(frozen=True)
class Claimed:
    """A delivery that this process may now send. Exactly one of the addresses is set."""

    due: Due
    user_id: int | None
    channel_id: int | None
    starter_message_id: int | None
    """For an answer below a prompt: the prompt's message, whose thread has the same id."""
    thread_open: bool
    """Whether something was sent to that thread before, so that it is there already."""
    attempts: int
    last_useful_at: datetime
    edit: tuple[int, int] | None = None
    """Channel and message to edit, when the message is already there but out of date."""


@dataclass(frozen=True)
class Policy:
    """The numbers of courtesy and patience, from the settings."""

    caps: Caps
    team_channel_posts: int
    quiet: Quiet
    lease: timedelta


class Claims:
    """Changes the state of deliveries, always by the transition table."""

    def __init__(self, db: Database, clock: Clock, policy: Policy) -> None:
        self._db = db
        self._clock = clock
        self._policy = policy

    async def release_all(self) -> None:
        """Gives back what was claimed and never recorded, to send or to edit.

        For the start (a former process may have been killed), and after trouble with the
        database. Only one process sends, and it must not be sending meanwhile.
        """
        async with self._db.write() as uow:
            rows = await uow.session.scalars(
                select(Delivery).where(
                    or_(
                        Delivery.state == State.CLAIMED,
                        and_(Delivery.state == State.SENT, Delivery.lease_until.is_not(None)),
                    )
                )
            )
            for row in rows:
                if row.state == State.SENT:
                    row.stale = True
                else:
                    row.state = after(State.CLAIMED, Event.POSTPONE)
                row.not_before, row.lease_until = self._clock.now(), None
            await uow.commit()

    async def due_ids(self, limit: int = 100) -> list[int]:
        """The rows that can be worked on now: answers to what people just did, then by age."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(Delivery.id)
                .where(self._ready(self._clock.now()))
                .order_by(Delivery.courtesy != Courtesy.ANSWER, Delivery.not_before, Delivery.id)
                .limit(limit)
            )
            return list(rows)

    async def next_moment(self) -> datetime | None:
        """When the next delivery becomes due, UTC."""
        async with self._db.read() as session:
            waiting = or_(
                Delivery.state == State.PLANNED, and_(Delivery.state == State.SENT, Delivery.stale)
            )
            return await session.scalar(select(func.min(Delivery.not_before)).where(waiting))

    async def kind_name(self, row_id: int) -> str:
        """The kind of a row. Raises NoResultFound."""
        async with self._db.read() as session:
            return (
                await session.execute(select(Delivery.kind).where(Delivery.id == row_id))
            ).scalar_one()

    async def park(self, row_id: int, reason: str) -> None:
        """Sets a row aside that cannot be written, so that it does not come up again.

        A message that is there already and cannot be edited stays as it is.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            if row.state in (State.PLANNED, State.CLAIMED):
                row.state, row.reason = after(State(row.state), Event.PARK), reason[:200]
            elif row.state == State.SENT:
                row.stale, row.reason = False, reason[:200]
            row.lease_until = None
            await uow.commit()

    @staticmethod
    def _ready(now: datetime) -> ColumnElement[bool]:
        return or_(
            and_(Delivery.state == State.PLANNED, Delivery.not_before <= now),
            and_(Delivery.state == State.SENT, Delivery.stale, Delivery.not_before <= now),
        )

    async def claim(self, row_id: int, kind: Kind) -> Claimed | None:
        """Claims a row for sending (or editing), or decides that it must wait or go away."""
        now = self._clock.now()
        async with self._db.write() as uow:
            row = await uow.session.get(Delivery, row_id)
            if row is None:
                return None
            if row.state == State.SENT and row.stale:
                # Not stale any more, so that a change during the edit is seen; the lease says
                # that this one is not done yet.
                row.stale, row.lease_until = False, now + self._policy.lease
                edit = await self._address(uow.session, row, now)
                await uow.commit()
                return edit
            if row.state != State.PLANNED or row.not_before > now:
                return None
            claimed = await self._judge(uow.session, row, kind, now)
            await uow.commit()
            return claimed

    async def _judge(
        self, session: AsyncSession, row: Delivery, kind: Kind, now: datetime
    ) -> Claimed | None:
        person = await session.get(Person, row.person_id) if row.person_id else None
        verdict: Verdict = Expire() if now > row.last_useful_at else Go()
        if row.place is not None and row.place.startswith("thread:"):
            starter = await session.get_one(Delivery, int(row.place.partition(":")[2]))
            if starter.state == State.PLANNED:
                # Somebody answered before they were asked: the thread opens with the question.
                row.not_before, row.reason = max(starter.not_before, now), "waits for its thread"
                return None
        if person is not None:
            if row.courtesy == Courtesy.REGULAR and kind.pause_holds and person.paused(now):
                row.state, row.reason = after(State.PLANNED, Event.CANCEL), PAUSED
                return None
            zone = ZoneInfo(person.timezone)
            verdict = decide(
                now,
                Courtesy(row.courtesy),
                row.last_useful_at,
                zone,
                self._policy.quiet,
                await self._attention(session, person, row, zone, now),
            )
        elif row.courtesy == Courtesy.POST and row.zone is not None:
            verdict = await self._post_verdict(session, row, ZoneInfo(row.zone), now)
        if isinstance(verdict, Expire):
            row.state, row.reason = after(State.PLANNED, Event.EXPIRE), "no longer useful"
            return None
        if isinstance(verdict, Wait):
            row.not_before, row.reason = verdict.until, verdict.reason
            return None
        if person is not None and person.dms_closed and not kind.public_when_closed:
            row.state, row.reason = after(State.PLANNED, Event.HOLD), "direct messages are closed"
            return None
        claimed = await self._address(session, row, now)
        if claimed.user_id is None and claimed.channel_id is None:
            # Making the channel wakes it up; until then there is no hurry to look.
            row.not_before, row.reason = now + CHANNEL_PATIENCE, NO_CHANNEL
            return None
        row.state = after(State.PLANNED, Event.CLAIM)
        row.lease_until = now + self._policy.lease
        return claimed

    async def _post_verdict(
        self, session: AsyncSession, row: Delivery, zone: ZoneInfo, now: datetime
    ) -> Verdict:
        begin, end = local_week(now, zone)
        sent = await session.scalar(
            select(func.count()).where(
                Delivery.place == row.place,
                Delivery.courtesy == Courtesy.POST,
                Delivery.sent_at >= begin,
                Delivery.sent_at < end,
            )
        )
        cap = self._policy.team_channel_posts
        return decide_post(now, row.last_useful_at, zone, sent or 0, cap)

    async def _attention(
        self,
        session: AsyncSession,
        person: Person,
        row: Delivery,
        zone: ZoneInfo,
        now: datetime,
    ) -> Attention:
        begin, end = local_week(now, zone)
        counted = select(func.count()).where(
            Delivery.person_id == person.id, Delivery.courtesy.in_(COUNTED)
        )
        sent = await session.scalar(
            counted.where(
                Delivery.route == "direct", Delivery.sent_at >= begin, Delivery.sent_at < end
            )
        )
        ahead = await session.scalar(
            counted.where(
                Delivery.state == State.PLANNED,
                Delivery.courtesy == Courtesy.MUST,
                Delivery.not_before < end,
                Delivery.id != row.id,
            )
        )
        roles = await session.scalars(
            select(Membership.role).where(
                Membership.person_id == person.id, Membership.left_at.is_(None)
            )
        )
        return Attention(sent or 0, ahead or 0, self._policy.caps.for_roles(set(roles)))

    async def _address(self, session: AsyncSession, row: Delivery, now: datetime) -> Claimed:
        due = Due(
            id=row.id,
            kind=row.kind,
            guild_id=row.guild_id,
            cohort_id=row.cohort_id,
            subject=row.subject,
            occurrence=row.occurrence,
            person_id=row.person_id,
            user_id=row.user_id,
            due_at=row.due_at,
            now=now,
            edit=row.state == State.SENT,
            public=row.route == "public",
        )
        user_id, channel_id, starter = row.user_id, None, None
        thread_open = False
        if row.person_id is not None:
            person = await session.get_one(Person, row.person_id)
            user_id = person.user_id
        if row.place is not None and row.place.startswith("thread:"):
            prompt = await session.get_one(Delivery, int(row.place.partition(":")[2]))
            channel_id, starter = prompt.channel_id, prompt.message_id
            earlier = select(Delivery.id).where(
                Delivery.place == row.place, Delivery.sent_at.is_not(None)
            )
            thread_open = await session.scalar(earlier.limit(1)) is not None
        elif row.place is not None:
            channel_id = await self._channel(session, row.guild_id, row.place)
        edit = None
        if row.state == State.SENT and row.channel_id and row.message_id:
            edit = (row.channel_id, row.message_id)
        return Claimed(
            due,
            user_id,
            channel_id,
            starter,
            thread_open,
            row.attempts,
            row.last_useful_at,
            edit,
        )

    @staticmethod
    async def _channel(session: AsyncSession, guild_id: int, key: str) -> int | None:
        found = await session.get(ServerObject, (guild_id, key))
        return found.discord_id if found else None

    async def welcome_channel(self, guild_id: int) -> int | None:
        """The channel that greets newcomers, if the bot has made one already."""
        async with self._db.read() as session:
            return await self._channel(session, guild_id, "welcome")

    async def sent(self, row_id: int, route: str, channel_id: int, message_id: int) -> None:
        """Records that the message is there, or up to date again.

        `route` is direct, channel or public; an edit does not change it.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            if row.state == State.CLAIMED:
                row.state = after(State.CLAIMED, Event.SENT)
                row.sent_at = self._clock.now()
                row.route, row.channel_id, row.message_id = route, channel_id, message_id
            row.reason, row.lease_until = None, None
            await uow.commit()

    async def settle(self, row_id: int, event: Event, reason: str) -> None:
        """Records another end of a claimed delivery: cancel, expire, park or hold."""
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            row.state, row.reason = after(State(row.state), event), reason[:200]
            row.lease_until = None
            if event is Event.HOLD and row.person_id is not None:
                person = await uow.session.get_one(Person, row.person_id)
                person.dms_closed = True
            await uow.commit()

    async def channel_gone(self, row_id: int) -> None:
        """Discord says that the channel does not exist: it is forgotten, and waited for.

        The next launch or repair makes it anew, and what waited goes there.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            row.lease_until = None
            if row.state == State.SENT:
                row.reason = "its channel was deleted"
            else:
                row.state = after(State(row.state), Event.POSTPONE)
                row.not_before, row.reason = self._clock.now() + CHANNEL_PATIENCE, NO_CHANNEL
                made = await uow.session.get(ServerObject, (row.guild_id, row.place or ""))
                if made is not None:
                    made.discord_id = None
            await uow.commit()

    async def postpone(self, row_id: int, until: datetime, reason: str) -> None:
        """Gives a claimed delivery back, to be tried again at `until` (UTC)."""
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            if row.state == State.SENT:
                row.stale = True
            else:
                row.state = after(State(row.state), Event.POSTPONE)
            row.not_before, row.lease_until = until, None
            row.attempts += 1
            row.reason = reason[:200]
            await uow.commit()
