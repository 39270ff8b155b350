"""How large the buckets of the rate limits are, and which routes share one.

Discord does not say. These sizes are plausible, seen by bot authors; clients learn them from the
headers. A bucket is full again all at once when its window ends. Some of Discord's fill up little
by little since 2022 (``Rates.steady``); those that are ``fixed`` do not (discord-api-docs issue
7680).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji}/"
_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_WEBHOOK = "/webhooks/{application_id}/{interaction_token}"
_COMMANDS = "/applications/{application_id}/commands"
_GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"


@dataclass(frozen=True)
class Bucket:
    """So many requests in so many seconds, for all these ``routes`` together."""

    name: str
    limit: int
    window: float
    routes: tuple[str, ...]
    fixed: bool = False
    code: int = 0
    """The error code of its 429, where Discord has one."""
    shared: bool = False
    """Whether others use it up, too: its 429 are no fault of the bot's."""

    @cached_property
    def hash(self) -> str:
        """What X-RateLimit-Bucket says."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:32]


BUCKETS = (
    Bucket("send message", 5, 5, ("POST /channels/{channel_id}/messages",)),
    Bucket("edit message", 5, 5, (f"PATCH {_MESSAGE}",)),
    Bucket("delete message", 5, 1, (f"DELETE {_MESSAGE}",)),
    Bucket("react", 1, 0.25, (f"PUT {_REACTION}@me", f"DELETE {_REACTION}{{user_id}}")),
    Bucket(
        "pin",
        5,
        20,
        (
            "PUT /channels/{channel_id}/messages/pins/{message_id}",
            "DELETE /channels/{channel_id}/messages/pins/{message_id}",
            "PUT /channels/{channel_id}/pins/{message_id}",
            "DELETE /channels/{channel_id}/pins/{message_id}",
        ),
    ),
    Bucket("type", 5, 5, ("POST /channels/{channel_id}/typing",)),
    Bucket(
        "create thread",
        50,
        300,
        ("POST /channels/{channel_id}/threads", f"POST {_MESSAGE}/threads"),
    ),
    Bucket("change channel", 5, 15, ("PATCH /channels/{channel_id}",)),
    Bucket(
        "overwrite",
        10,
        15,
        (
            "PUT /channels/{channel_id}/permissions/{overwrite_id}",
            "DELETE /channels/{channel_id}/permissions/{overwrite_id}",
        ),
    ),
    Bucket("create channel", 10, 10, ("POST /guilds/{guild_id}/channels",)),
    Bucket("create role", 250, 172_800, ("POST /guilds/{guild_id}/roles",), fixed=True),
    Bucket(
        "member role",
        10,
        10,
        (f"PUT {_MEMBER}/roles/{{role_id}}", f"DELETE {_MEMBER}/roles/{{role_id}}"),
        fixed=True,
    ),
    Bucket("change member", 10, 10, (f"PATCH {_MEMBER}",)),
    Bucket("open direct messages", 10, 10, ("POST /users/@me/channels",)),
    Bucket("create event", 5, 60, ("POST /guilds/{guild_id}/scheduled-events",)),
    Bucket(
        "change commands",
        5,
        20,
        tuple(
            f"{method} {path}{tail}"
            for path in (_COMMANDS, _GUILD_COMMANDS)
            for method, tail in (
                ("PUT", ""),
                ("POST", ""),
                ("PATCH", "/{command_id}"),
                ("DELETE", "/{command_id}"),
            )
        ),
    ),
    Bucket("follow up", 5, 2, (f"POST {_WEBHOOK}",)),
    Bucket("change follow-up", 5, 2, (f"PATCH {_WEBHOOK}/messages/{{message_id}}",)),
    Bucket("where the gateway is", 2, 5, ("GET /gateway/bot",)),
)
OTHERS = (10, 1.0)
"""Limit and window of every route that ``BUCKETS`` does not name."""

_named = {route: one for one in BUCKETS for route in one.routes}


def bucket_of(method: str, template: str) -> Bucket | None:
    """The bucket of a route; None for the first answer to an interaction, which has none."""
    if template.startswith("/interactions/"):
        return None
    route = f"{method} {template}"
    if route not in _named:
        _named[route] = Bucket(route, *OTHERS, (route,))
    return _named[route]
