"""What keeps messages from their channel until it is mended: permissions, deleted channels."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import NO_CHANNEL
from bot.delivery.records import refused
from bot.domain.deliveries import Event, State
from bot.services.lookup import RUNNING
from bot.services.planning import Planner
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import Cohort, Delivery, ServerObject

NOTE = "organizer_note"


class TroubleService:
    """Tells organizers once what the bot may not do, and sends what waited when it may again."""

    def __init__(self, db: Database, clock: Clock, planner: Planner) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner

    async def tell(
        self, uow: UnitOfWork, row: Delivery, channel_id: int, missing: frozenset[str]
    ) -> None:
        """Notes for organizers that `row` could not be written in a channel.

        Once for each channel, however many messages wait for it. Nothing is noted about a note:
        it would have to go to the very channel that is closed.
        """
        if row.kind == NOTE:
            return
        waiting = await self._refused(uow.session, row.guild_id)
        if any(found == channel_id for found, _, _ in waiting):
            return
        if missing:
            # The number makes it a note of its own when the same permission is taken away again.
            key = f"channel:{channel_id}/{'+'.join(sorted(missing))[:60]}:{row.id}.{row.attempts}"
        else:
            # Nobody sees what is wrong, so it is tried at each change, and told only once.
            key = f"channel:{channel_id}/unknown:{row.id}"
        cohort = await uow.session.get(Cohort, row.cohort_id) if row.cohort_id else None
        await self._planner.note(uow, cohort, row.guild_id, key)

    async def refused(self, guild_id: int) -> dict[int, frozenset[str]]:
        """Channels of a server that messages wait for, and the permissions that were missing."""
        async with self._db.read() as session:
            found: dict[int, frozenset[str]] = {}
            for channel_id, missing, _ in await self._refused(session, guild_id):
                found[channel_id] = found.get(channel_id, frozenset()) | missing
            return found

    @staticmethod
    async def _refused(
        session: AsyncSession, guild_id: int
    ) -> list[tuple[int, frozenset[str], Delivery]]:
        rows = await session.scalars(
            select(Delivery).where(Delivery.guild_id == guild_id, Delivery.state == State.PARKED)
        )
        reasons = [(refused(row.reason), row) for row in rows]
        return [(*reason, row) for reason, row in reasons if reason is not None]

    async def allowed_again(self, guild_id: int, channel_id: int) -> None:
        """The bot may write in a channel again: what waited for it is sent."""
        async with self._db.write() as uow:
            for waits_for, _, row in await self._refused(uow.session, guild_id):
                if waits_for == channel_id:
                    row.go(Event.PLAN_AGAIN, not_before=self._clock.now())
                    row.attempts += 1
            uow.touch(Topic.DELIVERIES)
            await uow.commit()

    async def forget_channel(self, guild_id: int, channel_id: int) -> bool:
        """A channel was deleted on the server; returns whether it was one of ours."""
        async with self._db.write() as uow:
            ours = await uow.session.scalar(
                select(ServerObject).where(
                    ServerObject.guild_id == guild_id, ServerObject.discord_id == channel_id
                )
            )
            if ours is not None:
                ours.discord_id = None
            for waits_for, _, row in await self._refused(uow.session, guild_id):
                if waits_for == channel_id:
                    row.go(Event.PLAN_AGAIN, reason=NO_CHANNEL, not_before=self._clock.now())
                    uow.touch(Topic.DELIVERIES)
            if ours is not None:
                uow.touch(Topic.SERVER)
            await uow.commit()
            return ours is not None

    async def repaired(self, guild_id: int) -> None:
        """What was deleted is there again; a new welcome channel gets its home message."""
        async with self._db.write() as uow:
            await self._planner.home(uow, guild_id)
            await uow.commit()

    async def incomplete_cohorts(self, guild_id: int) -> list[int]:
        """Running cohorts of a server on which something that the bot made is missing."""
        async with self._db.read() as session:
            missing = await session.scalar(
                select(ServerObject.key)
                .where(ServerObject.guild_id == guild_id, ServerObject.discord_id.is_(None))
                .limit(1)
            )
            if missing is None:
                return []
            cohorts = await session.scalars(
                select(Cohort.id).where(Cohort.guild_id == guild_id, Cohort.state == RUNNING)
            )
            return list(cohorts)
