"""Which events a session asked for ("Gateway Intents")."""

from __future__ import annotations

from sandbox.model import Json

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
GUILD_SCHEDULED_EVENTS = 1 << 16

_BY_PREFIX: tuple[tuple[str, int, int], ...] = (
    ("GUILD_MEMBER_", GUILD_MEMBERS, 0),
    ("GUILD_SCHEDULED_EVENT_", GUILD_SCHEDULED_EVENTS, 0),
    ("GUILD_ROLE_", GUILDS, 0),
    ("GUILD_", GUILDS, 0),
    ("THREAD_", GUILDS, 0),
    ("CHANNEL_PINS_", GUILDS, DIRECT_MESSAGES),
    ("CHANNEL_", GUILDS, 0),
    ("MESSAGE_REACTION_", GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    ("MESSAGE_", GUILD_MESSAGES, DIRECT_MESSAGES),
    ("TYPING_", GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING),
)


def wants(intents: int, event: str, body: Json, in_guild: bool, me: int) -> bool:
    """Whether a session with these intents, of the bot user ``me``, receives an event."""
    if event == "GUILD_MEMBER_UPDATE" and body["user"]["id"] == str(me):
        return True
    for prefix, guild, direct in _BY_PREFIX:
        if event.startswith(prefix):
            return bool(intents & (guild if in_guild else direct))
    return True
