"""Writing one message to Discord, and finding it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import discord
import structlog

from bot.delivery.kinds import OutMessage
from bot.delivery.pace import Pace
from bot.delivery.stamp import row_of, stamped
from bot.delivery.trouble import ChannelGone, Forbidden, NotYet, translated

THREAD_EXISTS = 160004
ONE_WEEK_MINUTES: Literal[10080] = 10080
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far this machine's clock may be from Discord's when a message is looked for."""
LOOK_THROUGH = 1000
"""How many messages of a channel are looked through for one of ours."""

_NOBODY = discord.AllowedMentions.none()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sent:
    """Where a message is."""

    channel_id: int
    message_id: int


class Messenger:
    """Writes messages through the bot's client. Raises the exceptions of `bot.delivery.trouble`."""

    def __init__(self, client: discord.Client, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    async def direct_messages(self, user_id: int) -> int:
        """The channel of the direct messages with somebody, opened if need be.

        Raises NotYet when too many were opened lately.
        """
        if (seconds := self._pace.opening_in(user_id)) > 0:
            raise NotYet(seconds)
        await self._pace.request()
        with translated():
            # The library's own way remembers a channel that Discord has forgotten.
            return int((await self._client.http.start_private_message(user_id))["id"])

    async def send(self, channel_id: int, message: OutMessage, nonce: str, row_id: int) -> Sent:
        """Sends to a channel or thread; the message carries its delivery's number."""
        await self._pace.request()
        message = stamped(message, row_id)
        extra: dict[str, Any] = {}
        if message.view is not None:
            extra["view"] = message.view
        if message.embed is not None:
            extra["embed"] = message.embed
        if message.files:
            extra["files"] = message.files
        pinged = [discord.Object(user) for user in message.pings]
        with translated(lambda: self._missing(channel_id, message)):
            sent = await self._client.get_partial_messageable(channel_id).send(
                message.content,
                nonce=nonce,
                allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=pinged),
                **extra,
            )
        if message.pin and not sent.pinned:
            await self._pin(sent)
        return Sent(channel_id, sent.id)

    async def find(
        self, channel_id: int, row_id: int, since: datetime, *, pin: bool = False
    ) -> Sent | None:
        """The message of a delivery that may have been sent since `since` (UTC), if it is there.

        `pin`: pins it, if that was not done any more.
        """
        await self._pace.request()
        channel = self._client.get_partial_messageable(channel_id)
        me = self._client.user
        try:
            with translated():
                history = channel.history(
                    after=since - CLOCKS_DIFFER, oldest_first=True, limit=LOOK_THROUGH
                )
                async for message in history:
                    if me is None or message.author.id != me.id or row_of(message) != row_id:
                        continue
                    if pin and not message.pinned:
                        await self._pin(message)
                    return Sent(channel_id, message.id)
            # Discord shows an empty history to those who may not read it.
            unread = bool(self._lacks(channel_id, {"read_message_history"}))
        except ChannelGone:
            return None  # a thread that was never opened; or the sending says the same
        except Forbidden:
            unread = True
        if unread:
            # The nonce still keeps it single for some minutes.
            _log.warning("may not read back what was sent", delivery=row_id, channel=channel_id)
        return None

    async def _pin(self, message: discord.Message) -> None:
        await self._pace.request()
        with translated(lambda: frozenset({"pin_messages"})):
            await message.pin(reason="The way to everything, always at hand")

    async def open_thread(self, guild_id: int, channel_id: int, starter_id: int, name: str) -> None:
        """Opens the thread below a message; one that is open already is fine.

        A thread has its starter's id, so there is nothing to remember and nothing to double.
        """
        await self._pace.request()
        with translated(lambda: self._lacks(channel_id, {"create_public_threads"})):
            channel = self._client.get_partial_messageable(channel_id, guild_id=guild_id)
            starter = channel.get_partial_message(starter_id)
            try:
                await starter.create_thread(name=name, auto_archive_duration=ONE_WEEK_MINUTES)
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise

    async def edit(
        self, channel_id: int, message_id: int, message: OutMessage, row_id: int
    ) -> Sent:
        """Brings a message up to date."""
        await self._pace.request()
        message = stamped(message, row_id)
        with translated(lambda: self._missing(channel_id, message)):
            target = self._client.get_partial_messageable(channel_id).get_partial_message(
                message_id
            )
            await target.edit(
                content=message.content,
                view=message.view,
                embed=message.embed,
                attachments=message.files,
                allowed_mentions=_NOBODY,
            )
            return Sent(channel_id, message_id)

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Withdraws a message; one that is gone already is fine."""
        await self._pace.request()
        with translated():
            target = self._client.get_partial_messageable(channel_id).get_partial_message(
                message_id
            )
            try:
                await target.delete()
            except discord.NotFound:
                return

    def _missing(self, channel_id: int, message: OutMessage) -> frozenset[str]:
        needed = {"send_messages"}
        if message.embed is not None:
            needed.add("embed_links")
        if message.files:
            needed.add("attach_files")
        return self._lacks(channel_id, needed)

    def _lacks(self, channel_id: int, needed: set[str]) -> frozenset[str]:
        """Which of the permissions (discord.py's names) a channel does not give the bot.

        A thread has those of its channel. Empty when nothing is known of the channel.
        """
        channel = self._client.get_channel(channel_id)
        if isinstance(channel, discord.Thread):
            needed = {"send_messages_in_threads"} | (needed - {"send_messages"})
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            return frozenset()
        held = channel.permissions_for(channel.guild.me)
        for first in ("view_channel", "send_messages"):
            # Without it there are no others: it is the one to ask for.
            if first in needed | {"view_channel"} and not getattr(held, first):
                return frozenset({first})
        return frozenset(name for name in needed if not getattr(held, name))
