"""Which rows are due, and taking one to be sent: one transaction each."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.judge import Judge, Permit, Policy
from bot.delivery.kinds import Due, Kind
from bot.delivery.meter import Meter
from bot.delivery.outbox import NO_CHANNEL
from bot.delivery.records import CHANNEL_PATIENCE, MENDING_PATIENCE
from bot.delivery.rows import due_of, elsewhere, lane_of, thread_starter
from bot.domain.deliveries import Courtesy, Event, State
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import Delivery, Person, ServerObject


@dataclass(frozen=True)
class Ready:
    """A row that can be worked on now, and where it goes."""

    id: int
    kind: str
    lane: str
    since: datetime
    """From when on it was to be looked at, UTC."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that this process may now send, to a person or to a channel."""

    due: Due
    user_id: int | None
    dm_channel_id: int | None
    """The person's direct messages, where the bot has written before."""
    channel_id: int | None
    starter_message_id: int | None
    """For an answer below a prompt: the prompt's message, whose thread has the same id."""
    thread_open: bool
    """Whether something was sent to that thread before, so that it is there already."""
    attempts: int
    last_useful_at: datetime
    unsure_since: datetime | None
    """Since when (UTC) it has been unknown whether the message exists already."""
    wording: str | None
    edit: tuple[int, int] | None = None
    """Channel and message to edit, when the message is already there but out of date."""
    only_look: bool = False
    """It is not sent any more, only looked for; `reason` is what was known of it before."""
    reason: str | None = None


class Claims:
    """Finds what is due and claims it, always by the transition table."""

    def __init__(
        self, db: Database, clock: Clock, policy: Policy, meter: Meter | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._meter = meter
        self._lease = policy.lease
        self._judge = Judge(policy)

    async def release_all(self) -> None:
        """Gives back what was claimed and never recorded, to send or to edit.

        For the start (a former process may have been killed), and after trouble with the
        database. Only one process sends, and it must not be sending meanwhile.
        """
        now = self._clock.now()
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
                    row.stale, row.not_before, row.lease_until = True, now, None
                else:
                    row.go(Event.POSTPONE, not_before=now)
            await uow.commit()

    async def due(self, limit: int = 100, busy: Collection[str] = ()) -> list[Ready]:
        """The rows that can be worked on now: answers to what people just did, then by age.

        Without those to places that are `busy`.
        """
        rest = [elsewhere(busy)] if busy else []
        async with self._db.read() as session:
            rows = await session.execute(
                select(
                    Delivery.id,
                    Delivery.kind,
                    Delivery.person_id,
                    Delivery.user_id,
                    Delivery.place,
                    Delivery.not_before,
                )
                .where(self._ready(self._clock.now()), *rest)
                .order_by(Delivery.courtesy != Courtesy.ANSWER, Delivery.not_before, Delivery.id)
                .limit(limit)
            )
            return [
                Ready(id_, kind, lane_of(person, user, place, id_), since)
                for id_, kind, person, user, place, since in rows
                if since is not None
            ]

    async def next_moment(self, *, after: datetime | None = None) -> datetime | None:
        """When the next delivery becomes due, UTC; the first that does later than `after`."""
        later = Delivery.not_before.is_not(None) if after is None else Delivery.not_before > after
        async with self._db.read() as session:
            return await session.scalar(select(func.min(Delivery.not_before)).where(later))

    @staticmethod
    def _ready(now: datetime) -> ColumnElement[bool]:
        # Only what is to be done has this time, so the index alone finds it.
        return Delivery.not_before <= now

    async def claim(self, row_id: int, kind: Kind) -> Claimed | None:
        """Claims a row for sending (or editing), or decides that it must wait or go away."""
        now = self._clock.now()
        async with self._db.write() as uow:
            row = await uow.session.get(Delivery, row_id)
            if row is None or row.not_before is None or row.not_before > now:
                return None
            claimed = await self._take(uow, row, kind, now)
            await uow.commit()
            if self._meter and claimed is None and row.state != State.PLANNED:
                self._meter.ended(kind.name, row.state)
            return claimed

    async def _take(
        self, uow: UnitOfWork, row: Delivery, kind: Kind, now: datetime
    ) -> Claimed | None:
        session = uow.session
        if row.state == State.SENT:
            # Not stale any more, so that a change during the edit is seen; the lease says that
            # this one is not done yet.
            row.stale, row.not_before, row.lease_until = False, None, now + self._lease
            return await self._address(session, row, now)
        permit = await self._judge.permit(session, row, kind, now)
        if permit is Permit.NOTHING:
            return None
        claimed = await self._address(session, row, now)
        if permit is Permit.LOOK:
            claimed = replace(claimed, only_look=True, reason=row.reason)
        elif claimed.user_id is None and claimed.channel_id is None:
            # Making the channel wakes it up; until then there is no hurry to look.
            deleted = await session.get(ServerObject, (row.guild_id, row.place or "")) is not None
            patience = MENDING_PATIENCE if deleted else CHANNEL_PATIENCE
            row.go(Event.POSTPONE, reason=NO_CHANNEL, not_before=now + patience)
            if deleted:
                uow.touch(Topic.SERVER)
            return None
        row.go(Event.CLAIM)
        row.stale, row.lease_until = False, now + self._lease
        # From here on the process may end at any moment, and the message may be there or not.
        row.unsure_since = row.unsure_since or now
        return claimed

    async def _address(self, session: AsyncSession, row: Delivery, now: datetime) -> Claimed:
        user_id, dm_channel, channel_id, starter = row.user_id, None, None, None
        thread_open = False
        if row.person_id is not None:
            person = await session.get_one(Person, row.person_id)
            user_id = person.user_id
            dm_channel = await self._direct_messages(session, row.person_id)
        starter_id = thread_starter(row.place)
        if starter_id is not None:
            prompt = await session.get_one(Delivery, starter_id)
            channel_id, starter = prompt.channel_id, prompt.message_id
            if starter is None and prompt.place is not None:
                # The question never came, so there is no thread, only the channel.
                channel_id = await self._channel(session, row.guild_id, prompt.place)
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
            due_of(row, now),
            user_id,
            dm_channel,
            channel_id,
            starter,
            thread_open,
            row.attempts,
            row.last_useful_at,
            row.unsure_since,
            row.wording,
            edit,
        )

    @staticmethod
    async def _direct_messages(session: AsyncSession, person_id: int) -> int | None:
        latest = (
            select(Delivery.channel_id)
            .where(
                Delivery.person_id == person_id,
                Delivery.sent_at.is_not(None),
                Delivery.route == "direct",
            )
            .order_by(Delivery.sent_at.desc())
            .limit(1)
        )
        return await session.scalar(latest)

    @staticmethod
    async def _channel(session: AsyncSession, guild_id: int, key: str) -> int | None:
        found = await session.get(ServerObject, (guild_id, key))
        return found.discord_id if found else None

    async def welcome_channel(self, guild_id: int) -> int | None:
        """The channel that greets newcomers, if the bot has made one already."""
        async with self._db.read() as session:
            return await self._channel(session, guild_id, "welcome")
