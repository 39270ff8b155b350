"""A good body for every route that takes one, with every field that the sandbox knows."""

from __future__ import annotations

from typing import Any

from tests.sandbox import bodies

SEND, CHANNEL = "/channels/{channel}/messages", "/channels/{channel}"
GUILD, ROLES, EVENTS = (
    "/guilds/{guild}",
    "/guilds/{guild}/roles",
    "/guilds/{guild}/scheduled-events",
)
GLOBAL, LOCAL = "/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"
CALLBACK = "/interactions/{interaction}/{token}/callback"
FOLLOW_UP = "/webhooks/{app}/{token}"

MESSAGE = {
    "content": "x",
    "tts": False,
    "flags": 0,
    "nonce": "n",
    "enforce_nonce": False,
    "allowed_mentions": {"parse": ["roles"], "users": ["5"], "replied_user": False},
    "embeds": [
        {
            "type": "rich",
            "title": "x",
            "description": "x",
            "url": "https://example.org",
            "color": 5,
            "timestamp": "2027-02-22T09:00:00+00:00",
            "footer": {"text": "x", "icon_url": "https://example.org"},
            "image": {"url": "https://example.org"},
            "thumbnail": {"url": "https://example.org"},
            "author": {"name": "x", "url": "https://example.org"},
            "fields": [{"name": "x", "value": "x", "inline": True}],
        }
    ],
    "components": [
        bodies.row(bodies.button(emoji={"name": "x"}, disabled=False, id=7)),
        bodies.row(
            bodies.select(
                placeholder="x",
                min_values=1,
                max_values=1,
                disabled=False,
                options=bodies.options(2, description="x", default=False, emoji={"name": "x"}),
            )
        ),
        bodies.row(
            {
                "type": 5,
                "custom_id": "who",
                "default_values": [{"id": "{me}", "type": "user"}],
            }
        ),
        bodies.row({"type": 8, "custom_id": "where", "channel_types": [0]}),
    ],
}
REPLY = {
    "content": "x",
    "message_reference": {
        "type": 0,
        "message_id": "{message}",
        "channel_id": "{channel}",
        "fail_if_not_exists": True,
    },
    "attachments": [],
}
SHORT = {
    "content": "x",
    "embeds": [{"title": "x"}],
    "components": [bodies.row(bodies.button())],
}
MEDIA = {"url": "https://example.org/a.png"}
PICTURES = {
    "flags": bodies.V2,
    "components": [
        bodies.section(),
        bodies.section({"type": 11, "media": MEDIA, "description": "x", "spoiler": False}),
        {
            "type": 17,
            "accent_color": 5,
            "spoiler": False,
            "components": [
                bodies.text("x"),
                {"type": 12, "items": [{"media": MEDIA, "description": "x", "spoiler": True}]},
                {"type": 14, "divider": True, "spacing": 1},
            ],
        },
    ],
}
FORM = {
    "type": 9,
    "data": bodies.form(
        bodies.label(
            bodies.line(
                placeholder="x", min_length=1, max_length=9, value="x", required=True, label=None
            ),
            description="x",
        ),
        bodies.label(bodies.select(required=True)),
        bodies.label({"type": 21, "custom_id": "r", "options": bodies.options(2, default=False)}),
        bodies.label({"type": 22, "custom_id": "c", "options": bodies.options(2), "max_values": 2}),
    ),
}
OVERWRITE = {"id": "{guild}", "type": 0, "allow": "0", "deny": "1024"}
COMMAND = bodies.command(
    name_localizations={"de": "geh"},
    description_localizations={"de": "x"},
    default_member_permissions="8",
    nsfw=False,
    contexts=[0],
    integration_types=[0],
    options=[
        bodies.option(required=True, choices=[{"name": "x", "value": "y"}]),
        bodies.option(name="how", autocomplete=False, min_length=0, max_length=9),
        bodies.option(name="far", type=10, min_value=0.5, max_value=5),
        bodies.option(name="to", type=7, channel_types=[0]),
    ],
)
SIMPLE = bodies.command(options=[bodies.option()])
THREAD = {"name": "x", "auto_archive_duration": 1440, "rate_limit_per_user": 0}
EVENT = {
    "name": "x",
    "description": "x",
    "privacy_level": 2,
    "entity_type": 3,
    "scheduled_start_time": "2028-02-22T09:00:00+00:00",
    "scheduled_end_time": "2028-02-22T10:00:00+00:00",
    "entity_metadata": {"location": "x"},
}

