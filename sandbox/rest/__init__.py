"""The REST v10 routes by subject. Importing this package registers all of them."""

from sandbox.rest import (
    callbacks,
    channels,
    commands,
    events,
    guilds,
    members,
    messages,
    overwrites,
    pins,
    roles,
    threads,
    users,
    webhooks,
)
from sandbox.rest.routing import Call, Match, find_route

__all__ = [
    "Call",
    "Match",
    "callbacks",
    "channels",
    "commands",
    "events",
    "find_route",
    "guilds",
    "members",
    "messages",
    "overwrites",
    "pins",
    "roles",
    "threads",
    "users",
    "webhooks",
]
