"""Scheduled events."""

from __future__ import annotations

from datetime import datetime

from sandbox import payloads, permissions
from sandbox.errors import refuse
from sandbox.model import Guild, Json
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
    return event


def _shown(call: Call, event: Json) -> Json:
    counted = call.query.get("with_user_count", "").lower() in ("1", "true")
    return {**event, "user_count": 0} if counted else event


def _need(call: Call, guild: Guild, event: Json | None) -> None:
    """Making needs CREATE_EVENTS or MANAGE_EVENTS; others' events need MANAGE_EVENTS."""
    held = permissions.base(guild, call.myself(guild))
    own = event is None or event["creator_id"] == str(call.me.id)
    enough = permissions.MANAGE_EVENTS | (permissions.CREATE_EVENTS if own else 0)
    if not held & enough:
        raise refuse(50013)


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
    """All events."""
    return [_shown(call, one) for one in call.guild.events.values()]


@route("POST", "/guilds/{guild_id}/scheduled-events")
async def create(call: Call) -> Json:
    """Makes an event."""
    guild, body = call.guild, call.data
    _need(call, guild, None)
    check_event(body, call.world.now(), new=True)
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
    call.world.emit("GUILD_SCHEDULED_EVENT_CREATE", event, guild=guild)
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
    check_event(body, call.world.now(), new=False)
    if body["status"] != event["status"] and body["status"] not in _NEXT.get(event["status"], ()):
        from sandbox.errors import invalid

        text = "Invalid Guild Scheduled Event Status Transition"
        raise invalid(("status",), "TRANSITION_INVALID", text)
    event.update(_filled(body))
    call.world.emit("GUILD_SCHEDULED_EVENT_UPDATE", event, guild=guild)
    return event


@route("DELETE", "/guilds/{guild_id}/scheduled-events/{event_id}")
async def remove(call: Call) -> None:
    """Deletes an event."""
    guild = call.guild
    event = _event(call, guild)
    _need(call, guild, event)
    del guild.events[int(event["id"])]
    call.world.emit("GUILD_SCHEDULED_EVENT_DELETE", event, guild=guild)


@route("GET", "/guilds/{guild_id}/scheduled-events/{event_id}/users")
async def users(call: Call) -> list[Json]:
    """Who is interested (nobody here)."""
    _event(call, call.guild)
    return []
