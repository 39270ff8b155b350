"""Sends what is due: claim (commit), render, send with no transaction open, record (commit)."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.delivery.alarm import Alarm
from bot.delivery.claims import CHANNEL_PATIENCE, Claimed, Claims
from bot.delivery.kinds import Kind, Kinds, Nothing, OutMessage, UnknownKind
from bot.delivery.messenger import (
    ChannelGone,
    ComeBackLater,
    DirectMessagesClosed,
    Messenger,
    Sent,
    WillNotWork,
)
from bot.delivery.outbox import NO_CHANNEL
from bot.domain.deliveries import Event

_log = structlog.get_logger(__name__)

DATABASE_PATIENCE = timedelta(seconds=5)
LONGEST_BACKOFF_SECONDS = 600
WORTH_A_LOOK = 8
"""After so many failures the log says it as an error: somebody should look."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from two seconds, with jitter."""
    # The exponent has an end of its own: days of trouble are thousands of attempts.
    seconds = min(2.0 * 2 ** min(attempts, 20), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


class Dispatcher:
    """The one loop that sends. One failing row never stops the next."""

    def __init__(
        self,
        claims: Claims,
        kinds: Kinds,
        messenger: Messenger,
        alarm: Alarm,
        clock: Clock,
    ) -> None:
        self._claims = claims
        self._kinds = kinds
        self._messenger = messenger
        self._alarm = alarm
        self._clock = clock

    async def run(self) -> None:
        """Works until cancelled; sleeps whenever nothing is due."""
        recovered = False
        while True:
            with self._clock.working():
                try:
                    if not recovered:
                        await self._claims.release_all()
                        recovered = True
                    await self._drain()
                    wake = await self._claims.next_moment()
                except (SQLAlchemyError, OSError) as error:
                    _log.error("database unavailable, deliveries wait", error=type(error).__name__)
                    # What was sent and could not be recorded is taken up again; its nonce keeps
                    # it from coming twice.
                    recovered = False
                    wake = self._clock.now() + DATABASE_PATIENCE
            self._alarm.set(wake)
            await self._alarm.wait()

    async def _drain(self) -> None:
        """Handles everything that is due now, each row at most once a round."""
        seen: set[int] = set()
        while rows := [row for row in await self._claims.due_ids() if row not in seen]:
            for row_id in rows:
                seen.add(row_id)
                await self._handle(row_id)

    async def _handle(self, row_id: int) -> None:
        kind: Kind | None = None
        try:
            kind = await self._kind_of(row_id)
            claimed = await self._claims.claim(row_id, kind)
            if claimed is not None:
                await self._deliver(claimed, kind)
        except SQLAlchemyError:
            raise
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001
            # Whatever a renderer does wrong stays with its own row.
            _log.exception("delivery parked", delivery=row_id, kind=kind.name if kind else None)
            await self._claims.park(row_id, "could not be written: see the log")

    async def _kind_of(self, row_id: int) -> Kind:
        name = await self._claims.kind_name(row_id)
        try:
            return self._kinds.get(name)
        except UnknownKind:
            await self._claims.park(row_id, f"no cog renders {name}")
            raise

    async def _deliver(self, claimed: Claimed, kind: Kind) -> None:
        due = claimed.due
        message = await kind.render(due)
        if isinstance(message, Nothing):
            await self._say_nothing(claimed, message.reason)
            return
        try:
            route, sent = await self._send(claimed, kind, message)
        except DirectMessagesClosed:
            await self._closed(claimed, kind)
        except ComeBackLater as error:
            await self._retry(claimed, str(error))
        except ChannelGone:
            _log.error("its channel was deleted", delivery=due.id, kind=kind.name)
            await self._claims.channel_gone(due.id)
        except WillNotWork as error:
            _log.error("delivery refused", delivery=due.id, kind=kind.name, reason=str(error))
            await self._claims.park(due.id, str(error))
        else:
            await self._claims.sent(due.id, route, sent.channel_id, sent.message_id)
            _log.info(
                "delivered",
                delivery=due.id,
                kind=kind.name,
                route=route,
                late_seconds=int((self._clock.now() - due.due_at).total_seconds()),
            )

    async def _say_nothing(self, claimed: Claimed, reason: str) -> None:
        """There is nothing to say (any more): a message that is there already is withdrawn."""
        if claimed.edit is None:
            await self._claims.settle(claimed.due.id, Event.CANCEL, reason)
            return
        try:
            await self._messenger.delete(*claimed.edit)
        except ComeBackLater as error:
            await self._retry(claimed, str(error))
        else:
            await self._claims.settle(claimed.due.id, Event.WITHDRAW, reason)

    async def _send(self, claimed: Claimed, kind: Kind, message: OutMessage) -> tuple[str, Sent]:
        nonce = f"{kind.code}-{claimed.due.id}"
        if claimed.edit is not None:
            route = "direct" if claimed.user_id is not None else "channel"
            return route, await self._messenger.edit(*claimed.edit, message)
        if claimed.user_id is not None:
            return "direct", await self._messenger.to_person(claimed.user_id, message, nonce)
        if claimed.channel_id is None:
            raise ComeBackLater("the channel is not there yet")
        if claimed.starter_message_id is not None:
            thread = claimed.starter_message_id
            if not claimed.thread_open:
                await self._messenger.open_thread(
                    claimed.due.guild_id, claimed.channel_id, thread, message.thread
                )
            return "channel", await self._messenger.to_channel(thread, message, nonce)
        return "channel", await self._messenger.to_channel(claimed.channel_id, message, nonce)

    async def _closed(self, claimed: Claimed, kind: Kind) -> None:
        due = claimed.due
        if claimed.edit is not None:
            await self._claims.park(due.id, "direct messages are closed")
            return
        if not kind.public_when_closed:
            await self._claims.settle(due.id, Event.HOLD, "direct messages are closed")
            return
        welcome = await self._claims.welcome_channel(due.guild_id)
        if welcome is None:
            await self._claims.postpone(due.id, self._clock.now() + CHANNEL_PATIENCE, NO_CHANNEL)
            return
        message = await kind.render(replace(due, public=True))
        if isinstance(message, Nothing):
            await self._claims.settle(due.id, Event.CANCEL, message.reason)
            return
        try:
            sent = await self._messenger.to_channel(welcome, message, f"{kind.code}-{due.id}")
        except ComeBackLater as error:
            await self._retry(claimed, str(error))
            return
        except (WillNotWork, DirectMessagesClosed) as error:
            await self._claims.settle(due.id, Event.PARK, str(error))
            return
        await self._claims.sent(due.id, "public", sent.channel_id, sent.message_id)

    async def _retry(self, claimed: Claimed, reason: str) -> None:
        """Tries again later, for as long as the message is useful: an outage loses nothing."""
        until = self._clock.now() + backoff(claimed.attempts)
        if claimed.edit is None and until > claimed.last_useful_at:
            _log.error("delivery given up", delivery=claimed.due.id, reason=reason)
            await self._claims.settle(claimed.due.id, Event.EXPIRE, reason)
            return
        often = claimed.attempts + 1 >= WORTH_A_LOOK
        log = _log.error if often else _log.warning
        log("delivery postponed", delivery=claimed.due.id, reason=reason)
        await self._claims.postpone(claimed.due.id, until, reason)
