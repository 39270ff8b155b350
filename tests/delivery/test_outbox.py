"""Writing down what is due: twice is once, a change moves what is ahead and nothing else."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import VirtualClock
from bot.delivery.outbox import NO_LONGER_DUE, PAUSED, Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.services.planning import Planner
from bot.storage.engine import Database, Topic
from bot.storage.tables import Cohort, Delivery, Membership, Person
from tests.storage.rows import GUILD, NOW, add, cohort, guild, membership, person, plan, team

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

Shown = dict[tuple[str, str, str], dict[str, Any]]


class Office:
    """A running cohort of one team, its planner, and a clock."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = VirtualClock(NOW)
        self.outbox = Outbox(self.clock)
        self.planner = Planner(self.outbox, self.clock, 2)
        self.rung = 0
        db.listen(Topic.DELIVERIES, self._ring)

    def _ring(self) -> None:
        self.rung += 1

    async def open(self) -> None:
        joined: dict[str, Any] = {"joined_at": NOW, "onboarded_at": NOW}
        async with self.db.write() as uow:
            home = cohort()
            nia = person("nia", "Asia/Kathmandu", **joined)
            cai = person("cai", "Europe/Berlin", **joined)
            mia = person("mia", "America/New_York", **joined)
            await add(uow.session, guild(), home, nia, cai, mia)
            mercury = team(home)
            await add(uow.session, mercury)
            for number, (who, role) in enumerate(
                ((nia, "navigator"), (cai, "captain"), (mia, "mentee"))
            ):
                await add(uow.session, membership(home, who, role, mercury, number))
            await uow.commit()

    async def put(self, one: DeliveryPlan) -> int | None:
        async with self.db.write() as uow:
            number = await self.outbox.put(uow, one)
            await uow.commit()
        return number

    async def change(self, **facts: Any) -> None:
        """Changes the cohort and plans again, in one transaction."""
        async with self.db.write() as uow:
            home = (await uow.session.scalars(select(Cohort))).one()
            for name, value in facts.items():
                setattr(home, name, value)
            await uow.session.flush()
            await self.planner.replan(uow, home)
            await uow.commit()

    async def mark(self, kind: str, occurrence: str, **values: Any) -> None:
        async with self.db.write() as uow:
            row = (
                await uow.session.scalars(
                    select(Delivery).where(Delivery.kind == kind, Delivery.occurrence == occurrence)
                )
            ).one()
            for name, value in values.items():
                setattr(row, name, value)
            await uow.commit()

    async def shown(self) -> Shown:
        """Every column of every delivery, by what it is about."""
        async with self.db.read() as session:
            rows = await session.scalars(select(Delivery))
            return {
                (row.kind, row.subject, row.occurrence): {
                    column.name: getattr(row, column.name) for column in Delivery.__table__.columns
                }
                for row in rows
            }

    async def prompts(self) -> list[dict[str, Any]]:
        found = await self.shown()
        rows = [values for key, values in found.items() if key[0] == "checkin_prompt"]
        return sorted(rows, key=lambda row: str(row["due_at"]))


@pytest.fixture
async def office(db: Database) -> Office:
    here = Office(db)
    await here.open()
    return here


async def test_what_is_due_belongs_to_the_change_that_caused_it(office: Office) -> None:
    async with office.db.write() as uow:
        await office.outbox.put(uow, plan())
    assert await office.shown() == {}
    assert office.rung == 0
    await office.put(plan())
    assert len(await office.shown()) == 1
    assert office.rung == 1


async def test_putting_twice_is_putting_once(office: Office) -> None:
    first = await office.put(plan())
    before = await office.shown()
    assert await office.put(plan()) == first
    assert await office.shown() == before


async def test_a_plan_that_moves_moves_its_row(office: Office) -> None:
    number = await office.put(plan())
    later = replace(plan(), due_at=NOW + DAY, last_useful_at=NOW + 3 * DAY, rule="at nine")
    assert await office.put(later) == number
    [row] = (await office.shown()).values()
    assert (row["due_at"], row["not_before"]) == (NOW + DAY, NOW + DAY)
    assert (row["last_useful_at"], row["rule"]) == (NOW + 3 * DAY, "at nine")


