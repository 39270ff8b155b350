"""Makes a server look as desired: only what is missing or different, step by step, journaled.

The intention is written down before each creation, so that a process that dies in between finds
the one object it made instead of making a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import discord

from bot.provisioning.desired import (
    BOT,
    EVERYONE,
    Desired,
    DesiredChannel,
    DesiredRole,
    describe_channel,
)

Progress = Callable[[int, int, str], Awaitable[None]]
"""Told after each step: how many are done, of how many, and what the last one was."""

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]


class Journal(Protocol):
    """Remembers what was made, by key."""

    async def objects(self, guild_id: int) -> dict[str, int | None]: ...
    async def intend(self, guild_id: int, key: str) -> None: ...
    async def record(self, guild_id: int, key: str, discord_id: int) -> None: ...


@dataclass(frozen=True)
class Changes:
    """What is missing on a server, and what is there but differs."""

    roles: tuple[DesiredRole, ...]
    channels: tuple[DesiredChannel, ...]
    edits: tuple[DesiredChannel, ...]

    @property
    def count(self) -> int:
        """How many steps it takes."""
        return len(self.roles) + len(self.channels) + len(self.edits)


@dataclass(frozen=True)
class _Server:
    """What is on the server now, fetched rather than remembered."""

    roles: dict[int, discord.Role]
    channels: dict[int, discord.abc.GuildChannel]


class Provisioner:
    """Compares and changes one server. Raises discord's exceptions when it is not allowed to."""

    def __init__(self, client: discord.Client, journal: Journal) -> None:
        self._client = client
        self._journal = journal
        self._busy: dict[int, asyncio.Lock] = {}

    async def compare(self, guild_id: int, desired: Desired) -> Changes:
        """What would have to be done, without doing it."""
        guild = self._guild(guild_id)
        server = await self._look(guild)
        known = await self._journal.objects(guild_id)
        there = {
            key: found
            for key, found in known.items()
            if found in server.roles or found in server.channels
        }
        missing_channels, edits = [], []
        for channel in desired.channels:
            if channel.key not in there:
                missing_channels.append(channel)
            elif self._differs(server.channels[there[channel.key] or 0], channel, there, guild):
                edits.append(channel)
        roles = tuple(role for role in desired.roles if role.key not in there)
        return Changes(roles, tuple(missing_channels), tuple(edits))

    async def apply(self, guild_id: int, desired: Desired, reason: str, progress: Progress) -> None:
        """Does it. Roles come first, so that a private channel is private from its first moment.

        One at a time on each server: two at once would make everything twice.
        """
        async with self._busy.setdefault(guild_id, asyncio.Lock()):
            await self._apply(guild_id, desired, reason, progress)

    async def _apply(
        self, guild_id: int, desired: Desired, reason: str, progress: Progress
    ) -> None:
        guild = self._guild(guild_id)
        changes = await self.compare(guild_id, desired)
        server = await self._look(guild)
        known = await self._journal.objects(guild_id)
        done = 0
        for role in changes.roles:
            twin = self._twin(known, role.key, role.name, server.roles)
            made = twin or await self._create_role(guild, role, reason)
            await self._journal.record(guild_id, role.key, made)
            known[role.key] = made
            done += 1
            await progress(done, changes.count, f"role {role.name}")
        for channel in changes.channels:
            twin = self._twin(known, channel.key, channel.name, server.channels)
            made = twin or await self._create_channel(guild, channel, known, reason)
            await self._journal.record(guild_id, channel.key, made)
            known[channel.key] = made
            done += 1
            await progress(done, changes.count, describe_channel(channel))
        for channel in changes.edits:
            await self._edit(server.channels[known[channel.key] or 0], channel, known, reason)
            done += 1
            await progress(done, changes.count, describe_channel(channel))

    def _guild(self, guild_id: int) -> discord.Guild:
        guild = self._client.get_guild(guild_id)
        if guild is None:
            raise LookupError("the server is not available right now")
        return guild

    @staticmethod
    async def _look(guild: discord.Guild) -> _Server:
        roles = await guild.fetch_roles()
        channels = await guild.fetch_channels()
        return _Server(
            {role.id: role for role in roles}, {channel.id: channel for channel in channels}
        )

    @staticmethod
    def _twin(
        known: Mapping[str, int | None],
        key: str,
        name: str,
        there: dict[int, discord.Role] | dict[int, discord.abc.GuildChannel],
    ) -> int | None:
        """The object that was made when its record was lost: intended, unrecorded, same name."""
        if key not in known or known[key] is not None:
            return None
        recorded = set(known.values())
        twins = [found for found, thing in there.items() if thing.name == name]
        unclaimed = [found for found in twins if found not in recorded]
        return max(unclaimed, default=None)

    async def _create_role(self, guild: discord.Guild, role: DesiredRole, reason: str) -> int:
        await self._journal.intend(guild.id, role.key)
        made = await guild.create_role(
            name=role.name, permissions=discord.Permissions.none(), reason=reason
        )
        return made.id

    async def _create_channel(
        self,
        guild: discord.Guild,
        channel: DesiredChannel,
        known: Mapping[str, int | None],
        reason: str,
    ) -> int:
        await self._journal.intend(guild.id, channel.key)
        overwrites = await _with_roles(guild, _overwrites(guild, channel, known))
        if channel.category:
            category = await guild.create_category(
                channel.name, overwrites=overwrites, reason=reason
            )
            return category.id
        text = await guild.create_text_channel(
            channel.name,
            category=_category(channel, known),
            topic=channel.topic,
            overwrites=overwrites,
            reason=reason,
        )
        return text.id

    async def _edit(
        self,
        there: discord.abc.GuildChannel,
        channel: DesiredChannel,
        known: Mapping[str, int | None],
        reason: str,
    ) -> None:
        overwrites = _overwrites(there.guild, channel, known)
        if isinstance(there, discord.CategoryChannel):
            await there.edit(name=channel.name, overwrites=overwrites, reason=reason)
        elif isinstance(there, discord.TextChannel):
            await there.edit(
                name=channel.name,
                topic=channel.topic,
                category=_category(channel, known),
                overwrites=overwrites,
                reason=reason,
            )

    @staticmethod
    def _differs(
        there: discord.abc.GuildChannel,
        channel: DesiredChannel,
        known: Mapping[str, int | None],
        guild: discord.Guild,
    ) -> bool:
        wanted = {
            target.id: overwrite.pair()
            for target, overwrite in _overwrites(guild, channel, known).items()
        }
        has = {target.id: overwrite.pair() for target, overwrite in there.overwrites.items()}
        same_access = {k: (a.value, d.value) for k, (a, d) in wanted.items()} == {
            k: (a.value, d.value) for k, (a, d) in has.items()
        }
        # Whatever hung on a role or category that is gone was taken away with it.
        uses = {o.subject for o in channel.overwrites} - {EVERYONE, BOT}
        whole = uses <= known.keys() and (channel.parent is None or channel.parent in known)
        placed = channel.parent is None or there.category_id == known.get(channel.parent)
        return there.name != channel.name or not (same_access and whole and placed)


