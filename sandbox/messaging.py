"""Making, changing and deleting messages, whoever does it."""

from __future__ import annotations

import re

from sandbox import payloads, permissions
from sandbox.drafts import Draft
from sandbox.errors import refuse
from sandbox.kept_components import fill_in, said
from sandbox.model import (
    COMPONENTS_V2,
    DM,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Attachment,
    Channel,
    Json,
    Message,
    User,
)
from sandbox.validation.messages import FORWARD
from sandbox.world import World

_PARTS = {"author": "name", "footer": "text", "image": "url", "thumbnail": "url"}
"""Parts of an embed, and without what nothing is there to show."""
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def number_components(components: list[Json]) -> list[Json]:
    """Components as Discord keeps them: every one has an ``id``, unique in its message."""
    given = 0

    def visit(component: Json) -> Json:
        nonlocal given
        given += 1
        kept = {**fill_in(component), "id": component.get("id") or given}
        if "components" in kept:
            kept["components"] = [visit(child) for child in kept["components"]]
        for key in ("accessory", "component"):
            if kept.get(key):
                kept[key] = visit(kept[key])
        return kept

    return [visit(component) for component in components]


def _attach(world: World, channel: Channel, made: Draft, old: list[Attachment]) -> list[Attachment]:
    """The attachments after a body: kept ones by id, new ones by file number."""
    listed = made.body.get("attachments")
    uploads = dict(made.files)
    if listed is None:
        return old + [
            world.new_file(one.name, one.content, one.type, at=channel.id)
            for one in uploads.values()
        ]
    kept = {one.id: one for one in old}
    found: list[Attachment] = []
    for entry in listed:
        number = int(entry["id"])
        if number in kept:
            found.append(kept[number])
        elif number in uploads:
            upload = uploads.pop(number)
            name = entry.get("filename") or upload.name
            new = world.new_file(name, upload.content, upload.type, at=channel.id)
            new.description = entry.get("description")
            found.append(new)
    return found + [
        world.new_file(one.name, one.content, one.type, at=channel.id) for one in uploads.values()
    ]


def _embeds(embeds: list[Json] | None, attachments: list[Attachment]) -> list[Json]:
    urls = {f"attachment://{one.name}": one.url for one in attachments}
    found = []
    for embed in embeds or []:
        kept = said({**embed, "type": "rich"})
        if "fields" in kept:
            kept["fields"] = [{"inline": False, **said(field)} for field in kept["fields"]]
        for part, needed in _PARTS.items():
            if part in kept:
                kept[part] = said(kept[part])
                if needed not in kept[part]:
                    del kept[part]
        for part in ("image", "thumbnail"):
            if part in kept:
                url = kept[part].get("url")
                kept[part] = {**kept[part], "url": urls.get(url, url)}
        found.append(kept)
    return found


def _mentions(world: World, message: Message, channel: Channel, allowed: Json | None) -> None:
    """Fills in who is mentioned, as ``allowed_mentions`` lets it."""
    guild = world.guild_of(channel)
    parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse") or []
    only = allowed or {}
    users = [int(one) for one in _USER.findall(message.content)]
    named = {int(one) for one in only.get("users") or []}
    message.mentions = []
    for user_id in dict.fromkeys(users):
        user = world.users.get(user_id)
        if user is not None and ("users" in parse or user_id in named):
            message.mentions.append(user)
    message.mention_role_ids, message.mention_everyone = [], False
    if guild is None:
        return
    may = bool(world.rights(message.author, channel) & permissions.MENTION_EVERYONE)
    named = {int(one) for one in only.get("roles") or []}
    for role_id in dict.fromkeys(int(one) for one in _ROLE.findall(message.content)):
        role = guild.role_map.get(role_id)
        if (
            role is not None
            and (may or role.mentionable)
            and ("roles" in parse or role_id in named)
        ):
            message.mention_role_ids.append(role_id)
    if may and "everyone" in parse and _EVERYONE.search(message.content):
        message.mention_everyone = True


def fill(world: World, message: Message, channel: Channel, made: Draft, *, new: bool) -> None:
    """Writes a draft into a message; an edit changes only the keys that it has."""
    body = made.body
    if "content" in body or new:
        message.content = str(body.get("content") or "").strip()
        _mentions(world, message, channel, body.get("allowed_mentions"))
    if made.files or body.get("attachments") is not None:
        message.attachments = _attach(world, channel, made, message.attachments)
    if "embeds" in body or new:
        message.embeds = _embeds(body.get("embeds"), message.attachments)
    if "components" in body or new:
        message.components = number_components(body.get("components") or [])
    flags = int(body.get("flags") or 0)
    settable = SUPPRESS_EMBEDS | COMPONENTS_V2
    if new:
        settable |= EPHEMERAL | SUPPRESS_NOTIFICATIONS
        message.flags = flags & settable
    elif "flags" in body:
        message.flags = (message.flags & ~SUPPRESS_EMBEDS) | flags & settable


