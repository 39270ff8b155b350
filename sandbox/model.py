"""What the sandbox remembers. Ids are integers here and strings on the wire; times are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.errors import Refused
from sandbox.snowflakes import created_at

Json = dict[str, Any]

TEXT, DM, VOICE, CATEGORY, NEWS, THREAD_NEWS, THREAD, THREAD_PRIVATE, STAGE, FORUM = (
    0, 1, 2, 4, 5, 10, 11, 12, 13, 15,
)  # fmt: skip
THREADS = frozenset({THREAD_NEWS, THREAD, THREAD_PRIVATE})
WRITABLE = frozenset({TEXT, DM, VOICE, NEWS, STAGE}) | THREADS

EPHEMERAL, LOADING, HAS_THREAD, SUPPRESS_EMBEDS, COMPONENTS_V2 = 64, 128, 32, 4, 1 << 15
SUPPRESS_NOTIFICATIONS = 1 << 12


@dataclass(eq=False)
class User:
    """An account. ``open`` tells whether it takes direct messages."""

    id: int
    username: str
    display_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    open: bool = True


@dataclass(eq=False)
class Role:
    """A role of a guild; @everyone has the guild's id."""

    id: int
    guild_id: int
    name: str
    permissions: int
    position: int
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    bot_id: int | None = None
    unicode_emoji: str | None = None


@dataclass(eq=False)
class Overwrite:
    """What a channel allows and denies a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int
    deny: int


@dataclass(eq=False)
class Channel:
    """A guild channel, a thread or a direct message channel."""

    id: int
    type: int
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    last_message_id: int | None = None
    last_pin: datetime | None = None
    recipients: tuple[User, ...] = ()
    owner_id: int | None = None
    archived: bool = False
    locked: bool = False
    archive_changed: datetime | None = None
    auto_archive: int = 1440
    thread_members: dict[int, datetime] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict, repr=False)

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread."""
        return self.type in THREADS


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild_id: int
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    pending: bool = False

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.id

    @property
    def display_name(self) -> str:
        """The name others see in this guild."""
        return self.nick or self.user.display_name or self.user.username


@dataclass(eq=False)
class Guild:
    """A server. ``channel_map`` holds channels and threads."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    role_map: dict[int, Role] = field(default_factory=dict)
    channel_map: dict[int, Channel] = field(default_factory=dict)
    member_map: dict[int, Member] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)

    @property
    def roles(self) -> list[Role]:
        """All roles, lowest first."""
        return sorted(self.role_map.values(), key=lambda role: (role.position, -role.id))

    @property
    def channels(self) -> list[Channel]:
        """All channels except threads, in the order of the list."""
        found = [channel for channel in self.channel_map.values() if not channel.is_thread]
        return sorted(found, key=lambda channel: (channel.position, channel.id))

    @property
    def threads(self) -> list[Channel]:
        """All threads, oldest first."""
        return [channel for channel in self.channel_map.values() if channel.is_thread]

    @property
    def members(self) -> list[Member]:
        """All members, in the order they came."""
        return list(self.member_map.values())


@dataclass(eq=False)
class Application:
    """A bot's application, as the developer portal knows it."""

    id: int
    name: str
    token: str
    user: User
    privileged_intents: int
    commands: dict[int, Json] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, Json]] = field(default_factory=dict)
    created: dict[str, list[datetime]] = field(default_factory=dict)
    """When commands were created, by guild id ("" is global)."""

    @property
    def bot_user_id(self) -> int:
        """The id of the bot's user."""
        return self.user.id


@dataclass(eq=False)
class Attachment:
    """A file of a message or of a command option."""

    id: int
    name: str
    content: bytes
    content_type: str
    url: str
    ephemeral: bool = False
    description: str | None = None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.content)


@dataclass(frozen=True)
class Button:
    """A button as a person sees it. ``style`` is Discord's number (5 = link)."""

    label: str
    custom_id: str | None
    disabled: bool
    style: int
    url: str | None = None


def walk(components: list[Json]) -> list[Json]:
    """All components, outer before inner, in the order they are shown."""
    found: list[Json] = []
    for component in components:
        found.append(component)
        found += walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                found += walk([component[key]])
    return found


@dataclass(eq=False)
class Message:
    """A message in its current state: an edit shows up in every reference to it."""

    id: int
    channel_id: int
    guild_id: int | None
    author: User
    content: str = ""
    type: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    mentions: list[User] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
    nonce: str | int | None = None
    tts: bool = False
    reference: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    """What a forwarded message was like."""
    application_id: int | None = None
    interaction_metadata: Json | None = None
    ephemeral_to: int | None = None
    thread: Channel | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def created_at(self) -> datetime:
        """When it was sent (UTC)."""
        return created_at(self.id)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_to is not None

    @property
    def loading(self) -> bool:
        """Whether it is still the "… is thinking" of a deferred answer."""
        return bool(self.flags & LOADING)

    @property
    def pinned(self) -> bool:
        """Whether it is pinned."""
        return self.pinned_at is not None

    @property
    def buttons(self) -> list[Button]:
        """Its buttons in the order they are shown."""
        return [
            Button(
                label=item.get("label") or (item.get("emoji") or {}).get("name") or "",
                custom_id=item.get("custom_id"),
                disabled=bool(item.get("disabled")),
                style=item["style"],
                url=item.get("url"),
            )
            for item in walk(self.components)
            if item["type"] == 2
        ]

    def button(self, label: str) -> Button:
        """The button with this label or custom_id; Refused when there is none."""
        for button in self.buttons:
            if label in (button.label, button.custom_id):
                return button
        raise Refused(
            f"no button {label!r} on message {self.id}; it has {[b.label for b in self.buttons]}"
        )
