"""Creating, filling, launching and closing cohorts: what organizers can do."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from bot.clock import Clock
from bot.domain.cohort_inputs import check_weeks, parse_hour, parse_name, parse_weekday
from bot.domain.errors import NotFound, Refusal
from bot.domain.policy import Action, Actor
from bot.domain.timezones import find_timezone
from bot.domain.weeks import check_start, parse_start
from bot.services.lookup import OPEN, RUNNING, check, cohort_by_name
from bot.services.organizers import ensure_guild
from bot.services.overviews import CohortOverview, overview_of
from bot.services.planning import Planner
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import (
    Cohort,
    Delivery,
    Membership,
    OneOnOne,
    Person,
    Team,
)


@dataclass(frozen=True)
class CohortDefaults:
    """What a cohort gets when its organizer does not say otherwise."""

    weeks: int
    prompt_weekday: str
    prompt_hour: str


class CohortService:
    """One method for each thing an organizer can do with a cohort."""

    def __init__(
        self, db: Database, clock: Clock, planner: Planner, defaults: CohortDefaults
    ) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner
        self._defaults = defaults

    async def create(
        self,
        actor: Actor,
        guild_name: str,
        *,
        name: str,
        start: str,
        weeks: int | None = None,
        timezone: str = "UTC",
        prompt_day: str | None = None,
        prompt_hour: str | None = None,
    ) -> CohortOverview:
        """Creates a cohort that nobody has been told of yet. Raises Refusal for a bad input."""
        first = parse_start(start)
        weeks = check_weeks(self._defaults.weeks if weeks is None else weeks)
        title = parse_name(name)
        zone = find_timezone(timezone)
        weekday = parse_weekday(prompt_day or self._defaults.prompt_weekday)
        at = parse_hour(prompt_hour or self._defaults.prompt_hour)
        check_start(first, self._clock.now().astimezone(ZoneInfo(zone)).date())
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CREATE_COHORT)
            await ensure_guild(uow, actor, guild_name, self._clock.now())
            taken = await uow.session.scalar(
                select(Cohort).where(Cohort.guild_id == actor.guild_id, Cohort.name == title)
            )
            if taken is not None:
                raise Refusal(
                    f"There is a cohort named “{title}” already; please choose another name."
                )
            cohort = Cohort(
                guild_id=actor.guild_id,
                name=title,
                start=first,
                weeks=weeks,
                timezone=zone,
                prompt_weekday=weekday,
                prompt_time=at,
                state="draft",
                created_at=self._clock.now(),
            )
            uow.session.add(cohort)
            await uow.session.flush()
            overview = await overview_of(uow.session, cohort)
            await uow.commit()
            return overview

    async def show(self, actor: Actor, name: str) -> CohortOverview:
        """One cohort at a glance."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.SEE_COHORT)
            return await overview_of(
                uow.session, await cohort_by_name(uow.session, actor.guild_id, name)
            )

    async def names(self, guild_id: int) -> list[str]:
        """The names of all cohorts of a server, open ones first. For suggestions only."""
        async with self._db.read() as session:
            rows = await session.execute(
                select(Cohort.name, Cohort.state)
                .where(Cohort.guild_id == guild_id)
                .order_by(Cohort.id.desc())
            )
            return [name for name, _ in sorted(rows, key=lambda row: row[1] not in OPEN)]

    async def begin_launch(self, actor: Actor, name: str) -> CohortOverview:
        """Checks that a cohort can be launched (again). Raises Refusal if something is missing."""
        async with self._db.read() as session:
            await check(session, actor, Action.LAUNCH_COHORT)
            cohort = await cohort_by_name(session, actor.guild_id, name)
        return await self.begin_launch_of(actor, cohort.id)

    async def begin_launch_of(self, actor: Actor, cohort_id: int) -> CohortOverview:
        """The same for a cohort that was chosen by a button."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.LAUNCH_COHORT)
            cohort = await self._cohort(uow, actor, cohort_id)
            if cohort.state not in OPEN:
                raise Refusal(f"“{cohort.name}” is closed; a closed cohort is not launched again.")
            teams = await uow.session.scalar(
                select(func.count()).select_from(Team).where(Team.cohort_id == cohort.id)
            )
            if not teams:
                raise Refusal(
                    f"“{cohort.name}” has no teams yet; please import its roster with "
                    "`/cohort import`."
                )
            return await overview_of(uow.session, cohort)

    async def launched(self, actor: Actor, cohort_id: int) -> CohortOverview:
        """Starts the rhythm, once the server has its channels. Can be repeated safely."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.LAUNCH_COHORT)
            cohort = await self._cohort(uow, actor, cohort_id)
            now = self._clock.now()
            if cohort.state == "draft":
                cohort.state = RUNNING
                cohort.launched_at = now
            await self._planner.home(uow, cohort.guild_id)
            teams = await uow.session.scalars(
                select(Team).where(Team.cohort_id == cohort.id).order_by(Team.position)
            )
            for team in list(teams):
                await self._planner.team_post(uow, "team_welcome", cohort, team)
            await self._stale_roles(uow, cohort)
            await uow.session.flush()
            await self._planner.replan(uow, cohort)
            overview = await overview_of(uow.session, cohort)
            await uow.commit()
            return overview

    async def begin_close(self, actor: Actor, name: str) -> CohortOverview:
        """Checks that a cohort can be closed (again)."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CLOSE_COHORT)
            cohort = await cohort_by_name(uow.session, actor.guild_id, name)
            if cohort.state == "draft":
                raise Refusal(
                    f"“{cohort.name}” has not been launched, so there is nothing to close yet."
                )
            return await overview_of(uow.session, cohort)

    async def say_goodbye(self, actor: Actor, cohort_id: int) -> CohortOverview:
        """Puts the farewell into every team's channel."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CLOSE_COHORT)
            cohort = await self._cohort(uow, actor, cohort_id)
            if cohort.state == RUNNING:
                teams = await uow.session.scalars(
                    select(Team).where(Team.cohort_id == cohort.id).order_by(Team.position)
                )
                for team in list(teams):
                    await self._planner.team_post(uow, "team_farewell", cohort, team)
            overview = await overview_of(uow.session, cohort)
            await uow.commit()
            return overview

    async def closed(self, actor: Actor, cohort_id: int) -> CohortOverview:
        """Ends the rhythm: nothing of this cohort is due any more. Can be repeated safely."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CLOSE_COHORT)
            cohort = await self._cohort(uow, actor, cohort_id)
            if cohort.state == RUNNING:
                cohort.state = "closed"
                cohort.closed_at = self._clock.now()
            await self._planner.outbox.cancel(
                uow,
                Delivery.cohort_id == cohort.id,
                Delivery.kind != "team_farewell",
                reason="the cohort was closed",
            )
            await uow.session.execute(
                update(OneOnOne)
                .where(
                    OneOnOne.cohort_id == cohort.id,
                    OneOnOne.state == "booked",
                    OneOnOne.starts_at > self._clock.now(),
                )
                .values(state="cancelled", sequence=OneOnOne.sequence + 1)
            )
            await self._stale_roles(uow, cohort)
            overview = await overview_of(uow.session, cohort)
            await uow.commit()
            return overview

    @staticmethod
    async def _cohort(uow: UnitOfWork, actor: Actor, cohort_id: int) -> Cohort:
        cohort = await uow.session.get(Cohort, cohort_id)
        if cohort is None or cohort.guild_id != actor.guild_id:
            raise NotFound("That cohort is not on this server; `/cohort show` lists what is.")
        return cohort

    @staticmethod
    async def _stale_roles(uow: UnitOfWork, cohort: Cohort) -> None:
        members = select(Membership.person_id).where(Membership.cohort_id == cohort.id)
        await uow.session.execute(
            update(Person).where(Person.id.in_(members)).values(roles_stale=True)
        )
        uow.touch(Topic.ROLES)
