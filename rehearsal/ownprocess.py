"""The bot as a process of its own, which lives in the rehearsal's time over a socket."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from bot.settings import Settings
from rehearsal.clock_server import ClockServer
from rehearsal.timeline import Timeline

START_WITHIN = 30.0
STOP_WITHIN = 8.0
_READY = b'"event": "ready"'


class OwnProcess:
    """Starts `python -m bot run` with its settings in the environment. Durations are wall time."""

    def __init__(self, settings: Settings, timeline: Timeline, log: Path) -> None:
        self.settings = settings
        self.timeline = timeline
        self.log = log
        self._clock: ClockServer | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Starts a bot and waits until it says that it is ready. Raises RuntimeError otherwise."""
        if self._clock is None:
            self._clock = await ClockServer(self.timeline).__aenter__()
        stream, seen = self._open_log()
        with stream:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self.log.parent,
                env=self._environment(self._clock.url),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        try:
            async with asyncio.timeout(START_WITHIN):
                while not self._says_ready(seen):
                    if self._process.returncode is not None:
                        break
                    await asyncio.sleep(0.01)
                else:
                    return
        except TimeoutError:
            await self.stop()
        raise RuntimeError(f"the bot did not start; {self.log} tells why")

    async def stop(self) -> None:
        """Asks it to end, and waits. Raises RuntimeError when it does not within 8 s."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise RuntimeError(f"the bot did not end within {STOP_WITHIN:g} s") from None

    async def close(self) -> None:
        """Ends the service of the time."""
        if self._clock is not None:
            await self._clock.__aexit__()
            self._clock = None

    def _open_log(self) -> tuple[BinaryIO, int]:
        stream = self.log.open("ab")
        return stream, self.log.stat().st_size

    def _says_ready(self, seen: int) -> bool:
        with self.log.open("rb") as stream:
            stream.seek(seen)
            return _READY in stream.read()

    def _environment(self, clock_url: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("LIFTOFF_")}
        settings = self.settings
        project = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (project, own.get("PYTHONPATH"))))
        return {
            **own,
            "PYTHONPATH": path,
            "LIFTOFF_DISCORD__TOKEN": settings.require_token(),
            "LIFTOFF_DISCORD__API_BASE": settings.discord.api_base,
            "LIFTOFF_DISCORD__GATEWAY_URL": settings.discord.gateway_url or "",
            "LIFTOFF_DATABASE__URL": settings.database.url,
            "LIFTOFF_SECURITY__ENCRYPTION_KEYS": ",".join(settings.require_encryption_keys()),
            "LIFTOFF_LOGGING__FORMAT": "json",
            "LIFTOFF_CLOCK__URL": clock_url,
        }
