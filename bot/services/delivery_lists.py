"""What is coming, held back, or failed: lists for organizers, read a page at a time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.kinds import Kinds
from bot.domain.deliveries import State
from bot.domain.policy import Action, Actor
from bot.services.delivery_entries import (
    Coming,
    Failed,
    Held,
    Page,
    PrivateCount,
    entries,
    page_of,
    private_failures,
    public_kinds,
    wordable_kinds,
)
from bot.services.lookup import check
from bot.storage.engine import Database
from bot.storage.tables import Delivery

COMING_PER_PAGE = 8
OTHERS_PER_PAGE = 4
EXPIRED_LATELY = timedelta(days=7)
_LONGEST_USEFUL = timedelta(days=30)
"""Longer than any message is useful; it lets the index find what expired lately."""


class DeliveryLists:
    """Reading for organizers. Every call raises NotAllowed for anybody else."""

    def __init__(self, db: Database, clock: Clock, kinds: Kinds) -> None:
        self._db = db
        self._clock = clock
        self._kinds = kinds

    async def may_see(self, actor: Actor) -> None:
        """Raises NotAllowed for whoever may not see these lists."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)

    async def coming(self, actor: Actor, number: int = 0) -> Coming:
        """A page of what is coming; of private kinds how many, and around when the first is due."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)
            page, rows = await self._page(session, actor, State.PLANNED, number, COMING_PER_PAGE)
            counts = await session.execute(
                select(Delivery.kind, func.count(), func.min(Delivery.due_at))
                .where(*self._of(actor, State.PLANNED), self._private())
                .group_by(Delivery.kind)
                .order_by(func.min(Delivery.due_at))
            )
            return Coming(
                page,
                await entries(session, rows, wordable_kinds(self._kinds)),
                tuple(
                    PrivateCount(kind, count, first.replace(hour=12, minute=0, second=0))
                    for kind, count, first in counts
                ),
                waiting=await self._count(session, *self._of(actor, State.HELD)),
                held=await self._count(session, *self._of(actor, State.STOPPED), self._public()),
                failed=await self._count(session, *self._of(actor, State.PARKED)),
            )

    async def held(self, actor: Actor, number: int = 0) -> Held:
        """A page of what organizers hold back."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)
            page, rows = await self._page(session, actor, State.STOPPED, number, OTHERS_PER_PAGE)
            return Held(page, await entries(session, rows, wordable_kinds(self._kinds)))

    async def failed(self, actor: Actor, number: int = 0) -> Failed:
        """A page of what could not be sent, private kinds first, each kind as one."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)
            of = self._of(actor, State.PARKED)
            counts = await session.execute(
                select(Delivery.kind, Delivery.reason, func.count(), func.min(Delivery.id))
                .where(*of, self._private())
                .group_by(Delivery.kind, Delivery.reason)
            )
            groups = await private_failures(session, actor.guild_id, counts.all())
            singles = await self._count(session, *of, self._public())
            page = page_of(number, len(groups) + singles, OTHERS_PER_PAGE)
            first = page.number * OTHERS_PER_PAGE
            shown = groups[first : first + OTHERS_PER_PAGE]
            rows = await session.scalars(
                select(Delivery)
                .where(*of, self._public())
                .order_by(Delivery.due_at, Delivery.id)
                .offset(max(0, first - len(groups)))
                .limit(OTHERS_PER_PAGE - len(shown))
            )
            return Failed(
                page,
                tuple(shown),
                await entries(session, rows.all(), wordable_kinds(self._kinds)),
                await self._expired(session, actor),
            )

    def _public(self) -> ColumnElement[bool]:
        return Delivery.kind.in_(public_kinds(self._kinds))

    def _private(self) -> ColumnElement[bool]:
        return Delivery.kind.not_in(public_kinds(self._kinds))

    @staticmethod
    def _of(actor: Actor, state: State) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return Delivery.guild_id == actor.guild_id, Delivery.state == state

    @staticmethod
    async def _count(session: AsyncSession, *where: ColumnElement[bool]) -> int:
        return await session.scalar(select(func.count()).select_from(Delivery).where(*where)) or 0

    async def _page(
        self, session: AsyncSession, actor: Actor, state: State, number: int, size: int
    ) -> tuple[Page, Sequence[Delivery]]:
        where = (*self._of(actor, state), self._public())
        page = page_of(number, await self._count(session, *where), size)
        rows = await session.scalars(
            select(Delivery)
            .where(*where)
            .order_by(Delivery.due_at, Delivery.id)
            .offset(page.number * size)
            .limit(size)
        )
        return page, rows.all()

    async def _expired(self, session: AsyncSession, actor: Actor) -> tuple[tuple[str, int], ...]:
        since = self._clock.now() - EXPIRED_LATELY
        rows = await session.execute(
            select(Delivery.kind, func.count())
            .where(
                *self._of(actor, State.EXPIRED),
                Delivery.due_at >= since - _LONGEST_USEFUL,
                Delivery.last_useful_at >= since,
            )
            .group_by(Delivery.kind)
            .order_by(Delivery.kind)
        )
        return tuple(rows.all())
