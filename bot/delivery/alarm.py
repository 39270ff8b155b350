"""The alarm clock: sleeps until the next due time, without looking at the clock meanwhile.

APScheduler keeps a single one-shot job in memory. What is due lives in our own table, so
nothing is lost when the job is.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot.clock import Clock, SystemClock

_JOB = "next-due"


class Alarm:
    """Wakes whoever awaits :meth:`wait`, at the time set or when rung by hand."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()
        self._next: datetime | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        # APScheduler runs on the machine's time even when the bot's time is virtual.
        self._machine = SystemClock()

    def start(self) -> None:
        """Starts the scheduler. Needs the running event loop."""
        self._scheduler.start()
        self._clock.on_jump(self._arm)

    def stop(self) -> None:
        """Stops it; nobody is woken any more."""
        self._scheduler.shutdown(wait=False)

    @property
    def pending(self) -> bool:
        """True when it has rung and nobody has answered yet."""
        return self._rung.is_set()

    def ring(self) -> None:
        """Wakes the waiting one at once: something new may be due."""
        self._rung.set()

    def set(self, moment: datetime | None) -> None:
        """Rings at `moment` (UTC); None: only by hand."""
        self._next = moment
        self._clock.announce_wake(moment)
        self._arm()

    async def wait(self) -> None:
        """Returns once the alarm has rung since the last call."""
        await self._rung.wait()
        self.answered()

    async def rings(self) -> None:
        """Returns once it has rung; it goes on ringing until it is answered."""
        await self._rung.wait()

    def answered(self) -> None:
        """Whoever was to be woken is awake and looks for everything that is due."""
        self._rung.clear()

    def _arm(self) -> None:
        if self._scheduler.get_job(_JOB):
            self._scheduler.remove_job(_JOB)
        if self._next is None:
            return
        delay = self._clock.wall_delay(self._next)
        if delay is None:
            return
        if delay <= 0:
            self._rung.set()
            return
        self._scheduler.add_job(
            self._fire,
            DateTrigger(self._machine.now() + timedelta(seconds=delay)),
            id=_JOB,
            misfire_grace_time=None,
        )

    async def _fire(self) -> None:
        self._rung.set()
