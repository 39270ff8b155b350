"""Planning against a model: what stands in the database, however often facts change.

The model knows of a message whether it was sent and, if not, when it is due: a dictionary. What is
ahead is always what the rhythm of the new facts says, as if nothing had been planned before.
"""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.clock import VirtualClock
from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Event, State
from bot.services.planning import Planner
from bot.storage.engine import Database
from bot.storage.tables import Cohort, Delivery, Person, Team
from tests.domain.tzif import moment_of, table, wall_of
from tests.storage.rows import add, cohort, guild, membership, person, team
from tests.support.database import KEY

ZONES = ("UTC", "Asia/Kathmandu", "America/New_York", "Pacific/Chatham", "Europe/Berlin")
START = date(2027, 2, 22)
GONE = (State.SENT, State.EXPIRED)
Key = tuple[str, int]
"""A team and a week."""


@dataclass(frozen=True)
class Edit:
    """A change of facts, some hours after the one before; the number is a team's."""

    hours: int
    field: str
    value: Any
    number: int


gaps = st.integers(0, 40) | st.integers(0, 300)
edits = st.lists(
    st.one_of(
        st.builds(Edit, gaps, st.just("day"), st.integers(0, 6), st.just(0)),
        st.builds(Edit, gaps, st.just("hour"), st.integers(0, 23), st.just(0)),
        st.builds(Edit, gaps, st.just("zone"), st.sampled_from(ZONES), st.integers(0, 1)),
        st.builds(Edit, gaps, st.just("weeks"), st.integers(1, 12), st.just(0)),
        st.builds(Edit, gaps, st.just("dates"), st.integers(0, 3), st.integers(0, 1)),
    ),
    min_size=6,
    max_size=20,
)


class Stage:
    """A running cohort of two teams, of which the first one has a captain and a mentee."""

    def __init__(self, db: Database, clock: VirtualClock) -> None:
        self.db, self.clock = db, clock
        self.planner = Planner(Outbox(clock), clock, 2)

    async def build(self) -> None:
        async with self.db.write() as uow:
            run = cohort(start=START)
            people = [person(name, "UTC") for name in ("nav0", "nav1", "cap", "men")]
            for one in people:
                one.joined_at = one.onboarded_at = self.clock.now()
            await add(uow.session, guild(), run, *people)
            teams = [team(run, "Mercury", 0), team(run, "Venus", 1)]
            await add(uow.session, *teams)
            await add(
                uow.session,
                membership(run, people[0], "navigator", teams[0]),
                membership(run, people[1], "navigator", teams[1]),
                membership(run, people[2], "captain", teams[0]),
                membership(run, people[2], "captain", teams[1]),
                membership(run, people[3], "mentee", teams[0]),
            )
            await self.planner.replan(uow, run)
            await uow.commit()

    async def edit(self, change: Edit) -> None:
        async with self.db.write() as uow:
            run = (await uow.session.scalars(select(Cohort))).one()
            teams = list(await uow.session.scalars(select(Team).order_by(Team.position)))
            navigators = await uow.session.scalars(select(Person).where(Person.name.like("Nav%")))
            match change.field:
                case "weeks":
                    run.weeks = change.value
                case "day":
                    run.prompt_weekday = change.value
                case "hour":
                    run.prompt_time = time(change.value)
                case "zone":
                    list(navigators)[change.number].timezone = change.value
                case "dates":
                    later = START + timedelta(weeks=change.value)
                    teams[change.number].start = later if change.value else None
            await uow.session.flush()
            await self.planner.replan(uow, run)
            await uow.commit()

    async def send_what_is_due(self) -> None:
        async with self.db.write() as uow:
            rows = await uow.session.scalars(
                select(Delivery).where(
                    Delivery.state == State.PLANNED, Delivery.due_at <= self.clock.now()
                )
            )
            for row in rows:
                over = row.last_useful_at < self.clock.now()
                row.go(Event.EXPIRE if over else Event.CLAIM)
                if not over:
                    row.go(Event.SENT)
            await uow.commit()

    async def rows(self) -> list[Delivery]:
        async with self.db.read() as session:
            return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


