"""A server with roles below and above the bot's, to try permissions on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import Person, Role, guilds
from sandbox import permissions as p
from sandbox.model import Channel
from tests.sandbox.bot import PERMISSIONS
from tests.sandbox.raw import Api

Json = dict[str, Any]

CHANNELS, ROLES = "/guilds/{guild}/channels", "/guilds/{guild}/roles"
MEMBER, GENERAL = "/guilds/{guild}/members", "/channels/{channel}"
MESSAGE = "/channels/{channel}/messages"
HELD = PERMISSIONS.value | p.KICK_MEMBERS | p.MANAGE_NICKNAMES | p.CHANGE_NICKNAME
SEND, MUTE, MANAGE = p.SEND_MESSAGES, 1 << 22, p.MANAGE_ROLES


@dataclass
class Stage:
    """A bot in the middle of the list of roles, and people below and above it."""

    api: Api
    mine: Role
    low: Role
    high: Role
    ids: dict[str, int]

    async def code(self, method: str, path: str, body: Any = None) -> int:
        """The code of an answer (0: fine); names in the path and body are filled in."""
        for name, value in self.ids.items():
            path = path.replace(f"{{{name}}}", str(value))
        return await self.api.code(method, path, self._filled(body))

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {key: self._filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self._filled(value) for value in body]
        if isinstance(body, str) and body.startswith("{"):
            return str(self.ids[body[1:-1]])
        return body

    def role(self, name: str, position: int, permissions: int = 0) -> Role:
        """A role at a position."""
        scene = self.api.scene
        made = Role(scene.sandbox.world.ids.next(), scene.guild.id, name, permissions, 0)
        return guilds.add_role(scene.sandbox.world, scene.guild, made, position=position)

    def channel(self, name: str, **more: Any) -> Channel:
        """A channel that was there before."""
        scene = self.api.scene
        one = Channel(scene.sandbox.world.ids.next(), more.pop("type", 0), name, scene.guild.id)
        for key, value in more.items():
            setattr(one, key, value)
        self.ids[name] = one.id
        if one.is_thread:
            one.owner_id, one.archive_changed = scene.guild.owner_id, scene.clock.now
            scene.guild.channel_map[one.id] = scene.sandbox.world.channels[one.id] = one
            return one
        return guilds.add_channel(scene.sandbox.world, scene.guild, one)


async def built(api: Api) -> Stage:
    """Roles from below: @everyone, low, low-too, mine (the bot's), high."""
    scene = api.scene
    guild = scene.guild
    guild.role_map[guild.id].permissions = p.VIEW_CHANNEL | p.READ_MESSAGE_HISTORY
    mine = guild.role_map[guild.member_map[scene.app.id].role_ids[0]]
    mine.permissions = HELD
    one = Stage(api, mine, mine, mine, {})
    high = one.role("high", mine.position + 1)
    low, other = one.role("low", 1), one.role("low-too", 1)
    one.low, one.high = low, high
    ben = scene.ben
    await ben.join(guild)
    guild.member_map[ben.id].role_ids = [low.id]
    boss = scene.sandbox.create_person("boss")
    await boss.join(guild)
    guild.member_map[boss.id].role_ids = [high.id]
    peer = scene.sandbox.create_person("peer")
    await peer.join(guild)
    theirs = await ben_writes(scene.ben, api)
    one.ids |= {
        "mine": mine.id,
        "low": low.id,
        "other": other.id,
        "high": high.id,
        "ben": ben.id,
        "boss": boss.id,
        "peer": peer.id,
        "owner": guild.owner_id,
        "me": scene.app.id,
        "everyone": guild.id,
        "theirs": theirs,
    }
    return one


async def ben_writes(ben: Person, api: Api) -> int:
    """A message of somebody else in #general."""
    guild = api.scene.guild
    guild.role_map[guild.id].permissions |= p.SEND_MESSAGES
    written = await ben.write(api.scene.sandbox.channel(guild, "general"), "hello")
    guild.role_map[guild.id].permissions &= ~p.SEND_MESSAGES
    return written.id


def rule(allow: int = 0, deny: int = 0, kind: int = 0) -> Json:
    """An overwrite as a body."""
    return {"type": kind, "allow": str(allow), "deny": str(deny)}