async def test_a_wait_survives_planning_again(office: Office) -> None:
    await office.put(plan())
    await office.mark("trial", "once:1", not_before=NOW + HOUR, reason="quiet hours", attempts=2)
    await office.put(plan())
    [row] = (await office.shown()).values()
    assert (row["not_before"], row["reason"], row["attempts"]) == (NOW + HOUR, "quiet hours", 2)


@pytest.mark.parametrize("state", ["claimed", "sent", "held", "expired", "parked"])
async def test_what_is_no_longer_ahead_is_left_alone(office: Office, state: str) -> None:
    number = await office.put(plan())
    await office.mark("trial", "once:1", state=state)
    before = await office.shown()
    assert await office.put(replace(plan(), due_at=NOW + HOUR)) == number
    assert await office.shown() == before


@pytest.mark.parametrize("reason", [PAUSED, "left the cohort", "the cohort was closed"])
async def test_what_was_cancelled_stays_cancelled(office: Office, reason: str) -> None:
    await office.put(plan())
    await office.mark("trial", "once:1", state="cancelled", reason=reason)
    before = await office.shown()
    await office.put(replace(plan(), due_at=NOW + HOUR))
    assert await office.shown() == before


async def test_what_fell_away_comes_back_when_it_is_due_again(office: Office) -> None:
    await office.put(plan())
    await office.mark("trial", "once:1", state="cancelled", reason=NO_LONGER_DUE)
    await office.put(replace(plan(), due_at=NOW + HOUR))
    [row] = (await office.shown()).values()
    assert (row["state"], row["reason"], row["not_before"]) == ("planned", None, NOW + HOUR)


async def test_what_is_over_is_not_written(office: Office) -> None:
    assert await office.put(plan(due_at=NOW - 3 * DAY, last_useful_at=NOW)) is None
    assert await office.shown() == {}
    number = await office.put(plan(due_at=NOW - 3 * DAY, last_useful_at=NOW + HOUR))
    assert number is not None


async def test_what_fell_away_and_is_over_stays_cancelled(office: Office) -> None:
    await office.put(plan())
    await office.mark("trial", "once:1", state="cancelled", reason=NO_LONGER_DUE)
    before = await office.shown()
    await office.put(plan(due_at=NOW - DAY, last_useful_at=NOW))
    assert await office.shown() == before


async def test_cancelling_spares_what_was_sent(office: Office) -> None:
    for state in ("planned", "held", "sent", "claimed", "expired"):
        await office.put(plan(f"once:{state}"))
        await office.mark("trial", f"once:{state}", state=state)
    async with office.db.write() as uow:
        count = await office.outbox.cancel(uow, Delivery.kind == "trial", reason="over")
        await uow.commit()
    assert count == 2
    states = {key[2]: row["state"] for key, row in (await office.shown()).items()}
    assert states == {
        "once:planned": "cancelled",
        "once:held": "cancelled",
        "once:sent": "sent",
        "once:claimed": "claimed",
        "once:expired": "expired",
    }


async def test_refreshing_takes_only_messages_that_can_be_edited(office: Office) -> None:
    cases: list[dict[str, Any]] = [
        {"state": "sent", "message_id": 5},
        {"state": "sent"},
        {"state": "planned"},
    ]
    for n, more in enumerate(cases):
        await office.put(plan(f"once:{n}"))
        await office.mark("trial", f"once:{n}", **more)
    async with office.db.write() as uow:
        await office.outbox.refresh(uow, Delivery.kind == "trial")
        await uow.commit()
    stale = {key[2]: row["stale"] for key, row in (await office.shown()).items()}
    assert stale == {"once:0": True, "once:1": False, "once:2": False}


# -- a cohort ------------------------------------------------------------------------------------


async def test_planning_a_cohort_twice_changes_nothing(office: Office) -> None:
    await office.change()
    before = await office.shown()
    kinds = {key[0] for key in before}
    assert {"checkin_prompt", "one_on_one_offer", "captain_week", "navigator_week"} <= kinds
    assert len([key for key in before if key[0] == "checkin_prompt"]) == 8
    await office.change()
    assert await office.shown() == before


