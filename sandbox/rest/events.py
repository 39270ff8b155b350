"""Scheduled events."""

from __future__ import annotations

from datetime import datetime

from sandbox import payloads, permissions
from sandbox.errors import invalid, refuse
from sandbox.model import STAGE, VOICE, Channel, Guild, Json
from sandbox.rest.routing import Call, route
from sandbox.snowflakes import iso
from sandbox.validation.names import check_event, integer

EVENTS = 100
_SCHEDULED, _ACTIVE, _COMPLETED, _CANCELED = 1, 2, 3, 4
_NEXT = {_SCHEDULED: (_ACTIVE, _CANCELED), _ACTIVE: (_COMPLETED,)}


def _event(call: Call, guild: Guild) -> Json:
    event = guild.events.get(call.number("event_id"))
    if event is None:
        raise refuse(10070)
    if not call.world.sees_event(call.me, guild, event):
        raise refuse(50001)
    return event


def _shown(call: Call, event: Json) -> Json:
    counted = call.query.get("with_user_count", "").lower() in ("1", "true")
    return {**event, "user_count": 0} if counted else event


def _need(call: Call, guild: Guild, event: Json | None) -> None:
    """Making needs CREATE_EVENTS; changing MANAGE_EVENTS, or CREATE_EVENTS for one's own.

    (MANAGE_EVENTS alone is taken for making, too: Discord split the permission in 2023.)
    """
    held = permissions.base(guild, call.myself(guild))
    own = event is None or event["creator_id"] == str(call.me.id)
    enough = permissions.MANAGE_EVENTS | (permissions.CREATE_EVENTS if own else 0)
    if not held & enough:
        raise refuse(50013)


def _hall(call: Call, guild: Guild, body: Json) -> Channel | None:
    """The channel of a voice or stage event, which the bot has to see and be able to join."""
    if body.get("entity_type") == 3 or body.get("channel_id") is None:
        return None
    hall = guild.channel_map.get(integer(body["channel_id"], "channel_id"))
    if hall is None:
        raise refuse(10003)
    if hall.type != (STAGE if body["entity_type"] == 1 else VOICE):
        text = "The channel does not fit the entity type"
        raise invalid(("channel_id",), "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", text)
    if not call.world.sees(call.me, hall):
        raise refuse(50001)
    call.need(hall, permissions.VIEW_CHANNEL | permissions.CONNECT)
    return hall


def _tell(call: Call, what: str, guild: Guild, event: Json) -> None:
    """Tells of an event; one in a channel only to those who see that channel."""
    hall = guild.channel_map.get(int(event["channel_id"] or 0))
    call.world.emit(f"GUILD_SCHEDULED_EVENT_{what}", event, guild=guild, channel=hall)


def _filled(body: Json) -> Json:
    """The times as Discord writes them."""
    made = dict(body)
    for key in ("scheduled_start_time", "scheduled_end_time"):
        if made.get(key) is not None:
            made[key] = iso(datetime.fromisoformat(made[key]))
    if made.get("entity_type") == 3:
        made["channel_id"] = None
    elif made.get("channel_id") is not None:
        made["channel_id"] = str(integer(made["channel_id"], "channel_id"))
    return made


@route("GET", "/guilds/{guild_id}/scheduled-events")
async def listed(call: Call) -> list[Json]:
    """The events that the bot can see."""
    guild, world = call.guild, call.world
    seen = [one for one in guild.events.values() if world.sees_event(call.me, guild, one)]
    return [_shown(call, one) for one in seen]


@route("POST", "/guilds/{guild_id}/scheduled-events")
async def create(call: Call) -> Json:
    """Makes an event."""
    guild, body = call.guild, call.data
    _need(call, guild, None)
    check_event(body, call.world.now(), new=True)
    _hall(call, guild, body)
    open_ = [one for one in guild.events.values() if one["status"] in (_SCHEDULED, _ACTIVE)]
    if len(open_) >= EVENTS:
        raise refuse(30038)
    event_id = call.world.ids.next()
    keys = ("channel_id", "scheduled_end_time", "description", "entity_metadata")
    event: Json = {
        "id": str(event_id),
        "guild_id": str(guild.id),
        "creator_id": str(call.me.id),
        "creator": payloads.user(call.me),
        "status": _SCHEDULED,
        "entity_id": None,
        "image": None,
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
        **{key: body.get(key) for key in keys},
        **{key: body[key] for key in ("name", "privacy_level", "entity_type")},
        "scheduled_start_time": body["scheduled_start_time"],
    }
    guild.events[event_id] = event = _filled(event)
    _tell(call, "CREATE", guild, event)
    return event


@route("GET", "/guilds/{guild_id}/scheduled-events/{event_id}")
async def get(call: Call) -> Json:
    """One event."""
    return _shown(call, _event(call, call.guild))


@route("PATCH", "/guilds/{guild_id}/scheduled-events/{event_id}")
async def change(call: Call) -> Json:
    """Changes an event; its status only moves on."""
    guild = call.guild
    event = _event(call, guild)
    _need(call, guild, event)
    changes = {key: value for key, value in call.data.items() if key in event}
    body = {**event, **changes}
    if event["status"] in (_COMPLETED, _CANCELED):
        raise refuse(180000)
    check_event(body, call.world.now(), new=False)
    _hall(call, guild, body)
    if body["status"] != event["status"] and body["status"] not in _NEXT.get(event["status"], ()):
        text = "Invalid Guild Scheduled Event Status Transition"
        raise invalid(("status",), "TRANSITION_INVALID", text)
    event.update(_filled(body))
    _tell(call, "UPDATE", guild, event)
    return event


@route("DELETE", "/guilds/{guild_id}/scheduled-events/{event_id}")
async def remove(call: Call) -> None:
    """Deletes an event."""
    guild = call.guild
    event = _event(call, guild)
    _need(call, guild, event)
    del guild.events[int(event["id"])]
    _tell(call, "DELETE", guild, event)


@route("GET", "/guilds/{guild_id}/scheduled-events/{event_id}/users")
async def users(call: Call) -> list[Json]:
    """Who is interested (nobody here)."""
    _event(call, call.guild)
    return []
