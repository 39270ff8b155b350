"""Who is in a team: for its own people, and for the posts in its channel."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.clock import Clock
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.policy import Role
from bot.services.lookup import captain_of, dates_of, seats_of_user, team_people, team_zone
from bot.storage.engine import Database
from bot.storage.tables import Cohort, Delivery, Person, Team


@dataclass(frozen=True)
class TeamMate:
    """One person of a team, with the time it is where they are."""

    name: str
    role: str
    zone: ZoneInfo
    local_now: datetime


@dataclass(frozen=True)
class TeamSheet:
    """A team as its own people see it."""

    id: int
    name: str
    project: str
    cohort: str
    start: date
    weeks: int
    zone: ZoneInfo
    captain: str | None
    people: tuple[TeamMate, ...]
    first_prompt: datetime | None


@dataclass(frozen=True)
class Contact:
    """Somebody to turn to, with their account."""

    name: str
    role: str
    user_id: int


class TeamService:
    """Reading about teams."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def sheet(self, team_id: int) -> TeamSheet:
        """A team, for a post in its own channel."""
        now = self._clock.now()
        async with self._db.read() as session:
            team = await session.get(Team, team_id)
            if team is None:
                raise NotFound("That team is gone; an organizer can tell you more.")
            cohort = await session.get_one(Cohort, team.cohort_id)
            dates = dates_of(cohort, team)
            captain = await captain_of(session, team.id)
            people = [
                (role, person)
                for role in (Role.NAVIGATOR, Role.CAPTAIN, Role.MENTEE)
                for person in await team_people(session, team.id, role)
            ]
            first = await session.scalar(
                select(Delivery.due_at)
                .where(
                    Delivery.kind == "checkin_prompt",
                    Delivery.subject == f"team:{team.id}",
                    Delivery.due_at >= now,
                )
                .order_by(Delivery.due_at)
                .limit(1)
            )
            return TeamSheet(
                id=team.id,
                name=team.name,
                project=team.project,
                cohort=cohort.name,
                start=dates.start,
                weeks=dates.weeks,
                zone=await team_zone(session, team, cohort),
                captain=captain.name if captain else None,
                people=tuple(_mate(role, person, now) for role, person in people),
                first_prompt=first,
            )

    async def sheet_for(self, user_id: int, team_id: int) -> TeamSheet:
        """A team, for one of its people or an organizer of its cohort. Raises NotAllowed."""
        async with self._db.read() as session:
            team = await session.get(Team, team_id)
            seats = await seats_of_user(session, user_id, states=("draft", "running", "closed"))
            mine = any(
                team is not None
                and seat.cohort.id == team.cohort_id
                and (seat.membership.team_id == team.id or seat.membership.role == Role.ORGANIZER)
                for seat in seats
            )
            if not mine:
                raise NotAllowed("Who is in a team is for its own people.")
        return await self.sheet(team_id)

    async def contacts(self, user_id: int) -> list[Contact]:
        """The captain and navigators of somebody's teams: people they can write to."""
        async with self._db.read() as session:
            found: dict[int, Contact] = {}
            for seat in await seats_of_user(session, user_id):
                if seat.team is None:
                    continue
                for role in (Role.CAPTAIN, Role.NAVIGATOR):
                    for person in await team_people(session, seat.team.id, role):
                        if person.user_id not in (None, user_id):
                            found[person.id] = Contact(person.name, role, person.user_id or 0)
            return list(found.values())


def _mate(role: str, person: Person, now: datetime) -> TeamMate:
    zone = ZoneInfo(person.timezone)
    return TeamMate(person.name, role, zone, now.astimezone(zone))
