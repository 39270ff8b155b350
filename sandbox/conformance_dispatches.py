"""Which objects of gateway events the description has a schema for.

The description has no events. The documentation ("Gateway Events", Receive Events) says for each
which object it brings; what is partial there, such as the ``member`` of a message, is not checked.
"""

from __future__ import annotations

from sandbox.model import Json


def _one(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _any(*names: str) -> Json:
    return {"anyOf": [_one(name) for name in names]}


def _with(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _many(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def _by_id(name: str) -> Json:
    return {"type": "object", "additionalProperties": _one(name)}


_MESSAGE = _one("MessageResponse")
_CHANNEL = _any("GuildChannelResponse", "PrivateChannelResponse")
_THREAD = _one("ThreadResponse")
_ROLE = _with(guild_id=_one("SnowflakeType"), role=_one("GuildRoleResponse"))
_MEMBER = {"allOf": [_one("GuildMemberResponse"), _with(guild_id=_one("SnowflakeType"))]}
_EVENT = _any("ExternalScheduledEventResponse", "StageScheduledEventResponse")
_EVENT["anyOf"].append(_one("VoiceScheduledEventResponse"))
_RESOLVED: Json = {
    "type": "object",
    "properties": {
        "users": _by_id("UserResponse"),
        "roles": _by_id("GuildRoleResponse"),
        "attachments": _by_id("MessageAttachmentResponse"),
        "messages": _by_id("MessageResponse"),
    },
}

SCHEMAS: dict[str, Json] = {
    "READY": _with(user=_one("UserPIIResponse")),
    "GUILD_CREATE": _with(
        roles=_many(_one("GuildRoleResponse")),
        channels=_many(_one("GuildChannelResponse")),
        threads=_many(_THREAD),
        members=_many(_one("GuildMemberResponse")),
        guild_scheduled_events=_many(_EVENT),
    ),
    "GUILD_MEMBERS_CHUNK": _with(members=_many(_one("GuildMemberResponse"))),
    "GUILD_MEMBER_ADD": _MEMBER,
    "GUILD_MEMBER_UPDATE": _MEMBER,
    "GUILD_MEMBER_REMOVE": _with(user=_one("UserResponse")),
    "GUILD_ROLE_CREATE": _ROLE,
    "GUILD_ROLE_UPDATE": _ROLE,
    "CHANNEL_CREATE": _CHANNEL,
    "CHANNEL_UPDATE": _CHANNEL,
    "CHANNEL_DELETE": _CHANNEL,
    "THREAD_CREATE": _THREAD,
    "THREAD_UPDATE": _THREAD,
    "MESSAGE_CREATE": _MESSAGE,
    "MESSAGE_UPDATE": _MESSAGE,
    "GUILD_SCHEDULED_EVENT_CREATE": _EVENT,
    "GUILD_SCHEDULED_EVENT_UPDATE": _EVENT,
    "GUILD_SCHEDULED_EVENT_DELETE": _EVENT,
    "INTERACTION_CREATE": {
        "type": "object",
        "properties": {
            "message": _MESSAGE,
            "member": _one("GuildMemberResponse"),
            "user": _one("UserResponse"),
            "data": {"type": "object", "properties": {"resolved": _RESOLVED}},
        },
    },
}
