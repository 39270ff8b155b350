"""Application commands, global and of a guild."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.errors import refuse
from sandbox.kept_components import said
from sandbox.model import Json
from sandbox.rest.routing import Call, route
from sandbox.validation.commands import DAILY, MOST, check_command, check_commands

_KEEP = (
    "name_localizations",
    "description_localizations",
    "default_member_permissions",
    "options",
    "nsfw",
    "contexts",
    "integration_types",
)


def _book(call: Call) -> dict[int, Json]:
    """The commands that the path is about."""
    if call.number("application_id") != call.app.id:
        raise refuse(50001)
    if "guild_id" in call.params:
        return call.app.guild_commands.setdefault(call.guild.id, {})
    return call.app.commands


def _made(call: Call, body: Json, old: Json | None) -> Json:
    kept: Json = {
        "id": old["id"] if old else str(call.world.ids.next()),
        "application_id": str(call.app.id),
        "type": body.get("type") or 1,
        "name": body["name"],
        "description": body.get("description") or "",
        **{key: body.get(key) for key in _KEEP},
    }
    if kept["contexts"] is None and body.get("dm_permission") is False:
        kept["contexts"] = [0]
    allowed = kept["default_member_permissions"]
    kept["default_member_permissions"] = None if allowed is None else str(allowed)
    kept["nsfw"] = bool(kept["nsfw"])
    kept["options"] = _options(kept["options"])
    kept["integration_types"] = kept["integration_types"] or [0]
    if "guild_id" in call.params:
        kept["guild_id"] = call.params["guild_id"]
        kept.pop("contexts")
    else:
        kept["dm_permission"] = kept["contexts"] is None or 1 in kept["contexts"]
    same = old is not None and {**kept, "version": old["version"]} == old
    kept["version"] = old["version"] if same and old else str(call.world.ids.next())
    return kept


def _options(given: list[Json] | None) -> list[Json]:
    """Options as they are kept: what was left open is not given back."""
    kept = [said(one) for one in given or []]
    for option in kept:
        for key in ("options", "choices"):
            if key in option:
                option[key] = _options(option[key])
    return kept


def _count_new(call: Call, number: int) -> None:
    """200 new names a day in a guild, and as many globally, then 30034; the day is the clock's."""
    made: list[datetime] = call.app.created.setdefault(call.params.get("guild_id", ""), [])
    now = call.world.now()
    made[:] = [one for one in made if now - one < timedelta(days=1)]
    if number and len(made) + number > DAILY:
        raise refuse(30034)
    made += [now] * number


def _same_name(book: dict[int, Json], body: Json) -> Json | None:
    for one in book.values():
        if (one["type"], one["name"]) == (body.get("type") or 1, body["name"]):
            return one
    return None


def _one(call: Call) -> tuple[dict[int, Json], Json]:
    book = _book(call)
    command = book.get(call.number("command_id"))
    if command is None:
        raise refuse(10063)
    return book, command


@route("GET", "/applications/{application_id}/commands")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
async def listed(call: Call) -> list[Json]:
    """All commands."""
    return list(_book(call).values())


@route("PUT", "/applications/{application_id}/commands")
@route("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
async def overwrite(call: Call) -> list[Json]:
    """Replaces all commands; one of the same name keeps its id."""
    book, listed = _book(call), call.items
    check_commands(listed)
    known = [_same_name(book, body) for body in listed]
    _count_new(call, known.count(None))
    made = [_made(call, body, old) for body, old in zip(listed, known, strict=True)]
    book.clear()
    book.update({int(one["id"]): one for one in made})
    return made


@route("POST", "/applications/{application_id}/commands")
@route("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
async def create(call: Call) -> Json:
    """Adds a command, or replaces the one of its name."""
    book = _book(call)
    check_command(call.data)
    old = _same_name(book, call.data)
    if old is None:
        kind = call.data.get("type") or 1
        if sum(1 for one in book.values() if one["type"] == kind) >= MOST[kind]:
            raise refuse(30032)
        _count_new(call, 1)
    made = _made(call, call.data, old)
    book[int(made["id"])] = made
    call.status = 200 if old else 201
    return made


@route("GET", "/applications/{application_id}/commands/{command_id}")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def get(call: Call) -> Json:
    """One command."""
    return _one(call)[1]


@route("PATCH", "/applications/{application_id}/commands/{command_id}")
@route("PATCH", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def change(call: Call) -> Json:
    """Changes a command."""
    book, old = _one(call)
    body = {**old, **call.data}
    check_command(body)
    if _same_name(book, body) not in (None, old):
        raise refuse(40041)
    book[int(old["id"])] = made = _made(call, body, old)
    return made


@route("DELETE", "/applications/{application_id}/commands/{command_id}")
@route("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def remove(call: Call) -> None:
    """Deletes a command."""
    book, old = _one(call)
    del book[int(old["id"])]
