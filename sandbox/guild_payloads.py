"""Guild objects as Discord writes them in JSON."""

from __future__ import annotations

from sandbox import payloads, permissions
from sandbox.model import Guild, Json, Member
from sandbox.snowflakes import iso

_NULL = (
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
    "incidents_data",
)
_ZERO = (
    "system_channel_flags",
    "verification_level",
    "mfa_level",
    "premium_tier",
    "premium_subscription_count",
    "nsfw_level",
)


def guild(one: Guild) -> Json:
    """A guild object as GET /guilds/{id} gives it."""
    nothing: Json = dict.fromkeys(_NULL)
    zero: Json = dict.fromkeys(_ZERO, 0)
    return {
        **nothing,
        **zero,
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner_id),
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [payloads.role(each) for each in one.roles],
        "emojis": [],
        "stickers": [],
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
    }


def guild_create(one: Guild, viewer: Member | None, *, all_members: bool = False) -> Json:
    """The payload of GUILD_CREATE for ``viewer`` (threads that it cannot see are left out).

    Without the presence intent ``members`` holds only the viewer (Discord's documentation of
    Guild Create); ``all_members`` gives everybody.
    """
    threads = [
        each
        for each in one.threads
        if not each.archived
        and (viewer is None or permissions.in_channel(one, viewer, each) & permissions.VIEW_CHANNEL)
    ]
    members = one.members if all_members or viewer is None else [viewer]
    joined = viewer.joined_at if viewer else one.member_map[one.owner_id].joined_at
    return {
        **guild(one),
        "joined_at": iso(joined),
        "large": len(one.member_map) > 250,
        "unavailable": False,
        "member_count": len(one.member_map),
        "channels": [payloads.channel(each) for each in one.channels],
        "threads": [payloads.thread(each) for each in threads],
        "members": [payloads.member(each) for each in members],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": list(one.events.values()),
        "soundboard_sounds": [],
    }
