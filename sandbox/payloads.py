"""The model as Discord writes it in JSON (REST v10 and gateway objects)."""

from __future__ import annotations

from sandbox.model import (
    CATEGORY,
    DM,
    Application,
    Attachment,
    Channel,
    Json,
    Member,
    Message,
    Role,
    User,
)
from sandbox.snowflakes import iso


def user(one: User) -> Json:
    """A user object."""
    body: Json = {
        "id": str(one.id),
        "username": one.username,
        "global_name": one.display_name,
        "discriminator": "0000" if one.bot else "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if one.bot:
        body["bot"] = True
    return body


def own_user(one: User) -> Json:
    """The user object that the bot receives about itself."""
    more = {"mfa_enabled": True, "locale": one.locale, "verified": True, "email": None}
    return {**user(one), **more}


def role(one: Role) -> Json:
    """A role object."""
    body: Json = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": one.hoist,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": one.unicode_emoji,
        "flags": 0,
    }
    if one.bot_id is not None:
        body["tags"] = {"bot_id": str(one.bot_id)}
    return body


def channel(one: Channel) -> Json:
    """A channel object: guild channel, thread or direct message channel."""
    if one.type == DM:
        return direct(one)
    if one.is_thread:
        return thread(one)
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild_id),
        "name": one.name,
        "position": one.position,
        "parent_id": str(one.parent_id) if one.parent_id else None,
        "flags": 0,
        "permission_overwrites": [
            {"id": str(o.id), "type": o.type, "allow": str(o.allow), "deny": str(o.deny)}
            for o in one.overwrites.values()
        ],
    }
    if one.type != CATEGORY:
        body |= {
            "topic": one.topic,
            "nsfw": one.nsfw,
            "rate_limit_per_user": one.slowmode,
            "last_message_id": str(one.last_message_id) if one.last_message_id else None,
        }
        if one.last_pin is not None:
            body["last_pin_timestamp"] = iso(one.last_pin)
        if one.type in (2, 13):
            body |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        if one.type == 15:
            body["available_tags"] = []
    return body


def direct(one: Channel) -> Json:
    """A direct message channel, as its bot sees it."""
    body: Json = {
        "id": str(one.id),
        "type": DM,
        "flags": 0,
        "last_message_id": str(one.last_message_id) if one.last_message_id else None,
        "recipients": [user(each) for each in one.recipients if not each.bot],
    }
    if one.last_pin is not None:
        body["last_pin_timestamp"] = iso(one.last_pin)
    return body


def thread(one: Channel) -> Json:
    """A thread."""
    changed = one.archive_changed
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild_id),
        "parent_id": str(one.parent_id),
        "owner_id": str(one.owner_id),
        "name": one.name,
        "flags": 0,
        "last_message_id": str(one.last_message_id) if one.last_message_id else None,
        "rate_limit_per_user": one.slowmode,
        "message_count": len(one.messages),
        "member_count": min(len(one.thread_members), 50),
        "total_message_sent": len(one.messages),
        "thread_metadata": {
            "archived": one.archived,
            "archive_timestamp": iso(changed) if changed else None,
            "auto_archive_duration": one.auto_archive,
            "locked": one.locked,
        },
    }
    return body


def thread_member(one: Channel, user_id: int) -> Json:
    """Somebody's membership of a thread."""
    joined = one.thread_members[user_id]
    return {
        "id": str(one.id),
        "user_id": str(user_id),
        "join_timestamp": iso(joined),
        "flags": 0,
    }


def member(one: Member, *, with_user: bool = True) -> Json:
    """A guild member object."""
    body: Json = {
        "nick": one.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in one.role_ids],
        "joined_at": iso(one.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": one.pending,
    }
    if with_user:
        body["user"] = user(one.user)
    return body


def attachment(one: Attachment) -> Json:
    """An attachment object."""
    body: Json = {
        "id": str(one.id),
        "filename": one.name,
        "size": one.size,
        "url": one.url,
        "proxy_url": one.url,
        "content_type": one.content_type,
    }
    if one.description is not None:
        body["description"] = one.description
    if one.ephemeral:
        body["ephemeral"] = True
    return body


def message(one: Message, *, me: int | None = None) -> Json:
    """A message object; ``me`` is the user id that reads it (for reactions)."""
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "channel_id": str(one.channel_id),
        "author": user(one.author),
        "content": one.content,
        "timestamp": iso(one.created_at),
        "edited_timestamp": iso(one.edited_at) if one.edited_at else None,
        "tts": one.tts,
        "mention_everyone": one.mention_everyone,
        "mentions": [user(each) for each in one.mentions],
        "mention_roles": [str(role_id) for role_id in one.mention_role_ids],
        "attachments": [attachment(each) for each in one.attachments],
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags,
    }
    if one.nonce is not None:
        body["nonce"] = one.nonce
    if one.reference is not None:
        body["message_reference"] = one.reference
    if one.snapshots:
        body["message_snapshots"] = one.snapshots
    if one.application_id is not None:
        body["application_id"] = str(one.application_id)
    if one.interaction_metadata is not None:
        body["interaction_metadata"] = one.interaction_metadata
        body["webhook_id"] = str(one.application_id)
    if one.thread is not None:
        body["thread"] = thread(one.thread)
    if one.reactions:
        body["reactions"] = [
            {
                "emoji": emoji(key),
                "count": len(users),
                "count_details": {"normal": len(users), "burst": 0},
                "me": me in users,
                "me_burst": False,
                "burst_colors": [],
            }
            for key, users in one.reactions.items()
        ]
    return body


_FORWARDED = (
    "type",
    "content",
    "mentions",
    "mention_roles",
    "attachments",
    "embeds",
    "timestamp",
    "edited_timestamp",
    "flags",
    "components",
)


def snapshot(one: Message) -> Json:
    """A message as it is when it is forwarded."""
    body = message(one)
    return {"message": {key: body[key] for key in _FORWARDED}}


def emoji(key: str) -> Json:
    """A partial emoji from the way routes write it (``name`` or ``name:id``)."""
    name, _, emoji_id = key.partition(":")
    return {"id": emoji_id or None, "name": name}


def application(one: Application, owner: User) -> Json:
    """The bot's own application (GET /applications/@me)."""
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(one.user),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(owner),
        "team": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
    }
