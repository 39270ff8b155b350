"""Works off what is due: many messages on their way at once, one at a time to each place."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.clock import Clock
from bot.delivery.alarm import Alarm
from bot.delivery.claims import Claims, Ready
from bot.delivery.pace import Pace
from bot.delivery.sender import Sender

_log = structlog.get_logger(__name__)

DATABASE_PATIENCE = timedelta(seconds=5)
AT_A_TIME = 200
"""How many due rows are looked at together."""


class Dispatcher:
    """The one loop that sends. One failing row never stops the next; it sleeps when none is due."""

    def __init__(
        self, claims: Claims, sender: Sender, alarm: Alarm, clock: Clock, pace: Pace
    ) -> None:
        self._claims = claims
        self._sender = sender
        self._alarm = alarm
        self._clock = clock
        self._pace = pace

    async def run(self) -> None:
        """Works until cancelled; sleeps whenever nothing is due."""
        recovered = False
        while True:
            with self._clock.working():
                try:
                    if not recovered:
                        await self._claims.release_all()
                        recovered = True
                    await self._drain()
                    wake = await self._claims.next_moment()
                except (SQLAlchemyError, OSError) as error:
                    _log.error(
                        "database unavailable, deliveries wait",
                        error=type(error).__name__,
                        reason=_in_its_words(error),
                    )
                    # What was sent and could not be recorded is taken up again; its number in
                    # the message keeps it from coming twice.
                    recovered = False
                    wake = self._clock.now() + DATABASE_PATIENCE
            self._alarm.set(wake)
            await self._alarm.wait()

    async def _drain(self) -> None:
        """Handles everything that is due, until nothing is.

        A row comes up again only when it was put off, and that moment has come.
        """
        seen: dict[int, datetime] = {}
        running: dict[asyncio.Task[None], Ready] = {}
        rows: list[Ready] = []
        more = False
        try:
            while True:
                if self._alarm.pending or not self._startable(rows, running):
                    # Looked for again as soon as something is new: answers to what people just
                    # did go first. However much waits for a slow place, there are others.
                    self._alarm.answered()
                    busy = {row.lane for row in running.values()}
                    found = await self._claims.due(AT_A_TIME, busy)
                    more = len(found) == AT_A_TIME
                    rows = [row for row in found if row.id not in seen or row.since > seen[row.id]]
                await self._pace.after_answers()
                before = len(running)
                rows = self._start(rows, running, seen)
                if not running:
                    return
                if not self._startable(rows, running):
                    if more and before < len(running) < self._pace.workers:
                        continue
                    self._alarm.set(await self._claims.next_moment(after=self._clock.now()))
                for task in await self._next_done(running):
                    del running[task]
                    task.result()
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            raise
        finally:
            # Whatever went wrong with one: what the others send is recorded before all is given
            # back.
            await asyncio.gather(*running, return_exceptions=True)

    def _startable(self, rows: list[Ready], running: dict[asyncio.Task[None], Ready]) -> bool:
        """Whether one of them could begin, were there a worker for it."""
        taken = {row.lane for row in running.values()}
        return any(row.lane not in taken for row in rows)

    async def _next_done(self, running: dict[asyncio.Task[None], Ready]) -> set[asyncio.Task[None]]:
        """Waits until one of them is done, or until something new is due: then none may be."""
        ring = asyncio.ensure_future(self._alarm.rings())
        try:
            waiting = {ring, *running} if len(running) < self._pace.workers else {*running}
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ring.cancel()
        return done - {ring}

    def _start(
        self, rows: list[Ready], running: dict[asyncio.Task[None], Ready], seen: dict[int, datetime]
    ) -> list[Ready]:
        """Starts what there is a worker for; returns what has to wait.

        Nothing overtakes an earlier message to the same place.
        """
        taken = {row.lane for row in running.values()}
        waiting = []
        for row in rows:
            if len(running) < self._pace.workers and row.lane not in taken:
                seen[row.id] = self._clock.now()
                task = asyncio.create_task(self._sender.handle(row), name=f"delivery {row.id}")
                running[task] = row
            else:
                waiting.append(row)
            taken.add(row.lane)
        return waiting


def _in_its_words(error: SQLAlchemyError | OSError) -> str:
    """What the database itself said, without the statement and its values."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(said).partition("\n")[0]
