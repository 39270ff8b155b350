"""Where the bot can be met: at its requests, which are held while it is killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.faults import NO_ANSWER, Fault, Faulted, Faults
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.rates import Taken
    from sandbox.rest import Call, Match

MESSAGES = "/channels/*/messages"
ONE_MESSAGE = "/channels/*/messages/*"
OPEN_DIRECT = "/users/@me/channels"


class Trap(Fault):
    """Holds one request, before its effect or after it, while something is done to its sender."""

    def __init__(self, deed: Callable[[], Awaitable[None]], *, after_effect: bool) -> None:
        super().__init__("killed", after_effect=after_effect)
        self._deed = deed

    async def before(self, world: World, match: Match, taken: Taken) -> None:
        """The request of a process that is gone has no effect, unless it has had it already."""
        if not self.after_effect:
            await self._deed()
            raise Faulted(NO_ANSWER, 0, "", text="", reset=True)
        effect, deed = match.handler, self._deed

        async def and_then(call: Call) -> object:
            try:
                return await effect(call)
            finally:
                # A refusal is an answer, too.
                await deed()

        match.handler = and_then

    async def after(self) -> None:
        """Whether anybody hears the answer is another matter."""


class Lookout(Protocol):
    """Who decides which requests are trapped."""

    def at_request(self, method: str, route: str, body: Any) -> Trap | None: ...


class Ambush(Faults):
    """The faults of a sandbox, and before them the traps of a lookout."""

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(world, seed)
        self.lookout: Lookout | None = None

    def strike(self, method: str, match: Match, body: Any) -> Fault | None:
        """A trap, else the first fault that happens to a request."""
        if self.lookout is not None:
            trap = self.lookout.at_request(method, match.template, body)
            if trap is not None:
                return trap
        return super().strike(method, match, body)


def bad_weather(faults: Faults) -> None:
    """Everything that the way to Discord and back does to messages now and then."""
    for method, route in (("POST", MESSAGES), ("PATCH", ONE_MESSAGE), ("POST", OPEN_DIRECT)):
        for what, after_effect, probability in (
            (500, False, 0.008),
            (500, True, 0.008),
            (502, False, 0.008),
            (502, True, 0.015),
            (503, False, 0.015),
            ("reset", False, 0.015),
            ("reset", True, 0.015),
        ):
            faults.add(
                what,
                method=method,
                route=route,
                after_effect=after_effect,
                probability=probability,
            )
        for after_effect in (False, True):
            faults.add(
                "slow",
                method=method,
                route=route,
                after_effect=after_effect,
                probability=0.015,
                seconds=0.15,
            )


def happened(faults: Faults) -> dict[str, int]:
    """How often each fault happened, in words."""
    return {
        f"{fault.what}{', after the effect' if fault.after_effect else ''}: "
        f"{fault.method} {fault.route}": fault.happened
        for fault in faults.announced
        if fault.happened
    }
