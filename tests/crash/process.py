"""The bot as a process that dies without a word and is started again, as often as it takes."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from bot.settings import Settings
from rehearsal.ownprocess import OwnProcess
from rehearsal.timeline import Timeline


class Mortal(OwnProcess):
    """A bot in its own process. `up` is set from when it says that it is ready until it dies."""

    def __init__(self, settings: Settings, timeline: Timeline, log: Path) -> None:
        super().__init__(settings, timeline, log)
        self.up = asyncio.Event()
        self.deaths = 0
        self.away_until: datetime | None = None
        """In a scripted outage: when it ends, UTC."""

    @property
    def breathes(self) -> bool:
        """Whether there is a process, ready or not."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Starts it; once more whenever it is killed before it is ready.

        Raises RuntimeError when it does not become ready though nobody killed it.
        """
        while True:
            died = self.deaths
            try:
                await super().start()
            except RuntimeError:
                if self.deaths == died:
                    raise
            else:
                self.up.set()
                return

    async def stop(self) -> None:
        """Asks it to end, and waits."""
        self.up.clear()
        await super().stop()

    async def kill(self) -> None:
        """SIGKILL; returns when the process is gone. Nothing happens when there is none."""
        process = self._process
        if process is None or not self.breathes:
            return
        self.up.clear()
        self.deaths += 1
        process.kill()
        await process.wait()
