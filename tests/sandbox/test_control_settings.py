"""The control API: the server by hand, rates, faults, the clock, the gateway."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from sandbox.conformance import Violation
from sandbox.control import Control
from sandbox.control_settings import OwnClock
from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import connected
from tests.sandbox.remote import Remote, remote

__all__ = ["remote"]


async def test_an_admin_changes_things_by_hand(remote: Remote, scene: Scene, bot: Bot) -> None:
    """discord.py hears of each change."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    names = ("guild_channel_update", "guild_channel_delete", "guild_role_update")
    for name in (*names, "guild_role_delete", "member_update", "member_remove"):

        async def hear(*_: Any, name: str = name) -> None:
            heard.put_nowait(name)

        setattr(bot, f"on_{name}", hear)
    for name in ("raw_message_delete", "raw_message_edit"):

        async def hear_raw(*_: Any, name: str = name) -> None:
            heard.put_nowait(name)

        setattr(bot, f"on_{name}", hear_raw)
    sandbox, guild = scene.sandbox, scene.guild
    await scene.ben.join(guild)
    role = sandbox.grant(scene.ana, guild, 0, name="crew")
    message = await scene.ana.write(sandbox.channel(guild, "general"), "hello")
    here, there = f"/channels/{scene.general}", f"/guilds/{guild.id}"
    for method, path, body, event in (
        ("PATCH", here, {"name": "hall", "topic": "new"}, "guild_channel_update"),
        ("PUT", f"{here}/overwrites/{role.id}", {"allow": "1024"}, "guild_channel_update"),
        ("PATCH", f"{there}/roles/{role.id}", {"name": "mates", "color": 7}, "guild_role_update"),
        ("PUT", f"{there}/members/ben/roles/{role.id}", None, "member_update"),
        ("DELETE", f"{there}/members/ben/roles/{role.id}", None, "member_update"),
        ("PATCH", f"{here}/messages/{message.id}", {"pinned": True}, "raw_message_edit"),
        ("DELETE", f"{here}/messages/{message.id}", None, "raw_message_delete"),
        ("DELETE", f"{there}/roles/{role.id}", None, "guild_role_delete"),
        ("DELETE", f"{there}/members/ben", None, "member_remove"),
        ("DELETE", here, None, "guild_channel_delete"),
    ):
        status, answer = await remote.ask(method, path, body)
        assert status in (200, 204), answer
        async with asyncio.timeout(2):
            while await heard.get() != event:
                pass  # the change has caused others as well
    known = bot.get_guild(guild.id)
    assert known is not None
    assert known.get_channel(message.channel_id) is None
    state = await remote.get(there)
    assert (state["channels"], [one["name"] for one in state["roles"]]) == (
        [],
        ["@everyone", "Admin", "Liftoff"],
    )


async def test_pages_in_a_browser_are_kept_out(remote: Remote) -> None:
    for header in ({"Origin": "http://example.org"}, {"Host": "example.org"}):
        status, body = await remote.ask("GET", "/", headers=header)
        assert (status, body["error"]) == (
            403,
            "only programs on this machine may control a sandbox",
        )
    async with remote.web.post(f"{remote.control.url}/faults", data="what=500") as reply:
        assert reply.status == 400


async def test_rates_and_faults(remote: Remote, scene: Scene) -> None:
    status, body = await remote.ask("PUT", "/rates", {"setting": 0.5})
    assert (status, body["setting"]) == (200, 0.5)
    assert scene.sandbox.rates.factor == scene.sandbox.gateway.rates == 0.5
    await remote.ask("PUT", "/rates", {"setting": "off"})
    fault = await remote.do("/faults", what="503", method="GET", route="/users/@me", count=1)
    head = {"Authorization": f"Bot {scene.app.token}"}
    for status in (503, 200):
        async with remote.web.get(f"{scene.sandbox.api_base}/users/@me", headers=head) as reply:
            assert reply.status == status
    [shown] = await remote.get("/faults")
    assert (shown["id"], shown["happened"]) == (fault["id"], 1)
    await remote.ask("DELETE", f"/faults/{fault['id']}")
    overview = await remote.get("/")
    assert (overview["faults"], overview["unplanned"]) == ([], 0)
    assert overview["clock"]["kind"] == "system"
    assert await remote.get("/unplanned") == []


