"""Sending one message to Discord, and saying plainly what went wrong."""

from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
import discord

from bot.delivery.kinds import OutMessage

CLOSED = {50007, 50278}
"""Discord's codes for: direct messages closed, no server in common."""

THREAD_EXISTS = 160004
UNKNOWN_CHANNEL = 10003
ONE_WEEK_MINUTES: Literal[10080] = 10080

_NOBODY = discord.AllowedMentions.none()


class DirectMessagesClosed(Exception):
    """The person does not take direct messages from the bot."""


class ComeBackLater(Exception):
    """Discord or the network failed in a way that may pass."""


class ChannelGone(Exception):
    """The channel has been deleted."""


class WillNotWork(Exception):
    """Discord refuses this message and would refuse it again."""


@dataclass(frozen=True)
class Sent:
    """Where a message ended up."""

    channel_id: int
    message_id: int


class Messenger:
    """Writes messages through the bot's client."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def to_person(self, user_id: int, message: OutMessage, nonce: str) -> Sent:
        """Sends a direct message. Raises the exceptions of this module."""
        with _translated():
            channel = await self._client.create_dm(discord.Object(user_id))
            return await self._send(channel, message, nonce)

    async def to_channel(self, channel_id: int, message: OutMessage, nonce: str) -> Sent:
        """Sends to a channel or thread. Raises the exceptions of this module."""
        with _translated():
            channel = self._client.get_partial_messageable(channel_id)
            return await self._send(channel, message, nonce)

    async def open_thread(self, guild_id: int, channel_id: int, starter_id: int, name: str) -> None:
        """Opens the thread below a message; one that is open already is fine.

        A thread has its starter's id, so there is nothing to remember and nothing to double.
        Raises the exceptions of this module.
        """
        with _translated():
            channel = self._client.get_partial_messageable(channel_id, guild_id=guild_id)
            starter = channel.get_partial_message(starter_id)
            try:
                await starter.create_thread(name=name, auto_archive_duration=ONE_WEEK_MINUTES)
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise

    async def edit(self, channel_id: int, message_id: int, message: OutMessage) -> Sent:
        """Brings a message up to date. Raises the exceptions of this module."""
        with _translated():
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
        with _translated():
            target = self._client.get_partial_messageable(channel_id).get_partial_message(
                message_id
            )
            try:
                await target.delete()
            except discord.NotFound:
                return

    async def _send(
        self,
        channel: discord.abc.Messageable,
        message: OutMessage,
        nonce: str,
    ) -> Sent:
        allowed = discord.AllowedMentions(
            everyone=False, roles=False, users=[discord.Object(user) for user in message.pings]
        )
        extra: dict[str, Any] = {}
        if message.view is not None:
            extra["view"] = message.view
        if message.embed is not None:
            extra["embed"] = message.embed
        if message.files:
            extra["files"] = message.files
        sent: discord.Message = await channel.send(
            message.content,
            nonce=nonce,
            allowed_mentions=allowed,
            **extra,
        )
        if message.pin and not sent.pinned:
            await sent.pin(reason="The way to everything, always at hand")
        return Sent(sent.channel.id, sent.id)


class _translated:
    """Turns the library's many exceptions into the three that a dispatcher can act on."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        if isinstance(error, discord.Forbidden) and error.code in CLOSED:
            raise DirectMessagesClosed(error.text) from error
        if isinstance(error, discord.DiscordServerError | discord.RateLimited):
            raise ComeBackLater(str(error)) from error
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_CHANNEL:
            raise ChannelGone(error.text) from error
        if isinstance(error, discord.HTTPException):
            passing = error.status == 429 or error.code == 40003  # opening DMs too fast
            raise (ComeBackLater if passing else WillNotWork)(
                f"{error.status} {error.code}: {error.text}"
            ) from error
        if isinstance(error, aiohttp.ClientError | OSError | TimeoutError):
            raise ComeBackLater(f"{type(error).__name__}: {error}") from error
