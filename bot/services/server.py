"""What the bot owns on a server, and which of its roles each person should have."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import NO_CHANNEL
from bot.domain.deliveries import State
from bot.domain.policy import Role
from bot.provisioning.desired import CohortPlace, RolesWanted, StalePerson, TeamPlace, team_role
from bot.services.lookup import RUNNING, organized
from bot.storage.engine import Database, Topic
from bot.storage.tables import (
    Cohort,
    Delivery,
    Fact,
    GuildOrganizer,
    Membership,
    Person,
    ServerObject,
    Team,
)


class ServerService:
    """The journal of server objects, and the roles people should have."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def place(self, cohort_id: int, *, archived: bool = False) -> CohortPlace:
        """What the server needs to know of a cohort."""
        async with self._db.read() as session:
            cohort = await session.get_one(Cohort, cohort_id)
            teams = await session.scalars(
                select(Team).where(Team.cohort_id == cohort_id).order_by(Team.position)
            )
            return CohortPlace(
                cohort.id,
                cohort.name,
                tuple(TeamPlace(team.id, team.name, team.project) for team in teams),
                archived,
            )

    async def objects(self, guild_id: int) -> dict[str, int | None]:
        """What the bot made on a server, by key; None where the answer never came."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(ServerObject).where(ServerObject.guild_id == guild_id)
            )
            return {row.key: row.discord_id for row in rows}

    async def intend(self, guild_id: int, key: str) -> None:
        """Writes down that an object is about to be made."""
        async with self._db.write() as uow:
            row = await uow.session.get(ServerObject, (guild_id, key))
            if row is None:
                row = ServerObject(guild_id=guild_id, key=key)
                uow.session.add(row)
            row.discord_id = None
            row.intended_at = self._clock.now()
            await uow.commit()

    async def record(self, guild_id: int, key: str, discord_id: int) -> None:
        """Writes down what was made; what waited for it to be there goes on."""
        async with self._db.write() as uow:
            row = await uow.session.get_one(ServerObject, (guild_id, key))
            row.discord_id = discord_id
            waiting = Delivery.place == key
            if key == "welcome":
                waiting = waiting | (Delivery.kind == "greeting")
            await uow.session.execute(
                update(Delivery)
                .where(
                    Delivery.guild_id == guild_id,
                    Delivery.state == State.PLANNED,
                    Delivery.reason == NO_CHANNEL,
                    waiting,
                )
                .values(not_before=self._clock.now())
            )
            uow.touch(Topic.DELIVERIES)
            await uow.commit()

    async def roles_for(self, guild_id: int, user_id: int) -> RolesWanted:
        """Which of the bot's roles an account should have on a server, and which are its own."""
        async with self._db.read() as session:
            keys = await self._keys(session, guild_id, user_id)
            rows = await session.scalars(
                select(ServerObject).where(
                    ServerObject.guild_id == guild_id, ServerObject.discord_id.is_not(None)
                )
            )
            ids = {
                row.key: row.discord_id
                for row in rows
                if row.discord_id and (row.key.startswith("role:") or row.key.endswith(":role"))
            }
            return RolesWanted(
                frozenset(ids[key] for key in keys if key in ids), frozenset(ids.values())
            )

    async def stale_people(self) -> list[StalePerson]:
        """Everybody on a server whose roles need a look."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(Person).where(
                    Person.roles_stale, Person.user_id.is_not(None), Person.joined_at.is_not(None)
                )
            )
            return [StalePerson(row.id, row.guild_id, row.user_id) for row in rows if row.user_id]

    async def roles_done(self, person: StalePerson, wanted: frozenset[int]) -> bool:
        """Notes that somebody has the roles `wanted`; False if more has changed meanwhile."""
        now_wanted = (await self.roles_for(person.guild_id, person.user_id)).wanted
        if now_wanted != wanted:
            return False
        async with self._db.write() as uow:
            row = await uow.session.get_one(Person, person.person_id)
            row.roles_stale = False
            await uow.commit()
            return True

    async def fact(self, key: str) -> str | None:
        """Something the bot noted about itself."""
        async with self._db.read() as session:
            row = await session.get(Fact, key)
            return row.value if row else None

    async def remember(self, key: str, value: str) -> None:
        """Notes something about the bot itself."""
        async with self._db.write() as uow:
            row = await uow.session.get(Fact, key)
            if row is None:
                row = Fact(key=key)
                uow.session.add(row)
            row.value = value
            await uow.commit()

    async def _keys(self, session: AsyncSession, guild_id: int, user_id: int) -> set[str]:
        keys: set[str] = set()
        if await session.get(GuildOrganizer, (guild_id, user_id)) is not None:
            keys.add("role:organizer")
        organized_here = await organized(session, guild_id)
        rows = await session.execute(
            select(Membership, Cohort, Person)
            .join(Cohort, Cohort.id == Membership.cohort_id)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Person.guild_id == guild_id,
                Person.user_id == user_id,
                Membership.left_at.is_(None),
            )
        )
        for membership, cohort, person in rows:
            if membership.role == Role.ORGANIZER:
                if cohort.id in organized_here:
                    keys.add("role:organizer")
                continue
            if person.onboarded_at is None:
                continue
            if cohort.state == RUNNING:
                keys.add(f"role:{membership.role}")
            elif cohort.state == "closed" and membership.role == Role.MENTEE:
                keys.add("role:alumni")
            if membership.team_id is not None and cohort.state in (RUNNING, "closed"):
                keys.add(team_role(membership.team_id))
        return keys
