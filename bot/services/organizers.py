"""Who may run cohorts on a server, besides organizers from rosters."""

from datetime import datetime

from sqlalchemy import select

from bot.clock import Clock
from bot.domain.errors import NotFound
from bot.domain.policy import Action, Actor
from bot.services.lookup import check
from bot.storage.engine import Database, UnitOfWork
from bot.storage.tables import Guild, GuildOrganizer


class OrganizerService:
    """Naming organizers of a server."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def name(self, actor: Actor, guild_name: str, user_id: int) -> None:
        """Names somebody organizer of this server."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.NAME_ORGANIZERS)
            await ensure_guild(uow, actor, guild_name, self._clock.now())
            if await uow.session.get(GuildOrganizer, (actor.guild_id, user_id)) is None:
                uow.session.add(
                    GuildOrganizer(
                        guild_id=actor.guild_id, user_id=user_id, named_at=self._clock.now()
                    )
                )
            await uow.commit()

    async def unname(self, actor: Actor, user_id: int) -> None:
        """Takes the naming back. Raises NotFound when the person was not named."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.NAME_ORGANIZERS)
            named = await uow.session.get(GuildOrganizer, (actor.guild_id, user_id))
            if named is None:
                raise NotFound(
                    "That person was not named here. Organizers from a roster stay organizers "
                    "until their cohort is closed."
                )
            await uow.session.delete(named)
            await uow.commit()

    async def named(self, actor: Actor) -> list[int]:
        """The accounts named organizers of this server."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)
            rows = await session.scalars(
                select(GuildOrganizer.user_id)
                .where(GuildOrganizer.guild_id == actor.guild_id)
                .order_by(GuildOrganizer.named_at)
            )
            return list(rows)


async def ensure_guild(uow: UnitOfWork, actor: Actor, name: str, now: datetime) -> None:
    """Makes the server known on first use."""
    if await uow.session.get(Guild, actor.guild_id) is None:
        uow.session.add(Guild(id=actor.guild_id, name=name[:100], created_at=now))
        await uow.session.flush()
