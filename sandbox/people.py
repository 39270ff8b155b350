"""People: what somebody with a Discord client can do and see. Everything goes through here."""

from __future__ import annotations

from sandbox import calls, guilds, permissions
from sandbox.doing import Doing
from sandbox.drafts import Draft, Upload
from sandbox.errors import Refused
from sandbox.messaging import create
from sandbox.model import WRITABLE, Channel, Guild, Json, Message


class Person(Doing):
    """Somebody with an account. Refused is raised for what their client would not let them do."""

    def __repr__(self) -> str:
        return f"<Person {self.username}>"

    @property
    def display_name(self) -> str:
        """The name that is shown."""
        return self.user.display_name or self.user.username

    # -- being somewhere ----------------------------------------------------------------

    async def join(self, guild: Guild) -> None:
        """Joins a server (nothing happens to somebody who is there)."""
        self._did("join", {}, guild_id=str(guild.id))
        guilds.add_member(self.sandbox.world, guild, self.user)

    async def leave(self, guild: Guild) -> None:
        """Leaves a server."""
        self._did("leave", {}, guild_id=str(guild.id))
        guilds.remove_member(self.sandbox.world, guild, self.user)

    def close_direct_messages(self) -> None:
        """From now on the bot's direct messages are refused (403, code 50007)."""
        self.user.open = False
        self._did("close_dms", {})

    def open_direct_messages(self) -> None:
        """Direct messages arrive again."""
        self.user.open = True
        self._did("open_dms", {})

    def rename(self, display_name: str | None) -> None:
        """Takes another display name; every server is told."""
        self._did("rename", {"display_name": display_name})
        self.user.display_name = display_name
        self._tell_all()

    def set_locale(self, locale: str) -> None:
        """Changes the client's language; bots see it on the next interaction."""
        self._did("locale", {"locale": locale})
        self.user.locale = locale

    def set_pending(self, guild: Guild, pending: bool) -> None:
        """Whether the server's rules are still to be accepted."""
        if self.id not in guild.member_map:
            raise Refused(f"{self.username} is not in {guild.name}")
        self._did("pending", {"pending": pending}, guild_id=str(guild.id))
        member = guild.member_map[self.id]
        member.pending = pending
        self.sandbox.world.tell_member("GUILD_MEMBER_UPDATE", member)

    def _tell_all(self) -> None:
        for guild in self.sandbox.world.guilds.values():
            if self.id in guild.member_map:
                self.sandbox.world.tell_member("GUILD_MEMBER_UPDATE", guild.member_map[self.id])

    @property
    def phone(self) -> bool:
        """Whether the client is a phone (see ``Screen``)."""
        return self.screen.phone

    @phone.setter
    def phone(self, phone: bool) -> None:
        self.screen.phone = phone

    def restart_client(self) -> None:
        """Starts the client anew: open forms, typed text and ephemeral messages are gone."""
        self.screen.restart()

    # -- seeing -------------------------------------------------------------------------

    def inbox(self) -> list[Message]:
        """The direct messages with the bot, oldest first, as they look now."""
        return list(self.direct.messages.values())

    def threads(self, guild: Guild) -> list[Channel]:
        """The threads that this person can see, archived ones too."""
        return [one for one in guild.threads if self.sandbox.world.sees(self.user, one)]

    def events(self, guild: Guild) -> list[Json]:
        """The scheduled events that this person can see."""
        world = self.sandbox.world
        return [one for one in guild.events.values() if world.sees_event(self.user, guild, one)]

    def commands(self, guild: Guild | None = None, channel: Channel | None = None) -> list[str]:
        """The slash commands that are offered in a place (without one: direct messages)."""
        world, app = self.sandbox.world, self.sandbox.application
        where = self._place(guild, channel)
        return [one["name"] for one in calls.shown(world, app, self.user, where)]

    def whispers(self) -> list[Message]:
        """The ephemeral messages that this person still sees, oldest first."""
        return self.screen.whispers()

    def read(self, channel: Channel) -> list[Message]:
        """What was written in a channel; Refused when it is not theirs to read."""
        allowed = self.sandbox.world.reads(self.user, channel)
        self._did("read", {"channel_id": str(channel.id), "allowed": allowed})
        if not allowed:
            raise Refused(f"{self.username} cannot read {channel.name or 'that channel'}")
        return list(channel.messages.values())

    # -- doing --------------------------------------------------------------------------

    async def write(
        self, channel: Channel | None, text: str, *, files: list[Upload] | None = None
    ) -> Message:
        """Writes a message; ``None`` is the direct message channel with the bot."""
        world = self.sandbox.world
        channel = channel or self.direct
        self._check_direct(channel)
        self._check_settled(channel)
        if channel.type not in WRITABLE:
            raise Refused(f"nobody can write in {channel.name}")
        needed = permissions.VIEW_CHANNEL | (
            permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else permissions.SEND_MESSAGES
        )
        rights = world.rights(self.user, channel)
        locked = channel.locked and not rights & permissions.MANAGE_THREADS
        if rights & needed != needed or locked:
            raise Refused(f"{self.username} cannot write in {channel.name or 'that channel'}")
        if len(text) > 2000:
            raise Refused("a message has at most 2000 characters")
        if not text.strip() and not files:
            raise Refused("an empty message cannot be sent")
        self._did("write", {"channel_id": str(channel.id), "content": text})
        return create(
            world, channel, self.user, Draft({"content": text}, [*enumerate(files or [])])
        )