# what a route takes; {names} are filled in
TAKES: list[tuple[str, str, Any]] = [
    ("POST", SEND, MESSAGE),
    ("POST", SEND, REPLY),
    ("POST", SEND, PICTURES),
    ("PATCH", f"{SEND}/{{message}}", SHORT),
    ("POST", f"{SEND}/bulk-delete", {"messages": ["{message}", "{other}"]}),
    (
        "PATCH",
        CHANNEL,
        {
            "name": "x",
            "topic": "x",
            "nsfw": False,
            "rate_limit_per_user": 0,
            "position": 1,
            "parent_id": "{category}",
            "permission_overwrites": [OVERWRITE],
        },
    ),
    ("PATCH", "/channels/{thread}", {**THREAD, "archived": False, "locked": False}),
    ("PUT", f"{CHANNEL}/permissions/{{guild}}", {"type": 0, "allow": "0", "deny": "1024"}),
    (
        "POST",
        f"{GUILD}/channels",
        {
            "name": "x",
            "type": 0,
            "topic": "x",
            "nsfw": False,
            "rate_limit_per_user": 0,
            "position": 1,
            "parent_id": "{category}",
            "permission_overwrites": [OVERWRITE],
        },
    ),
    (
        "PATCH",
        f"{GUILD}/channels",
        [{"id": "{channel}", "position": 1, "parent_id": "{category}", "lock_permissions": False}],
    ),
    (
        "POST",
        ROLES,
        {
            "name": "x",
            "permissions": "1024",
            "color": 5,
            "colors": {"primary_color": 5},
            "hoist": True,
            "mentionable": False,
        },
    ),
    ("PATCH", ROLES, [{"id": "{role}", "position": 1}]),
    ("PATCH", f"{ROLES}/{{role}}", {"name": "x", "permissions": "1024", "color": 5, "hoist": True}),
    ("PATCH", f"{GUILD}/members/{{ana}}", {"nick": "x", "roles": ["{role}"]}),
    ("POST", "/users/@me/channels", {"recipient_id": "{ana}"}),
    ("POST", GLOBAL, COMMAND),
    ("POST", LOCAL, SIMPLE),
    ("PUT", GLOBAL, [SIMPLE]),
    ("PUT", LOCAL, [SIMPLE]),
    ("PATCH", f"{GLOBAL}/{{command}}", SIMPLE),
    ("PATCH", f"{LOCAL}/{{local}}", SIMPLE),
    ("POST", f"{SEND}/{{message}}/threads", THREAD),
    ("POST", f"{CHANNEL}/threads", {**THREAD, "type": 11}),
    ("POST", EVENTS, EVENT),
    ("PATCH", f"{EVENTS}/{{event}}", EVENT),
    ("POST", CALLBACK, {"type": 4, "data": SHORT}),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("POST", CALLBACK, FORM),
    ("POST", FOLLOW_UP, SHORT),
    ("PATCH", f"{FOLLOW_UP}/messages/@original", SHORT),
]
BODILESS = {
    "POST /channels/{channel_id}/typing",
    "PUT /channels/{channel_id}/messages/pins/{message_id}",
    "PUT /channels/{channel_id}/pins/{message_id}",
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",
    "PUT /channels/{channel_id}/thread-members/{user_id}",
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
}
