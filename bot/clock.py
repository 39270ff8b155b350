"""Where time comes from.

This is the only module that may ask the machine for the date. Everything else is given a
:class:`Clock`. In a rehearsal the clock is a :class:`VirtualClock`: it stands still while
anybody is at work and jumps to the next moment at which something is due.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Protocol

QUIET_TURNS = 6
SPINNING_TURNS = 10


class Clock(Protocol):
    """What the bot asks of time. All moments are aware and in UTC."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...

    def working(self) -> AbstractContextManager[None]:
        """Marks work in progress: a virtual clock does not jump meanwhile."""
        ...

    def on_jump(self, listener: Callable[[], None]) -> None:
        """Calls `listener` after the time has jumped. The system's clock never jumps."""
        ...

    def wall_delay(self, moment: datetime) -> float | None:
        """Seconds of real time until `moment`; None when only a jump can bring it."""
        ...

    def announce_wake(self, moment: datetime | None) -> None:
        """Says when the bot next has something to do, so that a virtual clock can jump there."""
        ...


@contextmanager
def _nothing() -> Iterator[None]:
    yield


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def working(self) -> AbstractContextManager[None]:
        return _nothing()

    def on_jump(self, listener: Callable[[], None]) -> None:
        """The system's time flows: there are no jumps to report."""

    def wall_delay(self, moment: datetime) -> float | None:
        return max(0.0, (moment - self.now()).total_seconds())

    def announce_wake(self, moment: datetime | None) -> None:
        """Nobody needs to know: real time comes by itself."""


class VirtualClock:
    """A clock that somebody else moves, forwards only.

    The owner of the time (the rehearsal) asks :meth:`settled` before each jump; the answer
    comes once everything that the last jump or the last gateway event set off is done.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("virtual time needs a timezone")
        self._now = start.astimezone(UTC)
        self._working = 0
        self._wake: datetime | None = None
        self._listeners: list[Callable[[], None]] = []
        self._busy: list[Callable[[], bool]] = []
        self._heard: Callable[[], int] = lambda: 0

    def now(self) -> datetime:
        return self._now

    def working(self) -> AbstractContextManager[None]:
        return self._at_work()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    def on_jump(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def wall_delay(self, moment: datetime) -> float | None:
        return 0.0 if moment <= self._now else None

    def announce_wake(self, moment: datetime | None) -> None:
        self._wake = moment

    def busy_when(self, predicate: Callable[[], bool]) -> None:
        """Counts as busy for as long as `predicate` says so."""
        self._busy.append(predicate)

    def hear_with(self, last_sequence: Callable[[], int]) -> None:
        """How to learn the newest gateway event that has arrived."""
        self._heard = last_sequence

    def forget_process(self) -> None:
        """Drops what a bot that has stopped had registered, so that its successor can join."""
        self._listeners.clear()
        self._busy.clear()
        self._wake = None
        self._heard = lambda: 0

    def advance(self, moment: datetime) -> None:
        """Jumps to `moment`. Raises ValueError when that would be backwards."""
        if moment < self._now:
            raise ValueError(f"time does not run backwards: {moment} is before {self._now}")
        self._now = moment.astimezone(UTC)
        for listener in list(self._listeners):
            listener()

    def idle(self, sequence: int) -> bool:
        """True when nothing is under way and gateway event `sequence` has been received."""
        if self._working or (self._wake is not None and self._wake <= self._now):
            return False
        return self._heard() >= sequence and not any(busy() for busy in self._busy)

    async def settled(self, sequence: int) -> datetime | None:
        """Waits until the bot is idle, then says when it next wants to be woken (UTC)."""
        quiet_turns = turns = 0
        # Several turns in a row: between a socket's callback and the task it starts lie a few
        # turns of the loop in which nothing looks busy yet.
        while quiet_turns < QUIET_TURNS:
            turns += 1
            # Spinning for longer would only keep the database's thread from its work.
            await asyncio.sleep(0 if quiet_turns or turns < SPINNING_TURNS else 0.001)
            quiet_turns = quiet_turns + 1 if self.idle(sequence) else 0
        return self._wake
