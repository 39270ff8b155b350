"""The control API's people: every action of a ``Person`` as a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from sandbox import control_shapes as shapes
from sandbox.control_shapes import BadRequest, Finder, Missing
from sandbox.errors import Refused
from sandbox.interactions import Outcome
from sandbox.model import Channel, Guild, Json
from sandbox.people import Person

if TYPE_CHECKING:
    from sandbox.server import Sandbox

KEPT = 1000
"""So many outcomes can be looked at again."""

Action = Callable[[Person, Json], Awaitable[Any]]


class People:
    """Actions (POST) and views (GET) by name."""

    def __init__(self, sandbox: Sandbox, find: Finder) -> None:
        self.sandbox, self.find = sandbox, find
        self.outcomes: dict[int, tuple[Person, Outcome]] = {}
        self.actions: dict[str, Action] = {
            "join": self.join,
            "leave": self.leave,
            "rename": self.rename,
            "set-locale": self.set_locale,
            "set-pending": self.set_pending,
            "close-direct-messages": self.close_direct,
            "open-direct-messages": self.open_direct,
            "restart-client": self.restart_client,
            "run": self.run,
            "autocomplete": self.autocomplete,
            "click": self.click,
            "choose": self.choose,
            "submit": self.submit,
            "write": self.write,
        }
        self.views: dict[str, Callable[[Person, Json], Any]] = {
            "inbox": lambda who, _: [shapes.message(one) for one in who.inbox()],
            "whispers": lambda who, _: [shapes.message(one) for one in who.whispers()],
            "channels": lambda who, query: [
                shapes.channel(one) for one in who.channels(self._guild(query))
            ],
            "threads": lambda who, query: [
                shapes.channel(one) for one in who.threads(self._guild(query))
            ],
            "events": lambda who, query: who.events(self._guild(query)),
            "commands": self.commands,
        }

    def create(self, body: Json) -> Json:
        """A new account."""
        locale = text(body, "locale", "en-US")
        name = None if body.get("name") is None else text(body, "name")
        made = self.sandbox.create_person(text(body, "username"), name, locale)
        return shapes.person(made)

    def _guild(self, given: Json) -> Guild:
        return self.find.guild(given.get("guild"))

    def _place(self, body: Json) -> dict[str, Any]:
        """Where something is done: ``channel``, else ``guild``, else in direct messages."""
        if body.get("channel") is not None:
            return {"channel": self.find.channel(body["channel"])}
        if body.get("guild") is not None:
            return {"guild": self.find.guild(body["guild"])}
        return {}

    def _values(self, body: Json, key: str, guild: Guild | None) -> dict[str, Any]:
        given = body.get(key) or {}
        if not isinstance(given, dict):
            raise BadRequest(f"{key!r} has to be an object")
        return {name: self.find.value(value, guild) for name, value in given.items()}

    def _kept(self, who: Person, one: Outcome) -> Json:
        self.outcomes[one.interaction_id] = (who, one)
        while len(self.outcomes) > KEPT:
            del self.outcomes[next(iter(self.outcomes))]
        return shapes.outcome(one)

    def outcome(self, who: Person, given: str) -> Json:
        """What came of an earlier action, as it looks now."""
        return shapes.outcome(self._outcome(who, given))

    def _outcome(self, who: Person, given: Any) -> Outcome:
        owner, one = self.outcomes.get(shapes.number_of(given), (None, None))
        if one is None or owner is not who:
            raise Missing(f"{who.username} has done nothing with the number {given}")
        return one

    # -- actions ------------------------------------------------------------------------

    async def join(self, who: Person, body: Json) -> Json:
        await who.join(self._guild(body))
        return shapes.person(who)

    async def leave(self, who: Person, body: Json) -> Json:
        await who.leave(self._guild(body))
        return shapes.person(who)

    async def rename(self, who: Person, body: Json) -> Json:
        who.rename(None if body.get("name") is None else text(body, "name"))
        return shapes.person(who)

    async def set_locale(self, who: Person, body: Json) -> Json:
        who.set_locale(text(body, "locale"))
        return shapes.person(who)

    async def set_pending(self, who: Person, body: Json) -> Json:
        if not isinstance(body.get("pending"), bool):
            raise BadRequest("'pending' is true or false")
        who.set_pending(self._guild(body), body["pending"])
        return shapes.person(who)

    async def close_direct(self, who: Person, body: Json) -> Json:
        who.close_direct_messages()
        return shapes.person(who)

    async def open_direct(self, who: Person, body: Json) -> Json:
        who.open_direct_messages()
        return shapes.person(who)

    async def restart_client(self, who: Person, body: Json) -> Json:
        who.restart_client()
        return shapes.person(who)

    async def run(self, who: Person, body: Json) -> Json:
        place = self._place(body)
        options = self._values(body, "options", self._around(place))
        return self._kept(who, await who.run(text(body, "command"), options=options, **place))

    async def autocomplete(self, who: Person, body: Json) -> Json:
        place = self._place(body)
        options = self._values(body, "options", self._around(place))
        if taken := {"value", "option", "guild", "channel", "command"} & set(options):
            raise BadRequest(f"options called {sorted(taken)} cannot be given here")
        found = await who.autocomplete(
            text(body, "command"),
            option=None if body.get("option") is None else text(body, "option"),
            value=text(body, "value", ""),
            **place,
            **options,
        )
        return {"choices": found}

    async def click(self, who: Person, body: Json) -> Json:
        message = self.find.message(body.get("message"))
        return self._kept(who, await who.click(message, text(body, "button")))

    async def choose(self, who: Person, body: Json) -> Json:
        message = self.find.message(body.get("message"))
        values = body.get("values")
        if not isinstance(values, list):
            raise BadRequest("'values' has to be a list")
        guild = self.sandbox.world.guilds.get(message.guild_id or 0)
        chosen = [self.find.value(one, guild) for one in values]
        return self._kept(who, await who.choose(message, text(body, "menu"), chosen))

    async def submit(self, who: Person, body: Json) -> Json:
        opened = self._outcome(who, body.get("form"))
        if opened.modal is None:
            raise Refused("that opened no form")
        guild = self.sandbox.world.guild_of(opened.modal.interaction.channel)
        values = self._values(body, "values", guild)
        return self._kept(who, await who.submit(opened.modal, values))

    async def write(self, who: Person, body: Json) -> Json:
        channel = None if body.get("channel") is None else self.find.channel(body["channel"])
        given = body.get("files") or []
        if not isinstance(given, list):
            raise BadRequest("'files' has to be a list")
        files = [shapes.upload(one) for one in given]
        return shapes.message(await who.write(channel, text(body, "text", ""), files=files))

    # -- views --------------------------------------------------------------------------

    def read(self, who: Person, given: str) -> list[Json]:
        """What a channel shows to somebody; Refused when it is not theirs."""
        return [shapes.message(one) for one in who.read(self.find.channel(given))]

    def commands(self, who: Person, query: Json) -> list[str]:
        """What is offered when they type a slash."""
        return who.commands(**self._place(query))

    def _around(self, place: dict[str, Any]) -> Guild | None:
        channel: Channel | None = place.get("channel")
        return self.sandbox.world.guild_of(channel) if channel else place.get("guild")


def text(body: Json, key: str, default: str | None = None) -> str:
    """A text of a body."""
    value = body.get(key, default)
    if not isinstance(value, str):
        raise BadRequest(f"{key!r} is missing, or no text")
    return value
