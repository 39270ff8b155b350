"""Every close code of the gateway, and who may come back after it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.gateway_limits import SENDS
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import Raw, connected

Provoke = Callable[[Scene, Raw], Awaitable[None]]


def says(op: Any, data: Any = None, *, logged_in: bool = True) -> Provoke:
    """Sends one frame, after IDENTIFY or instead of it."""

    async def provoke(_: Scene, raw: Raw) -> None:
        if logged_in:
            await raw.identify()
        await raw.send(op, data)

    return provoke


def writes(text: str) -> Provoke:
    """Sends something that need not be a frame."""

    async def provoke(_: Scene, raw: Raw) -> None:
        await raw.socket.send_str(text)

    return provoke


def identifies(**data: Any) -> Provoke:
    """Logs in with something wrong."""

    async def provoke(_: Scene, raw: Raw) -> None:
        await raw.send(2, raw.login() | data)

    return provoke


async def twice(_: Scene, raw: Raw) -> None:
    await raw.identify()
    await raw.send(2, raw.login())


async def resumes_beyond(scene: Scene, raw: Raw) -> None:
    async with connected(scene.sandbox, scene.app) as first:
        await first.identify()
        await first.socket.close(code=4000)
        await raw.resume(first, seq=1000)


async def chatters(_: Scene, raw: Raw) -> None:
    await raw.identify()
    for _number in range(SENDS):
        await raw.send(1)


async def is_too_big(scene: Scene, raw: Raw) -> None:
    scene.sandbox.world.session_starts.guilds_per_shard = 1
    other = scene.sandbox.create_guild("Another")
    scene.sandbox.invite_bot(scene.app, other, permissions=0)
    await raw.send(2, raw.login())


async def may_not(scene: Scene, raw: Raw) -> None:
    scene.app.privileged_intents = 0
    await raw.send(2, raw.login())


async def starts_too_often(scene: Scene, raw: Raw) -> None:
    scene.sandbox.world.session_starts.total = 1
    async with connected(scene.sandbox, scene.app) as first:
        await first.identify()
        await raw.send(2, raw.login())
        assert await first.closed() == 4004


@pytest.mark.parametrize(
    ("code", "provoke"),
    [
        (4001, says(99)),
        (4001, says(0, {})),
        (4001, says(8, {"guild_id": "1"})),
        (4001, says(8, {"guild_id": ["1", "2"], "query": "", "limit": 0})),
        (4001, says(3, {"status": "sleeping", "activities": []})),
        (4002, writes("no JSON")),
        (4002, writes("[1]")),
        (4002, writes('{"d": 1}')),
        (4002, writes(json.dumps({"op": 1, "d": None, "x": "x" * 4096}))),
        (4002, says(2, "no object", logged_in=False)),
        (4003, says(8, {"guild_id": "1", "query": "", "limit": 0}, logged_in=False)),
        (4003, says(3, {"status": "online"}, logged_in=False)),
        (4003, says(99, logged_in=False)),
        (4004, identifies(token="wrong")),
        (4004, says(6, {"token": "wrong", "session_id": "x", "seq": 1}, logged_in=False)),
        (4004, starts_too_often),
        (4005, twice),
        (4007, resumes_beyond),
        (4008, chatters),
        (4010, identifies(shard=[1, 1])),
        (4010, identifies(shard=[-1, 2])),
        (4010, identifies(shard=["0", "1"])),
        (4010, identifies(shard=[0])),
        (4011, is_too_big),
        (4013, identifies(intents=1 << 17)),
        (4013, identifies(intents=-1)),
        (4013, identifies(intents=None)),
        (4014, may_not),
    ],
)
async def test_what_closes_a_connection(scene: Scene, code: int, provoke: Provoke) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await provoke(scene, raw)
        assert await raw.closed() == code


async def test_an_old_version_closes_with_4012(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app, "?v=6&encoding=json") as raw:
        assert await raw.closed() == 4012


async def test_who_never_logs_in_is_closed_with_4009(scene: Scene) -> None:
    scene.sandbox.gateway.identify_within = 0.05
    async with connected(scene.sandbox, scene.app) as raw:
        assert await raw.closed() == 4009


async def test_a_missed_heartbeat_closes_with_4000_and_can_be_resumed(scene: Scene) -> None:
    scene.sandbox.gateway.heartbeat_interval = 20
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        assert await raw.closed() == 4000
    scene.sandbox.gateway.heartbeat_interval = 60_000
    async with connected(scene.sandbox, scene.app) as again:
        await again.resume(raw)
        await again.next("RESUMED")


@pytest.mark.parametrize("code", [1000, 4000, 4004, 4008, 4009])
async def test_any_code_on_demand(scene: Scene, code: int) -> None:
    gone = code in (1000, 4004, 4009)
    async with (
        connected(scene.sandbox, scene.app) as raw,
        connected(scene.sandbox, scene.app) as again,
    ):
        await raw.identify()
        assert scene.sandbox.gateway.close(code) == 1
        assert await raw.closed() == code
        await again.resume(raw)
        if gone:
            assert await again.next(op=9) is False
        else:
            await again.next("RESUMED")


def test_a_code_that_discord_does_not_have(scene: Scene) -> None:
    with pytest.raises(ValueError, match="4006"):
        scene.sandbox.gateway.close(4006)


async def test_the_frames_that_are_allowed_are_all_answered(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        for _ in range(SENDS - 1):
            await raw.send(1)
        for _ in range(SENDS - 1):
            await raw.next(op=11)
