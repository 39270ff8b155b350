"""What became of a claimed row: one transaction for each outcome."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.clock import Clock
from bot.delivery.outbox import NO_CHANNEL
from bot.domain.deliveries import Event, State
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import Delivery, Person, ServerObject
from bot.storage.tables.deliveries import REASON_LENGTH

CHANNEL_PATIENCE = timedelta(hours=6)
"""How often a row looks for a channel that is not there. Making the channel wakes it anyway."""
MENDING_PATIENCE = timedelta(minutes=15)
"""The same for a channel that was there: making it again may have failed, and is tried again."""

UNWRITABLE = "could not be written: see the log"
"""Why a row is parked whose renderer failed."""
_NOT_ALLOWED = "not allowed in channel "

Told = Callable[[UnitOfWork, Delivery, int, frozenset[str]], Awaitable[None]]
"""Tells organizers what the bot may not do in a channel: the row, the channel, permissions."""


class Records:
    """Writes down what became of deliveries, always by the transition table."""

    def __init__(self, db: Database, clock: Clock, tell: Told) -> None:
        self._db = db
        self._clock = clock
        self._tell = tell

    async def sent(self, row_id: int, route: str, channel_id: int, message_id: int) -> None:
        """Records that the message is there, or up to date again.

        `route` is direct, channel or public; an edit does not change it.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            now = self._clock.now()
            if row.state == State.CLAIMED:
                row.go(Event.SENT)
                row.sent_at = now
                row.route, row.channel_id, row.message_id = route, channel_id, message_id
            row.reason, row.lease_until, row.unsure_since = None, None, None
            # What it shows may have changed while it was being sent.
            row.not_before = now if row.stale else None
            await uow.commit()

    async def settle(self, row_id: int, event: Event, reason: str) -> None:
        """Records another end of a claimed delivery: cancel, withdraw, expire, park or hold."""
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            row.go(event, reason=reason)
            row.unsure_since = None
            if event is Event.HOLD and row.person_id is not None:
                person = await uow.session.get_one(Person, row.person_id)
                person.dms_closed = True
            await uow.commit()

    async def park(self, row_id: int, reason: str) -> None:
        """Sets a row aside that cannot be written, so that it does not come up again.

        A message that is there already and cannot be edited stays as it is.
        """
        async with self._db.write() as uow:
            self._set_aside(await uow.session.get_one(Delivery, row_id), reason)
            await uow.commit()

    async def forbidden(self, row_id: int, channel_id: int, missing: frozenset[str]) -> None:
        """Sets a row aside that the bot may not write, and tells the organizers once.

        `missing` are discord.py's names of the permissions that the channel does not give.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            await self._tell(uow, row, channel_id, missing)
            self._set_aside(row, not_allowed(channel_id, missing))
            await uow.commit()

    @staticmethod
    def _set_aside(row: Delivery, reason: str) -> None:
        if row.state in (State.PLANNED, State.CLAIMED):
            # Still unsure where it was: an organizer who tries again must not double it.
            row.go(Event.PARK, reason=reason)
        elif row.state == State.SENT:
            row.stale, row.reason = False, reason[:REASON_LENGTH]
            row.not_before, row.lease_until = None, None

    async def channel_gone(self, row_id: int, channel_id: int | None) -> None:
        """Discord says that the channel does not exist: it is forgotten, and waited for.

        It is made anew, and what waited goes there.
        """
        now = self._clock.now()
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            row.lease_until = None
            if row.state == State.SENT:
                row.reason, row.not_before, row.stale = "its channel was deleted", None, False
            else:
                row.go(Event.POSTPONE, reason=NO_CHANNEL, not_before=now + MENDING_PATIENCE)
                row.unsure_since = None
                made = await uow.session.scalar(
                    select(ServerObject).where(
                        ServerObject.guild_id == row.guild_id,
                        ServerObject.discord_id == channel_id,
                    )
                )
                if made is not None:
                    made.discord_id = None
                    uow.touch(Topic.SERVER)
                elif await self._made_meanwhile(uow, row):
                    row.not_before = now
            await uow.commit()

    @staticmethod
    async def _made_meanwhile(uow: UnitOfWork, row: Delivery) -> bool:
        place = await uow.session.get(ServerObject, (row.guild_id, row.place or ""))
        return place is not None and place.discord_id is not None

    async def wait(
        self, row_id: int, until: datetime, reason: str, *, unsure_since: datetime | None = None
    ) -> None:
        """Gives a claimed delivery back that was not tried this time, to be looked at at `until`.

        `unsure_since` as for `postpone`. Both in UTC.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            row.go(Event.POSTPONE, reason=reason, not_before=until)
            row.unsure_since = unsure_since
            await uow.commit()

    async def postpone(
        self, row_id: int, until: datetime, reason: str, *, unsure_since: datetime | None = None
    ) -> None:
        """Gives a claimed delivery back, to be tried again at `until` (UTC).

        `unsure_since` (UTC): since when it has been unknown whether the message exists; None when
        it certainly does not.
        """
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, row_id)
            if row.state == State.SENT:
                row.stale, row.reason = True, reason[:REASON_LENGTH]
                row.not_before, row.lease_until = until, None
            else:
                row.go(Event.POSTPONE, reason=reason, not_before=until)
                row.unsure_since = unsure_since
            row.attempts += 1
            await uow.commit()


def not_allowed(channel_id: int, missing: frozenset[str] = frozenset()) -> str:
    """Why a row is parked that the bot may not write in a channel; see `refused`."""
    return f"{_NOT_ALLOWED}{channel_id}: {' '.join(sorted(missing))}".strip()


def refused(reason: str | None) -> tuple[int, frozenset[str]] | None:
    """The channel and the missing permissions of such a reason; None for any other."""
    if reason is None or not reason.startswith(_NOT_ALLOWED):
        return None
    channel, _, missing = reason.removeprefix(_NOT_ALLOWED).partition(":")
    return int(channel), frozenset(missing.split())
