"""The control API's other half: the server by hand, rates, faults, the clock, the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox import control_shapes as shapes
from sandbox.control_shapes import BadRequest, Finder, Missing
from sandbox.errors import Refused
from sandbox.model import Json, Role, User
from sandbox.snowflakes import iso
from sandbox.validation.names import permission_bits

if TYPE_CHECKING:
    from sandbox.server import Sandbox


class OwnClock:
    """A clock that moves only when told, and only forwards. Starts at ``start`` (UTC)."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment, UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Moves on to ``moment``; Refused when it is over."""
        if moment < self._now:
            raise Refused(f"time does not run backwards: it is {iso(self._now)}")
        self._now = moment.astimezone(UTC)


class Settings:
    """Each method answers one request; ``body`` is its JSON object."""

    def __init__(self, sandbox: Sandbox, find: Finder, clock: OwnClock | None) -> None:
        self.sandbox, self.find, self.own_clock = sandbox, find, clock
        gateway = sandbox.gateway
        self.troubles: dict[str, Callable[[Json], int]] = {
            "reconnect": lambda _: gateway.reconnect(),
            "invalidate": lambda body: gateway.invalidate(
                resumable=body.get("resumable") is not False
            ),
            "drop": lambda _: gateway.drop(),
            "close": lambda body: gateway.close(shapes.number_of(body.get("code", 4000))),
            "request-heartbeat": lambda _: gateway.request_heartbeat(),
            "take-guild-away": lambda body: gateway.take_away(find.guild(body.get("guild"))),
            "bring-guild-back": lambda body: gateway.bring_back(find.guild(body.get("guild"))),
        }

    # -- by hand ------------------------------------------------------------------------

    def edit_channel(self, channel: str, body: Json) -> Json:
        found = self.find.channel(channel)
        self.sandbox.admin.edit_channel(found, body)
        return shapes.channel(found)

    def delete_channel(self, channel: str) -> None:
        self.sandbox.admin.delete_channel(self.find.channel(channel))

    def overwrite(self, channel: str, target: str, body: Json) -> Json:
        found = self.find.channel(channel)
        allow, deny = (permission_bits(body.get(key, 0), key) for key in ("allow", "deny"))
        guild = self.find.guild(found.guild_id or 0)
        known: Role | User | None = guild.role_map.get(shapes.number_of(target))
        known = known or self.sandbox.world.users.get(shapes.number_of(target))
        if known is None:
            raise Missing(f"there is no role or person {target}")
        self.sandbox.admin.overwrite(found, known, allow=allow, deny=deny)
        return shapes.channel(found)

    def edit_message(self, channel: str, message: str, body: Json) -> Json:
        found = self._message(channel, message)
        self.sandbox.admin.edit_message(found, body)
        return shapes.message(found)

    def delete_message(self, channel: str, message: str) -> None:
        self.sandbox.admin.delete_message(self._message(channel, message))

    def _message(self, channel: str, message: str) -> Any:
        found = self.find.channel(channel).messages.get(shapes.number_of(message))
        if found is None:
            raise Missing(f"there is no message {message} in that channel")
        return found

    def edit_role(self, guild: str, role: str, body: Json) -> Json:
        where = self.find.guild(guild)
        self.sandbox.admin.edit_role(self.find.role(where, role), body)
        return shapes.guild(where)

    def delete_role(self, guild: str, role: str) -> None:
        self.sandbox.admin.delete_role(self.find.role(self.find.guild(guild), role))

    def set_role(self, guild: str, person: str, role: str, *, holds: bool) -> Json:
        where, who = self.find.guild(guild), self.find.person(person)
        found = self.find.role(where, role)
        self.sandbox.admin.set_role(where, who.user, found, holds=holds)
        return shapes.person(who)

    def kick(self, guild: str, person: str) -> None:
        self.sandbox.admin.kick(self.find.guild(guild), self.find.person(person).user)

    def grant(self, guild: str, person: str, body: Json) -> Json:
        where, who = self.find.guild(guild), self.find.person(person)
        held = permission_bits(body.get("permissions"), "permissions")
        self.sandbox.grant(who, where, held, name=str(body.get("name") or "Admin"))
        return shapes.person(who)

    # -- rates, faults, clock, gateway --------------------------------------------------

    def rates(self, body: Json | None = None) -> Json:
        rates = self.sandbox.rates
        if body is not None:
            if set(body) != {"setting"}:
                raise BadRequest('{"setting": "off" | "real" | a factor} is expected')
            rates.set(body["setting"])
            self.sandbox.gateway.rates = rates.factor
        return {
            "setting": rates.setting,
            "gateway": self.sandbox.gateway.rates,
            "refused": dict(rates.refused),
        }

    def faults(self) -> list[Json]:
        return [one.describe() for one in self.sandbox.faults.announced]

    def add_fault(self, body: Json) -> Json:
        if "what" not in body:
            raise BadRequest("'what' is missing: what happens?")
        return self.sandbox.faults.add(**body).describe()

    def clear_faults(self, fault: str | None = None) -> None:
        number = None if fault is None else shapes.number_of(fault)
        if number is not None and all(one.id != number for one in self.sandbox.faults.announced):
            raise Missing(f"there is no fault {fault}")
        self.sandbox.faults.clear(number)

    def clock(self, body: Json | None = None) -> Json:
        own = self.own_clock
        if body is not None:
            if own is None:
                raise Refused("this sandbox follows a clock that is not its own to move")
            own.set(_moment(own.now(), body))
        kind = "virtual" if own is not None else "system"
        return {"now": iso(self.sandbox.world.now()), "kind": kind}

    def conformance(self) -> Json:
        """What was held against Discord's description (None: nothing is), and what was wrong."""
        checks = self.sandbox.conformance
        return {
            "checked": None if checks is None else checks.checked,
            "violations": [asdict(one) for one in self.sandbox.violations],
        }

    def trouble(self, what: str, body: Json) -> Json:
        if what not in self.troubles:
            raise Missing(f"the gateway has no {what!r}; it has {', '.join(self.troubles)}")
        try:
            return {"connections": self.troubles[what](body)}
        except ValueError as error:
            raise BadRequest(str(error)) from None


def _moment(now: datetime, body: Json) -> datetime:
    expected = '{"now": "2027-02-22T09:00:00Z"} or {"advance": seconds} is expected'
    try:
        if set(body) == {"advance"}:
            return now + timedelta(seconds=float(body["advance"]))
        moment = datetime.fromisoformat(body["now"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadRequest(expected) from None
    if set(body) != {"now"} or moment.tzinfo is None:
        raise BadRequest(expected)
    return moment
