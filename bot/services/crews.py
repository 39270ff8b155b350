"""What captains and mentees see of their one-on-ones: the week, the evening, what is ahead."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.domain.deliveries import Due
from bot.domain.errors import NotAllowed
from bot.domain.policy import Role
from bot.domain.rhythm import round_of
from bot.domain.wallclock import resolve
from bot.domain.weeks import week_start
from bot.services.checkin_reading import SharedCheckIn, away_until, tell_reader
from bot.services.lookup import RUNNING, captain_dates, captained, dates_of, seats_of_user
from bot.services.one_on_one_cards import MeetingCard, OfferState, meeting_card
from bot.services.one_on_one_times import BOOKED
from bot.storage.engine import Database
from bot.storage.tables import Cohort, Membership, OneOnOne, OneOnOneOffer, Person, Team


@dataclass(frozen=True)
class CrewMember:
    """One mentee as their captain sees them. Times are UTC."""

    name: str
    team: str
    zone: ZoneInfo
    next_meeting: datetime | None
    state: str
    """Of this fortnight's offer: booked, open, declined, cancelled, or empty for none yet."""
    away: str


@dataclass(frozen=True)
class CaptainWeek:
    """A captain's week: who is due, who is booked, what was told to them.

    Weeks are the captain's own: they cover all their teams. `apart` says in which week each team
    is, where teams have different dates.
    """

    cohort: str
    week: int
    weeks: int
    zone: ZoneInfo
    crew: tuple[CrewMember, ...]
    told: tuple[SharedCheckIn, ...]
    apart: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CaptainDay:
    """A captain's evening message: what is new, and what the next day brings."""

    zone: ZoneInfo
    new: tuple[MeetingCard, ...]
    ahead: tuple[MeetingCard, ...]
    today: bool
    """True when it comes so late that the next day has begun."""


@dataclass(frozen=True)
class MyMeetings:
    """What somebody has ahead, and whether they can ask for a time."""

    ahead: tuple[MeetingCard, ...]
    may_request: tuple[tuple[int, str], ...]
    """Running cohorts (id, name) in which they are a mentee without a meeting ahead."""


