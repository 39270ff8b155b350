"""Any order of planning, changing, holding, failing, dying and waiting, against a small model."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from bot.delivery.outbox import NO_LONGER_DUE
from bot.domain.deliveries import DeliveryPlan, Event
from bot.storage.engine import Topic
from bot.storage.tables import Delivery, Person
from tests.delivery.promises import DAY, HOUR, Plan, Promises, by_key
from tests.delivery.stage import HALL, KINDS, SOON, ZONE, Stage

AHEAD = st.sampled_from([timedelta(0), HOUR, 7 * HOUR, 12 * HOUR, DAY, 3 * DAY])


class Machine(Promises):
    """The rules of the game."""

    @initialize(aheads=st.lists(AHEAD, min_size=len(KINDS), max_size=len(KINDS)))
    def begin(self, aheads: list[timedelta]) -> None:
        self.stage.begin()
        self.plans: dict[str, Plan] = {}
        self.paused = False
        self.unanswered = []
        self.dms_open = True
        self.well_since = self.now
        for kind, ahead in zip(sorted(KINDS), aheads, strict=True):
            self.plan_one(kind, 0, ahead, 2 * DAY)

    def teardown(self) -> None:
        if not hasattr(self, "plans"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.recover()
        finally:
            self.stage.end()

    def write(self, key: str, event: Event, **more: Any) -> None:
        """Something that an organizer does to a row that waits."""

        async def work() -> None:
            async with self.stage.db.write() as uow:
                row = await uow.session.scalar(select(Delivery).where(by_key(key)))
                assert row is not None
                row.go(event, **more)
                uow.touch(Topic.DELIVERIES)
                await uow.commit()

        self.stage.do(work())
        self.stage.settle()

    # -- what happens -------------------------------------------------------------------

    def put(self, key: str, plan: Plan) -> None:
        kind, _, occurrence = key.partition(" ")
        to_hall = kind == "post"
        written = DeliveryPlan(
            kind=kind,
            subject="person:1",
            occurrence=occurrence,
            guild_id=self.stage.guild.id,
            due_at=plan.due,
            last_useful_at=plan.useful,
            rule="in a test",
            courtesy=KINDS[kind],
            person_id=None if to_hall else self.stage.mia_id,
            place=HALL if to_hall else None,
            zone=ZONE if to_hall else None,
        )

        async def work() -> None:
            async with self.stage.db.write() as uow:
                await self.stage.outbox.put(uow, written)
                await uow.commit()

        self.stage.do(work())
        self.stage.settle()

    @precondition(lambda self: self.stage.up)
    @rule(
        kind=st.sampled_from(sorted(KINDS)),
        numbers=st.sets(st.integers(1, 5), min_size=1, max_size=3),
        ahead=AHEAD,
        useful=st.sampled_from([2 * HOUR, 12 * HOUR, 2 * DAY, 9 * DAY]),
    )
    def plan(self, kind: str, numbers: set[int], ahead: timedelta, useful: timedelta) -> None:
        """Plans something, or moves what is planned."""
        for number in sorted(numbers):
            self.plan_one(kind, number, ahead, useful)

    def plan_one(self, kind: str, number: int, ahead: timedelta, useful: timedelta) -> None:
        key = f"{kind} once:{number}"
        plan = Plan(kind, self.now + ahead, self.now + ahead + useful)
        before, known = self.states().get(key), self.plans.get(key)
        self.put(key, plan)
        if known is None:
            self.plans[key] = plan
        elif before in ("planned", "stopped") or (before == "cancelled" and not known.wanted):
            known.due, known.useful, known.wanted = plan.due, plan.useful, True

    @precondition(lambda self: self.stage.up and self.plans)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """It is no longer due."""
        key = data.draw(st.sampled_from(sorted(self.plans)))
        state = self.states()[key]

        async def work() -> None:
            async with self.stage.db.write() as uow:
                await self.stage.outbox.cancel(uow, by_key(key), reason=NO_LONGER_DUE)
                await uow.commit()

        self.stage.do(work())
        self.stage.settle()
        if state in ("planned", "held", "stopped"):
            self.plans[key].wanted = False
            self.plans[key].stopped = False

    @precondition(lambda self: self.stage.up)
    @rule(data=st.data())
    def stop_or_release(self, data: st.DataObject) -> None:
        """An organizer holds something back, or lets it go."""
        states = self.states()
        keys = sorted(key for key in self.plans if states[key] in ("planned", "stopped"))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        plan = self.plans[key]
        if plan.stopped:
            self.write(key, Event.RELEASE, not_before=max(plan.due, self.now))
            self.well_since = self.now
        else:
            self.write(key, Event.STOP, reason="held back")
        plan.stopped = not plan.stopped

    @precondition(lambda self: self.stage.up)
    @rule()
    def pause_or_resume(self) -> None:
        """The person goes away, or comes back."""
        self.paused = not self.paused
        self.set_person(paused_at=self.now if self.paused else None)

    def set_person(self, **values: Any) -> None:
        async def work() -> None:
            async with self.stage.db.write() as uow:
                mia = await uow.session.get_one(Person, self.stage.mia_id)
                for name, value in values.items():
                    setattr(mia, name, value)
                await uow.commit()

        self.stage.do(work())

    @precondition(lambda self: self.dms_open)
    @rule()
    def close_direct_messages(self) -> None:
        self.stage.mia.close_direct_messages()
        self.dms_open = False

    @precondition(lambda self: self.stage.up and not self.dms_open)
    @rule()
    def open_direct_messages(self) -> None:
        """They are open again, the bot is written to, and what waited is read."""
        self.stage.mia.open_direct_messages()
        self.dms_open = True
        self.well_since = self.now

        async def work() -> list[str]:
            await self.stage.waiting.direct_messages_open(self.stage.mia.id)
            shown = []
            for held in await self.stage.waiting.held_for(self.stage.mia.id):
                await self.stage.waiting.shown(held.due.id)
                shown.append(f"{held.due.kind} {held.due.occurrence}")
            return shown

        self.stage.shown += self.stage.do(work())

    @precondition(lambda self: self.stage.up)
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """What a message shows has changed."""
        if not self.plans:
            return
        key = data.draw(st.sampled_from(sorted(self.plans)))
        self.plans[key].version += 1
        self.stage.versions[key] = self.plans[key].version

        async def work() -> None:
            async with self.stage.db.write() as uow:
                await self.stage.outbox.refresh(uow, by_key(key))
                await uow.commit()

        self.stage.do(work())
        self.stage.settle()
        self.well_since = max(self.well_since, self.now)

    @precondition(lambda self: self.stage.up)
    @rule(
        what=st.sampled_from([503, "reset", 429]),
        after_effect=st.booleans(),
        count=st.integers(1, 3),
        method=st.sampled_from(["POST", "POST", "GET", "PATCH"]),
    )
    def fail(self, what: int | str, after_effect: bool, count: int, method: str) -> None:
        """The next requests fail, with or without effect; told to wait, nothing has happened."""
        after_effect = after_effect and what != 429
        if method == "PATCH":
            self.stage.sandbox.faults.add(
                what,
                method=method,
                route="/channels/{channel_id}/messages/{message_id}",
                count=count,
                seconds=0.01,
                after_effect=after_effect,
            )
        else:
            fault = self.stage.fail(
                what, method=method, count=count, after_effect=after_effect, seconds=0.01
            )
            if method == "POST" and after_effect:
                self.unanswered.append(fault)
        self.well_since = self.now

    @rule(passes=st.sampled_from([0.02, 0.5, 1, 6, 15, 24, 24 * 3, 24 * 7]))
    def time_passes(self, passes: float) -> None:
        self.stage.run_until(self.now + passes * HOUR)
        if any(not fault.spent for fault in self.stage.sandbox.faults.announced):
            self.well_since = self.now
        if not self.stage.up:
            self.well_since = self.now

    @precondition(lambda self: self.stage.up)
    @rule(
        where=st.sampled_from(["now", "writing", "sending", "sent"]),
        kind=st.sampled_from(sorted(KINDS)),
        number=st.integers(1, 5),
        passes=st.sampled_from([0.1, 6, 24, 24 * 3]),
    )
    def die(self, where: str, kind: str, number: int, passes: float) -> None:
        """Something is due soon; the process dies: idle, before, during or after a request."""
        self.plan_one(kind, number, timedelta(minutes=1), 2 * DAY)
        if where == "now":
            self.stage.die()
        else:
            self.stage.sandbox.faults.clear()
            fault = None
            if where != "writing":
                fault = self.stage.fail("slow", seconds=SOON, count=1, after_effect=where == "sent")
                self.unanswered.append(fault)
            if not self.stage.run_until_it_dies(self.now + passes * HOUR, fault):
                self.stage.sandbox.faults.clear()
                self.stage.die()
        self.well_since = self.now

    @precondition(lambda self: not self.stage.up)
    @rule()
    def start_again(self) -> None:
        self.stage.start()
        self.well_since = self.now

    def recover(self) -> None:
        """All is well in the end, and after three weeks nothing is left over."""
        self.stage.sandbox.faults.clear()
        if not self.stage.up:
            self.stage.start()
        self.open_direct_messages()
        for key, plan in self.plans.items():
            if plan.stopped and self.states()[key] == "stopped":
                plan.stopped = False
                self.write(key, Event.RELEASE, not_before=max(plan.due, self.now))
        self.stage.run_until(self.now + 21 * DAY)
        self.open_direct_messages()
        states = self.states()
        there = {message.key for message in self.stage.read()} | set(self.stage.shown)
        for key, plan in self.plans.items():
            assert states[key] in ("sent", "cancelled", "expired"), (key, states[key])
            if states[key] == "sent":
                assert key in there, f"nobody has {key}"
            elif key in there:
                assert not plan.wanted, f"{key} was read, and is {states[key]}"
            if states[key] == "expired":
                assert plan.useful < self.now
        self.all_is_well()


@pytest.fixture(scope="module")
def stage(migrated_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    here = Stage(migrated_template, tmp_path_factory.mktemp("model"))
    yield here
    here.close()


def test_any_order_of_events(stage: Stage) -> None:
    on_stage = type("OnStage", (Machine,), {"stage": stage})
    few = settings().max_examples * 3 // 5
    run_state_machine_as_test(on_stage, settings=settings(max_examples=few, stateful_step_count=20))


@pytest.mark.deep
def test_any_long_order_of_events(stage: Stage) -> None:
    on_stage = type("OnStage", (Machine,), {"stage": stage})
    run_state_machine_as_test(on_stage, settings=settings(stateful_step_count=60))
