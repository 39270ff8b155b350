"""A sandbox in this process; the bot and a bare client as processes of their own, in real time."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.fernet import Fernet

from benchmarks import bare
from bot.clock import SystemClock
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.storage.engine import Database
from bot.storage.migrate import migrate
from sandbox import Application, Guild, Sandbox

ROOT = Path(__file__).parents[1]
START_WITHIN_SECONDS = 60.0


class Running:
    """A process, and how long (wall seconds) it took to say that it was ready."""

    def __init__(self, process: asyncio.subprocess.Process, started_in: float) -> None:
        self.process = process
        self.started_in = started_in
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        # A pipe that nobody empties would stop the process.
        assert self.process.stdout is not None
        while await self.process.stdout.read(65536):
            pass

    def cpu_seconds(self) -> float:
        """What it has used of the processors so far. Reads /proc, so Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Resident memory in MiB. Reads /proc, so Linux only."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    async def stop(self) -> None:
        """Ends it."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        await self.process.wait()
        await self._reading


class Playground:
    """One server with the bot and, if wanted, a bare client beside it."""

    def __init__(self, *, rates: str | float = "off") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="liftoff-bench-")
        self.folder = Path(self._folder.name)
        self.sandbox = Sandbox(SystemClock().now, rates=rates)
        self.url = f"sqlite+aiosqlite:///{self.folder / 'bench.db'}"
        self.key = Fernet.generate_key().decode()
        self._applications: dict[str, Application] = {}
        self.guild: Guild
        self.db: Database

    async def __aenter__(self) -> Self:
        await self.sandbox.start()
        self.guild = self.sandbox.create_guild("Djangonaut Space")
        await migrate(self.url)
        self.db = Database(self.url, [self.key])
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.db.close()
        await self.sandbox.stop()
        self._folder.cleanup()

    def _invite(self, name: str) -> Application:
        application = self._applications.get(name)
        if application is None:
            application = self._applications[name] = self.sandbox.create_application(name)
            self.sandbox.invite_bot(application, self.guild, INVITE_PERMISSIONS.value)
        return application

    @asynccontextmanager
    async def run_bot(self, **more: str) -> AsyncIterator[Running]:
        """The bot; `more` are further environment variables."""
        settings = {
            "LIFTOFF_DISCORD__TOKEN": self._invite("Liftoff").token,
            "LIFTOFF_DISCORD__API_BASE": self.sandbox.api_base,
            "LIFTOFF_DISCORD__GATEWAY_URL": self.sandbox.gateway_url,
            "LIFTOFF_DATABASE__URL": self.url,
            "LIFTOFF_SECURITY__ENCRYPTION_KEYS": self.key,
            "LIFTOFF_LOGGING__FORMAT": "json",
        }
        async with _process("bot", "run", ready='"event": "ready"', env=settings | more) as it:
            yield it

    @asynccontextmanager
    async def run_bare(self) -> AsyncIterator[Running]:
        """The bare client."""
        settings = {
            "BARE_TOKEN": self._invite("Bare").token,
            "BARE_API": self.sandbox.api_base,
            "BARE_GATEWAY": self.sandbox.gateway_url,
        }
        async with _process("benchmarks.bare", ready=bare.READY, env=settings) as it:
            yield it


@asynccontextmanager
async def _process(
    module: str, *arguments: str, ready: str, env: dict[str, str]
) -> AsyncIterator[Running]:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tempfile.gettempdir(),
        env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), **env},
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(START_WITHIN_SECONDS):
            while ready not in (line := (await process.stdout.readline()).decode()):
                said.append(line)
                if not line:
                    raise SystemExit(f"{module} did not start:\n{''.join(said)}")
    except TimeoutError:
        process.kill()
        raise SystemExit(f"{module} did not start in time:\n{''.join(said)}") from None
    running = Running(process, time.perf_counter() - began)
    try:
        yield running
    finally:
        await running.stop()
