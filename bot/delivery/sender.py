"""One row's way: claim (commit), render, send with no transaction open, record (commit)."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.delivery.claims import Claimed, Claims, Ready
from bot.delivery.judge import CLOSED_REASON
from bot.delivery.kinds import Kind, Kinds, Nothing, OutMessage, UnknownKind
from bot.delivery.messenger import Messenger, Sent
from bot.delivery.meter import Meter
from bot.delivery.outbox import NO_CHANNEL
from bot.delivery.records import CHANNEL_PATIENCE, UNWRITABLE, Records
from bot.delivery.trouble import (
    ChannelGone,
    ComeBackLater,
    DirectMessagesClosed,
    Forbidden,
    NotYet,
    WillNotWork,
)
from bot.domain.deliveries import Event
from bot.storage.engine import UNAVAILABLE

_log = structlog.get_logger(__name__)

LONGEST_BACKOFF_SECONDS = 600
WORTH_A_LOOK = 8
"""After so many failures the log says it as an error: somebody should look."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from two seconds, with jitter."""
    # The exponent has an end of its own: days of trouble are thousands of attempts.
    seconds = min(2.0 * 2 ** min(attempts, 20), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


class Sender:
    """Sends one due row, or records why not."""

    def __init__(
        self,
        claims: Claims,
        records: Records,
        kinds: Kinds,
        messenger: Messenger,
        clock: Clock,
        meter: Meter,
    ) -> None:
        self._claims = claims
        self._records = records
        self._kinds = kinds
        self._messenger = messenger
        self._clock = clock
        self._meter = meter

    async def handle(self, row: Ready) -> None:
        """Brings a row as far as it gets now.

        Raises what `UNAVAILABLE` names; all else stays with the row.
        """
        try:
            kind = self._kinds.get(row.kind)
            claimed = await self._claims.claim(row.id, kind)
            if claimed is not None and claimed.only_look:
                await self._look(claimed, kind)
            elif claimed is not None:
                await self._deliver(claimed, kind)
        except UnknownKind as error:
            _log.error("no cog renders this delivery", delivery=row.id, kind=row.kind)
            await self._park(row.id, row.kind, str(error))
        except (*UNAVAILABLE, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001
            # Whatever a renderer does wrong stays with its own row.
            _log.exception("delivery parked", delivery=row.id, kind=row.kind)
            await self._park(row.id, row.kind, UNWRITABLE)

    async def _park(self, row_id: int, kind: str, reason: str) -> None:
        await self._records.park(row_id, reason)
        self._meter.ended(kind, "parked")

    async def _deliver(self, claimed: Claimed, kind: Kind) -> None:
        due = claimed.due
        message = await kind.render(due)
        if isinstance(message, Nothing):
            await self._say_nothing(claimed, kind, message.reason)
            return
        if claimed.wording is not None:
            message = replace(message, content=claimed.wording)
        try:
            sent = await self._send(claimed, kind, message)
        except DirectMessagesClosed:
            await self._closed(claimed, kind)
        except ComeBackLater as error:
            await self._retry(claimed, kind, error)
        except NotYet as error:
            await self._wait(claimed, timedelta(seconds=error.seconds), str(error))
        except ChannelGone:
            _log.error("its channel was deleted", delivery=due.id, kind=kind.name)
            gone = claimed.starter_message_id or claimed.channel_id
            await self._records.channel_gone(due.id, gone)
        except Forbidden as error:
            await self._forbidden(claimed, kind, error)
        except WillNotWork as error:
            _log.error("delivery refused", delivery=due.id, kind=kind.name, reason=str(error))
            await self._park(due.id, kind.name, str(error))
        else:
            direct = due.person_id is not None or due.user_id is not None
            await self._done(claimed, kind, "direct" if direct else "channel", sent)

    async def _done(self, claimed: Claimed, kind: Kind, route: str, sent: Sent) -> None:
        due = claimed.due
        await self._records.sent(due.id, route, sent.channel_id, sent.message_id)
        late = max(0, int((self._clock.now() - due.due_at).total_seconds()))
        if claimed.edit is None:
            self._meter.sent(kind.name, late)
        _log.info(
            "delivered",
            delivery=due.id,
            kind=kind.name,
            route=route,
            edit=claimed.edit is not None,
            late_seconds=late,
        )

    async def _say_nothing(self, claimed: Claimed, kind: Kind, reason: str) -> None:
        """There is nothing to say (any more): a message that is there already is withdrawn."""
        try:
            there = claimed.edit
            if there is None and (found := await self._there(claimed, kind)) is not None:
                there = found.channel_id, found.message_id
            if there is not None:
                await self._messenger.delete(*there)
        except ComeBackLater as error:
            await self._retry(claimed, kind, error)
            return
        except NotYet as error:
            await self._wait(claimed, timedelta(seconds=error.seconds), str(error))
            return
        except Forbidden as error:
            await self._forbidden(claimed, kind, error)
            return
        except (ChannelGone, DirectMessagesClosed) as error:
            _log.info("nothing to withdraw any more", delivery=claimed.due.id, why=str(error))
        if claimed.edit is None:
            await self._records.settle(claimed.due.id, Event.CANCEL, reason)
            self._meter.ended(kind.name, "cancelled")
        else:
            await self._records.settle(claimed.due.id, Event.WITHDRAW, reason)

    async def _look(self, claimed: Claimed, kind: Kind) -> None:
        """What is not to be sent any more may be there: then it is recorded, else judged anew."""
        found = None
        try:
            found = await self._there(claimed, kind)
        except ComeBackLater as error:
            await self._retry(claimed, kind, error)
            return
        except NotYet as error:
            await self._wait(claimed, timedelta(seconds=error.seconds), str(error))
            return
        except (ChannelGone, DirectMessagesClosed, Forbidden, WillNotWork) as error:
            _log.warning("cannot be looked for", delivery=claimed.due.id, reason=str(error))
        if found is not None:
            await self._done(claimed, kind, await self._route(claimed, found), found)
        else:
            now, why = self._clock.now(), claimed.reason or "it never came"
            await self._records.wait(claimed.due.id, now, why)

    async def _route(self, claimed: Claimed, sent: Sent) -> str:
        if claimed.user_id is None:
            return "channel"
        welcome = await self._claims.welcome_channel(claimed.due.guild_id)
        return "public" if sent.channel_id == welcome else "direct"

    async def _there(self, claimed: Claimed, kind: Kind) -> Sent | None:
        """The message that an earlier attempt may have sent, if it is there."""
        row_id, since = claimed.due.id, claimed.unsure_since
        if since is None:
            return None
        places = [claimed.starter_message_id or claimed.channel_id]
        if claimed.user_id is not None:
            known = claimed.dm_channel_id
            places = [known or await self._messenger.direct_messages(claimed.user_id)]
            if kind.public_when_closed:
                places.append(await self._claims.welcome_channel(claimed.due.guild_id))
        for place in places:
            found = None if place is None else await self._messenger.find(place, row_id, since)
            if found is not None:
                return found
        return None

    async def _send(self, claimed: Claimed, kind: Kind, message: OutMessage) -> Sent:
        row_id = claimed.due.id
        if claimed.edit is not None:
            return await self._messenger.edit(*claimed.edit, message, row_id)
        if claimed.user_id is not None:
            return await self._to_person(claimed, claimed.user_id, kind, message)
        if claimed.channel_id is None:
            raise ChannelGone("it is not there yet")
        if claimed.starter_message_id is not None:
            thread = claimed.starter_message_id
            if claimed.thread_open:
                try:
                    return await self._once(claimed, kind, thread, message)
                except ChannelGone:
                    _log.info("its thread was deleted", delivery=row_id, kind=kind.name)
            await self._messenger.open_thread(
                claimed.due.guild_id, claimed.channel_id, thread, message.thread
            )
            return await self._once(claimed, kind, thread, message)
        return await self._once(claimed, kind, claimed.channel_id, message)

    async def _to_person(
        self, claimed: Claimed, user_id: int, kind: Kind, message: OutMessage
    ) -> Sent:
        known = claimed.dm_channel_id
        if known is not None:
            try:
                return await self._once(claimed, kind, known, message)
            except ChannelGone:
                _log.info("direct messages have another channel now", delivery=claimed.due.id)
        channel_id = await self._messenger.direct_messages(user_id)
        return await self._once(claimed, kind, channel_id, message)

    async def _once(
        self, claimed: Claimed, kind: Kind, channel_id: int, message: OutMessage
    ) -> Sent:
        """Sends it, unless an earlier attempt turns out to have done so."""
        row_id = claimed.due.id
        if claimed.unsure_since is not None:
            found = await self._messenger.find(
                channel_id, row_id, claimed.unsure_since, pin=message.pin
            )
            if found is not None:
                _log.info("was there already", delivery=row_id, kind=kind.name)
                return found
        return await self._messenger.send(channel_id, message, f"{kind.code}-{row_id}", row_id)

    async def _closed(self, claimed: Claimed, kind: Kind) -> None:
        due = claimed.due
        if claimed.edit is not None:
            await self._records.park(due.id, CLOSED_REASON)
            return
        if not kind.public_when_closed:
            await self._records.settle(due.id, Event.HOLD, CLOSED_REASON)
            self._meter.ended(kind.name, "held")
            return
        welcome = await self._claims.welcome_channel(due.guild_id)
        if welcome is None:
            await self._wait(claimed, CHANNEL_PATIENCE, NO_CHANNEL)
            return
        message = await kind.render(replace(due, public=True))
        if isinstance(message, Nothing):
            await self._records.settle(due.id, Event.CANCEL, message.reason)
            return
        try:
            sent = await self._once(claimed, kind, welcome, message)
        except ComeBackLater as error:
            await self._retry(claimed, kind, error)
        except ChannelGone:
            await self._records.channel_gone(due.id, welcome)
        except Forbidden as error:
            await self._forbidden(claimed, kind, error, welcome)
        except (WillNotWork, DirectMessagesClosed) as error:
            await self._park(due.id, kind.name, str(error))
        else:
            await self._done(claimed, kind, "public", sent)

    async def _wait(self, claimed: Claimed, how_long: timedelta, reason: str) -> None:
        until = self._clock.now() + how_long
        unsure = claimed.unsure_since
        await self._records.wait(claimed.due.id, until, reason, unsure_since=unsure)

    async def _forbidden(
        self, claimed: Claimed, kind: Kind, error: Forbidden, channel_id: int | None = None
    ) -> None:
        due = claimed.due
        place = channel_id or (claimed.edit[0] if claimed.edit else claimed.channel_id)
        _log.error(
            "delivery is not allowed",
            delivery=due.id,
            kind=kind.name,
            channel=place,
            missing=sorted(error.missing),
        )
        if place is None:
            await self._park(due.id, kind.name, str(error))
            return
        await self._records.forbidden(due.id, place, error.missing)
        self._meter.ended(kind.name, "parked")

    async def _retry(self, claimed: Claimed, kind: Kind, error: ComeBackLater) -> None:
        """Tries again later, for as long as the message is useful: an outage loses nothing."""
        row_id, now = claimed.due.id, self._clock.now()
        reason = str(error)
        until = now + backoff(claimed.attempts)
        unsure = claimed.unsure_since or (now if error.perhaps_done else None)
        if claimed.edit is None and unsure is None and until > claimed.last_useful_at:
            _log.error("delivery given up", delivery=row_id, reason=reason)
            await self._records.settle(row_id, Event.EXPIRE, reason)
            self._meter.ended(kind.name, "expired")
            return
        often = claimed.attempts + 1 >= WORTH_A_LOOK
        log = _log.error if often else _log.warning
        log("delivery postponed", delivery=row_id, reason=reason)
        await self._records.postpone(row_id, until, reason, unsure_since=unsure)
