"""Kinds of delivery: what a feature says about its messages when it registers them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import discord

from bot.domain.deliveries import Courtesy


@dataclass(frozen=True)
class Due:
    """One delivery that is about to be written, as its renderer sees it. Times are UTC."""

    id: int
    kind: str
    guild_id: int
    cohort_id: int | None
    subject: str
    occurrence: str
    person_id: int | None
    user_id: int | None
    due_at: datetime
    now: datetime
    edit: bool = False
    """True when the message is there already and is brought up to date."""
    public: bool = False
    """True when a greeting goes to the welcome channel because direct messages are closed."""

    @property
    def subject_id(self) -> int:
        """The number in the subject: 5 for `team:5`."""
        return int(self.subject.partition(":")[2])

    @property
    def number(self) -> int:
        """The number in the occurrence: 3 for `week:3`."""
        return int(self.occurrence.partition(":")[2])

    @property
    def days_late(self) -> int:
        """Whole days since it was due."""
        return (self.now - self.due_at).days

    @property
    def late(self) -> bool:
        """True when it comes more than an hour after it was due, and should say so."""
        return (self.now - self.due_at).total_seconds() > 3600


@dataclass(frozen=True)
class OutMessage:
    """A message ready to be sent. Mentions ping nobody unless `pings` names users."""

    content: str
    view: discord.ui.View | None = None
    files: list[discord.File] = field(default_factory=list)
    embed: discord.Embed | None = None
    pin: bool = False
    pings: tuple[int, ...] = ()
    thread: str = ""
    """The name of the thread it goes to, where it goes to one that may not be open yet."""


@dataclass(frozen=True)
class Nothing:
    """There is nothing to say (any more); the reason is kept. A sent message is withdrawn."""

    reason: str


Renderer = Callable[[Due], Awaitable[OutMessage | Nothing]]


@dataclass(frozen=True)
class Kind:
    """What the delivery knows of one kind of message.

    `code` (two letters) starts the nonce; `private`: never shown publicly, not even as a
    fallback, and listed only as a count; `public_when_closed`: goes to the welcome channel where
    direct messages are closed; `pause_holds`: a regular one is not sent to somebody who is away.
    """

    name: str
    code: str
    courtesy: Courtesy
    render: Renderer
    private: bool
    public_when_closed: bool = False
    pause_holds: bool = True


class UnknownKind(Exception):
    """A row has a kind that no loaded cog registered."""


class Kinds:
    """All kinds that the loaded cogs registered."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def register(self, kind: Kind) -> None:
        """Raises ValueError when the name or the code is taken: two cogs cannot share one."""
        for known in self._kinds.values():
            if known.name == kind.name or known.code == kind.code:
                raise ValueError(
                    f"delivery kind {kind.name} ({kind.code}) clashes with {known.name}"
                )
        self._kinds[kind.name] = kind

    def get(self, name: str) -> Kind:
        """Raises UnknownKind."""
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKind(f"no cog renders deliveries of kind {name}") from None

    def all(self) -> list[Kind]:
        """Every kind, by name."""
        return sorted(self._kinds.values(), key=lambda kind: kind.name)