async def test_another_hour_moves_what_is_ahead_and_leaves_what_was_sent(office: Office) -> None:
    await office.change()
    before = await office.prompts()
    await office.mark("checkin_prompt", "week:1", state="sent", sent_at=NOW, message_id=5)
    await office.change(prompt_time=time(17, 30))
    now = await office.prompts()
    assert now[0]["due_at"] == before[0]["due_at"]
    for old, new in zip(before[1:], now[1:], strict=True):
        assert new["id"] == old["id"]
        assert new["due_at"] - old["due_at"] == timedelta(hours=8, minutes=30)
        assert new["not_before"] == new["due_at"]
        assert new["last_useful_at"] - new["due_at"] == 2 * DAY
        assert new["rule"] == "Monday 17:30 Asia/Kathmandu"


async def test_fewer_weeks_cancel_what_fell_away_and_more_bring_it_back(office: Office) -> None:
    await office.change()
    before = await office.shown()
    await office.change(weeks=3)
    states = [(row["occurrence"], row["state"], row["reason"]) for row in await office.prompts()]
    assert states == [
        (f"week:{k}", *(("planned", None) if k <= 3 else ("cancelled", NO_LONGER_DUE)))
        for k in range(1, 9)
    ]
    await office.change(weeks=8)
    assert await office.shown() == before


async def test_another_weekday_and_start_move_everything(office: Office) -> None:
    await office.change()
    await office.change(prompt_weekday=2)
    assert {row["due_at"].weekday() for row in await office.prompts()} == {2}
    home = cohort()
    await office.change(start=home.start + WEEK)
    rows = await office.prompts()
    assert rows[0]["due_at"].date() == home.start + WEEK + 2 * DAY
    assert len(rows) == 8


async def test_a_navigator_who_moves_takes_the_teams_hour_along(office: Office) -> None:
    await office.change()
    before = await office.prompts()
    async with office.db.write() as uow:
        nia = (await uow.session.scalars(select(Person).where(Person.username == "nia"))).one()
        nia.timezone = "America/Santiago"
        await uow.session.flush()
        await office.planner.replan_person(uow, nia)
        await uow.commit()
    for old, new in zip(before, await office.prompts(), strict=True):
        assert new["id"] == old["id"]
        assert new["due_at"] > old["due_at"]
        assert new["rule"].endswith("America/Santiago")


async def test_somebody_who_left_has_nothing_ahead(office: Office) -> None:
    await office.change()
    async with office.db.write() as uow:
        seat = (
            await uow.session.scalars(select(Membership).where(Membership.role == "mentee"))
        ).one()
        seat.left_at = NOW
        await uow.commit()
    await office.change()
    offers = [row for key, row in (await office.shown()).items() if key[0] == "one_on_one_offer"]
    assert {row["state"] for row in offers} == {"cancelled"}
    assert {row["state"] for row in await office.prompts()} == {"planned"}


async def test_only_a_running_cohort_is_planned(office: Office) -> None:
    await office.change(state="draft")
    assert await office.shown() == {}
    await office.change(state="closed")
    assert await office.shown() == {}


async def test_launched_late_the_weeks_that_are_over_are_not_planned(office: Office) -> None:
    # Monday 09:00 in Kathmandu of week 3, and two days, and a moment.
    office.clock.advance(NOW.replace(month=3, day=10, hour=3, minute=15, second=1))
    await office.change()
    assert [row["occurrence"] for row in await office.prompts()] == [
        f"week:{k}" for k in range(4, 9)
    ]


async def test_another_cohorts_plans_are_not_touched(office: Office) -> None:
    await office.change()
    async with office.db.write() as uow:
        other = cohort(name="Session 5")
        await add(uow.session, other)
        venus = team(other, "Venus")
        await add(uow.session, venus)
        await office.planner.replan(uow, other)
        await uow.commit()
    before = await office.shown()
    assert len([key for key in before if key[0] == "checkin_prompt"]) == 16
    async with office.db.write() as uow:
        home = await uow.session.get_one(Cohort, other.id)
        home.weeks = 1
        await uow.session.flush()
        await office.planner.replan(uow, home)
        await uow.commit()
    after = await office.shown()
    changed = {key[1] for key, row in after.items() if row != before[key]}
    assert changed == {f"team:{venus.id}"}


def test_posts_say_where_and_answers_to_people_say_who() -> None:
    assert plan().courtesy is Courtesy.POST
    assert plan(person_id=3).place is None
    assert plan().guild_id == GUILD
