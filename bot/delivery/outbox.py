"""Writing down what is due, inside the transaction of the change that caused it."""

from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.clock import Clock
from bot.domain.deliveries import DeliveryPlan, Event, State
from bot.storage.engine import Topic, UnitOfWork
from bot.storage.tables import Delivery

PAUSED = "paused"
NO_CHANNEL = "its channel is not there yet"
NO_LONGER_DUE = "no longer due"
NOT_SENT = (State.PLANNED, State.HELD, State.STOPPED)
"""What can still fall away. What is parked is an organizer's to decide."""
REVIVABLE = frozenset({NO_LONGER_DUE})
"""Reasons of cancellation that a change of plan can undo; all others are final.

What fell into a pause does not come afterwards in a heap: the next one comes.
"""


class Outbox:
    """The only writer of new deliveries. After a commit that changed any, the alarm rings."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def put(self, uow: UnitOfWork, plan: DeliveryPlan) -> int | None:
        """Makes sure that `plan` is written down, and returns its row's id.

        Planning twice changes nothing: a row that is still ahead moves to the plan's time, one
        that fell away is planned again, one that was sent stays. A plan whose last useful time
        is over is not written; then None is returned.
        """
        row = await uow.session.scalar(
            select(Delivery).where(
                Delivery.kind == plan.kind,
                Delivery.subject == plan.subject,
                Delivery.occurrence == plan.occurrence,
            )
        )
        row = self._write(uow, row, plan)
        await uow.session.flush()
        return row.id if row else None

    async def reconcile(
        self,
        uow: UnitOfWork,
        cohort_id: int,
        kinds: Collection[str],
        plans: Iterable[DeliveryPlan],
    ) -> None:
        """Makes what is still ahead for these kinds of a cohort equal to `plans`.

        What was sent stays; what fell away is cancelled.
        """
        found = await uow.session.scalars(
            select(Delivery).where(Delivery.cohort_id == cohort_id, Delivery.kind.in_(kinds))
        )
        rows = {(row.kind, row.subject, row.occurrence): row for row in found}
        for plan in plans:
            self._write(uow, rows.pop((plan.kind, plan.subject, plan.occurrence), None), plan)
        for row in rows.values():
            if row.state in (State.PLANNED, State.STOPPED):
                row.go(Event.CANCEL, reason=NO_LONGER_DUE)
                uow.touch(Topic.DELIVERIES)
        await uow.session.flush()

    def _write(self, uow: UnitOfWork, row: Delivery | None, plan: DeliveryPlan) -> Delivery | None:
        """The row as the plan wants it; None where there is none and none is worth making."""
        if row is None:
            if plan.last_useful_at <= self._clock.now():
                return None
            row = Delivery(
                kind=plan.kind,
                subject=plan.subject,
                occurrence=plan.occurrence,
                guild_id=plan.guild_id,
                state=State.PLANNED,
                attempts=0,
                stale=False,
                not_before=plan.due_at,
            )
            uow.session.add(row)
        elif row.state == State.CANCELLED and row.reason in REVIVABLE:
            if plan.last_useful_at <= self._clock.now():
                return row
            row.go(Event.PLAN_AGAIN, not_before=plan.due_at)
        elif row.state not in (State.PLANNED, State.STOPPED):
            return row
        if row.state == State.PLANNED and row.due_at != plan.due_at:
            row.not_before = plan.due_at
        row.due_at = plan.due_at
        row.last_useful_at = plan.last_useful_at
        row.rule = plan.rule
        row.courtesy = plan.courtesy
        row.cohort_id = plan.cohort_id
        row.person_id = plan.person_id
        row.user_id = plan.user_id
        row.place = plan.place
        row.zone = plan.zone
        if uow.session.is_modified(row):
            uow.touch(Topic.DELIVERIES)
        return row

    async def cancel(self, uow: UnitOfWork, *where: ColumnElement[bool], reason: str) -> int:
        """Cancels every delivery not yet sent that matches; returns how many they were."""
        rows = await uow.session.scalars(
            select(Delivery).where(Delivery.state.in_(NOT_SENT), *where)
        )
        count = 0
        for row in rows:
            row.go(Event.CANCEL, reason=reason)
            count += 1
        uow.touch(Topic.DELIVERIES)
        return count

    async def refresh(self, uow: UnitOfWork, *where: ColumnElement[bool]) -> None:
        """Marks sent messages that match as out of date: they will be edited in place.

        One that is being sent right now is looked at again once it is there.
        """
        there = update(Delivery).where(
            Delivery.state == State.SENT, Delivery.message_id.is_not(None), *where
        )
        await uow.session.execute(
            there.values(stale=True, not_before=self._clock.now(), attempts=0)
        )
        on_its_way = update(Delivery).where(Delivery.state == State.CLAIMED, *where)
        await uow.session.execute(on_its_way.values(stale=True))
        uow.touch(Topic.DELIVERIES)
