"""What organizers change about messages that are coming or failed.

Each change is one transaction and goes by the transition table. A message that was sent, or taken
by the sender, in the meantime is left alone, and the organizer is told so. Private kinds are
counted, and are sent again or cancelled all together; nobody looks at one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.kinds import Kinds
from bot.delivery.rows import due_of
from bot.domain.deliveries import Due, Event, State
from bot.domain.errors import NotFound, Refusal
from bot.domain.policy import Action, Actor
from bot.services.delivery_entries import Entry, entries, public_kinds, wordable_kinds
from bot.services.lookup import check
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import Delivery

LONGEST_WORDING = 2000

HELD_BACK = "held back by an organizer"
CANCELLED = "cancelled by an organizer"
OVER = "no longer useful"

# Both are organizers'; a change asks for what making a cohort's messages due asks for.
_SEE = Action.SEE_COHORT
_CHANGE = Action.LAUNCH_COHORT

_GONE = "That message is not here any more, or it is not one to look at. Nothing was changed."
_NOT_NOW = {
    State.PLANNED: "That message is on its way as planned; nothing was changed.",
    State.CLAIMED: "That message is being sent at this moment; nothing was changed.",
    State.SENT: "That message has been sent already; nothing was changed.",
    State.CANCELLED: "That message is cancelled already; nothing was changed.",
    State.EXPIRED: "The time of that message is over, and it is not sent any more.",
    State.PARKED: "That message could not be sent and is set aside; nothing was changed.",
    State.STOPPED: "That message is held back already; nothing was changed.",
}
_UNSURE = (
    "Discord has not said yet whether that message is there already, so nothing was changed. "
    "Please look again in a few minutes."
)


@dataclass(frozen=True)
class Look:
    """One delivery, with what its renderer is told and an organizer's words for it."""

    entry: Entry
    due: Due
    wording: str | None


@dataclass(frozen=True)
class Done:
    """What was changed: so many messages go out (again), so many were too late for it."""

    kind: str
    going: int = 0
    expired: int = 0
    cancelled: int = 0


