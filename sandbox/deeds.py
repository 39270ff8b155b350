"""What somebody does behind the bot's back just before its request, and whom a request is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import guilds, messaging
from sandbox.model import Channel, User
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.rest import Match

DEEDS = {
    "channel-deleted": "channel_id",
    "role-deleted": "role_id",
    "message-deleted": "message_id",
    "member-gone": "user_id",
    "dms-closed": "channel_id",
}
"""What somebody does just before a request takes effect, and which id of its path it needs."""


def people_in(world: World, match: Match | None, body: Any) -> set[int]:
    """Whom a request is about: ids in its path, the other side of its channel or interaction."""
    found: set[int] = set()
    for key, value in (match.params if match else {}).items():
        if key == "interaction_token" and value in world.interactions:
            found.add(world.interactions[value].user.id)
        if not value.isdecimal():
            continue
        found.add(int(value))
        if key == "channel_id":
            channel = world.channels.get(int(value))
            found |= {one.id for one in channel.recipients} if channel else set()
    if isinstance(body, dict) and str(body.get("recipient_id", "")).isdecimal():
        found.add(int(body["recipient_id"]))
    return found


def _other(channel: Channel | None) -> User | None:
    people = channel.recipients if channel else ()
    return next((one for one in people if not one.bot), None)


def possible(world: World, what: str, match: Match) -> bool:
    """Whether a deed can be done to what the path of a request names."""
    value = match.params.get(DEEDS[what], "")
    if not value.isdecimal():
        return False
    number = int(value)
    channel = world.channels.get(int(match.params.get("channel_id") or 0))
    guild = world.guilds.get(int(match.params.get("guild_id") or 0))
    if what == "channel-deleted":
        return channel is not None and channel.guild_id is not None
    if what == "message-deleted":
        return channel is not None and number in channel.messages
    if what == "dms-closed":
        return _other(channel) is not None
    if guild is None:
        return False
    return number in (guild.role_map if what == "role-deleted" else guild.member_map)


def do(world: World, what: str, match: Match) -> None:
    """Does it; bots are told as usual."""
    number = int(match.params[DEEDS[what]])
    if what == "dms-closed":
        user = _other(world.channels[number])
        assert user is not None
        user.open = False
    elif what == "channel-deleted":
        channel = world.channels[number]
        guilds.remove_channel(world, world.guilds[channel.guild_id or 0], channel)
    elif what == "message-deleted":
        channel = world.channels[int(match.params["channel_id"])]
        messaging.delete(world, channel.messages[number], channel)
    else:
        guild = world.guilds[int(match.params["guild_id"])]
        if what == "role-deleted":
            guilds.remove_role(world, guild, guild.role_map[number])
        else:
            guilds.remove_member(world, guild, world.users[number])
