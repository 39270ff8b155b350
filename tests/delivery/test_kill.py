"""The bot as a process of its own, killed without a word at each step of a delivery."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.delivery.outbox import Outbox
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.storage.engine import Database
from bot.storage.tables import Delivery, ServerObject
from sandbox import Channel, Sandbox
from sandbox.faults import Fault
from tests.delivery.conftest import MESSAGES, ONE_MESSAGE
from tests.storage.rows import add, cohort, guild, plan, team
from tests.support.conformance import said_properly
from tests.support.database import KEY

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

pytestmark = pytest.mark.crash


class Theatre:
    """A sandbox in real time, and a running cohort of one team."""

    def __init__(self, sandbox: Sandbox, db: Database, folder: Path) -> None:
        self.sandbox, self.db, self.folder = sandbox, db, folder
        self.application = sandbox.create_application("Liftoff")
        self.guild = sandbox.create_guild("Djangonaut Space")
        sandbox.invite_bot(self.application, self.guild, INVITE_PERMISSIONS.value)
        self.process: asyncio.subprocess.Process | None = None

    @property
    def channel(self) -> Channel:
        return self.sandbox.channel(self.guild, "general")

    async def open(self) -> None:
        now = SystemClock().now()
        async with self.db.write() as uow:
            home = cohort(self.guild.id, start=now.date())
            await add(uow.session, guild(self.guild.id), home)
            mercury = team(home)
            await add(uow.session, mercury)
            key = f"team:{mercury.id}:channel"
            here = ServerObject(
                guild_id=self.guild.id, key=key, discord_id=self.channel.id, intended_at=now
            )
            await add(uow.session, here)
            await Outbox(SystemClock()).put(
                uow,
                plan(
                    "week:2",
                    kind="checkin_prompt",
                    subject=f"team:{mercury.id}",
                    guild_id=self.guild.id,
                    cohort_id=home.id,
                    place=key,
                    due_at=now,
                    last_useful_at=now + timedelta(days=2),
                ),
            )
            await uow.commit()

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=self.folder,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "PYTHONPATH": str(ROOT),
                "LIFTOFF_DISCORD__TOKEN": self.application.token,
                "LIFTOFF_DISCORD__API_BASE": self.sandbox.api_base,
                "LIFTOFF_DISCORD__GATEWAY_URL": self.sandbox.gateway_url,
                "LIFTOFF_DATABASE__URL": self.db.url,
                "LIFTOFF_SECURITY__ENCRYPTION_KEYS": KEY,
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def row(self, occurrence: str = "week:2") -> Delivery:
        async with self.db.read() as session:
            rows = await session.scalars(select(Delivery).where(Delivery.occurrence == occurrence))
            return rows.one()

    async def until(
        self, state: str, *, stale: bool = False, occurrence: str = "week:2"
    ) -> Delivery:
        async with asyncio.timeout(PATIENCE):
            while True:
                row = await self.row(occurrence)
                if (row.state, row.stale, row.lease_until) == (state, stale, None):
                    return row
                await asyncio.sleep(0.05)

    def unanswered(self, method: str, route: str, *, after_effect: bool = False) -> Fault:
        """The next such request gets no answer as long as the test runs."""
        return self.sandbox.faults.add(
            "slow",
            method=method,
            route=route,
            count=1,
            after_effect=after_effect,
            seconds=10 * PATIENCE,
        )

    def counted(self, method: str, route: str) -> Fault:
        """Counts such requests from now on, and leaves them as they are."""
        return self.sandbox.faults.add("slow", method=method, route=route, seconds=0)

    async def reached(self, hold: Fault) -> None:
        """Waits until a request hangs there, in effect or not."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if hold.happened and (self.received() or not hold.after_effect):
                    return
                await asyncio.sleep(0.02)

    def received(self) -> list[str]:
        texts = [m.content for m in self.channel.messages.values() if m.type == 0]
        return [text for text in texts if "Check-in, week" in text]


@pytest.fixture
async def theatre(database_url: str, db: Database, tmp_path: Path) -> AsyncIterator[Theatre]:
    async with Sandbox(SystemClock().now, rates="real") as sandbox:
        here = Theatre(sandbox, db, tmp_path)
        await here.open()
        try:
            yield here
        finally:
            await here.kill()
    assert not sandbox.unplanned, sandbox.unplanned
    said_properly(sandbox)


@pytest.mark.parametrize("after_effect", [False, True])
async def test_killed_while_sending(theatre: Theatre, after_effect: bool) -> None:
    hold = theatre.unanswered("POST", MESSAGES, after_effect=after_effect)
    await theatre.start()
    await theatre.reached(hold)
    await theatre.kill()
    assert (await theatre.row()).state == "claimed"
    assert len(theatre.received()) == after_effect
    await theatre.start()
    row = await theatre.until("sent")
    assert len(theatre.received()) == 1
    assert row.message_id in theatre.channel.messages


async def test_killed_after_it_was_recorded(theatre: Theatre) -> None:
    await theatre.start()
    await theatre.until("sent")
    await theatre.kill()
    # Another row is sent after the start: by then the first would have been, too.
    async with theatre.db.write() as uow:
        now, first = SystemClock().now(), await theatre.row()
        again = replace(
            plan(kind=first.kind, subject=first.subject, guild_id=first.guild_id),
            occurrence="week:3",
            cohort_id=first.cohort_id,
            place=first.place,
            due_at=now,
            last_useful_at=now + timedelta(days=1),
        )
        await Outbox(SystemClock()).put(uow, again)
        await uow.commit()
    await theatre.start()
    await theatre.until("sent", occurrence="week:3")
    assert len(theatre.received()) == 2
    assert len(set(theatre.received())) == 2


async def test_killed_while_editing(theatre: Theatre) -> None:
    await theatre.start()
    await theatre.until("sent")
    await theatre.kill()
    async with theatre.db.write() as uow:
        await Outbox(SystemClock()).refresh(uow, Delivery.kind == "checkin_prompt")
        await uow.commit()
    hold = theatre.unanswered("PATCH", ONE_MESSAGE)
    await theatre.start()
    await theatre.reached(hold)
    await theatre.kill()
    assert (await theatre.row()).lease_until is not None
    passed = theatre.counted("PATCH", ONE_MESSAGE)
    await theatre.start()
    await theatre.until("sent")
    assert passed.happened == 1
    assert len(theatre.received()) == 1
