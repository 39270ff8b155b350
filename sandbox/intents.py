"""Which events a session asked for ("List of Intents" in Discord's documentation)."""

from __future__ import annotations

from sandbox.model import Json

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MODERATION = 1 << 2
GUILD_EXPRESSIONS = 1 << 3
GUILD_INTEGRATIONS = 1 << 4
GUILD_WEBHOOKS = 1 << 5
GUILD_INVITES = 1 << 6
GUILD_VOICE_STATES = 1 << 7
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
GUILD_SCHEDULED_EVENTS = 1 << 16
AUTO_MODERATION_CONFIGURATION = 1 << 20
AUTO_MODERATION_EXECUTION = 1 << 21
GUILD_MESSAGE_POLLS = 1 << 24
DIRECT_MESSAGE_POLLS = 1 << 25

ALL = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
"""Every intent there is; other bits close the connection with 4013."""
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
"""What has to be switched on in the developer portal; otherwise 4014."""

# What is asked for with which intent: in a guild, in direct messages (the same where only one
# exists). Events that are not listed are always sent.
_LISTED: tuple[tuple[int, int, str], ...] = (
    (
        GUILDS,
        GUILDS,
        "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE "
        "GUILD_ROLE_DELETE CHANNEL_CREATE CHANNEL_UPDATE CHANNEL_DELETE THREAD_CREATE "
        "THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC THREAD_MEMBER_UPDATE "
        "STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE "
        "VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE",
    ),
    (GUILDS, DIRECT_MESSAGES, "CHANNEL_PINS_UPDATE"),
    # Changes of the bot itself come with GUILDS, those of others with GUILD_MEMBERS: see wants().
    (GUILDS | GUILD_MEMBERS, 0, "THREAD_MEMBERS_UPDATE"),
    (
        GUILD_MEMBERS,
        GUILD_MEMBERS,
        "GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE",
    ),
    (
        GUILD_MODERATION,
        GUILD_MODERATION,
        "GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE",
    ),
    (
        GUILD_EXPRESSIONS,
        GUILD_EXPRESSIONS,
        "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE "
        "GUILD_SOUNDBOARD_SOUND_UPDATE GUILD_SOUNDBOARD_SOUND_DELETE "
        "GUILD_SOUNDBOARD_SOUNDS_UPDATE",
    ),
    (
        GUILD_INTEGRATIONS,
        GUILD_INTEGRATIONS,
        "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE",
    ),
    (GUILD_WEBHOOKS, GUILD_WEBHOOKS, "WEBHOOKS_UPDATE"),
    (GUILD_INVITES, GUILD_INVITES, "INVITE_CREATE INVITE_DELETE"),
    (GUILD_VOICE_STATES, GUILD_VOICE_STATES, "VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE"),
    (GUILD_PRESENCES, GUILD_PRESENCES, "PRESENCE_UPDATE"),
    (GUILD_MESSAGES, DIRECT_MESSAGES, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE"),
    (GUILD_MESSAGES, GUILD_MESSAGES, "MESSAGE_DELETE_BULK"),
    (
        GUILD_MESSAGE_REACTIONS,
        DIRECT_MESSAGE_REACTIONS,
        "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL "
        "MESSAGE_REACTION_REMOVE_EMOJI",
    ),
    (GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING, "TYPING_START"),
    (
        GUILD_SCHEDULED_EVENTS,
        GUILD_SCHEDULED_EVENTS,
        "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE "
        "GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE",
    ),
    (
        AUTO_MODERATION_CONFIGURATION,
        AUTO_MODERATION_CONFIGURATION,
        "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE",
    ),
    (AUTO_MODERATION_EXECUTION, AUTO_MODERATION_EXECUTION, "AUTO_MODERATION_ACTION_EXECUTION"),
    (
        GUILD_MESSAGE_POLLS,
        DIRECT_MESSAGE_POLLS,
        "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE",
    ),
)
EVENTS: dict[str, tuple[int, int]] = {
    event: (guild, direct) for guild, direct, events in _LISTED for event in events.split()
}


def wants(intents: int, event: str, body: Json, in_guild: bool, me: int) -> bool:
    """Whether a session with these intents, of the bot user ``me``, receives an event."""
    needed = EVENTS.get(event)
    if needed is None:
        return True
    if intents & needed[0 if in_guild else 1]:
        return (
            event != "THREAD_MEMBERS_UPDATE"
            or bool(intents & GUILD_MEMBERS)
            or _came_or_went(body, str(me))
        )
    # "Guild Member Update is sent for current-user updates regardless" of the intent.
    return event == "GUILD_MEMBER_UPDATE" and str(body["user"]["id"]) == str(me)


def _came_or_went(body: Json, me: str) -> bool:
    came = [one["user_id"] for one in body.get("added_members") or []]
    return me in came or me in (body.get("removed_member_ids") or [])


def without_content(body: Json, me: str) -> Json:
    """A message of a guild as a bot ``me`` without MESSAGE_CONTENT gets it.

    Its own messages and those that mention it keep what they say; others have empty ``content``,
    ``embeds``, ``attachments``, ``components`` and no ``poll``. Each message a reply refers to
    is judged for itself.
    """
    shown = dict(body)
    if body["author"]["id"] != me and all(one["id"] != me for one in body["mentions"]):
        shown.update(content="", embeds=[], attachments=[], components=[])
        shown.pop("poll", None)
    if isinstance(body.get("referenced_message"), dict):
        shown["referenced_message"] = without_content(body["referenced_message"], me)
    return shown
