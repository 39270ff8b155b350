"""Weekly check-ins: asking for the form, keeping the answer, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import String, cast, delete, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.domain.deliveries import Courtesy, DeliveryPlan, State
from bot.domain.errors import NotAllowed, NotFound, Refusal
from bot.domain.policy import Role
from bot.services.checkin_reading import (
    ENERGY,
    SharedCheckIn,
    shared_check_in,
    tell_reader,
    told_in,
)
from bot.services.lookup import (
    RUNNING,
    Seat,
    captain_of,
    mentors_of,
    seats_of_user,
    team_people,
    team_zone,
)
from bot.services.planning import Planner
from bot.services.waiting import forget_draft
from bot.storage.engine import Database, UnitOfWork
from bot.storage.tables import (
    CheckIn,
    CheckInReader,
    Cohort,
    Delivery,
    Membership,
    Person,
    Team,
)

LONGEST_PROGRESS = 800
LONGEST_OBSTACLES = 500
SHARED_USEFUL = timedelta(days=7)


class Audience(StrEnum):
    """Who reads a check-in, as the person chooses it in the form."""

    TEAM = "team"
    MENTORS = "mentors"
    CAPTAIN = "captain"


@dataclass(frozen=True)
class CheckInForm:
    """A form about to be shown: which week, who could read it, what was said before."""

    cohort_id: int
    week: int
    prompt_id: int
    navigators: tuple[str, ...]
    captain: str | None
    values: dict[str, str]


@dataclass(frozen=True)
class Receipt:
    """What was kept, and who can read it."""

    week: int
    audience: Audience
    readers: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Skipped:
    """A week that somebody wanted to skip; what they had `answered` before it stays."""

    week: int
    answered: bool


@dataclass(frozen=True)
class CohortChoice:
    """One of several cohorts that somebody could mean."""

    cohort_id: int
    name: str


class CheckInService:
    """Check-ins of mentees. Nothing is counted and nobody is told who stayed silent."""

    def __init__(self, db: Database, clock: Clock, planner: Planner) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner

    async def cohorts_of(self, user_id: int) -> list[CohortChoice]:
        """The running cohorts in which somebody is a mentee. Raises NotAllowed if there is none."""
        async with self._db.read() as session:
            seats = await seats_of_user(session, user_id, (Role.MENTEE,), (RUNNING,))
            if not seats:
                raise NotAllowed(
                    "Weekly check-ins are for mentees of a running cohort, "
                    "so there is nothing for you to fill in."
                )
            return [CohortChoice(seat.cohort.id, seat.cohort.name) for seat in seats]

    async def form(self, user_id: int, prompt_id: int) -> CheckInForm:
        """The form below one prompt. Raises NotAllowed for somebody of another team."""
        async with self._db.read() as session:
            seat, prompt, week = await self._place(session, user_id, prompt_id)
            return await self._form(session, seat, prompt, week)

    async def current_form(self, user_id: int, cohort_id: int) -> CheckInForm:
        """The form of this week. Raises NotFound before the first and after the last week."""
        async with self._db.read() as session:
            seats = await seats_of_user(session, user_id, (Role.MENTEE,), (RUNNING,))
            seat = next((s for s in seats if s.cohort.id == cohort_id and s.team), None)
            if seat is None or seat.team is None:
                raise NotAllowed("You are not a mentee of that cohort, so there is no check-in.")
            prompts = await session.scalars(
                select(Delivery)
                .where(
                    Delivery.kind == "checkin_prompt",
                    Delivery.subject == f"team:{seat.team.id}",
                )
                .order_by(Delivery.due_at)
            )
            by_week = {int(row.occurrence.partition(":")[2]): row for row in prompts}
            zone = await team_zone(session, seat.team, seat.cohort)
            today = self._clock.now().astimezone(zone).date()
            week = seat.dates.week_of(today)
            if week is not None:
                # Where the start was moved later meanwhile, the last one asked is still this one.
                week = max([week, *(number for number, row in by_week.items() if row.sent_at)])
            if week is None or week not in by_week:
                raise NotFound(
                    f"The check-ins of “{seat.cohort.name}” run from "
                    f"{seat.dates.start:%d %B %Y} for {seat.dates.weeks} weeks; "
                    "there is none this week."
                )
            return await self._form(session, seat, by_week[week], week)

    async def submit(
        self, user_id: int, prompt_id: int, values: Mapping[str, str], *, draft: str = ""
    ) -> Receipt:
        """Keeps an answer (or its newer version) for the readers chosen, who are frozen now.

        `draft` is the name under which a refused version of it may be kept; it is forgotten.
        """
        audience = _audience(values.get("audience", ""))
        energy = values.get("energy", "")
        if energy and energy not in ENERGY:
            raise Refusal("Please choose one of the five energies, or none.")
        progress = values.get("progress", "")[:LONGEST_PROGRESS]
        obstacles = values.get("obstacles", "")[:LONGEST_OBSTACLES]
        async with self._db.write() as uow:
            seat, prompt, week = await self._place(uow.session, user_id, prompt_id)
            check_in = await self._row(uow, seat, week)
            new = check_in.id is None
            shared_before = check_in.audience == Audience.TEAM
            check_in.state = "answered"
            check_in.audience = audience
            check_in.progress, check_in.obstacles = progress or None, obstacles or None
            check_in.energy = energy or None
            check_in.answered_at = self._clock.now()
            if audience is Audience.TEAM and not shared_before:
                check_in.shares += 1
            await uow.session.flush()
            readers = await self._freeze_readers(uow, check_in, audience, new=new)
            await self._share(uow, check_in, prompt, audience, shared_before=shared_before)
            await forget_draft(uow.session, user_id, draft)
            await uow.commit()
            return Receipt(week, audience, tuple(p.name for p in readers), seat.person.name)

    async def skip(self, user_id: int, prompt_id: int) -> Skipped:
        """Notes that somebody skips a week; what they said before stays."""
        async with self._db.write() as uow:
            seat, _, week = await self._place(uow.session, user_id, prompt_id)
            check_in = await self._row(uow, seat, week)
            answered = check_in.state == "answered"
            if not answered:
                check_in.state = "skipped"
                await uow.commit()
            return Skipped(week, answered)

    async def shared(self, check_in_id: int) -> SharedCheckIn | None:
        """What a team may read of a check-in; None when it is not (or no longer) shared."""
        async with self._db.read() as session:
            check_in = await session.get_one(CheckIn, check_in_id)
            if check_in.audience != Audience.TEAM:
                return None
            return await shared_check_in(session, check_in)

    async def tell_navigator(self, delivery_id: int, person_id: int) -> list[SharedCheckIn]:
        """Check-ins that a navigator has not been told of yet; they are told by this delivery."""
        async with self._db.write() as uow:
            told = await tell_reader(uow, delivery_id, person_id)
            await uow.commit()
            return told

    async def told_by(self, user_id: int, delivery_id: int) -> list[SharedCheckIn]:
        """What one weekly message told, again, for the person to whom it was sent."""
        async with self._db.read() as session:
            row = await session.get(Delivery, delivery_id)
            person = await session.get(Person, row.person_id) if row and row.person_id else None
            if person is None or person.user_id != user_id:
                raise NotAllowed("That message was written to somebody else.")
            return await told_in(session, delivery_id, person.id)

    async def _place(
        self, session: AsyncSession, user_id: int, prompt_id: int
    ) -> tuple[Seat, Delivery, int]:
        # One question for all of it: everybody answers on Monday morning.
        rows = await session.execute(
            select(Delivery, Person, Membership, Cohort, Team)
            .join(Team, Delivery.subject == literal("team:") + cast(Team.id, String))
            .join(Membership, Membership.team_id == Team.id)
            .join(Person, Person.id == Membership.person_id)
            .join(Cohort, Cohort.id == Membership.cohort_id)
            .where(
                Delivery.id == prompt_id,
                Delivery.kind == "checkin_prompt",
                Person.user_id == user_id,
                Membership.role == Role.MENTEE,
                Membership.left_at.is_(None),
                Cohort.state == RUNNING,
            )
        )
        if found := rows.first():
            prompt, person, membership, cohort, team = found
            week = int(prompt.occurrence.partition(":")[2])
            return Seat(person, membership, cohort, team), prompt, week
        known = await session.get(Delivery, prompt_id)
        if known is None or known.kind != "checkin_prompt":
            raise NotFound("That check-in is gone; `/checkin` opens this week's.")
        raise NotAllowed(
            "This check-in is for the mentees of this team while their cohort runs. "
            "Thank you for looking in."
        )

    async def _form(
        self, session: AsyncSession, seat: Seat, prompt: Delivery, week: int
    ) -> CheckInForm:
        team_id = seat.membership.team_id
        captain = await captain_of(session, team_id)
        navigators = await team_people(session, team_id, Role.NAVIGATOR) if team_id else []
        before = await session.scalar(
            select(CheckIn).where(
                CheckIn.cohort_id == seat.cohort.id,
                CheckIn.person_id == seat.person.id,
                CheckIn.week == week,
            )
        )
        values = {"audience": Audience.MENTORS.value}
        if before is not None and before.state == "answered":
            values = {
                "progress": before.progress or "",
                "obstacles": before.obstacles or "",
                "energy": before.energy or "",
                "audience": before.audience or Audience.MENTORS.value,
            }
        return CheckInForm(
            cohort_id=seat.cohort.id,
            week=week,
            prompt_id=prompt.id,
            navigators=tuple(person.name for person in navigators),
            captain=captain.name if captain else None,
            values=values,
        )

    async def _row(self, uow: UnitOfWork, seat: Seat, week: int) -> CheckIn:
        row = await uow.session.scalar(
            select(CheckIn).where(
                CheckIn.cohort_id == seat.cohort.id,
                CheckIn.person_id == seat.person.id,
                CheckIn.week == week,
            )
        )
        if row is None:
            row = CheckIn(
                cohort_id=seat.cohort.id,
                team_id=seat.membership.team_id,
                person_id=seat.person.id,
                week=week,
                state="skipped",
                answered_at=self._clock.now(),
                shares=0,
            )
            uow.session.add(row)
        return row

    async def _freeze_readers(
        self, uow: UnitOfWork, check_in: CheckIn, audience: Audience, *, new: bool
    ) -> list[Person]:
        roles = (Role.CAPTAIN,) if audience is Audience.CAPTAIN else (Role.NAVIGATOR, Role.CAPTAIN)
        readers = await mentors_of(uow.session, check_in.team_id, roles)
        if not readers and audience is not Audience.TEAM:
            raise Refusal(
                "There is nobody yet who could read this privately. You can share it with your "
                "team, or try again when your captain is there."
            )
        if not new:
            await uow.session.execute(
                delete(CheckInReader).where(CheckInReader.check_in_id == check_in.id)
            )
        for reader in {person.id: person for person in readers}.values():
            uow.session.add(CheckInReader(check_in_id=check_in.id, person_id=reader.id))
        return readers

    async def _share(
        self,
        uow: UnitOfWork,
        check_in: CheckIn,
        prompt: Delivery,
        audience: Audience,
        *,
        shared_before: bool,
    ) -> None:
        now = self._clock.now()
        # Whoever answers before the question is asked is heard right after it; where it never
        # came (the bot was away too long), there is no thread, only the channel.
        asked = prompt.state in (State.PLANNED, State.CLAIMED, State.SENT)
        due = max(now, prompt.not_before or now) if prompt.state == State.PLANNED else now
        occurrence = f"share:{check_in.shares}"
        if shared_before:
            await self._planner.outbox.refresh(
                uow,
                Delivery.kind == "checkin_shared",
                Delivery.subject == f"check_in:{check_in.id}",
                Delivery.occurrence == occurrence,
            )
        if audience is Audience.TEAM:
            await self._planner.outbox.put(
                uow,
                DeliveryPlan(
                    kind="checkin_shared",
                    subject=f"check_in:{check_in.id}",
                    occurrence=occurrence,
                    guild_id=prompt.guild_id,
                    cohort_id=prompt.cohort_id,
                    place=f"thread:{prompt.id}" if asked else prompt.place,
                    due_at=due,
                    last_useful_at=due + SHARED_USEFUL,
                    rule="at once",
                    courtesy=Courtesy.ANSWER,
                ),
            )


def _audience(text: str) -> Audience:
    try:
        return Audience(text)
    except ValueError:
        raise Refusal("Please choose who may read your check-in; then it is kept.") from None
