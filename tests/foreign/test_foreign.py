"""Clients that nobody here wrote do what bots do; what they saw is what the sandbox holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest

from sandbox import Person, Sandbox
from sandbox.model import Json
from tests.foreign import install
from tests.sandbox.conftest import Clock
from tests.sandbox.proper import proper

pytestmark = pytest.mark.deep

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    embed_links=True,
    read_message_history=True,
    manage_channels=True,
    manage_roles=True,
)


class Client:
    """The other program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def step(self, name: str) -> Json:
        """What it says next, which has to be this step."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            trouble = (await self.process.stderr.read()).decode()
            pytest.fail(f"it ended with {await self.process.wait()} before {name!r}:\n{trouble}")
        try:
            said: Json = json.loads(line)
        except ValueError:
            pytest.fail(f"instead of {name!r} it said {line.decode()}")
        assert said["step"] == name
        return said


@asynccontextmanager
async def program(command: list[str], told: Json) -> AsyncIterator[Client]:
    """Starts a client; it has ended at the end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        json.dumps(told),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("library", [install.hikari, install.discordjs])
async def test_a_foreign_client(
    library: Callable[[Path], list[str]], request: pytest.FixtureRequest
) -> None:
    cache = request.config.cache
    assert cache is not None
    command = await asyncio.to_thread(library, cache.mkdir("foreign"))
    clock = Clock()
    async with proper(Sandbox(clock)) as sandbox:
        app = sandbox.create_application("Liftoff")
        guild = sandbox.create_guild("Djangonaut Space")
        ana = sandbox.create_person("anika.codes97", "Anika", "en-GB")
        await ana.join(guild)
        sandbox.invite_bot(app, guild, PERMISSIONS.value)
        general = sandbox.channel(guild, "general")
        told = {
            "api": sandbox.api_base,
            "token": app.token,
            "guild_id": str(guild.id),
            "channel_id": str(general.id),
            "person_id": str(ana.id),
        }
        async with program(command, told) as client:
            report = await play(sandbox, ana, client)
            async with asyncio.timeout(30):
                assert await client.process.wait() == 0
        check(sandbox, ana, report)
        assert sandbox.unplanned == []


async def play(sandbox: Sandbox, ana: Person, client: Client) -> Json:
    """What the person does, step by step; the client's report."""
    guild = next(iter(sandbox.world.guilds.values()))
    general = sandbox.channel(guild, "general")
    me = f"<@{sandbox.application.bot_user_id}>"
    await client.step("ready")
    greeted = await ana.run("/greet", guild=guild, name="Ana")
    assert greeted.message is not None
    assert greeted.message.content == "Hello Ana"
    opened = await ana.click(greeted.message, "Form")
    thanked = await ana.submit(opened.modal, {"Your name": "Anika", "Your energy": "5"})
    await client.step("made")
    assert [one.content for one in thanked.messages] == ["Thank you Anika 5", "And more"]
    assert all(one.ephemeral for one in thanked.messages)
    card = ana.read(general)[-1]
    pressed = await ana.click(card, "Press")
    assert pressed.deferred or pressed.updated
    assert card.components[0]["content"] == "Pressed"

    await ana.write(None, "before")
    old = sandbox.gateway.live
    assert old is not None
    assert sandbox.gateway.drop() == 1
    await ana.write(general, f"{me} while away")
    await ana.write(general, "nothing to see")
    async with asyncio.timeout(30):
        await resumed(sandbox, old.id)
    await ana.write(None, "goodbye")
    report: Json = (await client.step("report"))["report"]
    return report


async def resumed(sandbox: Sandbox, session: str) -> None:
    """Waits until a session has its connection again, over the address for that."""
    for wait in range(1_000_000):
        live = sandbox.gateway.live
        if live is not None and live.connection is not None and live.sequence > 0:
            assert live.id == session, "a new session instead of the old one"
            assert live.connection.path == "/gateway/resume"
            return
        await asyncio.sleep(min(wait, 20) / 1000)


def check(sandbox: Sandbox, ana: Person, report: Json) -> None:
    """Compares what the client says with what is there."""
    guild = next(iter(sandbox.world.guilds.values()))
    general = sandbox.channel(guild, "general")
    crew = sandbox.channel(guild, "crew")
    assert report["me"] == sandbox.application.user.username
    assert report["guild"] == {
        "name": guild.name,
        "available": True,
        "member_count": 3,
        "channels": ["general"],
        "roles": ["@everyone", "Liftoff"],
    }
    assert report["commands"] == ["greet"]
    assert report["command"] == {"name": "Ana", "locale": "en-GB", "user": ana.username}
    assert report["button"] == "Hello Ana"
    assert report["form"] == ["Anika", "5"]
    assert report["followup"] is True

    embed = general.messages[int(report["embed"])]
    shown: dict[str, Any] = {key: embed.embeds[0][key] for key in ("title", "color", "type")}
    assert shown == {"title": "An embed", "color": 0x5865F2, "type": "rich"}
    assert [(one["name"], one["value"]) for one in embed.embeds[0]["fields"]] == [
        ("Field", "Value")
    ]
    card = general.messages[int(report["card"])]
    assert card.flags & 1 << 15
    direct = ana.direct
    assert report["direct"]["channel"] == str(direct.id)
    assert direct.messages[int(report["direct"]["message"])].content == "In private"

    assert report["channel"] == {"id": str(crew.id), "seen_by_person": True, "overwrites": 3}
    assert crew.topic == "Only for some"
    assert sandbox.can_read(ana, crew)
    assert not sandbox.world.sees(sandbox.create_person("somebody").user, crew)
    assert report["members"] == sorted(one.user.username for one in guild.members)

    assert report["resumed"] is True
    me = f"<@{sandbox.application.bot_user_id}>"
    assert report["messages"] == [
        ["before", "direct"],
        [f"{me} while away", "guild"],
        # Without the MESSAGE_CONTENT intent this is all one gets of it.
        ["", "guild"],
        ["goodbye", "direct"],
    ]
    assert sandbox.world.session_starts.limit(sandbox.application.id)["remaining"] == 999
