"""The one state that REST routes, gateway and people share, and how it is looked up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from sandbox import payloads, permissions
from sandbox.errors import refuse
from sandbox.gateway_limits import SessionStarts
from sandbox.model import (
    DM,
    Application,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    User,
)
from sandbox.snowflakes import Snowflakes
from sandbox.undocumented import Undocumented

if TYPE_CHECKING:
    from sandbox.interactions import Interaction


class Emit(Protocol):
    """How a change is told to gateway sessions and the wire."""

    def __call__(
        self,
        event: str,
        body: Json,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        app: Application | None = None,
        record: bool = True,
    ) -> int: ...


class World:
    """Users, guilds, channels and applications. All times come from ``now`` (UTC)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.ids = Snowflakes(now)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.applications: dict[int, Application] = {}
        self.directs: dict[tuple[int, int], Channel] = {}
        self.ephemerals: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.files: dict[int, Attachment] = {}
        self.nonces: dict[tuple[int, int, str], tuple[datetime, Message]] = {}
        self.nonce_window = timedelta(minutes=5)
        """How long a repeated nonce returns the first message."""
        self.undocumented = Undocumented(now)
        self.session_starts = SessionStarts(now)
        self.base_url = ""
        self.deferred: dict[int, Interaction] = {}
        """Deferred updates that wait for their message to change, by its id."""
        self.emit: Emit = _nobody
        self.listening: Callable[[Application], bool] = lambda _: False
        """Whether a bot is connected or may come back to its session."""

    # -- looking up ---------------------------------------------------------------------

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild of a channel, None for direct messages."""
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def application_of(self, user: User) -> Application | None:
        """The application whose bot ``user`` is."""
        for app in self.applications.values():
            if app.user is user:
                return app
        return None

    def rights(self, user: User, channel: Channel) -> int:
        """What a user may do in a channel; 0 for strangers."""
        if channel.type == DM:
            return permissions.DIRECT if user in channel.recipients else 0
        guild = self.guilds[channel.guild_id or 0]
        member = guild.member_map.get(user.id)
        if member is None:
            return 0
        return permissions.held(guild, member, channel)

    def sees(self, user: User, channel: Channel) -> bool:
        """Whether a channel exists for a user (VIEW_CHANNEL)."""
        return bool(self.rights(user, channel) & permissions.VIEW_CHANNEL)

    def reads(self, user: User, channel: Channel) -> bool:
        """Whether a user can read what was written in a channel."""
        both = permissions.VIEW_CHANNEL | permissions.READ_MESSAGE_HISTORY
        return self.rights(user, channel) & both == both

    def sees_event(self, user: User, guild: Guild, event: Json) -> bool:
        """Whether a scheduled event exists for a user: EXTERNAL for the whole guild."""
        if event.get("channel_id") is None:
            return user.id in guild.member_map
        channel = guild.channel_map.get(int(event["channel_id"]))
        return channel is not None and self.sees(user, channel)

    def mutual_guild(self, one: User, other: User) -> bool:
        """Whether two users share a guild."""
        return any(
            one.id in guild.member_map and other.id in guild.member_map
            for guild in self.guilds.values()
        )

    def message(self, channel: Channel, message_id: int) -> Message:
        """A message that everybody in the channel can see, or 10008."""
        found = channel.messages.get(message_id)
        if found is None:
            raise refuse(10008)
        return found

    # -- making -------------------------------------------------------------------------

    def new_user(self, username: str, display_name: str | None, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.ids.next(), username, display_name, bot=bot)
        self.users[user.id] = user
        return user

    def direct(self, bot: User, user: User) -> Channel:
        """The direct message channel of a bot and a user, made at need."""
        key = (bot.id, user.id)
        if key not in self.directs:
            channel = Channel(self.ids.next(), DM, recipients=(bot, user))
            self.directs[key] = channel
            self.channels[channel.id] = channel
        return self.directs[key]

    def new_file(
        self, name: str, content: bytes, content_type: str, *, at: int, ephemeral: bool = False
    ) -> Attachment:
        """Keeps a file under an address of this server; ``at`` is the channel's id."""
        file_id = self.ids.next()
        name = name.strip().replace(" ", "_") or "file"
        url = f"{self.base_url}/attachments/{at}/{file_id}/{quote(name, safe='')}"
        kept = Attachment(file_id, name, content, content_type, url, ephemeral)
        self.files[file_id] = kept
        return kept

    # -- telling ------------------------------------------------------------------------

    def tell_channel(self, event: str, channel: Channel, body: Json | None = None) -> None:
        """Sends a channel or thread event; ``body`` defaults to the channel object."""
        self.emit(
            event,
            payloads.channel(channel) if body is None else body,
            guild=self.guild_of(channel),
            channel=channel if channel.is_thread else None,
        )

    def tell_message(self, event: str, message: Message, channel: Channel) -> None:
        """Sends MESSAGE_CREATE or MESSAGE_UPDATE.

        An ephemeral message reaches only its bot, without a guild, and is not recorded.
        """
        body: Json = {**payloads.message(message), "channel_type": channel.type}
        if message.ephemeral:
            app = self.applications[message.application_id or 0]
            self.emit(event, body, app=app, record=False)
            return
        guild = self.guild_of(channel)
        if guild is not None:
            body["guild_id"] = str(guild.id)
            member = guild.member_map.get(message.author.id)
            if member is not None:
                body["member"] = payloads.member(member, with_user=False)
        self.emit(event, body, guild=guild, channel=channel)

    def tell_member(self, event: str, member: Member) -> None:
        """Sends GUILD_MEMBER_ADD or GUILD_MEMBER_UPDATE."""
        body = {**payloads.member(member), "guild_id": str(member.guild_id)}
        self.emit(event, body, guild=self.guilds[member.guild_id])


def _nobody(*_: Any, **__: Any) -> int:
    """Before the server starts nobody listens."""
    return 0