def _category(
    channel: DesiredChannel, known: Mapping[str, int | None]
) -> discord.CategoryChannel | None:
    parent = known.get(channel.parent) if channel.parent else None
    # The library asks for the category itself, and uses its id.
    return discord.Object(parent, type=discord.CategoryChannel) if parent else None  # type: ignore[return-value]


async def _with_roles(guild: discord.Guild, overwrites: Overwrites) -> Overwrites:
    """The same for roles themselves: making a channel, the library sends an object as a member.

    Discord refuses that, and a role that has just been made need not be in the cache.
    """
    found: Overwrites = {}
    for target, overwrite in overwrites.items():
        found[guild.get_role(target.id) or await guild.fetch_role(target.id)] = overwrite
    return found


def _overwrites(
    guild: discord.Guild, channel: DesiredChannel, known: Mapping[str, int | None]
) -> Overwrites:
    result: Overwrites = {}
    for overwrite in channel.overwrites:
        if overwrite.subject == EVERYONE:
            role_id: int | None = guild.id
        elif overwrite.subject == BOT:
            role_id = guild.self_role.id if guild.self_role else None
        else:
            role_id = known.get(overwrite.subject)
        if role_id is None:
            continue
        result[discord.Object(role_id, type=discord.Role)] = discord.PermissionOverwrite.from_pair(
            discord.Permissions(overwrite.allow), discord.Permissions(overwrite.deny)
        )
    return result
