"""The server as the recording leaves it at any moment, and Discord's rule of who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.oracle_roster import slug
from rehearsal.oracle_wire import Json, Record, Wire

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
READ_MESSAGE_HISTORY = 1 << 16
SEND_MESSAGES_IN_THREADS = 1 << 38
TEXT_CHANNELS = (0, 5)
SHAPES = frozenset(
    {
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_DELETE",
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
        "GUILD_MEMBER_ADD",
        "GUILD_MEMBER_UPDATE",
        "GUILD_MEMBER_REMOVE",
    }
)


@dataclass
class World:
    """One guild. Ids are texts, permissions are integers."""

    id: str
    owner: str
    roles: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    members: dict[str, frozenset[str]] = field(default_factory=dict)

    def apply(self, event: str, body: Json) -> None:
        """Take in one gateway event; those that change nothing here are ignored."""
        if str(body.get("guild_id", self.id)) != self.id:
            return
        if event in ("CHANNEL_CREATE", "CHANNEL_UPDATE") and body.get("type") not in (1, 3):
            self.channels[str(body["id"])] = body
        elif event == "CHANNEL_DELETE":
            self.channels.pop(str(body["id"]), None)
        elif event in ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE"):
            self.roles[str(body["role"]["id"])] = body["role"]
        elif event == "GUILD_ROLE_DELETE":
            self.roles.pop(str(body["role_id"]), None)
        elif event in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE"):
            self.members[str(body["user"]["id"])] = frozenset(map(str, body.get("roles") or ()))
        elif event == "GUILD_MEMBER_REMOVE":
            self.members.pop(str(body["user"]["id"]), None)

    def admin(self, user: str) -> bool:
        """Whether overwrites do not bind this member."""
        return user == self.owner or bool(self._base(user) & ADMINISTRATOR)

    def holds(self, user: str, word: str) -> bool:
        """Whether a member has a role whose name contains `word`."""
        return any(
            word in slug(str(self.roles[role]["name"]))
            for role in self.members.get(user, frozenset())
            if role in self.roles
        )

    def may(self, user: str, channel: str, permission: int) -> bool:
        """Whether a member has a permission in a channel; who cannot view it can do nothing."""
        if user not in self.members:
            return False
        if self.admin(user):
            return True
        granted = self._base(user)
        writes = {
            str(write["id"]): (int(write["allow"]), int(write["deny"]))
            for write in self.channels[channel].get("permission_overwrites") or []
        }
        layers: list[Iterable[str]] = [[self.id], self.members[user] - {self.id}, [user]]
        for layer in layers:
            concerned = [writes[key] for key in layer if key in writes]
            for _, deny in concerned:
                granted &= ~deny
            for allow, _ in concerned:
                granted |= allow
        return bool(granted & VIEW_CHANNEL and granted & permission)

    def _base(self, user: str) -> int:
        granted = 0
        for role in self.members.get(user, frozenset()) | {self.id}:
            if role in self.roles:
                granted |= int(self.roles[role]["permissions"])
        return granted


def first_world(start: Record, guild_id: str | None) -> World:
    """The guild the play is performed in, as it stood when the recording began."""
    guilds: list[Mapping[str, Any]] = list(start.data["guilds"])
    guild = next((g for g in guilds if str(g["id"]) == guild_id), guilds[0])
    return World(
        id=str(guild["id"]),
        owner=str(guild["owner_id"]),
        roles={str(role["id"]): role for role in guild["roles"]},
        channels={str(channel["id"]): channel for channel in guild["channels"]},
        members={
            str(member["user"]["id"]): frozenset(map(str, member.get("roles") or ()))
            for member in guild["members"]
        },
    )


def worlds(
    wire: Wire, guild_id: str | None, moments: Iterable[datetime]
) -> Iterator[tuple[datetime, World]]:
    """The guild at each moment, in order of time. One object is changed in place."""
    world = first_world(wire.start, guild_id)
    events = iter([r for r in wire.of("event") if r.text("event") in SHAPES])
    waiting = next(events, None)
    for moment in sorted(set(moments)):
        while waiting is not None and waiting.at <= moment:
            world.apply(waiting.text("event"), waiting.part("body"))
            waiting = next(events, None)
        yield moment, world


@dataclass
class Places:
    """Which channel is which, and since when it exists. Names are looked at once, at creation."""

    channel: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    meaning: dict[str, str] = field(default_factory=dict)


def find_places(wire: Wire, guild_id: str | None, teams: Iterable[str]) -> Places:
    """Recognise `#welcome`, `#organizers`, `#introductions` and each `team <name>` by name."""
    places = Places()
    world = first_world(wire.start, guild_id)
    names = list(teams)

    def look(channel: Json, at: datetime, fresh: bool) -> None:
        if channel.get("type") not in TEXT_CHANNELS:
            return
        name = slug(str(channel["name"]))
        meaning = ""
        for word in ("welcome", "organizers", "introductions"):
            if word.rstrip("s") in name:
                meaning = f"#{word}"
        for team in names if fresh else ():
            if name == slug(team) or f"-{slug(team)}-" in f"-{name}-":
                meaning = f"team {team}"
        if meaning and meaning not in places.channel:
            places.channel[meaning] = str(channel["id"])
            places.since[meaning] = at
            places.meaning[str(channel["id"])] = meaning

    for record in wire.of("event"):
        if record.text("event") == "CHANNEL_CREATE":
            look(record.part("body"), record.at, True)
    for channel in world.channels.values():
        look(channel, wire.start.at, False)
    return places