def post(world: World, message: Message, channel: Channel) -> None:
    """Puts a finished message where it is seen and tells the bots."""
    if message.ephemeral:
        world.ephemerals[message.id] = message
    else:
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        if channel.is_thread and channel.archived:
            channel.archived = False
            channel.archive_changed = world.now()
            world.tell_channel("THREAD_UPDATE", channel)
    world.tell_message("MESSAGE_CREATE", message, channel)


def create(world: World, channel: Channel, author: User, made: Draft) -> Message:
    """Sends an ordinary message; 50006 when it is empty. Permissions are the caller's duty."""
    reference = made.body.get("message_reference")
    forwards = (reference or {}).get("type") == FORWARD
    if made.empty and not forwards:
        raise refuse(50006)
    nonce = made.body.get("nonce")
    key = (channel.id, author.id, str(nonce))
    now = world.now()
    if nonce is not None and made.body.get("enforce_nonce"):
        sent = world.nonces.get(key)
        if sent is not None and now - sent[0] <= world.nonce_window:
            return sent[1]
    message = Message(world.ids.next(), channel.id, channel.guild_id, author)
    if reference is not None:
        if forwards:
            _forward(world, message, reference)
        else:
            _refer(message, channel, reference)
    fill(world, message, channel, made, new=True)
    message.flags &= ~EPHEMERAL
    message.tts = bool(made.body.get("tts"))
    message.nonce = nonce
    if nonce is not None:
        world.nonces[key] = (now, message)
    post(world, message, channel)
    return message


def _refer(message: Message, channel: Channel, reference: Json) -> None:
    original = channel.messages.get(int(reference.get("message_id") or 0))
    if original is None:
        if reference.get("fail_if_not_exists", True):
            raise refuse(10008)
        return
    message.type = 19
    message.reference = {
        "type": 0,
        "message_id": str(original.id),
        "channel_id": str(channel.id),
    }
    if channel.guild_id is not None:
        message.reference["guild_id"] = str(channel.guild_id)


def _forward(world: World, message: Message, reference: Json) -> None:
    """Shows a copy of a message of this or another channel that the author can read."""
    source = world.channels.get(int(reference.get("channel_id") or message.channel_id))
    if source is None:
        raise refuse(10003)
    if not world.reads(message.author, source):
        raise refuse(50001)
    original = world.message(source, int(reference["message_id"]))
    message.reference = {
        "type": FORWARD,
        "message_id": str(original.id),
        "channel_id": str(source.id),
    }
    if source.guild_id is not None:
        message.reference["guild_id"] = str(source.guild_id)
    message.snapshots = [payloads.snapshot(original)]


def edit(world: World, message: Message, channel: Channel, made: Draft) -> None:
    """Changes a message and tells the bots."""
    fill(world, message, channel, made, new=False)
    if not (message.content or message.embeds or message.components or message.attachments):
        raise refuse(50006)
    if message.loading:
        message.flags &= ~LOADING
    else:
        message.edited_at = world.now()
    world.tell_message("MESSAGE_UPDATE", message, channel)


def delete(world: World, message: Message, channel: Channel) -> None:
    """Deletes a message and tells the bots (not about an ephemeral one)."""
    message.deleted = True
    if message.ephemeral:
        world.ephemerals.pop(message.id, None)
        return
    channel.messages.pop(message.id, None)
    body: Json = {"id": str(message.id), "channel_id": str(channel.id)}
    guild = world.guild_of(channel)
    if guild is not None:
        body["guild_id"] = str(guild.id)
    world.emit("MESSAGE_DELETE", body, guild=guild, channel=channel)


def delete_many(world: World, messages: list[Message], channel: Channel) -> None:
    """Deletes messages of a guild channel at once; the bots hear of all in one event."""
    for message in messages:
        message.deleted = True
        channel.messages.pop(message.id, None)
    if messages:
        body: Json = {
            "ids": [str(one.id) for one in messages],
            "channel_id": str(channel.id),
            "guild_id": str(channel.guild_id),
        }
        world.emit("MESSAGE_DELETE_BULK", body, guild=world.guild_of(channel), channel=channel)


def check_direct(world: World, bot: User, channel: Channel) -> None:
    """50278 without a shared guild, 50007 when the person closed their direct messages."""
    if channel.type != DM:
        return
    for user in channel.recipients:
        if user is bot:
            continue
        if not world.mutual_guild(bot, user):
            raise refuse(50278)
        if not user.open:
            raise refuse(50007, planned=True)
