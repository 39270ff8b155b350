"""Permission overwrites: a bot allows and denies only what it holds itself."""

from __future__ import annotations

from typing import Any

from sandbox import permissions
from sandbox.errors import invalid, refuse
from sandbox.model import Channel, Guild, Overwrite
from sandbox.rest.routing import Call, route
from sandbox.validation.names import OVERWRITES, integer, permission_bits


def _may_set(call: Call, guild: Guild, channel: Channel | None, bits: int) -> None:
    """50013 for bits that the bot does not hold, and for MANAGE_ROLES unless an administrator."""
    me = call.myself(guild)
    held = permissions.base(guild, me)
    if held & permissions.ADMINISTRATOR:
        return
    if channel is not None:
        own = channel.overwrites.get(me.id)
        roles = [channel.overwrites.get(role_id) for role_id in me.role_ids]
        if any(one and one.allow & permissions.MANAGE_ROLES for one in [own, *roles]):
            return
        held |= permissions.in_channel(guild, me, channel)
    if bits & ~held or bits & permissions.MANAGE_ROLES:
        raise refuse(50013)


def parse_overwrites(
    call: Call, guild: Guild, channel: Channel | None, listed: Any
) -> dict[int, Overwrite]:
    """The overwrites of a body; what they change has to be the bot's to give."""
    found: dict[int, Overwrite] = {}
    old = channel.overwrites if channel is not None else {}
    for i, entry in enumerate(listed or []):
        at = ("permission_overwrites", i)
        target = integer(entry.get("id"), *at, "id")
        allow = permission_bits(entry.get("allow") or 0, *at, "allow")
        deny = permission_bits(entry.get("deny") or 0, *at, "deny")
        if entry["type"] == 0 and target not in guild.role_map:
            raise invalid((*at, "id"), "OVERWRITE_INVALID_ROLE", "Role does not exist")
        if entry["type"] == 1 and target not in call.world.users:
            raise invalid((*at, "id"), "OVERWRITE_INVALID_USER", "User does not exist")
        before = old.get(target)
        changed = allow | deny
        if before is not None:
            changed = (allow ^ before.allow) | (deny ^ before.deny)
        _may_set(call, guild, channel, changed)
        found[target] = Overwrite(target, entry["type"], allow, deny)
    for target, before in old.items():
        if target not in found:
            _may_set(call, guild, channel, before.allow | before.deny)
    return found


@route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
async def put(call: Call) -> None:
    """Sets what a role (type 0) or member (type 1) may do in a channel."""
    guild, channel = call.guild_channel
    target = call.number("overwrite_id")
    kind = call.data.get("type")
    if kind not in (0, 1):
        raise invalid(("type",), "BASE_TYPE_CHOICES", "Value must be one of {0, 1}.")
    call.need(channel, permissions.MANAGE_ROLES)
    if channel.is_thread:
        raise refuse(50024)
    if kind == 0 and target not in guild.role_map:
        raise refuse(10009)
    if kind == 1 and target not in call.world.users:
        raise refuse(10009)
    allow = permission_bits(call.data.get("allow") or 0, "allow")
    deny = permission_bits(call.data.get("deny") or 0, "deny")
    if target not in channel.overwrites and len(channel.overwrites) >= OVERWRITES:
        raise refuse(30060)
    before = channel.overwrites.get(target) or Overwrite(target, kind, 0, 0)
    _may_set(call, guild, channel, (allow ^ before.allow) | (deny ^ before.deny))
    channel.overwrites[target] = Overwrite(target, kind, allow, deny)
    call.world.tell_channel("CHANNEL_UPDATE", channel)


@route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
async def remove(call: Call) -> None:
    """Takes an overwrite away."""
    guild, channel = call.guild_channel
    call.need(channel, permissions.MANAGE_ROLES)
    before = channel.overwrites.get(call.number("overwrite_id"))
    if before is None:
        raise refuse(10009)
    _may_set(call, guild, channel, before.allow | before.deny)
    del channel.overwrites[before.id]
    call.world.tell_channel("CHANNEL_UPDATE", channel)
