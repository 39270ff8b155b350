"""Sessions: heartbeats, op 7, op 9, lost connections, resume, how often one may log in."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.sandbox.conftest import Scene
from tests.sandbox.frames import connected, eventually

GUILDS = 1

# -- heartbeats ---------------------------------------------------------------------------


async def test_heartbeats(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        assert (await raw.next(op=10))["heartbeat_interval"] == 41250
        await raw.send(1, None)
        await raw.next(op=11)
        await raw.identify()
        assert scene.sandbox.gateway.request_heartbeat() == 1
        await raw.next(op=1)
        await raw.send(1, raw.sequence)
        await raw.next(op=11)


async def test_a_zombie_acknowledges_nothing(scene: Scene) -> None:
    scene.sandbox.gateway.acknowledges_heartbeats = False
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(0)
        await raw.send(1, raw.sequence)
        scene.sandbox.gateway.request_heartbeat()
        frame = await raw.frame()
        assert frame["op"] == 1


# -- op 7 and op 9, lost connections ------------------------------------------------------


async def test_op_7_asks_to_resume_and_closes_who_stays(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        assert scene.sandbox.gateway.reconnect(close_after=0.05) == 1
        assert await raw.next(op=7) is None
        assert await raw.closed() == 4000
        async with connected(scene.sandbox, scene.app, url=raw.resume_url) as again:
            await again.resume(raw)
            await again.next("RESUMED")


async def test_op_9_true_keeps_what_happens(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        scene.sandbox.gateway.invalidate(resumable=True)
        await scene.ben.join(scene.guild)
        assert await raw.next(op=9) is True
        # No new connection is needed.
        await raw.resume(raw)
        names = [name for name, _ in await raw.until_quiet()]
        assert names == ["GUILD_MEMBER_ADD", "RESUMED"]


async def test_op_9_false_loses_what_happens(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        scene.sandbox.gateway.invalidate(resumable=False)
        await scene.ben.join(scene.guild)
        assert await raw.next(op=9) is False
        lost = raw.session
        await raw.resume(raw)
        assert await raw.next(op=9) is False
        await raw.identify()
        assert raw.session != lost
        assert [name for name, _ in await raw.until_quiet()] == ["GUILD_CREATE"]


async def test_after_op_9_only_a_new_login_counts(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        scene.sandbox.gateway.invalidate(resumable=False)
        await raw.send(8, {"guild_id": str(scene.guild.id), "query": "", "limit": 0})
        assert await raw.closed() == 4003


async def test_a_resume_replays_in_order_and_with_the_same_numbers(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.until_quiet()
        assert scene.sandbox.gateway.drop() == 1
        seen = raw.sequence
        await scene.ben.join(scene.guild)
        general = scene.sandbox.channel(scene.guild, "general")
        await scene.ana.write(general, "while away")
        async with connected(scene.sandbox, scene.app, url=raw.resume_url) as again:
            await again.resume(raw)
            numbers, names = [], []
            while "RESUMED" not in names:
                frame = await again.frame()
                if frame["op"] == 0:
                    numbers.append(frame["s"])
                    names.append(frame["t"])
            assert names == ["GUILD_MEMBER_ADD", "MESSAGE_CREATE", "RESUMED"]
            assert numbers == [seen + 1, seen + 2, seen + 3]
            live = scene.sandbox.gateway.live
            assert live is not None
            assert live.connection is not None
            assert live.connection.path == "/gateway/resume"


async def test_an_unknown_session_is_invalid(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.send(6, {"token": scene.app.token, "session_id": "x", "seq": 5})
        assert await raw.next(op=9) is False
        assert (await raw.identify(GUILDS))["resume_gateway_url"]


@pytest.mark.parametrize(("code", "kept"), [(1000, False), (1001, False), (4000, True)])
async def test_how_a_client_hangs_up(scene: Scene, code: int, kept: bool) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        ended = scene.sandbox.gateway.live
        assert ended is not None
        await raw.socket.close(code=code)
        await eventually(lambda: ended.connection is None)
        assert scene.sandbox.gateway.listening(scene.app) is kept


async def test_a_session_waits_only_so_long(scene: Scene) -> None:
    scene.sandbox.gateway.resume_within = 0.02
    async with (
        connected(scene.sandbox, scene.app) as raw,
        connected(scene.sandbox, scene.app) as again,
    ):
        await raw.identify()
        scene.sandbox.gateway.drop(scene.app)
        await raw.closed()
        await asyncio.sleep(0.05)
        await again.resume(raw)
        assert await again.next(op=9) is False


async def test_too_much_was_missed(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.until_quiet()
        await raw.socket.close(code=4000)
        for _ in range(2001):
            scene.sandbox.gateway.emit("GUILD_UPDATE", {}, guild=scene.guild)
        async with connected(scene.sandbox, scene.app) as again:
            await again.resume(raw)
            assert await again.next(op=9) is False


# -- how often one may log in --------------------------------------------------------------


async def test_session_starts_are_counted_by_the_clock(scene: Scene) -> None:
    starts = scene.sandbox.world.session_starts
    assert starts.limit(scene.app.id)["remaining"] == 1000
    for _ in range(2):
        async with connected(scene.sandbox, scene.app) as raw:
            await raw.identify()
    scene.clock.move(hours=6)
    head = {"Authorization": f"Bot {scene.app.token}"}
    async with (
        aiohttp.ClientSession(headers=head) as session,
        session.get(f"{scene.sandbox.api_base}/gateway/bot") as response,
    ):
        answer = await response.json()
    assert answer == {
        "url": scene.sandbox.gateway_url,
        "shards": 1,
        "session_start_limit": {
            "total": 1000,
            "remaining": 998,
            "reset_after": 18 * 3600 * 1000,
            "max_concurrency": 1,
        },
    }
    scene.clock.move(hours=18)
    assert starts.limit(scene.app.id)["remaining"] == 1000


async def test_one_start_too_many_takes_the_token_away(scene: Scene) -> None:
    scene.sandbox.world.session_starts.total = 1
    old = scene.app.token
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        async with connected(scene.sandbox, scene.app) as second:
            await second.send(2, second.login())
            assert await second.closed() == 4004
        assert await raw.closed() == 4004
    assert scene.app.token != old
    async with aiohttp.ClientSession() as session:
        for token, status in ((old, 401), (scene.app.token, 200)):
            head = {"Authorization": f"Bot {token}"}
            url = f"{scene.sandbox.api_base}/users/@me"
            async with session.get(url, headers=head) as response:
                assert response.status == status


async def test_sessions_start_one_after_the_other(scene: Scene) -> None:
    scene.sandbox.gateway.rates = 0.01
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        async with connected(scene.sandbox, scene.app) as second:
            await second.send(2, second.login())
            assert await second.next(op=9) is False
            await asyncio.sleep(0.06)
            await second.identify()
