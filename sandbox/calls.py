"""Slash commands as a client offers them: which exist here, and how options are filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox import payloads, permissions
from sandbox.drafts import Upload
from sandbox.errors import Refused
from sandbox.model import DM, Application, Channel, Guild, Json, Member, Role, User
from sandbox.world import World

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = (
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
)


@dataclass
class Call:
    """A command with its options as the wire has them. ``leaf`` holds the real options."""

    command: Json
    path: list[Json]
    resolved: dict[str, Json] = field(default_factory=dict)
    used: Json = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    """Words of the typed line that are no part of the command's name."""

    @property
    def options(self) -> list[Json]:
        """The options that can be filled in."""
        return list(self.path[-1].get("options") or [])

    def data(self, options: list[Json], guild: Guild | None) -> Json:
        """``data`` of the interaction."""
        for node in reversed(self.path[1:]):
            options = [{"type": node["type"], "name": node["name"], "options": options}]
        body: Json = {
            "id": self.command["id"],
            "name": self.command["name"],
            "type": 1,
            "options": options,
        }
        if self.command.get("guild_id"):
            body["guild_id"] = self.command["guild_id"]
        if self.resolved:
            body["resolved"] = self.resolved
        return body


def find(world: World, app: Application, user: User, line: str, channel: Channel) -> Call:
    """The command that a line names, if this person has it in this channel; else Refused."""
    words = line.strip().removeprefix("/").split()
    if not words:
        raise Refused("no command was named")
    here = list(app.guild_commands.get(channel.guild_id or 0, {}).values())
    named = [
        one
        for one in here + list(app.commands.values())
        if one["name"] == words[0] and one["type"] == 1
    ]
    if not named:
        raise Refused(f"there is no command /{words[0]}")
    command = named[0]
    _check_allowed(world, user, command, channel)
    path, rest = [command], words[1:]
    while nested := [one for one in path[-1].get("options") or [] if one["type"] in (1, 2)]:
        known = [one for one in nested if rest and one["name"] == rest[0]]
        if not known:
            raise Refused(f"/{' '.join(words)}: choose one of {[one['name'] for one in nested]}")
        path.append(known[0])
        rest = rest[1:]
    return Call(command, path, words=rest)


def shown(world: World, app: Application, user: User, channel: Channel) -> list[Json]:
    """The slash commands that a client offers to somebody in a channel."""
    here = list(app.guild_commands.get(channel.guild_id or 0, {}).values())
    names = {one["name"] for one in here}
    found = []
    for command in here + [one for one in app.commands.values() if one["name"] not in names]:
        try:
            _check_allowed(world, user, command, channel)
        except Refused:
            continue
        if command["type"] == 1:
            found.append(command)
    return found


def _check_allowed(world: World, user: User, command: Json, channel: Channel) -> None:
    name = command["name"]
    contexts = command.get("contexts")
    if channel.type == DM:
        if command.get("guild_id") or 1 not in (contexts if contexts is not None else (0, 1)):
            raise Refused(f"/{name} does not exist in direct messages")
        return
    if contexts is not None and 0 not in contexts:
        raise Refused(f"/{name} does not exist in servers")
    held = world.rights(user, channel)
    if not held & permissions.VIEW_CHANNEL:
        raise Refused(f"{user.username} cannot see that channel")
    if not held & permissions.USE_APPLICATION_COMMANDS:
        raise Refused(f"{user.username} may not use commands there")
    needed = command.get("default_member_permissions")
    if needed is None or held & permissions.ADMINISTRATOR:
        return
    if int(needed) == 0 or held & int(needed) != int(needed):
        raise Refused(f"/{name} is not shown to {user.username}: it needs other permissions")


def fill(
    world: World, call: Call, given: Json, channel: Channel, *, partial: bool = False
) -> list[Json]:
    """The options as the wire has them; Refused as the client would (``partial`` asks less)."""
    known = {option["name"]: option for option in call.options}
    unknown = set(given) - set(known)
    if unknown:
        raise Refused(f"unknown options {sorted(unknown)}; there are {sorted(known)}")
    if call.words:
        raise Refused(f"unknown words {call.words}")
    options = []
    for name, option in known.items():
        if given.get(name) is None:
            if option.get("required") and not partial:
                raise Refused(f"the option {name!r} is missing")
            continue
        value = _value(world, call, option, given[name], channel)
        options.append({"type": option["type"], "name": name, "value": value})
        shown = given[name]
        call.used[name] = shown if isinstance(shown, str | int | float | bool) else value
    return options


def _value(world: World, call: Call, option: Json, value: Any, channel: Channel) -> Any:
    kind, name = option["type"], option["name"]
    if option.get("choices"):
        for choice in option["choices"]:
            if value in (choice["value"], choice["name"]):
                return choice["value"]
        raise Refused(f"{name!r} has no choice {value!r}")
    if kind == STRING:
        if not isinstance(value, str):
            raise Refused(f"{name!r} takes text")
        low, high = option.get("min_length") or 0, option.get("max_length") or 6000
        if not low <= len(value) <= high:
            raise Refused(f"{name!r} takes {low} to {high} characters, not {len(value)}")
        return value
    if kind == BOOLEAN:
        if not isinstance(value, bool):
            raise Refused(f"{name!r} takes True or False")
        return value
    if kind in (INTEGER, NUMBER):
        good = int if kind == INTEGER else (int, float)
        if isinstance(value, bool) or not isinstance(value, good):
            raise Refused(f"{name!r} takes a number")
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise Refused(f"{name!r} takes {low} to {high}")
        return value
    if kind == FILE:
        if not isinstance(value, Upload):
            raise Refused(f"{name!r} takes a file")
        kept = world.new_file(value.name, value.content, value.type, at=channel.id, ephemeral=True)
        call.resolved.setdefault("attachments", {})[str(kept.id)] = payloads.attachment(kept)
        return str(kept.id)
    return _thing(world, call, option, value, channel)


def _thing(world: World, call: Call, option: Json, value: Any, channel: Channel) -> str:
    kind, name = option["type"], option["name"]
    guild = world.guild_of(channel)
    if kind in (ROLE, MENTIONABLE) and isinstance(value, Role):
        call.resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        return str(value.id)
    if kind == CHANNEL and isinstance(value, Channel):
        body = {**payloads.channel(value), "permissions": "0"}
        call.resolved.setdefault("channels", {})[str(value.id)] = body
        return str(value.id)
    if kind in (USER, MENTIONABLE) and not isinstance(value, Role | Channel):
        user = value.user if isinstance(value, Member) else world.users.get(getattr(value, "id", 0))
        if user is not None:
            call.resolved.setdefault("users", {})[str(user.id)] = payloads.user(user)
            member = guild.member_map.get(user.id) if guild else None
            if guild is not None and member is not None:
                body = payloads.member(member, with_user=False)
                body["permissions"] = str(permissions.in_channel(guild, member, channel))
                call.resolved.setdefault("members", {})[str(user.id)] = body
            return str(user.id)
    raise Refused(f"{name!r} does not take {value!r}")
