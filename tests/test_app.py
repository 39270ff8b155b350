"""The whole bot as one thing: it starts, it stops cleanly, and it says kindly why it cannot."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from discord.ext import commands

from bot.app import App
from bot.clock import SystemClock, VirtualClock
from bot.provisioning.desired import INVITE_PERMISSIONS
from sandbox import Application, Sandbox
from tests.support.conformance import said_properly
from tests.support.database import KEY
from tests.support.world import START, World

ROOT = Path(__file__).parents[1]
STOPS_WITHIN = 10.0
"""Wall seconds; twice what is promised, since the machine of a test may be busy."""
STARTS_WITHIN = 60.0


# -- in this process -------------------------------------------------------------------------------


async def test_stopping_leaves_no_task_running(world: World) -> None:
    await world.stop()
    await asyncio.sleep(0)
    before = asyncio.all_tasks()
    await world.start()
    await world.cohort()
    assert len(asyncio.all_tasks()) > len(before)
    await world.stop()
    # The sandbox closes its side of the connections in a turn or two.
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert {task.get_name() for task in asyncio.all_tasks() - before} == set()


async def test_stopping_twice_is_fine(world: World) -> None:
    app = world.app
    assert app is not None
    await world.stop()
    await app.stop()


async def test_a_cog_that_does_not_load_stops_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await world.stop()
    (tmp_path / "broken_cog.py").write_text("async def setup(client): raise OSError('no disk')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("bot.app.COGS", ("cogs.home", "broken_cog"))
    app = App(world.settings, VirtualClock(START))
    with pytest.raises(commands.ExtensionFailed, match="no disk"):
        await app.start()
    await app.stop()
    sys.modules.pop("broken_cog", None)
    monkeypatch.undo()
    await world.start()


async def test_a_bot_that_is_started_again_finds_its_commands_known(world: World) -> None:
    before = len(world.sandbox.application.commands)
    await world.restart()
    assert len(world.sandbox.application.commands) == before > 0


# -- as a process of its own -----------------------------------------------------------------------


@dataclass
class Scene:
    """A sandbox in real time, and how to start a bot on it."""

    sandbox: Sandbox
    application: Application
    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        usual = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            # Any host but this machine is unreachable for it, too: addresses are all given here.
            "LIFTOFF_DISCORD__TOKEN": self.application.token,
            "LIFTOFF_DISCORD__API_BASE": self.sandbox.api_base,
            "LIFTOFF_DISCORD__GATEWAY_URL": self.sandbox.gateway_url,
            "LIFTOFF_DATABASE__URL": f"sqlite+aiosqlite:///{self.folder / 'liftoff.db'}",
            "LIFTOFF_SECURITY__ENCRYPTION_KEYS": KEY,
        }
        return usual | more

    async def start(self, **more: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error::RuntimeWarning",
            "-m",
            "bot",
            "run",
            cwd=self.folder,
            env=self.environment(**more),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def ends(self, **more: str) -> tuple[int, str]:
        """Runs a bot that ends by itself: its exit code and all it said."""
        process = await self.start(**more)
        said, _ = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
        assert process.returncode is not None
        return process.returncode, said.decode()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with Sandbox(SystemClock().now, rates="real") as sandbox:
        application = sandbox.create_application("Liftoff")
        home = sandbox.create_guild("Djangonaut Space")
        sandbox.invite_bot(application, home, INVITE_PERMISSIONS.value)
        yield Scene(sandbox, application, tmp_path)
    said_properly(sandbox)


async def heard(process: asyncio.subprocess.Process, word: str) -> str:
    """Reads what the process says until `word` comes."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(STARTS_WITHIN):
        while word not in said:
            line = await process.stdout.readline()
            assert line, f"it ended without saying {word!r}:\n{said}"
            said += line.decode()
    return said


async def told_to_stop(
    process: asyncio.subprocess.Process, number: signal.Signals
) -> tuple[int | None, float, str]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    process.send_signal(number)
    said, _ = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    return process.returncode, loop.time() - began, said.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(scene: Scene, number: signal.Signals) -> None:
    process = await scene.start()
    said = await heard(process, "ready")
    code, seconds, rest = await told_to_stop(process, number)
    assert code == 0, rest
    assert seconds < STOPS_WITHIN
    assert "Traceback" not in said + rest
    assert "stopped" in rest
    assert scene.application.token not in said + rest
    assert KEY not in said + rest


async def test_a_signal_during_the_start_ends_it_too(scene: Scene) -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    called = asyncio.Event()
    # Something that takes the call and never answers.
    silent = await asyncio.start_server(never, "127.0.0.1", 0)
    address = silent.sockets[0].getsockname()
    process = await scene.start(LIFTOFF_DISCORD__API_BASE=f"http://127.0.0.1:{address[1]}/api/v10")
    await asyncio.wait_for(called.wait(), STARTS_WITHIN)
    code, seconds, said = await told_to_stop(process, signal.SIGTERM)
    silent.close()
    assert code == 0, said
    assert seconds < STOPS_WITHIN
    assert "Traceback" not in said


def only_sentence(said: str) -> str:
    """The one thing that was said to the person, apart from log lines."""
    assert "Traceback" not in said, said
    lines = [
        line
        for line in said.splitlines()
        if line.strip() and not any(mark in line for mark in ("[info", "[warning", "[error"))
    ]
    assert len(lines) == 1, said
    return lines[0]


async def test_a_token_that_discord_refuses(scene: Scene) -> None:
    code, said = await scene.ends(LIFTOFF_DISCORD__TOKEN="wrong.token.here")
    assert code == 2
    assert "copy it anew" in only_sentence(said)
    assert "wrong.token.here" not in said


async def test_an_intent_that_is_switched_off(tmp_path: Path) -> None:
    async with Sandbox(SystemClock().now, rates="real") as sandbox:
        application = sandbox.create_application("Liftoff", privileged_intents=0)
        home = sandbox.create_guild("Djangonaut Space")
        sandbox.invite_bot(application, home, INVITE_PERMISSIONS.value)
        code, said = await Scene(sandbox, application, tmp_path).ends()
    said_properly(sandbox)
    assert code == 2
    assert "Server Members Intent" in only_sentence(said)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("LIFTOFF_PROGRAMME__PROMPT_HOUR", "25 o'clock", "programme.prompt_hour"),
        ("LIFTOFF_SECURITY__ENCRYPTION_KEYS", "", "security.encryption_keys"),
        ("LIFTOFF_DISCORD__TOKEN", "", "discord.token"),
    ],
)
async def test_a_setting_that_cannot_be_used(
    scene: Scene, variable: str, value: str, sentence: str
) -> None:
    code, said = await scene.ends(**{variable: value})
    assert code == 2
    assert sentence in only_sentence(said)


async def test_a_rehearsals_clock_that_nobody_serves(scene: Scene) -> None:
    code, said = await scene.ends(LIFTOFF_CLOCK__URL="ws://127.0.0.1:9/clock")
    assert code == 1
    assert "no rehearsal clock answers" in only_sentence(said)


async def test_a_discord_that_cannot_be_reached(scene: Scene) -> None:
    code, said = await scene.ends(LIFTOFF_DISCORD__API_BASE="http://127.0.0.1:9/api/v10")
    assert code == 1
    assert "reach" in only_sentence(said)
