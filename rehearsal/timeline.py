"""Virtual time: it stands still while anybody is at work and jumps to the next thing to do.

There are three kinds of participants. The bot says when it is idle and when it wants to be woken;
the server says how much has happened on it; people are tasks that sleep with :meth:`until` and are
woken one after the other. All moments are aware and in UTC.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import count
from typing import Protocol

PATIENCE = 20.0
"""Wall seconds that everything may take to settle before somebody must be stuck."""

QUIET_TURNS = 3
"""Turns of the event loop without any activity, before all are believed to be idle."""

_who: ContextVar[str] = ContextVar("who")


class Bot(Protocol):
    """A bot that lives in this time: `bot.clock.VirtualClock`, or one reached over a socket."""

    async def settled(self, sequence: int) -> datetime | None:
        """Waits until the bot is idle and has received gateway event `sequence`."""
        ...

    def advance(self, moment: datetime) -> None:
        """Tells the bot what time it is now."""
        ...


class Server(Protocol):
    """The server between the bot and the people."""

    @property
    def activity(self) -> int:
        """A number that rises whenever something happens."""
        ...

    @property
    def last_sequence(self) -> int:
        """The newest gateway event sent to the connected bot."""
        ...

    @property
    def in_flight(self) -> int:
        """Requests that are being answered."""
        ...


class Stuck(Exception):
    """Everybody waits for everybody. The text says who is busy."""


class Timeline:
    """Owns the present moment."""

    def __init__(self, start: datetime, patience: float = PATIENCE) -> None:
        if start.tzinfo is None:
            raise ValueError("virtual time needs a timezone")
        self._now = start.astimezone(UTC)
        self._patience = patience
        self._bot: Bot | None = None
        self._server: Server | None = None
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._agenda: list[tuple[datetime, int, asyncio.Future[None], str]] = []
        self._numbers = count()
        self._at_work: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._outage = 0
        self.jumps = 0

    def now(self) -> datetime:
        """The present moment, UTC."""
        return self._now

    # -- participants -------------------------------------------------------------------

    def serve(self, server: Server) -> None:
        """Takes the server into account."""
        self._server = server

    def join(self, bot: Bot) -> None:
        """A bot lives in this time from now on; one that was there before is forgotten."""
        self._bot = bot
        self._arrived.set()

    def part(self, bot: Bot) -> None:
        """That bot is gone. Time stands still until another joins, or in a scripted outage."""
        if self._bot is bot:
            self._bot = None
            self._arrived.clear()

    @contextmanager
    def allow_outage(self) -> Iterator[None]:
        """Within it, time runs although there is no bot."""
        self._outage += 1
        try:
            yield
        finally:
            self._outage -= 1

    def start(self, work: Coroutine[object, object, None], name: str) -> None:
        """Begins the story of a person. What it raises, :meth:`run_until` raises."""

        async def story() -> None:
            _who.set(name)
            self._begin(name)
            try:
                await work
            finally:
                self._end(name)

        task = asyncio.create_task(story(), name=f"person {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def until(self, moment: datetime) -> None:
        """Sleeps until `moment`; returns at once when that is over. For tasks of `start` only."""
        if moment <= self._now:
            return
        name = _who.get()
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._agenda, (moment.astimezone(UTC), next(self._numbers), woken, name))
        self._end(name)
        await woken

    def _begin(self, name: str) -> None:
        self._at_work.append(name)
        self._idle.clear()

    def _end(self, name: str) -> None:
        self._at_work.remove(name)
        if not self._at_work:
            self._idle.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and self._failure is None:
            self._failure = error
            # Whoever waits for a bot that this story was to start must hear of it.
            self._arrived.set()

    # -- time ---------------------------------------------------------------------------

    async def run_until(self, moment: datetime) -> None:
        """Lets everything happen that is due up to and including `moment`.

        Raises Stuck, ValueError for a moment that is over, and whatever a person's story raised.
        """
        if moment < self._now:
            raise ValueError(f"time does not run backwards: {moment} is before {self._now}")
        await asyncio.sleep(0)  # stories that were just started have begun
        while True:
            wake = await self.settle()
            agenda = self._agenda[0][0] if self._agenda else None
            if agenda is not None and agenda <= self._now:
                self._wake_one()
                continue
            following = min((at for at in (wake, agenda) if at is not None), default=moment)
            if following > moment:
                following = moment
            if following > self._now:
                self._jump(following)
            elif following == moment:
                return

    async def settle(self) -> datetime | None:
        """Waits until nobody is at work; returns when the bot wants to be woken.

        Raises Stuck with the names of the busy after 20 seconds of wall time.
        """
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    seen = self._activity
                    await self._people_rest()
                    wake = await self._bot_rests()
                    if seen == self._activity and await self._stays_quiet(seen):
                        return wake
        except TimeoutError:
            raise Stuck(self._who_is_busy()) from None

    @property
    def _activity(self) -> int:
        return self._server.activity if self._server is not None else 0

    @property
    def _flying(self) -> int:
        return self._server.in_flight if self._server is not None else 0

    async def _people_rest(self) -> None:
        await self._idle.wait()
        self._raise_failure()
        waited = 0
        while self._flying:
            waited += 1
            await asyncio.sleep(0 if waited < 100 else 0.001)

    async def _bot_rests(self) -> datetime | None:
        while self._bot is None and not self._outage:
            await self._arrived.wait()
            self._raise_failure()
        while (bot := self._bot) is not None:
            sequence = self._server.last_sequence if self._server is not None else 0
            try:
                return await bot.settled(sequence)
            except ConnectionError:
                # It went while it was asked; its successor will be asked, too.
                self.part(bot)
                if not self._outage:
                    await self._arrived.wait()
        return None

    async def _stays_quiet(self, seen: int) -> bool:
        for _ in range(QUIET_TURNS):
            await asyncio.sleep(0)
            if self._activity != seen or self._flying or self._at_work:
                return False
        self._raise_failure()
        return True

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _wake_one(self) -> None:
        _, _, woken, name = heapq.heappop(self._agenda)
        if not woken.done():
            self._begin(name)
            woken.set_result(None)

    def _jump(self, moment: datetime) -> None:
        self._now = moment
        self.jumps += 1
        if self._bot is not None:
            self._bot.advance(moment)

    def _who_is_busy(self) -> str:
        busy = [f"at work: {', '.join(self._at_work)}"] if self._at_work else []
        if self._flying:
            busy.append(f"{self._flying} requests are being answered")
        if self._bot is None and not self._outage:
            busy.append("no bot is running")
        elif not busy:
            busy.append("the bot does not come to rest")
        names = sorted(task.get_name() for task in asyncio.all_tasks())
        return (
            f"nothing has settled within {self._patience:g} s at {self._now:%Y-%m-%d %H:%M:%S} "
            f"virtual time; {'; '.join(busy)}. Tasks: {', '.join(names)}"
        )

    async def close(self) -> None:
        """Ends all stories, wherever they are."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._agenda.clear()
        self._at_work.clear()
        self._idle.set()
