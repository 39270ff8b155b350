"""Guild objects: channels, roles, threads, scheduled events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.errors import Problems, invalid
from sandbox.model import Json
from sandbox.permissions import ALL

OVERWRITES = 1000
DURATIONS = (60, 1440, 4320, 10080)


def integer(value: Any, *at: str | int) -> int:
    """A snowflake or permission set: an integer or its digits (Discord takes both)."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < 21:
        return int(value)
    raise invalid(at, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def permission_bits(value: Any, *at: str | int) -> int:
    """A permission set; bits that do not exist are dropped as Discord does."""
    return integer(value, *at) & ALL


def _name(problems: Problems, body: Json) -> None:
    """A name of 1 to 100 characters; white space around it does not count."""
    given = body.get("name") or ""
    problems.length(("name",), given.strip() if isinstance(given, str) else given, 1, 100)


def check_channel(body: Json, *, new: bool) -> None:
    """Checks a body that makes or changes a guild channel."""
    problems = Problems()
    if new or "name" in body:
        _name(problems, body)
    if body.get("topic") is not None:
        problems.length(("topic",), body["topic"], 0, 1024)
    if new and body.get("type") == 4 and body.get("parent_id") is not None:
        text = "Not a valid channel type for a channel in a category"
        problems.add(("parent_id",), "CHANNEL_PARENT_INVALID_TYPE", text)
    if new:
        problems.choice(("type",), body.get("type", 0) or 0, (0, 2, 4, 5, 13, 14, 15, 16))
    slowmode = body.get("rate_limit_per_user")
    if slowmode is not None and not (isinstance(slowmode, int) and 0 <= slowmode <= 21600):
        text = "int value should be between 0 and 21600."
        problems.add(("rate_limit_per_user",), "NUMBER_TYPE_MAX", text)
    overwrites = body.get("permission_overwrites") or []
    if len(overwrites) > OVERWRITES:
        text = f"Must be {OVERWRITES} or fewer in length."
        problems.add(("permission_overwrites",), "BASE_TYPE_MAX_LENGTH", text)
    for i, one in enumerate(overwrites):
        problems.choice(("permission_overwrites", i, "type"), one.get("type"), (0, 1))
    problems.raise_if_any()


def check_role(body: Json) -> None:
    """Checks a body that makes or changes a role."""
    problems = Problems()
    if body.get("name") is not None:
        problems.length(("name",), body["name"], 0, 100)
    colors = body.get("colors") or {}
    for path, color in (
        (("color",), body.get("color")),
        (("colors", "primary_color"), colors.get("primary_color")),
    ):
        if color is not None and not 0 <= color <= 0xFFFFFF:
            problems.add(path, "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.")
    problems.raise_if_any()


def check_thread(body: Json, *, new: bool) -> None:
    """Checks a body that makes or changes a thread."""
    problems = Problems()
    if new or "name" in body:
        _name(problems, body)
    slowmode = body.get("rate_limit_per_user")
    if slowmode is not None and not (isinstance(slowmode, int) and 0 <= slowmode <= 21600):
        text = "int value should be between 0 and 21600."
        problems.add(("rate_limit_per_user",), "NUMBER_TYPE_MAX", text)
    if body.get("auto_archive_duration") is not None:
        problems.choice(("auto_archive_duration",), body["auto_archive_duration"], DURATIONS)
    problems.raise_if_any()


def check_event(body: Json, now: datetime, *, new: bool) -> None:
    """Checks a scheduled event; ``body`` is complete, ``now`` is UTC."""
    problems = Problems()
    _name(problems, body)
    if body.get("description") is not None:
        problems.length(("description",), body["description"], 1, 1000)
    problems.choice(("privacy_level",), body.get("privacy_level"), (2,))
    external = body.get("entity_type") == 3
    problems.choice(("entity_type",), body.get("entity_type"), (1, 2, 3))
    start = _moment(problems, "scheduled_start_time", body, needed=True)
    end = _moment(problems, "scheduled_end_time", body, needed=external)
    if external:
        location = (body.get("entity_metadata") or {}).get("location")
        problems.length(("entity_metadata", "location"), location or "", 1, 100)
        if new and body.get("channel_id") is not None:
            text = "External events have no channel"
            problems.add(("channel_id",), "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", text)
    elif body.get("channel_id") is None:
        problems.required(("channel_id",))
    if new and start is not None and start <= now:
        text = "Cannot schedule event in the past."
        problems.add(("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", text)
    if start is not None and end is not None and end <= start:
        text = "Cannot schedule end time before start time."
        problems.add(("scheduled_end_time",), "GUILD_SCHEDULED_EVENT_END_BEFORE_START", text)
    problems.raise_if_any()


def _moment(problems: Problems, key: str, body: Json, *, needed: bool) -> datetime | None:
    value = body.get(key)
    if value is None:
        if needed:
            problems.required((key,))
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        problems.add((key,), "DATE_TIME_TYPE_PARSE", f"Could not parse {value}.")
        return None
    if moment.tzinfo is None:
        problems.add((key,), "DATE_TIME_TYPE_PARSE", f"Could not parse {value}.")
        return None
    return moment
