"""Messages and reactions."""

from __future__ import annotations

import re

from sandbox import messaging, payloads, permissions
from sandbox.drafts import Draft, draft
from sandbox.errors import refuse
from sandbox.model import COMPONENTS_V2, DM, WRITABLE, Channel, Json, Message
from sandbox.rest.routing import Call, route
from sandbox.validation.names import integer

_EMOJI = re.compile(r"[^\x00-\xa8]")
"""Every emoji of Unicode has something of this; custom ones (``name:id``) there are none."""


@route("GET", "/channels/{channel_id}/messages")
async def listed(call: Call) -> list[Json]:
    """Messages, newest first; none without the right to read the history."""
    channel = call.channel
    limit = call.asked("limit", 50, 1, 100)
    if not call.world.reads(call.me, channel):
        return []
    found = sorted(channel.messages.values(), key=lambda one: one.id, reverse=True)
    for key in ("around", "before", "after"):
        if key not in call.query:
            continue
        mark = integer(call.query[key], key)
        if key == "before":
            found = [one for one in found if one.id < mark]
        elif key == "after":
            found = [one for one in found if one.id > mark][-limit:]
        else:
            near = sorted(found, key=lambda one: abs(one.id - mark))[:limit]
            found = sorted(near, key=lambda one: one.id, reverse=True)
    return [shown(call, one) for one in found[:limit]]


def shown(call: Call, message: Message) -> Json:
    """A message object for the bot."""
    return payloads.message(message, me=call.me.id)


def _need_history(call: Call, channel: Channel) -> None:
    if not call.world.reads(call.me, channel):
        raise refuse(50001)


@route("GET", "/channels/{channel_id}/messages/{message_id}")
async def get(call: Call) -> Json:
    """One message."""
    channel = call.channel
    _need_history(call, channel)
    return shown(call, call.message(channel))


def _may_send(call: Call, channel: Channel, made: Draft) -> None:
    if channel.type not in WRITABLE:
        raise refuse(50024)
    call.may_write(channel)
    if channel.is_thread and channel.locked:
        call.need(channel, permissions.MANAGE_THREADS)
    if made.files:
        call.need(channel, permissions.ATTACH_FILES)
    if made.body.get("embeds"):
        call.need(channel, permissions.EMBED_LINKS)
    if made.body.get("message_reference") and not call.world.reads(call.me, channel):
        raise refuse(160002)


@route("POST", "/channels/{channel_id}/messages")
async def create(call: Call) -> Json:
    """Sends a message. With ``enforce_nonce`` a repeat returns the first message."""
    channel = call.channel
    made = draft(call.data, call.files)
    _may_send(call, channel, made)
    messaging.check_direct(call.world, call.me, channel)
    return shown(call, messaging.create(call.world, channel, call.me, made))


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
async def change(call: Call) -> Json:
    """Changes the bot's own message (others': only their flags)."""
    channel = call.channel
    message = call.message(channel)
    made = draft(call.data, call.files, v2=bool(message.flags & COMPONENTS_V2))
    if message.author is not call.me:
        if set(call.data) - {"flags"}:
            raise refuse(50005)
        call.need(channel, permissions.MANAGE_MESSAGES)
    if channel.is_thread and channel.archived:
        raise refuse(50083)
    if made.files:
        call.need(channel, permissions.ATTACH_FILES)
    if made.body.get("embeds"):
        call.need(channel, permissions.EMBED_LINKS)
    messaging.edit(call.world, message, channel, made)
    waiting = call.world.deferred.pop(message.id, None)
    if waiting is not None:
        waiting.completed.set()
    return shown(call, message)


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
async def remove(call: Call) -> None:
    """Deletes a message; another's needs MANAGE_MESSAGES and is impossible in a DM."""
    channel = call.channel
    message = call.message(channel)
    if message.author is not call.me:
        if channel.type == DM:
            raise refuse(50003)
        call.need(channel, permissions.MANAGE_MESSAGES)
    messaging.delete(call.world, message, channel)


@route("POST", "/channels/{channel_id}/messages/bulk-delete")
async def bulk_delete(call: Call) -> None:
    """Deletes 2 to 100 messages of the last two weeks."""
    _, channel = call.guild_channel
    call.need(channel, permissions.MANAGE_MESSAGES)
    wanted = [integer(one, "messages") for one in call.data.get("messages") or []]
    if not 2 <= len(wanted) <= 100:
        raise refuse(50016)
    found = [channel.messages[one] for one in wanted if one in channel.messages]
    now = call.world.now()
    if any((now - one.created_at).days >= 14 for one in found):
        raise refuse(50034)
    messaging.delete_many(call.world, found, channel)


@route("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")
async def react(call: Call) -> None:
    """Adds the bot's reaction."""
    channel = call.channel
    message = call.message(channel)
    _need_history(call, channel)
    key = call.params["emoji"]
    if not _EMOJI.search(key) or ":" in key:
        raise refuse(10014)
    if key not in message.reactions:
        call.need(channel, permissions.ADD_REACTIONS)
        if len(message.reactions) >= 20:
            raise refuse(30010)
    users = message.reactions.setdefault(key, [])
    if call.me.id not in users:
        users.append(call.me.id)
        _tell_reaction(call, "MESSAGE_REACTION_ADD", channel, message, key, call.me.id)


@route("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}")
async def unreact(call: Call) -> None:
    """Removes a reaction, the bot's own (@me) or another's (MANAGE_MESSAGES)."""
    channel = call.channel
    message = call.message(channel)
    text = call.params["user_id"]
    if text != "@me":
        call.need(channel, permissions.MANAGE_MESSAGES)
    user_id = call.me.id if text == "@me" else integer(text, "user_id")
    key = call.params["emoji"]
    users = message.reactions.get(key, [])
    if user_id in users:
        users.remove(user_id)
        if not users:
            del message.reactions[key]
        _tell_reaction(call, "MESSAGE_REACTION_REMOVE", channel, message, key, user_id)


def _tell_reaction(
    call: Call, event: str, channel: Channel, message: Message, key: str, user_id: int
) -> None:
    body: Json = {
        "user_id": str(user_id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "emoji": payloads.emoji(key),
        "type": 0,
        "burst": False,
    }
    guild = call.world.guild_of(channel)
    if guild is not None:
        body["guild_id"] = str(guild.id)
    call.world.emit(event, body, guild=guild, channel=channel)
