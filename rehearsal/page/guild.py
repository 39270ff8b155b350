"""The server as the wire left it: roles, channels, members, and who can read a channel.

Permissions follow Discord's documented algorithm (Topics, Permissions): the owner and
administrators everything; else @everyone and roles added up; then the channel's overwrites of
@everyone, of all roles together, of the member. Threads take their parent's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
READ_MESSAGE_HISTORY = 1 << 16
MANAGE_THREADS = 1 << 34
ALL = (1 << 63) - 1

CATEGORY = 4
THREADS = frozenset({10, 11, 12})
PRIVATE_THREAD = 12
TEXT = frozenset({0, 5, 15})


@dataclass
class Guild:
    """One server's roles, channels and members by id; `apply` keeps them up to date."""

    id: str
    name: str
    owner_id: str
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def from_payload(cls, body: dict[str, Any]) -> Guild:
        """A guild from the object of GUILD_CREATE."""
        guild = cls(str(body["id"]), str(body.get("name", "")), str(body.get("owner_id", "")))
        guild.roles = {str(role["id"]): role for role in body.get("roles", ())}
        for channel in (*body.get("channels", ()), *body.get("threads", ())):
            guild.channels[str(channel["id"])] = channel
        guild.members = {str(one["user"]["id"]): one for one in body.get("members", ())}
        return guild

    def apply(self, event: str, body: dict[str, Any]) -> None:
        """Follow one gateway event that concerns this guild; others change nothing."""
        match event:
            case "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE":
                self.roles[str(body["role"]["id"])] = body["role"]
            case "GUILD_ROLE_DELETE":
                self.roles.pop(str(body["role_id"]), None)
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE":
                number = str(body["id"])
                self.channels[number] = {**self.channels.get(number, {}), **body}
            case "CHANNEL_DELETE" | "THREAD_DELETE":
                gone = self.channels.pop(str(body["id"]), None)
                if gone is not None:
                    self.deleted[str(body["id"])] = gone
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE":
                number = str(body["user"]["id"])
                self.members[number] = {**self.members.get(number, {}), **body}
            case "GUILD_MEMBER_REMOVE":
                self.members.pop(str(body["user"]["id"]), None)
            case "GUILD_UPDATE":
                self.name = str(body.get("name", self.name))
                self.owner_id = str(body.get("owner_id", self.owner_id))

    def base_permissions(self, user_id: str) -> int:
        """A member's permissions on the server before any channel; 0 for who is no member."""
        member = self.members.get(user_id)
        if member is None:
            return 0
        if user_id == self.owner_id:
            return ALL
        bits = _bits(self.roles.get(self.id, {}).get("permissions"))
        for role_id in member.get("roles", ()):
            bits |= _bits(self.roles.get(str(role_id), {}).get("permissions"))
        return ALL if bits & ADMINISTRATOR else bits

    def permissions(self, user_id: str, channel_id: str) -> int:
        """A member's permissions in a channel or thread; 0 for who is no member."""
        bits = self.base_permissions(user_id)
        channel = self.channels.get(channel_id) or self.deleted.get(channel_id)
        if channel is None or bits in (0, ALL):
            return bits
        if channel.get("type") in THREADS:
            parent = str(channel.get("parent_id"))
            bits = self.permissions(user_id, parent)
            if channel["type"] == PRIVATE_THREAD and not self._in_thread(user_id, channel, bits):
                bits &= ~VIEW_CHANNEL
            return bits
        overwrites = {str(one["id"]): one for one in channel.get("permission_overwrites") or ()}
        bits = _overwritten(bits, [overwrites[self.id]] if self.id in overwrites else [])
        roles = [str(role) for role in self.members[user_id].get("roles", ())]
        bits = _overwritten(bits, [overwrites[role] for role in roles if role in overwrites])
        return _overwritten(bits, [overwrites[user_id]] if user_id in overwrites else [])

    def can_read(self, user_id: str, channel_id: str) -> bool:
        """Whether this member sees the channel and what was written in it before."""
        wanted = VIEW_CHANNEL | READ_MESSAGE_HISTORY
        return self.permissions(user_id, channel_id) & wanted == wanted

    def readers(self, channel_id: str) -> list[str]:
        """The members who can read a channel, in the order in which they came."""
        return [user_id for user_id in self.members if self.can_read(user_id, channel_id)]

    def is_private(self, channel_id: str) -> bool:
        """Whether a member without any role cannot see the channel."""
        channel = self.channels.get(channel_id) or self.deleted.get(channel_id) or {}
        if channel.get("type") in THREADS:
            return self.is_private(str(channel.get("parent_id")))
        bits = _bits(self.roles.get(self.id, {}).get("permissions"))
        everyone = [
            one for one in channel.get("permission_overwrites") or () if str(one["id"]) == self.id
        ]
        return not _overwritten(bits, everyone) & VIEW_CHANNEL

    def sees_everything(self, user_id: str) -> bool:
        """Whether this member is the owner or an administrator."""
        return self.base_permissions(user_id) == ALL

    @staticmethod
    def _in_thread(user_id: str, thread: dict[str, Any], bits: int) -> bool:
        members = {str(one.get("user_id", one.get("id"))) for one in thread.get("members", ())}
        return bool(bits & MANAGE_THREADS) or user_id in members | {str(thread.get("owner_id"))}


def _bits(value: Any) -> int:
    return int(value or 0)


def _overwritten(bits: int, overwrites: Iterable[dict[str, Any]]) -> int:
    """Denials of all the overwrites first, then what any of them allows."""
    allow = deny = 0
    for one in overwrites:
        allow |= _bits(one.get("allow"))
        deny |= _bits(one.get("deny"))
    return (bits & ~deny) | allow
