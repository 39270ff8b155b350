"""Threads: from a message or on their own, and who takes part."""

from __future__ import annotations

from sandbox import payloads, permissions
from sandbox.errors import invalid, refuse
from sandbox.model import HAS_THREAD, NEWS, TEXT, THREAD, THREAD_NEWS, THREAD_PRIVATE, Channel, Json
from sandbox.rest.routing import Call, route
from sandbox.validation.names import check_thread, integer

ACTIVE = 1000
"""Threads of a guild that are not archived."""


def _start(call: Call, parent: Channel, thread_id: int, kind: int) -> Channel:
    now = call.world.now()
    body = call.data
    home = call.world.guilds[parent.guild_id or 0]
    if sum(1 for one in home.threads if not one.archived) >= ACTIVE:
        raise refuse(160006)
    thread = Channel(
        thread_id,
        kind,
        str(body["name"]).strip(),
        parent.guild_id,
        parent.id,
        owner_id=call.me.id,
        auto_archive=body.get("auto_archive_duration") or 1440,
        slowmode=body.get("rate_limit_per_user") or 0,
        archive_changed=now,
        thread_members={call.me.id: now},
    )
    home.channel_map[thread.id] = thread
    call.world.channels[thread.id] = thread
    return thread


def _created(call: Call, thread: Channel) -> Json:
    body = payloads.thread(thread)
    call.world.tell_channel("THREAD_CREATE", thread, {**body, "newly_created": True})
    call.status = 201
    return {**body, "member": payloads.thread_member(thread, call.me.id)}


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
async def from_message(call: Call) -> Json:
    """Starts a thread under a message and with its id; a second one is 160004."""
    _, parent = call.guild_channel
    message = call.message(parent)
    check_thread(call.data, new=True)
    if parent.type not in (TEXT, NEWS):
        raise refuse(50024)
    call.need(parent, permissions.CREATE_PUBLIC_THREADS)
    if message.thread is not None:
        raise refuse(160004)
    kind = THREAD_NEWS if parent.type == NEWS else THREAD
    thread = _start(call, parent, message.id, kind)
    message.thread = thread
    message.flags |= HAS_THREAD
    body = _created(call, thread)
    call.world.tell_message("MESSAGE_UPDATE", message, parent)
    return body


@route("POST", "/channels/{channel_id}/threads")
async def alone(call: Call) -> Json:
    """Starts a thread without a message; private unless its type says otherwise."""
    _, parent = call.guild_channel
    check_thread(call.data, new=True)
    if parent.type not in (TEXT, NEWS):
        raise refuse(50024)
    kind = call.data.get("type") or THREAD_PRIVATE
    if kind not in (THREAD_NEWS, THREAD, THREAD_PRIVATE):
        raise invalid(("type",), "BASE_TYPE_CHOICES", "Value must be one of {10, 11, 12}.")
    private = kind == THREAD_PRIVATE
    call.need(
        parent,
        permissions.CREATE_PRIVATE_THREADS if private else permissions.CREATE_PUBLIC_THREADS,
    )
    return _created(call, _start(call, parent, call.world.ids.next(), kind))


def _thread(call: Call) -> Channel:
    thread = call.channel
    if not thread.is_thread:
        raise refuse(50024)
    return thread


def _tell_members(call: Call, thread: Channel, came: list[int], went: list[int]) -> None:
    body: Json = {
        "id": str(thread.id),
        "guild_id": str(thread.guild_id),
        "member_count": len(thread.thread_members),
        "added_members": [payloads.thread_member(thread, one) for one in came],
        "removed_member_ids": [str(one) for one in went],
    }
    call.world.tell_channel("THREAD_MEMBERS_UPDATE", thread, body)


def _who(call: Call) -> int:
    text = call.params.get("user_id", "@me")
    return call.me.id if text == "@me" else integer(text, "user_id")


@route("GET", "/channels/{channel_id}/thread-members")
async def members(call: Call) -> list[Json]:
    """Who takes part."""
    thread = _thread(call)
    return [payloads.thread_member(thread, one) for one in thread.thread_members]


@route("PUT", "/channels/{channel_id}/thread-members/{user_id}")
async def add(call: Call) -> None:
    """Brings somebody (or the bot: @me) into a thread."""
    thread, user_id = _thread(call), _who(call)
    if thread.archived:
        raise refuse(50083)
    if user_id != call.me.id:
        call.need(thread, permissions.SEND_MESSAGES_IN_THREADS)
        guild = call.world.guilds[thread.guild_id or 0]
        if user_id not in guild.member_map:
            raise refuse(10007)
    if user_id not in thread.thread_members:
        thread.thread_members[user_id] = call.world.now()
        _tell_members(call, thread, [user_id], [])


@route("DELETE", "/channels/{channel_id}/thread-members/{user_id}")
async def leave(call: Call) -> None:
    """Takes somebody out of a thread."""
    thread, user_id = _thread(call), _who(call)
    if call.me.id not in (user_id, thread.owner_id):
        call.need(thread, permissions.MANAGE_THREADS)
    if thread.thread_members.pop(user_id, None) is not None:
        _tell_members(call, thread, [], [user_id])


@route("GET", "/channels/{channel_id}/threads/archived/public")
async def archived(call: Call) -> Json:
    """Archived public threads of a channel, the latest first."""
    guild, parent = call.guild_channel
    call.need(parent, permissions.READ_MESSAGE_HISTORY)
    found = [
        one
        for one in guild.threads
        if one.parent_id == parent.id and one.archived and one.type != THREAD_PRIVATE
    ]
    mine = [one for one in found if call.me.id in one.thread_members]
    return {
        "threads": [payloads.thread(one) for one in reversed(found)],
        "members": [payloads.thread_member(one, call.me.id) for one in mine],
        "has_more": False,
    }
