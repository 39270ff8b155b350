"""Faults: what goes wrong on the way to Discord and back, and behind the bot's back.

They are announced by code (``sb.faults.add``), by a plan file or over the control API. See
docs/sandbox.md, "Faults".
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.deeds import DEEDS, do, people_in, possible
from sandbox.errors import TEXTS, ApiError, Refused
from sandbox.model import Json
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.rates import Taken
    from sandbox.rest import Match

STATUSES = {
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
    "504": "Gateway Time-out",
}
EDGE = ("502", "504")
"""Answered by the edge with a page, not by the API with JSON."""
LINE = ("reset", "slow", "429")
NO_ANSWER = 0
"""The status that is recorded when the connection was reset."""


class Faulted(ApiError):
    """The answer of a fault. ``text`` replaces the JSON body; ``reset``: there is no answer."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        text: str | None = None,
        reset: bool = False,
        extra: Json | None = None,
    ) -> None:
        super().__init__(status, code, message, planned=True)
        self.text = text
        self.reset = reset
        self.extra = extra or {}
        self.headers = {"Via": "1.1 sandbox"}
        if "retry_after" in self.extra:
            self.headers["Retry-After"] = str(self.extra["retry_after"])
            self.headers["X-RateLimit-Scope"] = "global" if self.extra["global"] else "shared"

    @property
    def body(self) -> Json:
        """The JSON object that the client receives."""
        return {**super().body, **self.extra}


@dataclass(eq=False)
class Fault:
    """What happens to requests of this method and route, about this person."""

    what: str
    """A status (500, 502, 503, 504, 429), "reset", "slow", a JSON error code, or a deed."""
    method: str = "*"
    route: str = "*"
    """The template, or a pattern for it: ``/channels/*/messages``."""
    person: str | None = None
    """Username or user id of somebody whom the request has to be about."""
    count: int | None = None
    """How often it happens at most."""
    skip: int = 0
    """How many requests that fit pass before it begins."""
    probability: float = 1.0
    after_effect: bool = False
    """Whether the request takes effect all the same."""
    seconds: float = 1.0
    """How slow "slow" is, and when a 429 says to come back (wall time)."""
    happened: int = 0
    id: int = 0
    _dice: random.Random = field(default_factory=lambda: random.Random(0), repr=False)
    _seen: int = field(default=0, repr=False)

    @property
    def spent(self) -> bool:
        """Whether it happens no more."""
        return self.count is not None and self.happened >= self.count

    def describe(self) -> Json:
        """As a plan file has it, with ``id`` and how often it happened."""
        return {
            "id": self.id,
            "what": self.what,
            "method": self.method,
            "route": self.route,
            "person": self.person,
            "count": self.count,
            "skip": self.skip,
            "probability": self.probability,
            "after_effect": self.after_effect,
            "seconds": self.seconds,
            "happened": self.happened,
        }

    def fits(self, world: World, method: str, match: Match, body: Any) -> bool:
        """Whether a request is meant, and the dice fall so."""
        if self.spent or self.method not in ("*", method):
            return False
        # A real template's braces mean nothing to the pattern, its ids are spelled out in both.
        if self.route != match.template and not fnmatchcase(match.template, self.route):
            return False
        if self.what in DEEDS and not possible(world, self.what, match):
            return False
        if self.person is not None and not self._about(world, match, body):
            return False
        self._seen += 1
        if self._seen <= self.skip or self._dice.random() >= self.probability:
            return False
        self.happened += 1
        return True

    def _about(self, world: World, match: Match, body: Any) -> bool:
        for user_id in people_in(world, match, body):
            user = world.users.get(user_id)
            if self.person == str(user_id) or (user and user.username == self.person):
                return True
        return False

    async def before(self, world: World, match: Match, taken: Taken) -> None:
        """What happens before the request takes effect; raises its answer.

        What fails on the way does not count for the rate limits (``taken`` is given back).
        """
        if self.what in DEEDS:
            do(world, self.what, match)
        elif not self.after_effect:
            if self.what in STATUSES or self.what == "reset":
                taken.give_back()
            await self._happen()

    async def after(self) -> None:
        """What happens once it has taken effect; raises its answer."""
        if self.after_effect and self.what not in DEEDS:
            await self._happen()

    async def _happen(self) -> None:
        if self.what == "slow":
            await asyncio.sleep(self.seconds)
            return
        raise self._answer()

    def _answer(self) -> Faulted:
        if self.what == "reset":
            return Faulted(NO_ANSWER, 0, "", text="", reset=True)
        if self.what == "429":
            extra = {"retry_after": self.seconds, "global": False}
            return Faulted(429, 0, "The resource is being rate limited.", extra=extra)
        if self.what in STATUSES:
            name = f"{self.what}: {STATUSES[self.what]}"
            page = f"<html><head><title>{name}</title></head></html>"
            text = page if self.what in EDGE else None
            return Faulted(int(self.what), 0, name, text=text)
        status, message = TEXTS[int(self.what)]
        return Faulted(status, int(self.what), message)


