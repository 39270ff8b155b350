"""What happened: messages with their versions, people's deeds, forms and the servers' state.

Everything keeps the running number `n` of its record, which orders it, and its virtual time (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.page.guild import Guild

EPHEMERAL = 1 << 6
LOADING = 1 << 7
_VISIBLE = ("content", "embeds", "components")


@dataclass(frozen=True)
class Version:
    """A message as it stood from one moment on."""

    number: int
    at: datetime
    body: dict[str, Any]


@dataclass
class Message:
    """A message and all its versions; `audience` is the one user an ephemeral one was shown to.

    `readers` are the members who could read the channel when it was written.
    """

    id: str
    channel_id: str
    author_id: str
    audience: str = ""
    versions: list[Version] = field(default_factory=list)
    deleted: Version | None = None
    nonce: str = ""
    files: dict[str, str] = field(default_factory=dict)
    readers: frozenset[str] = frozenset()

    def add(self, version: Version) -> None:
        """Take a new version, unless a reader would see no difference."""
        if self.versions:
            last = self.versions[-1]
            body = {**last.body, **version.body}
            if _visible(body) == _visible(last.body):
                self.versions[-1] = Version(last.number, last.at, body)
                return
            if int(last.body.get("flags") or 0) & LOADING:
                self.versions[-1] = Version(version.number, version.at, body)
                return
            version = Version(version.number, version.at, body)
        self.versions.append(version)

    @property
    def loading(self) -> bool:
        """Whether it never became more than "is thinking"."""
        return bool(int(self.versions[-1].body.get("flags") or 0) & LOADING)


@dataclass
class Deed:
    """Something a person did, or that became of it: kind is the action, body its details."""

    number: int
    at: datetime
    user_id: str
    kind: str
    body: dict[str, Any]


@dataclass
class Interaction:
    """One interaction: who pressed or typed what, where, and whether an answer came.

    `original` is the id of the message that answers it; `reached` whether the bot was there.
    """

    id: str
    number: int
    at: datetime
    user_id: str
    body: dict[str, Any]
    answered: bool = False
    original: str = ""
    reached: bool = True


@dataclass
class Story:
    """The whole wire, understood."""

    guilds: dict[str, Guild] = field(default_factory=dict)
    bot_id: str = ""
    people: dict[str, str] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    direct: dict[str, str] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    modals: dict[str, dict[str, Any]] = field(default_factory=dict)
    gateway: list[tuple[datetime, str]] = field(default_factory=list)
    last: datetime | None = None

    def guild_of(self, channel_id: str) -> Guild | None:
        """The guild that has or had this channel."""
        for guild in self.guilds.values():
            if channel_id in guild.channels or channel_id in guild.deleted:
                return guild
        return None

    def name(self, user_id: str) -> str:
        """What Discord shows for a user: nickname, display name, username; "" when unknown."""
        for guild in self.guilds.values():
            nick = guild.members.get(user_id, {}).get("nick")
            if nick:
                return str(nick)
        user = self.users.get(user_id, {})
        return str(user.get("global_name") or user.get("username") or "")


def _visible(body: dict[str, Any]) -> tuple[Any, ...]:
    files = [one.get("filename") for one in body.get("attachments") or ()]
    return (*(body.get(key) or None for key in _VISIBLE), files)