class CrewService:
    """Reading about one-on-ones, for those they belong to."""

    def __init__(self, db: Database, clock: Clock, every_weeks: int) -> None:
        self._db = db
        self._clock = clock
        self._every = every_weeks

    async def captain_week(self, due: Due) -> CaptainWeek | None:
        """One week's message to a captain; None when they lead nobody (any more)."""
        async with self._db.write() as uow:
            person = await uow.session.get_one(Person, due.person_id)
            cohort = await uow.session.get_one(Cohort, due.cohort_id)
            teams = await captained(uow.session, cohort.id, person.id)
            dates = captain_dates(cohort, teams)
            day = week_start(dates.start, due.number)
            under_way = [team for team in teams if dates_of(cohort, team).week_of(day)]
            crew = await self._crew(uow.session, person, cohort, under_way, day)
            if not crew:
                return None
            told = await tell_reader(uow, due.id, person.id)
            await uow.commit()
            return CaptainWeek(
                cohort=cohort.name,
                week=due.number,
                weeks=dates.weeks,
                zone=ZoneInfo(person.timezone),
                crew=tuple(crew),
                told=tuple(told),
                apart=_apart(cohort, under_way, day),
            )

    async def crews(self, user_id: int) -> list[CaptainWeek]:
        """The crews of a captain, now, one for each running cohort. Raises NotAllowed."""
        async with self._db.read() as session:
            seats = await seats_of_user(session, user_id, (Role.CAPTAIN,), (RUNNING,))
            if not seats:
                raise NotAllowed("A crew is what captains of a running cohort have.")
            crews = []
            for cohort_id in dict.fromkeys(seat.cohort.id for seat in seats):
                seat = next(seat for seat in seats if seat.cohort.id == cohort_id)
                zone = ZoneInfo(seat.person.timezone)
                today = self._clock.now().astimezone(zone).date()
                teams = await captained(session, cohort_id, seat.person.id)
                dates = captain_dates(seat.cohort, teams)
                crew = await self._crew(session, seat.person, seat.cohort, teams, today)
                crews.append(
                    CaptainWeek(
                        cohort=seat.cohort.name,
                        week=dates.nearest_week(today),
                        weeks=dates.weeks,
                        zone=zone,
                        crew=tuple(crew),
                        told=(),
                        apart=_apart(seat.cohort, teams, today),
                    )
                )
            return crews

    async def captain_day(self, due: Due) -> CaptainDay | None:
        """The message on the eve of a meeting day; None when there is nothing to tell."""
        async with self._db.write() as uow:
            captain = await uow.session.get_one(Person, due.person_id)
            zone = ZoneInfo(captain.timezone)
            new = await self._tell_bookings(uow.session, captain, due)
            # The day after the evening that it was meant for: it may come after midnight.
            begin, end = _day_after(due.due_at, zone)
            begin = max(begin, due.now)
            ahead = await self._cards(
                uow.session, captain, OneOnOne.starts_at >= begin, OneOnOne.starts_at < end
            )
            if not new and not ahead:
                return None
            await uow.commit()
            today = due.now.astimezone(zone).date() > due.due_at.astimezone(zone).date()
            return CaptainDay(zone, tuple(new), tuple(ahead), today)

    async def captain_bookings(self, due: Due) -> CaptainDay | None:
        """The week's new bookings, gathered; None if there are none.

        None as well when the message about tomorrow comes the same evening: it tells them.
        """
        async with self._db.write() as uow:
            captain = await uow.session.get_one(Person, due.person_id)
            zone = ZoneInfo(captain.timezone)
            begin, end = _day_after(due.now, zone)
            if await self._cards(
                uow.session, captain, OneOnOne.starts_at >= begin, OneOnOne.starts_at < end
            ):
                return None
            new = await self._tell_bookings(uow.session, captain, due)
            if not new:
                return None
            await uow.commit()
            return CaptainDay(zone, tuple(new), (), False)

    async def _tell_bookings(
        self, session: AsyncSession, captain: Person, due: Due
    ) -> list[MeetingCard]:
        """Bookings that the captain has not been told of; they are told by this delivery.

        Asking again for the same delivery gives the same bookings: a retry tells no less.
        """
        untold = await session.scalars(
            select(OneOnOne).where(
                OneOnOne.captain_id == captain.id,
                OneOnOne.state == BOOKED,
                OneOnOne.starts_at > due.now,
                OneOnOne.told_by.is_(None),
            )
        )
        for meeting in untold:
            meeting.told_by = due.id
        await session.flush()
        return await self._cards(session, captain, OneOnOne.told_by == due.id)

    async def meeting(self, due: Due) -> MeetingCard | None:
        """The meeting that a reminder or a change is about, as its receiver sees it."""
        async with self._db.read() as session:
            meeting = await session.get(OneOnOne, due.subject_id)
            if meeting is None or meeting.starts_at <= due.now:
                return None
            captain = await session.get_one(Person, meeting.captain_id)
            mentee = await session.get_one(Person, meeting.mentee_id)
            return meeting_card(meeting, captain, mentee, for_captain=due.person_id == captain.id)

    async def mine(self, user_id: int) -> MyMeetings:
        """What somebody has ahead, as captain or mentee, in any cohort."""
        async with self._db.read() as session:
            rows = await session.scalars(select(Person).where(Person.user_id == user_id))
            ids = [person.id for person in rows]
            meetings = await session.scalars(
                select(OneOnOne)
                .where(
                    OneOnOne.state == BOOKED,
                    OneOnOne.starts_at > self._clock.now(),
                    or_(OneOnOne.captain_id.in_(ids), OneOnOne.mentee_id.in_(ids)),
                )
                .order_by(OneOnOne.starts_at)
            )
            ahead, met = [], set()
            for meeting in list(meetings):
                captain = await session.get_one(Person, meeting.captain_id)
                mentee = await session.get_one(Person, meeting.mentee_id)
                if mentee.id in ids:
                    met.add(meeting.cohort_id)
                ahead.append(meeting_card(meeting, captain, mentee, for_captain=captain.id in ids))
            seats = await seats_of_user(session, user_id, (Role.MENTEE,), (RUNNING,))
            return MyMeetings(
                tuple(ahead),
                tuple((s.cohort.id, s.cohort.name) for s in seats if s.cohort.id not in met),
            )

    async def _cards(
        self, session: AsyncSession, captain: Person, *where: object
    ) -> list[MeetingCard]:
        rows = await session.scalars(
            select(OneOnOne)
            .where(OneOnOne.captain_id == captain.id, OneOnOne.state == BOOKED, *where)  # type: ignore[arg-type]
            .order_by(OneOnOne.starts_at)
        )
        return [
            meeting_card(
                row, captain, await session.get_one(Person, row.mentee_id), for_captain=True
            )
            for row in list(rows)
        ]

    async def _crew(
        self, session: AsyncSession, captain: Person, cohort: Cohort, teams: list[Team], day: date
    ) -> list[CrewMember]:
        """The mentees of `teams`, with the round of each team on `day`."""
        now = self._clock.now()
        rows = await session.execute(
            select(Person, Team)
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .where(
                Membership.team_id.in_([team.id for team in teams]),
                Membership.role == Role.MENTEE,
                Membership.left_at.is_(None),
            )
            .order_by(Team.position, Membership.position)
        )
        mentees = list(rows)
        away = await away_until(session, [person.id for person, _ in mentees], now)
        crew = []
        for mentee, team in mentees:
            number = round_of(dates_of(cohort, team).nearest_week(day), self._every)
            state = await session.scalar(
                select(OneOnOneOffer.state).where(
                    OneOnOneOffer.cohort_id == cohort.id,
                    OneOnOneOffer.mentee_id == mentee.id,
                    OneOnOneOffer.round == number,
                )
            )
            times = list(
                await session.scalars(
                    select(OneOnOne.starts_at)
                    .where(
                        OneOnOne.captain_id == captain.id,
                        OneOnOne.mentee_id == mentee.id,
                        OneOnOne.state == BOOKED,
                    )
                    .order_by(OneOnOne.starts_at)
                )
            )
            crew.append(
                CrewMember(
                    name=mentee.name,
                    team=team.name,
                    zone=ZoneInfo(mentee.timezone),
                    next_meeting=next((t for t in times if t > now), None),
                    state=OfferState(state).value if state else "",
                    away=away.get(mentee.id, ""),
                )
            )
        return crew


def _apart(cohort: Cohort, teams: list[Team], day: date) -> tuple[tuple[str, int], ...]:
    """The week of each team on `day`; nothing where they all have the same dates."""
    dates = {team.name: dates_of(cohort, team) for team in teams}
    if len(set(dates.values())) < 2:
        return ()
    return tuple((name, own.nearest_week(day)) for name, own in dates.items())


def _day_after(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    day: date = moment.astimezone(zone).date() + timedelta(days=1)
    return resolve(day, time(0), zone), resolve(day + timedelta(days=1), time(0), zone)
