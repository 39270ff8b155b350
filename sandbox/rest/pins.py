"""Pins: the routes of 2025 (/messages/pins) and the older ones (/pins)."""

from __future__ import annotations

from sandbox import messaging, payloads, permissions
from sandbox.errors import refuse
from sandbox.model import DM, Channel, Json, Message
from sandbox.rest.routing import Call, route
from sandbox.snowflakes import iso

PINS = 250


def _pinned(channel: Channel) -> list[Message]:
    found = [one for one in channel.messages.values() if one.pinned_at is not None]
    return sorted(found, key=lambda one: (one.pinned_at, one.id), reverse=True)


def _tell(call: Call, channel: Channel, message: Message) -> None:
    world = call.world
    world.tell_message("MESSAGE_UPDATE", message, channel)
    body: Json = {
        "channel_id": str(channel.id),
        "last_pin_timestamp": iso(channel.last_pin) if channel.last_pin else None,
    }
    guild = world.guild_of(channel)
    if guild is not None:
        body["guild_id"] = str(guild.id)
    world.emit("CHANNEL_PINS_UPDATE", body, guild=guild, channel=channel)


@route("GET", "/channels/{channel_id}/messages/pins")
async def listed(call: Call) -> Json:
    """Pinned messages, newest pin first."""
    channel = call.channel
    limit = call.asked("limit", 50, 1, 50)
    if not call.world.reads(call.me, channel):
        return {"items": [], "has_more": False}
    found = _pinned(channel)
    before = call.query.get("before")
    if before is not None:
        found = [one for one in found if one.pinned_at and iso(one.pinned_at) < before]
    items = [
        {"pinned_at": iso(one.pinned_at), "message": payloads.message(one, me=call.me.id)}
        for one in found[:limit]
        if one.pinned_at is not None
    ]
    return {"items": items, "has_more": len(found) > limit}


@route("GET", "/channels/{channel_id}/pins")
async def listed_before(call: Call) -> list[Json]:
    """Pinned messages, as it was before 2025: at most 50."""
    channel = call.channel
    if not call.world.reads(call.me, channel):
        return []
    return [payloads.message(one, me=call.me.id) for one in _pinned(channel)[:50]]


@route("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
@route("PUT", "/channels/{channel_id}/pins/{message_id}")
async def pin(call: Call) -> None:
    """Pins a message; the channel gets the line "… pinned a message" (type 6)."""
    channel = call.channel
    message = call.message(channel)
    call.need(channel, permissions.PIN_MESSAGES)
    if message.type not in (0, 19, 20, 23):
        raise refuse(50021)
    if message.pinned:
        return
    if len(_pinned(channel)) >= PINS:
        raise refuse(30003)
    message.pinned_at = channel.last_pin = call.world.now()
    _tell(call, channel, message)
    line = Message(call.world.ids.next(), channel.id, channel.guild_id, call.me, type=6)
    line.reference = {"type": 0, "message_id": str(message.id), "channel_id": str(channel.id)}
    if channel.type != DM:
        line.reference["guild_id"] = str(channel.guild_id)
    messaging.post(call.world, line, channel)


@route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}")
@route("DELETE", "/channels/{channel_id}/pins/{message_id}")
async def unpin(call: Call) -> None:
    """Takes a pin away."""
    channel = call.channel
    message = call.message(channel)
    call.need(channel, permissions.PIN_MESSAGES)
    if message.pinned:
        message.pinned_at = None
        _tell(call, channel, message)
