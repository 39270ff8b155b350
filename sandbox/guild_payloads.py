"""Guild objects as Discord writes them in JSON."""

from __future__ import annotations

from sandbox import payloads, permissions
from sandbox.model import Channel, Guild, Json, Member
from sandbox.snowflakes import iso

_HUGE = 75_000

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
        "preferred_locale": one.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
    }


def guild_create(
    one: Guild,
    viewer: Member | None,
    *,
    all_members: bool = False,
    presences: bool = False,
    large_threshold: int = 250,
) -> Json:
    """The payload of GUILD_CREATE for ``viewer`` (threads and events that it cannot see are
    left out).

    Without the presence intent, and in a guild of more than 75,000, ``members`` holds only the
    viewer; in a guild with more members than ``large_threshold`` it holds those who have a role
    or a nickname (Discord's documentation of Guild Create and Request Guild Members).
    ``all_members`` and no viewer give everybody.
    """

    def seen(channel: Channel | None) -> bool:
        if channel is None or viewer is None:
            return channel is not None
        return bool(permissions.held(one, viewer, channel) & permissions.VIEW_CHANNEL)

    threads = [each for each in one.threads if not each.archived and seen(each)]
    events = [
        each
        for each in one.events.values()
        if each.get("channel_id") is None or seen(one.channel_map.get(int(each["channel_id"])))
    ]
    large = len(one.member_map) > large_threshold
    if all_members or viewer is None:
        members = one.members
    elif not presences or len(one.member_map) > _HUGE:
        members = [viewer]
    elif large:
        members = [each for each in one.members if each is viewer or each.role_ids or each.nick]
    else:
        members = one.members
    joined = viewer.joined_at if viewer else one.member_map[one.owner_id].joined_at
    return {
        **guild(one),
        "joined_at": iso(joined),
        "large": large,
        "unavailable": False,
        "member_count": len(one.member_map),
        "channels": [payloads.channel(each) for each in one.channels],
        "threads": [payloads.thread(each) for each in threads],
        "members": [payloads.member(each) for each in members],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": events,
        "soundboard_sounds": [],
    }
