"""Which function answers which request, and what every such function is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import permissions
from sandbox.drafts import Upload
from sandbox.errors import ApiError, invalid, refuse
from sandbox.model import DM, Application, Channel, Guild, Json, Member, Message, Role, User
from sandbox.validation.names import integer
from sandbox.validation.shapes import check_list, check_shape
from sandbox.world import World


@dataclass
class Call:
    """One request: where it goes, what it brings, who sent it."""

    world: World
    params: dict[str, str]
    query: dict[str, str]
    body: Any = None
    files: dict[str, Upload] = field(default_factory=dict)
    reason: str | None = None
    sender: Application | None = None
    status: int = 200
    notes: Json = field(default_factory=dict)
    """More keys for the wire record."""
    _data: Json | None = None

    @property
    def app(self) -> Application:
        """The application whose bot token came with the request."""
        if self.sender is None:
            raise ApiError(401, 0, "401: Unauthorized")
        return self.sender

    @property
    def me(self) -> User:
        """The bot's user."""
        return self.app.user

    @property
    def data(self) -> Json:
        """The body, which has to be an object (an absent one is empty) of well-shaped fields."""
        if self._data is None:
            body = {} if self.body is None else self.body
            if not isinstance(body, dict):
                text = "Only dictionaries may be used in a ModelType"
                raise invalid((), "MODEL_TYPE_CONVERT", text)
            check_shape(body)
            self._data = body
        return self._data

    @property
    def items(self) -> list[Json]:
        """The body, which has to be a list of objects of well-shaped fields."""
        return check_list(self.body)

    def number(self, name: str) -> int:
        """An id from the path."""
        return integer(self.params[name], name)

    def asked(self, name: str, default: int, low: int, high: int) -> int:
        """A number from the query, within its limits."""
        value = self.query.get(name)
        number = default if value is None else integer(value, name)
        if not low <= number <= high:
            text = f"int value should be between {low} and {high}."
            raise invalid((name,), "NUMBER_TYPE_MAX", text)
        return number

    @property
    def guild(self) -> Guild:
        """The guild of the path: 10004 when it is not there or the bot is not in it."""
        guild = self.world.guilds.get(self.number("guild_id"))
        if guild is None:
            raise refuse(10004)
        if self.me.id not in guild.member_map:
            raise refuse(50001)
        return guild

    def myself(self, guild: Guild) -> Member:
        """The bot's own membership."""
        return guild.member_map[self.me.id]

    def need_in_guild(self, guild: Guild, needed: int) -> None:
        """50013 unless the bot holds all of ``needed`` in the guild."""
        if permissions.base(guild, self.myself(guild)) & needed != needed:
            raise refuse(50013)

    @property
    def channel(self) -> Channel:
        """The channel of the path: 10003 when it is not there, 50001 when the bot is blind."""
        channel = self.world.channels.get(self.number("channel_id"))
        if channel is None:
            raise refuse(10003)
        if not self.world.sees(self.me, channel):
            raise refuse(50001)
        return channel

    @property
    def guild_channel(self) -> tuple[Guild, Channel]:
        """The channel of the path, which has to be in a guild."""
        channel = self.channel
        if channel.guild_id is None:
            raise refuse(50003)
        return self.world.guilds[channel.guild_id], channel

    def need(self, channel: Channel, needed: int) -> None:
        """50013 unless the bot holds all of ``needed`` in the channel."""
        if self.world.rights(self.me, channel) & needed != needed:
            raise refuse(50013)

    def message(self, channel: Channel) -> Message:
        """The message of the path, or 10008."""
        return self.world.message(channel, self.number("message_id"))

    def role(self, guild: Guild) -> Role:
        """The role of the path, or 10011."""
        role = guild.role_map.get(self.number("role_id"))
        if role is None:
            raise refuse(10011)
        return role

    def member(self, guild: Guild) -> Member:
        """The member of the path: 10013 for nobody, 10007 for a stranger."""
        text = self.params["user_id"]
        user_id = self.me.id if text == "@me" else integer(text, "user_id")
        if user_id not in self.world.users:
            raise refuse(10013)
        member = guild.member_map.get(user_id)
        if member is None:
            raise refuse(10007)
        return member

    def may_write(self, channel: Channel) -> None:
        """The bot needs to see the channel and to be allowed to write in it."""
        if channel.type == DM:
            return
        right = (
            permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else permissions.SEND_MESSAGES
        )
        self.need(channel, right)


Handler = Callable[[Call], Awaitable[Any]]


@dataclass
class Match:
    """A route that fits a path."""

    template: str
    handler: Handler
    params: dict[str, str]
    public: bool


@dataclass
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    open: tuple[str, _Node] | None = None
    methods: dict[str, tuple[str, Handler, bool]] = field(default_factory=dict)


_root = _Node()


def route(method: str, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
    """Registers a function for a path template; ``public`` ones need no bot token."""

    def register(handler: Handler) -> Handler:
        node = _root
        for part in path.strip("/").split("/"):
            if part.startswith("{"):
                if node.open is None:
                    node.open = (part[1:-1], _Node())
                node = node.open[1]
            else:
                node = node.fixed.setdefault(part, _Node())
        node.methods[method] = (path, handler, public)
        return handler

    return register


def find_route(method: str, path: str) -> Match:
    """The route for a request; 404 or 405 as Discord answers when there is none."""
    parts = path.strip("/").split("/")
    known = False

    def search(node: _Node, at: int, taken: tuple[str, ...]) -> Match | None:
        nonlocal known
        if at == len(parts):
            if not node.methods:
                return None
            known = True
            if method not in node.methods:
                return None
            template, handler, public = node.methods[method]
            names = [one[1:-1] for one in template.split("/") if one.startswith("{")]
            return Match(template, handler, dict(zip(names, taken, strict=True)), public)
        fixed = node.fixed.get(parts[at])
        if fixed is not None:
            found = search(fixed, at + 1, taken)
            if found is not None:
                return found
        if node.open is not None:
            return search(node.open[1], at + 1, (*taken, parts[at]))
        return None

    found = search(_root, 0, ())
    if found is None:
        if known:
            raise ApiError(405, 0, "405: Method Not Allowed")
        raise ApiError(404, 0, "404: Not Found")
    return found


def known_routes() -> list[tuple[str, str]]:
    """Method and template of every route."""
    waiting, found = [_root], []
    while waiting:
        node = waiting.pop()
        found += [(method, entry[0]) for method, entry in node.methods.items()]
        waiting += [*node.fixed.values(), *([node.open[1]] if node.open else [])]
    return found
