"""Keeps a running cohort's server in shape: makes again what was deleted by hand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import discord
import structlog

from bot.clock import Clock
from bot.provisioning.apply import Provisioner
from bot.provisioning.desired import CohortPlace, desired_server
from bot.provisioning.rounds import Rounds

_log = structlog.get_logger(__name__)

REASON = "Liftoff: it was deleted, and messages are due there"


class Troubles(Protocol):
    """Knows what is wrong on a server (`bot.services.troubles`)."""

    async def refused(self, guild_id: int) -> dict[int, frozenset[str]]: ...
    async def allowed_again(self, guild_id: int, channel_id: int) -> None: ...
    async def forget_channel(self, guild_id: int, channel_id: int) -> bool: ...
    async def incomplete_cohorts(self, guild_id: int) -> list[int]: ...
    async def repaired(self, guild_id: int) -> None: ...


Place = Callable[[int], Awaitable[CohortPlace]]


class ServerKeeper(Rounds):
    """Looks at the servers when something changed there: missing, or allowed again."""

    def __init__(
        self,
        client: discord.Client,
        troubles: Troubles,
        place: Place,
        provisioner: Provisioner,
        role_names: Mapping[str, str],
        clock: Clock,
    ) -> None:
        super().__init__(clock)
        self._client = client
        self._troubles = troubles
        self._place = place
        self._provisioner = provisioner
        self._role_names = role_names

    async def deleted(self, channel: discord.abc.GuildChannel) -> None:
        """Somebody deleted a channel on the server."""
        if await self._troubles.forget_channel(channel.guild.id, channel.id):
            _log.warning("a channel was deleted by hand", channel=channel.id)

    async def make_round(self) -> None:
        """Looks at each server. One server's trouble does not keep the others waiting."""
        for guild in list(self._client.guilds):
            await self._look_after(guild)

    async def _look_after(self, guild: discord.Guild) -> None:
        try:
            await self._send_what_may_go(guild)
            incomplete = await self._troubles.incomplete_cohorts(guild.id)
            for cohort_id in incomplete:
                desired = desired_server(await self._place(cohort_id), self._role_names)
                await self._provisioner.apply(guild.id, desired, REASON, _silently)
            if incomplete:
                await self._troubles.repaired(guild.id)
        except discord.Forbidden as error:
            _log.error("may not make again what was deleted", guild=guild.id, code=error.code)
        except Exception:  # noqa: BLE001 -- the next server must not wait for this one
            _log.exception("a server waits for the next look", guild=guild.id)

    async def _send_what_may_go(self, guild: discord.Guild) -> None:
        for channel_id, missing in (await self._troubles.refused(guild.id)).items():
            channel = guild.get_channel_or_thread(channel_id)
            if channel is None:
                await self._perhaps_deleted(guild, channel_id)
                continue
            held = channel.permissions_for(guild.me)
            if held.view_channel and all(getattr(held, name, True) for name in missing):
                await self._troubles.allowed_again(guild.id, channel_id)

    async def _perhaps_deleted(self, guild: discord.Guild, channel_id: int) -> None:
        """What is not in the cache need not be gone: only Discord's own word counts."""
        try:
            await self._client.fetch_channel(channel_id)
        except discord.NotFound:
            await self._troubles.forget_channel(guild.id, channel_id)
        except discord.HTTPException as error:
            _log.warning("a channel waits for the next look", channel=channel_id, code=error.code)


async def _silently(_done: int, _total: int, _what: str) -> None:
    """Nobody waits for the progress."""