def look(row: Delivery) -> tuple[object, ...]:
    """What a change of plan could change about a row."""
    return row.id, row.state, row.due_at, row.not_before, row.last_useful_at, row.rule


class Model:
    """The facts, and for each check-in when it is due; a check-in that went off is done."""

    def __init__(self) -> None:
        self.weeks, self.day, self.hour = 8, 0, 9
        self.zones, self.shifts = ["UTC", "UTC"], [0, 0]
        self.done: set[Key] = set()
        self.ahead: dict[Key, datetime] = {}

    def scratch(self) -> dict[Key, datetime]:
        """All check-ins by the facts, found day by day."""
        found = {}
        for number in (0, 1):
            start = START + timedelta(weeks=self.shifts[number])
            for day in range(7 * self.weeks):
                if (start + timedelta(days=day)).weekday() == self.day:
                    wall = wall_of(start + timedelta(days=day), self.hour * 60)
                    moment = table(self.zones[number]).first_showing(wall)
                    found[f"team:{number + 1}", day // 7 + 1] = moment_of(moment)
        return found

    def plan(self, now: datetime) -> None:
        old, self.ahead = self.ahead, {}
        for key, due in self.scratch().items():
            if key in self.done:
                continue
            kept = old.get(key)
            if due > now:
                self.ahead[key] = due
            elif kept and kept > now and kept - due < timedelta(days=7, hours=-3):
                self.ahead[key] = kept
            elif due + timedelta(days=2) > now or kept:
                self.ahead[key] = due

    def send(self, now: datetime) -> None:
        gone = {key for key, due in self.ahead.items() if due <= now}
        self.done |= gone
        for key in gone:
            del self.ahead[key]


async def _follows_the_model(url: str, story: list[Edit]) -> None:
    clock = VirtualClock(datetime(2027, 2, 21, 9, tzinfo=UTC))
    db, model = Database(url, [KEY]), Model()
    try:
        stage = Stage(db, clock)
        await stage.build()
        model.plan(clock.now())
        for change in story:
            clock.advance(clock.now() + timedelta(hours=change.hours))
            await stage.send_what_is_due()
            model.send(clock.now())
            match change.field:
                case "weeks" | "day" | "hour":
                    setattr(model, change.field, change.value)
                case "zone":
                    model.zones[change.number] = change.value
                case "dates":
                    model.shifts[change.number] = change.value
            before = {row.id for row in await stage.rows()}
            gone = [look(row) for row in await stage.rows() if row.state in GONE]
            await stage.edit(change)
            model.plan(clock.now())
            rows = await stage.rows()
            assert before <= {row.id for row in rows}, "no row goes"
            assert gone == [look(row) for row in rows if row.state in GONE], "what was sent stays"
            prompts = [row for row in rows if row.kind == "checkin_prompt"]
            assert {
                (row.subject, int(row.occurrence.removeprefix("week:"))): row.due_at
                for row in prompts
                if row.state == State.PLANNED
            } == model.ahead
            assert model.done == {
                (row.subject, int(row.occurrence.removeprefix("week:")))
                for row in prompts
                if row.state in GONE
            }
            async with db.write() as uow:
                await stage.planner.replan(uow, (await uow.session.scalars(select(Cohort))).one())
                assert not uow.session.dirty
                assert not uow.session.new
                await uow.commit()
            again = [look(row) for row in await stage.rows()]
            assert again == [look(row) for row in rows], "planning twice changes nothing"
    finally:
        await db.close()


@settings(max_examples=15)
@given(edits)
def test_what_is_ahead_is_what_the_new_facts_say(
    migrated_template: Path, story: list[Edit]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "liftoff.db"
        shutil.copy(migrated_template, path)
        asyncio.run(_follows_the_model(f"sqlite+aiosqlite:///{path}", story))
