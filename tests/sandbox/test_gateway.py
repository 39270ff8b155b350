"""Sessions: tokens, intents, lost connections, resume."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from tests.sandbox.bot import Bot, started
from tests.sandbox.conftest import Scene

GUILDS, MESSAGES, CONTENT = 1, 1 << 9, 1 << 15


class Raw:
    """A gateway client without a library."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, op: int, data: Any) -> None:
        """Sends a frame."""
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def next(self, event: str | None = None, *, op: int = 0) -> Any:
        """The data of the next frame of this event or opcode."""
        async with asyncio.timeout(5):
            while True:
                frame = await self.socket.receive_json()
                if frame["op"] == op and (event is None or frame["t"] == event):
                    return frame["d"]

    async def identify(self, scene: Scene, intents: int) -> Any:
        """Logs in."""
        await self.send(2, {"token": scene.app.token, "intents": intents, "properties": {}})
        return await self.next("READY")


async def test_a_bad_token_closes_with_4004(scene: Scene) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(scene.sandbox.gateway_url) as socket,
    ):
        raw = Raw(socket)
        assert (await raw.next(op=10))["heartbeat_interval"] == 41250
        await raw.send(2, {"token": "wrong", "intents": 1, "properties": {}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_discord_py_is_told_about_a_bad_token(scene: Scene, pointed: None) -> None:
    with pytest.raises(discord.LoginFailure):
        async with started("wrong"):
            raise AssertionError("logged in")


async def test_intents_that_are_switched_off_close_with_4014(scene: Scene, pointed: None) -> None:
    scene.app.privileged_intents = 0
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with started(scene.app.token):
            raise AssertionError("connected")


async def test_heartbeats_and_chunks(scene: Scene) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(scene.sandbox.gateway_url) as socket,
    ):
        raw = Raw(socket)
        ready = await raw.identify(scene, GUILDS | 2)
        assert ready["guilds"] == [{"id": str(scene.guild.id), "unavailable": True}]
        guild = await raw.next("GUILD_CREATE")
        assert [one["user"]["username"] for one in guild["members"]] == ["Liftoff"]
        assert guild["member_count"] == 3
        await raw.send(1, 1)
        await raw.next(op=11)
        await raw.send(8, {"guild_id": str(scene.guild.id), "query": "", "limit": 0, "nonce": "x"})
        chunk = await raw.next("GUILD_MEMBERS_CHUNK")
        assert (len(chunk["members"]), chunk["nonce"], chunk["chunk_count"]) == (3, "x", 1)


async def test_a_missed_heartbeat_ends_the_connection(scene: Scene) -> None:
    scene.sandbox.gateway.heartbeat_interval = 20
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(scene.sandbox.gateway_url) as socket,
    ):
        raw = Raw(socket)
        await raw.identify(scene, GUILDS)
        async with asyncio.timeout(5):
            while not socket.closed:
                await socket.receive()
        assert socket.close_code == 4009


@pytest.mark.parametrize(
    ("intents", "mention", "seen"),
    [
        (GUILDS, False, None),
        (GUILDS | MESSAGES, False, ""),
        (GUILDS | MESSAGES, True, "hello"),
        (GUILDS | MESSAGES | CONTENT, False, "hello"),
    ],
)
async def test_intents_decide(scene: Scene, intents: int, mention: bool, seen: str | None) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(scene.sandbox.gateway_url) as socket,
    ):
        raw = Raw(socket)
        await raw.identify(scene, intents)
        general = scene.sandbox.channel(scene.guild, "general")
        text = f"hello <@{scene.app.bot_user_id}>" if mention else "hello"
        await scene.ana.write(general, text)
        await raw.send(1, None)
        got: list[str] = []
        async with asyncio.timeout(5):
            while True:
                frame = await socket.receive_json()
                if frame["op"] == 11:
                    break
                if frame["t"] == "MESSAGE_CREATE":
                    got.append(frame["d"]["content"].partition(" <@")[0])
        assert got == ([] if seen is None else [seen])


async def test_resume_replays_what_was_missed(scene: Scene, bot: Bot) -> None:
    general = scene.sandbox.channel(scene.guild, "general")
    mention = f"<@{scene.app.bot_user_id}>"
    scene.sandbox.gateway.drop()
    await scene.ana.write(general, f"{mention} while away")
    await asyncio.wait_for(bot.resumed.wait(), 10)
    await bot.saw(f"{mention} while away")
    await scene.ana.write(general, f"{mention} after")
    await bot.saw(f"{mention} after")
    assert len(scene.sandbox.gateway.sessions) == 1


async def test_an_unknown_session_is_invalid(scene: Scene) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(scene.sandbox.gateway_url) as socket,
    ):
        raw = Raw(socket)
        await raw.send(6, {"token": scene.app.token, "session_id": "x", "seq": 5})
        assert await raw.next(op=9) is False
        assert (await raw.identify(scene, GUILDS))["resume_gateway_url"]


async def test_it_starts_quickly(scene: Scene) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Sandbox(scene.clock) as other:
        assert loop.time() - began < 0.05
        assert other.api_base.startswith("http://127.0.0.1:")
