"""A guild and its list of channels."""

from __future__ import annotations

from sandbox import guild_payloads, guilds, payloads, permissions
from sandbox.errors import ApiError, invalid, refuse
from sandbox.model import CATEGORY, TEXT, Channel, Guild, Json, Overwrite
from sandbox.rest.overwrites import parse_overwrites
from sandbox.rest.routing import Call, route
from sandbox.validation.names import check_channel, integer

CHANNELS, PER_CATEGORY = 500, 50


@route("GET", "/guilds/{guild_id}")
async def get(call: Call) -> Json:
    """The guild, with counts when asked."""
    body = guild_payloads.guild(call.guild)
    if call.query.get("with_counts", "").lower() in ("1", "true"):
        body["approximate_member_count"] = len(call.guild.member_map)
        body["approximate_presence_count"] = 0
    return body


@route("GET", "/guilds/{guild_id}/channels")
async def channels(call: Call) -> list[Json]:
    """All channels except threads, also those that the bot cannot see."""
    return [payloads.channel(one) for one in call.guild.channels]


def parent_of(guild: Guild, body: Json) -> Channel | None:
    """The category that a body names; 50035 when it is none or full."""
    if body.get("parent_id") is None:
        return None
    parent = guild.channel_map.get(integer(body["parent_id"], "parent_id"))
    if parent is None or parent.type != CATEGORY:
        raise invalid(("parent_id",), "CHANNEL_PARENT_INVALID", "Category does not exist")
    inside = sum(1 for one in guild.channels if one.parent_id == parent.id)
    if inside >= PER_CATEGORY:
        text = f"Maximum number of channels in category reached ({PER_CATEGORY})"
        raise invalid(("parent_id",), "CHANNEL_PARENT_MAX_CHANNELS", text)
    return parent


@route("POST", "/guilds/{guild_id}/channels")
async def create_channel(call: Call) -> Json:
    """Makes a channel; in a category it takes over its overwrites unless it brings its own."""
    guild, body = call.guild, call.data
    check_channel(body, new=True)
    parent = parent_of(guild, body)
    call.need_in_guild(guild, permissions.MANAGE_CHANNELS)
    if parent is not None:
        call.need(parent, permissions.VIEW_CHANNEL | permissions.MANAGE_CHANNELS)
    if len(guild.channels) >= CHANNELS:
        raise refuse(30013)
    kind = body.get("type") or TEXT
    listed = body.get("permission_overwrites")
    overwrites: dict[int, Overwrite] = {}
    if listed is not None:
        overwrites = parse_overwrites(call, guild, None, listed)
    elif parent is not None:
        overwrites = {
            one.id: Overwrite(one.id, one.type, one.allow, one.deny)
            for one in parent.overwrites.values()
        }
    name = str(body["name"])
    channel = Channel(
        call.world.ids.next(),
        kind,
        channel_name(name, kind),
        guild.id,
        parent.id if parent else None,
        topic=body.get("topic"),
        nsfw=bool(body.get("nsfw")),
        slowmode=body.get("rate_limit_per_user") or 0,
        position=body.get("position") or 0,
        overwrites=overwrites,
    )
    guilds.add_channel(call.world, guild, channel)
    call.status = 201
    return payloads.channel(channel)


def channel_name(name: str, kind: int) -> str:
    """Text channels have lower-case names without spaces."""
    return name.strip().lower().replace(" ", "-") if kind in (TEXT, 5, 15) else name.strip()


@route("PATCH", "/guilds/{guild_id}/channels")
async def move_channels(call: Call) -> None:
    """Changes positions and categories of several channels."""
    guild = call.guild
    call.need_in_guild(guild, permissions.MANAGE_CHANNELS)
    moved: list[tuple[Channel, Json]] = []
    for entry in call.items:
        channel = guild.channel_map.get(integer(entry.get("id"), "id"))
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        inside = str(entry.get("parent_id")) == str(channel.parent_id)
        parent = guild.channel_map.get(channel.parent_id or 0)
        if not inside:
            parent = parent_of(guild, entry)
        moved.append((channel, {**entry, "parent": parent.id if parent else None}))
    for channel, entry in moved:
        if entry.get("position") is not None:
            channel.position = entry["position"]
        if "parent_id" in entry:
            channel.parent_id = entry["parent"]
        if entry.get("lock_permissions") and channel.parent_id is not None:
            source = guild.channel_map[channel.parent_id].overwrites
            channel.overwrites = {
                one.id: Overwrite(one.id, one.type, one.allow, one.deny) for one in source.values()
            }
        call.world.tell_channel("CHANNEL_UPDATE", channel)


@route("GET", "/guilds/{guild_id}/threads/active")
async def active_threads(call: Call) -> Json:
    """The threads that are not archived and that the bot can see."""
    found = [
        one for one in call.guild.threads if not one.archived and call.world.sees(call.me, one)
    ]
    mine = [one for one in found if call.me.id in one.thread_members]
    return {
        "threads": [payloads.thread(one) for one in found],
        "members": [payloads.thread_member(one, call.me.id) for one in mine],
        "has_more": False,
    }
