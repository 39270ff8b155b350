"""One channel: read, change, delete, typing."""

from __future__ import annotations

from sandbox import guilds, payloads, permissions
from sandbox.errors import refuse
from sandbox.model import DM, Channel, Guild, Json
from sandbox.rest.guilds import channel_name, parent_of
from sandbox.rest.overwrites import parse_overwrites
from sandbox.rest.routing import Call, route
from sandbox.validation.names import check_channel, check_thread


@route("GET", "/channels/{channel_id}")
async def get(call: Call) -> Json:
    """A channel, thread or direct message channel."""
    return payloads.channel(call.channel)


@route("PATCH", "/channels/{channel_id}")
async def change(call: Call) -> Json:
    """Changes a guild channel or thread."""
    guild, channel = call.guild_channel
    body = call.data
    if channel.is_thread:
        return _change_thread(call, channel, body)
    check_channel(body, new=False)
    call.need(channel, permissions.MANAGE_CHANNELS)
    overwrites = channel.overwrites
    if body.get("permission_overwrites") is not None:
        call.need(channel, permissions.MANAGE_ROLES)
        overwrites = parse_overwrites(call, guild, channel, body["permission_overwrites"])
    named = channel_name(str(body["name"]), channel.type) if "name" in body else channel.name
    if named != channel.name or body.get("topic", channel.topic) != channel.topic:
        call.world.undocumented.renamed(channel.id)
    _move(guild, channel, body)
    channel.overwrites = overwrites
    channel.name = named
    if "topic" in body:
        channel.topic = body["topic"]
    if "nsfw" in body:
        channel.nsfw = bool(body["nsfw"])
    if "rate_limit_per_user" in body:
        channel.slowmode = body["rate_limit_per_user"] or 0
    call.world.tell_channel("CHANNEL_UPDATE", channel)
    return payloads.channel(channel)


def _move(guild: Guild, channel: Channel, body: Json) -> None:
    if "parent_id" in body and str(body["parent_id"]) != str(channel.parent_id):
        parent = parent_of(guild, body)
        channel.parent_id = parent.id if parent else None
    if body.get("position") is not None:
        channel.position = body["position"]


def _change_thread(call: Call, thread: Channel, body: Json) -> Json:
    check_thread(body, new=False)
    unarchive = set(body) == {"archived"} and not body["archived"] and not thread.locked
    if unarchive:
        call.need(thread, permissions.SEND_MESSAGES_IN_THREADS)
    elif thread.owner_id != call.me.id or "locked" in body:
        call.need(thread, permissions.MANAGE_THREADS)
    if thread.archived and body.get("archived") is not False:
        raise refuse(50083)
    if "name" in body and thread.name != body["name"].strip():
        call.world.undocumented.renamed(thread.id)
        thread.name = body["name"].strip()
    if "archived" in body and bool(body["archived"]) != thread.archived:
        thread.archived = bool(body["archived"])
        thread.archive_changed = call.world.now()
    if "locked" in body:
        thread.locked = bool(body["locked"])
    if body.get("auto_archive_duration"):
        thread.auto_archive = body["auto_archive_duration"]
    if "rate_limit_per_user" in body:
        thread.slowmode = body["rate_limit_per_user"] or 0
    call.world.tell_channel("THREAD_UPDATE", thread)
    return payloads.thread(thread)


@route("DELETE", "/channels/{channel_id}")
async def remove(call: Call) -> Json:
    """Deletes a guild channel or thread; a direct message channel is only closed."""
    channel = call.channel
    if channel.type == DM:
        return payloads.channel(channel)
    guild = call.world.guilds[channel.guild_id or 0]
    right = permissions.MANAGE_THREADS if channel.is_thread else permissions.MANAGE_CHANNELS
    call.need(channel, right)
    body = payloads.channel(channel)
    guilds.remove_channel(call.world, guild, channel)
    return body


@route("POST", "/channels/{channel_id}/typing")
async def typing(call: Call) -> None:
    """Shows that the bot is typing (nobody is told here)."""
    call.may_write(call.channel)
