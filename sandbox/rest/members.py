"""Members: look up, change, kick, give and take roles."""

from __future__ import annotations

from sandbox import guilds, payloads, permissions
from sandbox.errors import Problems, refuse
from sandbox.model import Guild, Json, Member
from sandbox.rest.routing import Call, route
from sandbox.validation.names import integer


@route("GET", "/guilds/{guild_id}/members")
async def listed(call: Call) -> list[Json]:
    """Members by id, after ``after``; needs the member intent in the portal."""
    if not call.app.privileged_intents & 1 << 1:
        raise refuse(50001)
    limit = call.asked("limit", 1, 1, 1000)
    after = integer(call.query.get("after", "0"), "after")
    found = sorted((one for one in call.guild.members if one.id > after), key=lambda one: one.id)
    return [payloads.member(one) for one in found[:limit]]


@route("GET", "/guilds/{guild_id}/members/search")
async def search(call: Call) -> list[Json]:
    """Members whose name begins so."""
    start = call.query.get("query", "").lower()
    limit = call.asked("limit", 1, 1, 1000)
    found = [
        one
        for one in call.guild.members
        if one.user.username.lower().startswith(start) or one.display_name.lower().startswith(start)
    ]
    return [payloads.member(one) for one in found[:limit]]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
async def get(call: Call) -> Json:
    """One member."""
    return payloads.member(call.member(call.guild))


@route("PATCH", "/guilds/{guild_id}/members/{user_id}")
async def change(call: Call) -> Json:
    """Changes nickname and roles."""
    guild, body = call.guild, call.data
    member, me = call.member(guild), call.myself(guild)
    if "nick" in body:
        if body["nick"] is not None:
            problems = Problems()
            problems.length(("nick",), body["nick"], 0, 32)
            problems.raise_if_any()
        if member is me:
            call.need_in_guild(guild, permissions.CHANGE_NICKNAME)
        else:
            call.need_in_guild(guild, permissions.MANAGE_NICKNAMES)
            if not permissions.outranks(guild, me, member):
                raise refuse(50013)
    if body.get("roles") is not None:
        wanted = list(dict.fromkeys(integer(one, "roles") for one in body["roles"]))
        for role_id in set(wanted) ^ set(member.role_ids):
            _may_hand(call, guild, role_id)
        member.role_ids = wanted
    if "nick" in body:
        member.nick = body["nick"] or None
    call.world.tell_member("GUILD_MEMBER_UPDATE", member)
    return payloads.member(member)


@route("DELETE", "/guilds/{guild_id}/members/{user_id}")
async def kick(call: Call) -> None:
    """Removes somebody who stands below the bot."""
    guild = call.guild
    member = call.member(guild)
    call.need_in_guild(guild, permissions.KICK_MEMBERS)
    if not permissions.outranks(guild, call.myself(guild), member):
        raise refuse(50013)
    guilds.remove_member(call.world, guild, member.user)


def _may_hand(call: Call, guild: Guild, role_id: int) -> None:
    """The bot hands out and takes roles below its own that nobody else manages."""
    role = guild.role_map.get(role_id)
    if role is None:
        raise refuse(10011)
    call.need_in_guild(guild, permissions.MANAGE_ROLES)
    if not permissions.outranks_role(guild, call.myself(guild), role):
        raise refuse(50013)
    if role.managed or role.id == guild.id:
        raise refuse(50028)


def _target(call: Call) -> tuple[Member, int]:
    guild = call.guild
    member = call.member(guild)
    role_id = call.number("role_id")
    _may_hand(call, guild, role_id)
    return member, role_id


@route("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def give_role(call: Call) -> None:
    """Gives a role; nothing happens to somebody who has it."""
    member, role_id = _target(call)
    if role_id not in member.role_ids:
        member.role_ids.append(role_id)
        call.world.tell_member("GUILD_MEMBER_UPDATE", member)


@route("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def take_role(call: Call) -> None:
    """Takes a role."""
    member, role_id = _target(call)
    if role_id in member.role_ids:
        member.role_ids.remove(role_id)
        call.world.tell_member("GUILD_MEMBER_UPDATE", member)
