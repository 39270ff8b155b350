"""What chosen ids and submitted files stand for, as interactions carry it."""

from __future__ import annotations

from typing import Any

from sandbox import payloads, permissions
from sandbox.drafts import Upload
from sandbox.errors import Refused
from sandbox.model import Channel, Json
from sandbox.world import World


def resolve(world: World, ids: list[str], channel: Channel) -> Json:
    """``resolved`` of chosen users, roles and channels."""
    guild = world.guild_of(channel)
    found: dict[str, Json] = {}
    for text in ids:
        number = int(text)
        user = world.users.get(number)
        if user is not None:
            found.setdefault("users", {})[text] = payloads.user(user)
            member = guild.member_map.get(number) if guild else None
            if guild and member:
                body = payloads.member(member, with_user=False)
                rights = permissions.in_channel(guild, member, channel)
                body["permissions"] = str(rights)
                found.setdefault("members", {})[text] = body
        elif guild and number in guild.role_map:
            found.setdefault("roles", {})[text] = payloads.role(guild.role_map[number])
        elif guild and number in guild.channel_map:
            one = {**payloads.channel(guild.channel_map[number]), "permissions": "0"}
            found.setdefault("channels", {})[text] = one
        else:
            raise Refused(f"{text} cannot be chosen")
    return found


def settle_form(world: World, components: list[Json], channel: Channel) -> Json:
    """Replaces files in a submitted form by their ids; gives its ``resolved``."""
    found: dict[str, Any] = {}
    for top in components:
        inner = top.get("component") or {}
        if inner.get("type") in (5, 6, 7, 8):
            for key, values in resolve(world, inner["values"], channel).items():
                found.setdefault(key, {}).update(values)
        elif inner.get("type") == 19:
            ids = []
            for upload in inner["values"]:
                assert isinstance(upload, Upload)
                kept = world.new_file(
                    upload.name, upload.content, upload.type, at=channel.id, ephemeral=True
                )
                found.setdefault("attachments", {})[str(kept.id)] = payloads.attachment(kept)
                ids.append(str(kept.id))
            inner["values"] = ids
    return found