class Faults:
    """All faults that are announced. ``seed`` decides how the dice fall."""

    def __init__(self, world: World, seed: int = 0) -> None:
        self._world = world
        self.seed = seed
        self.announced: list[Fault] = []
        self._given = 0

    def add(self, /, what: str | int, **fields: Any) -> Fault:
        """Announces a fault (see ``Fault``). Refused for one that cannot be."""
        known = set(Fault.__dataclass_fields__) - {"happened", "id", "_dice", "_seen", "what"}
        if unknown := set(fields) - known:
            raise Refused(f"a fault has no {sorted(unknown)}; it has {sorted(known)}")
        what = str(what)
        known_code = what.isdecimal() and int(what) in TEXTS
        if not known_code and what not in (*STATUSES, *LINE, *DEEDS):
            listed = ", ".join([*STATUSES, *LINE, *DEEDS])
            raise Refused(f"no fault {what!r}; there are {listed} and Discord's error codes")
        fault = Fault(what, **fields)
        _check(fault)
        fault.method = fault.method.upper()
        fault.person = None if fault.person is None else str(fault.person)
        self._given += 1
        fault.id = self._given
        # Each its own dice: announcing one more changes nothing for the others.
        fault._dice = random.Random(f"{self.seed}:{fault.id}")
        self.announced.append(fault)
        return fault

    def load(self, path: Path) -> list[Fault]:
        """Announces what a plan file (TOML or JSON) has. Refused when it is none."""
        try:
            text = path.read_text(encoding="utf-8")
            plan = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
            if "seed" in plan:
                self.seed = int(plan["seed"])
            return [self.add(**entry) for entry in plan["faults"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(f"{path.name} is no plan of faults: {error!r}") from None

    def clear(self, fault_id: int | None = None) -> None:
        """Nothing goes wrong any more, or not this."""
        self.announced = [one for one in self.announced if fault_id not in (None, one.id)]

    def strike(self, method: str, match: Match, body: Any) -> Fault | None:
        """The first fault that happens to a request."""
        for fault in self.announced:
            if fault.fits(self._world, method, match, body):
                return fault
        return None


def _check(fault: Fault) -> None:
    for name, kinds in (
        ("method", str),
        ("route", str),
        ("skip", int),
        ("probability", int | float),
        ("seconds", int | float),
        ("after_effect", bool),
        ("count", int | None),
    ):
        if not isinstance(getattr(fault, name), kinds):
            raise Refused(f"{name} of a fault cannot be {getattr(fault, name)!r}")
    if not 0 <= fault.probability <= 1 or not 0 <= fault.seconds < 1e9:
        raise Refused("a probability is from 0 to 1, and seconds are not negative (nor years)")


def reset(request: web.Request) -> None:
    """Ends the connection as a crash would: the other side sees a reset, not an end."""
    transport = request.transport
    if transport is None:
        return
    plug = transport.get_extra_info("socket")
    if plug is not None:
        # Lingering for no time at all makes closing a reset.
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