class DeliveryService:
    """For organizers. Every call raises NotAllowed for anybody else."""

    def __init__(self, db: Database, clock: Clock, kinds: Kinds) -> None:
        self._db = db
        self._clock = clock
        self._kinds = kinds

    async def look(self, actor: Actor, delivery_id: int) -> Look:
        """One delivery that is not sent yet, as it would be written when it goes.

        Raises NotFound for what is private, elsewhere or not there, and Refusal for what is over.
        """
        async with self._db.read() as session:
            await check(session, actor, _SEE)
            row = await self._row(session, actor, delivery_id)
            if row.state not in (State.PLANNED, State.STOPPED, State.PARKED):
                raise Refusal(_NOT_NOW[State(row.state)])
            (entry,) = await entries(session, [row], wordable_kinds(self._kinds))
            then = max(self._clock.now(), entry.next_at)
            return Look(entry, due_of(row, then), row.wording)

    async def reword(self, actor: Actor, delivery_id: int, text: str) -> None:
        """Gives a message other words; an empty `text` gives it the bot's own again.

        Raises Refusal for a kind whose words are not the bot's own, and for what is over.
        """
        async with self._db.write() as uow:
            await check(uow.session, actor, _CHANGE)
            row = await self._row(uow.session, actor, delivery_id)
            if row.kind not in wordable_kinds(self._kinds):
                raise Refusal(
                    "Those are not my words but somebody's own, so they stay as they are."
                )
            if len(text) > LONGEST_WORDING:
                raise Refusal(f"Please shorten the text to {LONGEST_WORDING} characters.")
            if row.state not in (State.PLANNED, State.STOPPED, State.PARKED):
                raise Refusal(_NOT_NOW[State(row.state)])
            self._must_be_sure(row)
            row.wording = text or None
            await uow.commit()

    async def hold(self, actor: Actor, delivery_id: int) -> Entry:
        """Holds a message back until an organizer lets it go or cancels it."""
        async with self._db.write() as uow:
            row = await self._changeable(uow, actor, delivery_id, State.PLANNED)
            self._must_be_sure(row)
            row.go(Event.STOP, reason=HELD_BACK)
            await uow.session.flush()
            (entry,) = await entries(uow.session, [row], wordable_kinds(self._kinds))
            await uow.commit()
            return entry

    async def release(self, actor: Actor, delivery_id: int) -> Done:
        """Lets a held message go: when it is due, at once if that was before, or not at all if
        it is of no use any more.
        """
        async with self._db.write() as uow:
            row = await self._changeable(uow, actor, delivery_id, State.STOPPED)
            done = self._send([row], Event.RELEASE)
            await uow.commit()
            return done

    async def cancel(self, actor: Actor, delivery_id: int) -> Done:
        """Cancels for good what is held back or failed; a change of plan does not revive it."""
        async with self._db.write() as uow:
            row = await self._changeable(uow, actor, delivery_id, State.STOPPED, State.PARKED)
            row.go(Event.CANCEL, reason=CANCELLED)
            await uow.commit()
            return Done(row.kind, cancelled=1)

    async def retry(self, actor: Actor, delivery_id: int) -> Done:
        """Sends again what failed, at once, unless it is of no use any more."""
        async with self._db.write() as uow:
            row = await self._changeable(uow, actor, delivery_id, State.PARKED)
            done = self._send([row], Event.PLAN_AGAIN)
            await uow.commit()
            return done

    async def retry_all(self, actor: Actor, handle: int) -> Done:
        """Sends again everything of a private kind that failed; `handle` is one of its rows."""
        async with self._db.write() as uow:
            done = self._send(await self._alike(uow, actor, handle), Event.PLAN_AGAIN)
            await uow.commit()
            return done

    async def cancel_all(self, actor: Actor, handle: int) -> Done:
        """Cancels everything of a private kind that failed; `handle` is one of its rows."""
        async with self._db.write() as uow:
            rows = await self._alike(uow, actor, handle)
            for row in rows:
                row.go(Event.CANCEL, reason=CANCELLED)
            uow.touch(Topic.DELIVERIES)
            await uow.commit()
            return Done(rows[0].kind, cancelled=len(rows))

    # -- what may be changed ----------------------------------------------------------------

    async def _changeable(
        self, uow: UnitOfWork, actor: Actor, delivery_id: int, *states: State
    ) -> Delivery:
        await check(uow.session, actor, _CHANGE)
        row = await self._row(uow.session, actor, delivery_id)
        if row.state not in states:
            raise Refusal(_NOT_NOW[State(row.state)])
        uow.touch(Topic.DELIVERIES)
        return row

    async def _row(self, session: AsyncSession, actor: Actor, delivery_id: int) -> Delivery:
        row = await session.get(Delivery, delivery_id)
        if (
            row is None
            or row.guild_id != actor.guild_id
            or row.kind not in public_kinds(self._kinds)
        ):
            # One sentence for all three, so that nobody learns of a private message by trying.
            raise NotFound(_GONE)
        return row

    async def _alike(self, uow: UnitOfWork, actor: Actor, handle: int) -> Sequence[Delivery]:
        """All failed deliveries of the private kind that `handle` is of."""
        await check(uow.session, actor, _CHANGE)
        one = await uow.session.get(Delivery, handle)
        if one is None or one.guild_id != actor.guild_id or one.kind in public_kinds(self._kinds):
            raise NotFound("Those messages are not here any more. Nothing was changed.")
        found = await uow.session.scalars(
            select(Delivery).where(
                Delivery.guild_id == actor.guild_id,
                Delivery.state == State.PARKED,
                Delivery.kind == one.kind,
            )
        )
        rows = found.all()
        if not rows:
            raise NotFound("None of those messages waits any more. Nothing was changed.")
        uow.touch(Topic.DELIVERIES)
        return rows

    def _send(self, rows: Sequence[Delivery], event: Event) -> Done:
        """Makes rows planned again, and expires at once what is of no use any more."""
        now = self._clock.now()
        going = 0
        for row in rows:
            row.go(event, not_before=max(now, row.due_at))
            if event is Event.PLAN_AGAIN:
                # A number of its own for the note to organizers, should it fail again.
                row.attempts += 1
            if now > row.last_useful_at:
                row.go(Event.EXPIRE, reason=OVER)
            else:
                going += 1
        return Done(rows[0].kind, going=going, expired=len(rows) - going)

    @staticmethod
    def _must_be_sure(row: Delivery) -> None:
        if row.unsure_since is not None:
            raise Refusal(_UNSURE)