async def test_what_was_not_as_it_should_be(remote: Remote, scene: Scene) -> None:
    sandbox = scene.sandbox
    checks = sandbox.conformance
    found = await remote.get("/conformance")
    assert found == {"checked": None if checks is None else checks.checked, "violations": []}
    head = {"Authorization": f"Bot {scene.app.token}"}
    async with remote.web.get(f"{sandbox.api_base}/users/5", headers=head) as reply:
        assert reply.status == 404
    [one] = await remote.get("/unplanned")
    assert (one["route"], one["status"], one["response"]["code"]) == (
        "/users/{user_id}",
        404,
        10013,
    )
    sandbox.violations.append(Violation("GET / 200", "/id", "no id"))
    assert (await remote.get("/conformance"))["violations"] == [
        {"where": "GET / 200", "pointer": "/id", "message": "no id"}
    ]
    overview = await remote.get("/")
    assert (overview["unplanned"], overview["violations"]) == (1, 1)
    sandbox.violations.clear()


async def test_a_clock_of_its_own_moves_forwards_only(scene: Scene) -> None:
    own = OwnClock(datetime(2027, 2, 22, 9, tzinfo=UTC))
    scene.sandbox.world.now = own.now
    control = Control(scene.sandbox, own)
    await control.start()
    async with aiohttp.ClientSession() as web:
        remote = Remote(control, web)
        for body, now in (
            ({"advance": 90}, "2027-02-22T09:01:30"),
            ({"now": "2027-02-22T12:00:00+01:00"}, "2027-02-22T11:00:00"),
        ):
            status, clock = await remote.ask("PUT", "/clock", body)
            assert (status, clock["kind"], clock["now"][:19]) == (200, "virtual", now)
        for bad, status in (
            ({"advance": -1}, 403),
            ({"now": "2027-01-01T00:00:00Z"}, 403),
            ({"now": "2027-03-01"}, 400),
            ({"advance": "soon"}, 400),
        ):
            assert (await remote.refused("PUT", "/clock", bad))[0] == status
    await control.stop()


async def test_the_gateway_can_be_troubled(remote: Remote, scene: Scene, bot: Bot) -> None:
    resumed = asyncio.Event()

    async def on_resumed() -> None:
        resumed.set()

    setattr(bot, on_resumed.__name__, on_resumed)
    assert await remote.do("/gateway/drop") == {"connections": 1}
    await asyncio.wait_for(resumed.wait(), 10)


@pytest.mark.parametrize(
    ("what", "body", "op", "data"),
    [
        ("reconnect", {}, 7, None),
        ("invalidate", {}, 9, True),
        ("invalidate", {"resumable": False}, 9, False),
        ("request-heartbeat", {}, 1, None),
        ("take-guild-away", {}, 0, "GUILD_DELETE"),
        ("bring-guild-back", {}, 0, "GUILD_CREATE"),
        ("close", {"code": 4008}, None, 4008),
        ("close", {}, None, 4000),
    ],
)
async def test_each_trouble_of_the_gateway(
    remote: Remote, scene: Scene, what: str, body: Any, op: int | None, data: Any
) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.until_quiet()
        if what == "bring-guild-back":
            await remote.do("/gateway/take-guild-away")
            await raw.until_quiet()
        assert await remote.do(f"/gateway/{what}", **body) == {"connections": 1}
        if op is None:
            assert await raw.closed() == data
        elif op == 0:
            assert (await raw.next(data))["id"] == str(scene.guild.id)
        else:
            assert await raw.next(op=op) == data
