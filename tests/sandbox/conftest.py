"""A sandbox with one guild, and discord.py pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest
import pytest_asyncio
import yarl
from discord import gateway, http

from sandbox import Application, Guild, Person, Sandbox
from tests.sandbox.bot import PERMISSIONS, Bot, started
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected
from tests.sandbox.stages import Stage, built


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2027, 2, 22, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Moves on by a timedelta."""
        self.now += timedelta(**by)


class Scene:
    """A sandbox with an application, a guild and some people."""

    def __init__(self, sandbox: Sandbox, clock: Clock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.app: Application = sandbox.create_application("Liftoff")
        self.guild: Guild = sandbox.create_guild("Djangonaut Space")
        self.ana: Person = sandbox.create_person("anika.codes97", "Anika", "en-GB")
        self.ben: Person = sandbox.create_person("ben")
        sandbox.grant(
            self.ana, self.guild, permissions=discord.Permissions(manage_guild=True).value
        )
        sandbox.invite_bot(self.app, self.guild, permissions=PERMISSIONS.value)

    @property
    def general(self) -> int:
        """The id of #general."""
        return self.sandbox.channel(self.guild, "general").id


@pytest.fixture
def clock() -> Clock:
    """The virtual clock."""
    return Clock()


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """Where the sandbox records."""
    return tmp_path / "wire.jsonl"


@pytest_asyncio.fixture
async def scene(clock: Clock, wire: Path) -> AsyncIterator[Scene]:
    """A running sandbox."""
    async with proper(Sandbox(clock, wire)) as sandbox:
        yield Scene(sandbox, clock)


@pytest.fixture
def pointed(scene: Scene) -> Iterator[None]:
    """discord.py talks to the sandbox."""
    base, address = http.Route.BASE, gateway.DiscordWebSocket.DEFAULT_GATEWAY
    http.Route.BASE = scene.sandbox.api_base
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(scene.sandbox.gateway_url)
    yield
    http.Route.BASE, gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, address


@pytest_asyncio.fixture
async def bot(scene: Scene, pointed: None) -> AsyncIterator[Bot]:
    """A discord.py bot that is ready."""
    async with started(scene.app.token) as one:
        yield one


@pytest_asyncio.fixture
async def api(scene: Scene) -> AsyncIterator[Api]:
    """A bot that is connected, without any library, and leaves all answering to the test."""
    async with connected(scene) as one:
        yield one


@pytest_asyncio.fixture
async def stage(api: Api) -> Stage:
    """Roles from below: @everyone, low, low-too, mine (the bot's), high."""
    return await built(api)
