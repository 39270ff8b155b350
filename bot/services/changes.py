"""Changing a cohort, or a team's own dates, in mid-flight: first shown, then made."""

from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.domain.cohort_inputs import check_weeks, parse_hour, parse_weekday
from bot.domain.errors import NotAllowed, NotFound, Refusal
from bot.domain.policy import Action, Actor
from bot.domain.timezones import find_timezone
from bot.domain.weeks import parse_start
from bot.services.change_effects import Change, apply, teams_of
from bot.services.lookup import check, cohort_by_name
from bot.services.planning import Planner
from bot.storage.engine import Database
from bot.storage.tables import Cohort, CohortChange, Team

SHOWN, MADE, OUTDATED = "shown", "made", "outdated"


class ChangeService:
    """What organizers can change about a cohort that is not closed.

    What is shown is not computed beside what is done: the change is made, looked at, and taken
    back. So the two differ by nothing but the time that passes between them.
    """

    def __init__(self, db: Database, clock: Clock, planner: Planner) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner

    async def cohort(
        self,
        actor: Actor,
        name: str,
        *,
        start: str = "",
        weeks: int | None = None,
        timezone: str = "",
        prompt_day: str = "",
        prompt_hour: str = "",
    ) -> Change:
        """What a change of a cohort would do; nothing is changed yet. Empty stays as it is.

        Raises NotAllowed, NotFound, and Refusal for what cannot be or changes nothing.
        """
        if not (start or weeks is not None or timezone or prompt_day or prompt_hour):
            raise Refusal(
                "Please say what should change: the start, the weeks, the timezone, or the day or "
                "the hour of the check-ins."
            )
        wish = CohortChange(
            start=parse_start(start) if start else None,
            weeks=None if weeks is None else check_weeks(weeks),
            timezone=find_timezone(timezone) if timezone else None,
            prompt_weekday=parse_weekday(prompt_day) if prompt_day else None,
            prompt_time=parse_hour(prompt_hour) if prompt_hour else None,
        )
        return await self._show(actor, name, "", wish)

    async def team_dates(
        self, actor: Actor, name: str, team: str, *, start: str = "", weeks: int | None = None
    ) -> Change:
        """What dates of its own would do to a team's messages; what is empty is the cohort's.

        Raises NotAllowed, NotFound, and Refusal for what cannot be or changes nothing.
        """
        wish = CohortChange(
            start=parse_start(start) if start else None,
            weeks=None if weeks is None else check_weeks(weeks),
        )
        return await self._show(actor, name, team, wish)

    async def make(self, actor: Actor, change_id: int) -> Change:
        """Makes a change that was shown. Raises Refusal if it was made, or is out of date."""
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CHANGE_COHORT)
            wish = await uow.session.get(CohortChange, change_id)
            cohort = await uow.session.get(Cohort, wish.cohort_id) if wish else None
            if wish is None or cohort is None or cohort.guild_id != actor.guild_id:
                raise NotFound("That change is not on this server; `/cohort show` shows what is.")
            if wish.state == MADE:
                raise Refusal("That change is made already; `/cohort show` shows how it is now.")
            if wish.state != SHOWN:
                raise Refusal(
                    f"“{cohort.name}” was changed meanwhile, so please use the command again: it "
                    "shows what your change would do now."
                )
            team = await uow.session.get(Team, wish.team_id) if wish.team_id else None
            change = await apply(uow, self._planner, self._clock.now(), cohort, team, wish)
            others = update(CohortChange).where(
                CohortChange.cohort_id == cohort.id, CohortChange.state == SHOWN
            )
            await uow.session.execute(others.values(state=OUTDATED))
            wish.state = MADE
            await uow.commit()
            return replace(change, id=wish.id)

    async def team_names(self, actor: Actor, name: str) -> list[str]:
        """The teams of a cohort, for suggestions; none for whoever may not change them."""
        async with self._db.read() as session:
            try:
                await check(session, actor, Action.CHANGE_COHORT)
                cohort = await cohort_by_name(session, actor.guild_id, name)
            except (NotAllowed, NotFound):
                return []
            return [team.name for team in await teams_of(session, cohort)]

    async def _show(self, actor: Actor, name: str, team_name: str, wish: CohortChange) -> Change:
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.CHANGE_COHORT)
            cohort = await cohort_by_name(uow.session, actor.guild_id, name)
            team = await self._team(uow.session, cohort, team_name) if team_name else None
            wish.cohort_id, wish.team_id = cohort.id, team.id if team else None
            change = await apply(uow, self._planner, self._clock.now(), cohort, team, wish)
            # No commit: it was only to be seen.
        async with self._db.write() as uow:
            wish.state, wish.shown_at = SHOWN, self._clock.now()
            uow.session.add(wish)
            await uow.session.flush()
            await uow.commit()
            return replace(change, id=wish.id)

    @staticmethod
    async def _team(session: AsyncSession, cohort: Cohort, name: str) -> Team:
        teams = await teams_of(session, cohort)
        for team in teams:
            if team.name.casefold() == name.strip().casefold():
                return team
        known = ", ".join(team.name for team in teams) or "none yet"
        raise NotFound(
            f"There is no team “{name[:60]}” in “{cohort.name}”; its teams are: {known}."
        )
