"""Gives people the roles they should have, whenever that has changed; survives a restart."""

from typing import Protocol

import discord
import structlog

from bot.clock import Clock
from bot.provisioning.desired import RolesWanted, StalePerson
from bot.provisioning.rounds import Rounds

_log = structlog.get_logger(__name__)

REASON = "Liftoff: roles follow the roster and onboarding"


class Standings(Protocol):
    """Knows which roles people should have (`bot.services.server`)."""

    async def roles_for(self, guild_id: int, user_id: int) -> RolesWanted: ...
    async def stale_people(self) -> list[StalePerson]: ...
    async def roles_done(self, person: StalePerson, wanted: frozenset[int]) -> bool: ...


class RoleKeeper(Rounds):
    """Works off everybody marked in the database."""

    def __init__(self, client: discord.Client, server: Standings, clock: Clock) -> None:
        super().__init__(clock)
        self._client = client
        self._server = server

    async def make_round(self) -> None:
        """Gives and takes roles. One person's failure does not keep the others waiting."""
        for person in await self._server.stale_people():
            try:
                await self._keep(person)
            except discord.NotFound:
                _log.info("not on the server any more", person=person.person_id)
            except discord.Forbidden as error:
                _log.error(
                    "may not change roles: is the bot's role above those it gives?",
                    person=person.person_id,
                    code=error.code,
                )
            except Exception:  # noqa: BLE001 -- the next person must not wait for this one
                _log.exception("roles wait for the next round", person=person.person_id)

    async def _keep(self, person: StalePerson) -> None:
        wanted = await self.sync(person.guild_id, person.user_id)
        if not await self._server.roles_done(person, wanted.wanted):
            self.ring()

    async def sync(self, guild_id: int, user_id: int) -> RolesWanted:
        """Makes one account's roles right now. Raises discord's exceptions."""
        wanted = await self._server.roles_for(guild_id, user_id)
        guild = self._client.get_guild(guild_id)
        if guild is None:
            raise LookupError("the server is not available right now")
        member = await guild.fetch_member(user_id)
        has = {role.id for role in member.roles}
        for role_id in sorted(wanted.wanted - has):
            await member.add_roles(discord.Object(role_id), reason=REASON)
        for role_id in sorted((wanted.owned & has) - wanted.wanted):
            await member.remove_roles(discord.Object(role_id), reason=REASON)
        return wanted
