"""Messages that could not be delivered, and forms that were refused: kept for their person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.rows import due_of
from bot.domain.deliveries import Due, Event, State
from bot.storage.engine import Database
from bot.storage.tables import Delivery, FormDraft, Person


@dataclass(frozen=True)
class Waiting:
    """A message that waits behind "My messages". Times are UTC."""

    due: Due
    due_at: datetime


class WaitingService:
    """What waits for a person, and what they had typed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def held_for(self, user_id: int) -> list[Waiting]:
        """Everything that waits for somebody, oldest first."""
        now = self._clock.now()
        async with self._db.write() as uow:
            rows = await uow.session.scalars(
                select(Delivery)
                .join(Person, Person.id == Delivery.person_id)
                .where(Person.user_id == user_id, Delivery.state == State.HELD)
                .order_by(Delivery.due_at)
            )
            waiting = []
            for row in list(rows):
                if row.last_useful_at < now:
                    row.go(Event.EXPIRE, reason="waited behind My messages until it was over")
                    continue
                due = due_of(row, now, user_id=user_id)
                waiting.append(Waiting(due, row.due_at))
            await uow.commit()
            return waiting

    async def shown(self, delivery_id: int) -> None:
        """Records that a waiting message was shown to its person."""
        await self._end(delivery_id, Event.SHOW, None)

    async def dropped(self, delivery_id: int, reason: str) -> None:
        """Records that there was nothing left to show."""
        await self._end(delivery_id, Event.CANCEL, reason)

    async def _end(self, delivery_id: int, event: Event, reason: str | None) -> None:
        async with self._db.write() as uow:
            row = await uow.session.get_one(Delivery, delivery_id)
            if row.state == State.HELD:
                row.go(event, reason=reason)
                if event is Event.SHOW:
                    row.sent_at, row.route = self._clock.now(), "my messages"
                await uow.commit()

    async def direct_messages_open(self, user_id: int) -> None:
        """Notes that somebody can be written to again."""
        async with self._db.write() as uow:
            closed = await uow.session.scalars(
                select(Person).where(Person.user_id == user_id, Person.dms_closed)
            )
            for person in list(closed):
                person.dms_closed = False
            await uow.commit()

    async def save_draft(self, user_id: int, form: str, values: Mapping[str, str]) -> None:
        """Keeps what somebody typed into a form, encrypted, until the form is accepted."""
        async with self._db.write() as uow:
            draft = await uow.session.get(FormDraft, (user_id, form))
            if draft is None:
                draft = FormDraft(user_id=user_id, form=form)
                uow.session.add(draft)
            draft.values = json.dumps(dict(values))
            draft.saved_at = self._clock.now()
            await uow.commit()

    async def draft(self, user_id: int, form: str) -> dict[str, str] | None:
        """What somebody had typed into a form that was refused."""
        async with self._db.read() as session:
            draft = await session.get(FormDraft, (user_id, form))
            return None if draft is None else dict(json.loads(draft.values))

    async def drop_draft(self, user_id: int, form: str) -> None:
        """Forgets a draft: its form was accepted."""
        async with self._db.write() as uow:
            await forget_draft(uow.session, user_id, form)
            await uow.commit()


async def forget_draft(session: AsyncSession, user_id: int, form: str) -> None:
    """Forgets a draft in the transaction that accepts its form."""
    await session.execute(
        delete(FormDraft).where(FormDraft.user_id == user_id, FormDraft.form == form)
    )
