"""Roles: the bot manages those below its own top role and grants what it holds."""

from __future__ import annotations

from sandbox import guilds, payloads, permissions
from sandbox.errors import refuse
from sandbox.model import Guild, Json, Role
from sandbox.rest.routing import Call, route
from sandbox.validation.names import check_role, integer, permission_bits

ROLES = 250


def _need_rank(call: Call, guild: Guild, role: Role) -> None:
    if not permissions.outranks_role(guild, call.myself(guild), role):
        raise refuse(50013)


def _granted(call: Call, guild: Guild, body: Json, before: int) -> int:
    """The permissions of a body; new ones have to be the bot's own."""
    if body.get("permissions") is None:
        return before
    wanted = permission_bits(body["permissions"], "permissions")
    held = permissions.base(guild, call.myself(guild))
    if wanted & ~before & ~held:
        raise refuse(50013)
    return wanted


def _color(body: Json, before: int) -> int:
    colors = body.get("colors") or {}
    if colors.get("primary_color") is not None:
        return int(colors["primary_color"])
    return before if body.get("color") is None else body["color"]


@route("GET", "/guilds/{guild_id}/roles")
async def listed(call: Call) -> list[Json]:
    """All roles."""
    return [payloads.role(one) for one in call.guild.roles]


@route("GET", "/guilds/{guild_id}/roles/{role_id}")
async def get(call: Call) -> Json:
    """One role."""
    return payloads.role(call.role(call.guild))


@route("POST", "/guilds/{guild_id}/roles")
async def create(call: Call) -> Json:
    """Makes a role at position 1. Without ``permissions`` it has those of @everyone."""
    guild, body = call.guild, call.data
    check_role(body)
    call.need_in_guild(guild, permissions.MANAGE_ROLES)
    if len(guild.role_map) >= ROLES:
        raise refuse(30005)
    granted = _granted(call, guild, body, guild.role_map[guild.id].permissions)
    call.world.undocumented.role_made(guild.id)
    role = Role(
        call.world.ids.next(),
        guild.id,
        str(body.get("name") or "new role"),
        granted,
        1,
        _color(body, 0),
        bool(body.get("hoist")),
        bool(body.get("mentionable")),
        unicode_emoji=body.get("unicode_emoji"),
    )
    guilds.add_role(call.world, guild, role)
    return payloads.role(role)


@route("PATCH", "/guilds/{guild_id}/roles")
async def move(call: Call) -> list[Json]:
    """Changes positions; neither the old nor the new one may reach the bot's top role."""
    guild = call.guild
    call.need_in_guild(guild, permissions.MANAGE_ROLES)
    me = call.myself(guild)
    moves: list[tuple[Role, int]] = []
    for entry in call.items:
        role = guild.role_map.get(integer(entry.get("id"), "id"))
        if role is None:
            raise refuse(10011)
        position = entry.get("position")
        if position is None or position == role.position:
            continue
        _need_rank(call, guild, role)
        if guild.owner_id != me.id and position >= permissions.top(guild, me)[0]:
            raise refuse(50013)
        if role.id == guild.id or position < 1:
            raise refuse(50028)
        moves.append((role, position))
    for role, position in moves:
        role.position = position
    for role, _ in moves:
        guilds.tell_role(call.world, "GUILD_ROLE_UPDATE", guild, role)
    return [payloads.role(one) for one in guild.roles]


@route("PATCH", "/guilds/{guild_id}/roles/{role_id}")
async def change(call: Call) -> Json:
    """Changes a role below the bot's own."""
    guild, body = call.guild, call.data
    role = call.role(guild)
    check_role(body)
    call.need_in_guild(guild, permissions.MANAGE_ROLES)
    _need_rank(call, guild, role)
    role.permissions = _granted(call, guild, body, role.permissions)
    if body.get("name") is not None:
        role.name = str(body["name"])
    role.color = _color(body, role.color)
    if body.get("hoist") is not None:
        role.hoist = bool(body["hoist"])
    if body.get("mentionable") is not None:
        role.mentionable = bool(body["mentionable"])
    guilds.tell_role(call.world, "GUILD_ROLE_UPDATE", guild, role)
    return payloads.role(role)


@route("DELETE", "/guilds/{guild_id}/roles/{role_id}")
async def remove(call: Call) -> None:
    """Deletes a role below the bot's own; managed ones and @everyone cannot be deleted."""
    guild = call.guild
    role = call.role(guild)
    call.need_in_guild(guild, permissions.MANAGE_ROLES)
    _need_rank(call, guild, role)
    if role.managed or role.id == guild.id:
        raise refuse(50028)
    guilds.remove_role(call.world, guild, role)
