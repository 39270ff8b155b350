"""Kinds of delivery: what a feature says about its messages when it registers them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import discord

from bot.domain.deliveries import Courtesy, Due, Late

__all__ = ["Due", "Kind", "Kinds", "Late", "Nothing", "OutMessage", "Renderer", "UnknownKind"]


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
    fallback, and listed only as a count; `late`: what becomes of one that was missed;
    `public_when_closed`: goes to the welcome channel where direct messages are closed;
    `pause_holds`: a regular one is not sent to somebody who is away.
    """

    name: str
    code: str
    courtesy: Courtesy
    render: Renderer
    private: bool
    late: Late
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
