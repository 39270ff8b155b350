"""Rate limits: what the headers say, who obeys them, and what becomes of who does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from sandbox import Refused, Sandbox
from sandbox.buckets import BUCKETS, OTHERS, bucket_of
from sandbox.rates import INVALID_LIMIT, Rates
from sandbox.rest.routing import known_routes
from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper


class Raw:
    """A client that looks at no header."""

    def __init__(self, scene: Scene, web: aiohttp.ClientSession) -> None:
        self.scene, self.web = scene, web

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> tuple[aiohttp.ClientResponse, Any]:
        """One request; gives response and body (JSON or text)."""
        head = {"Authorization": f"Bot {token or self.scene.app.token}"}
        address = f"{self.scene.sandbox.api_base}{path}"
        async with self.web.request(method, address, json=body, headers=head) as reply:
            kind = reply.headers.get("Content-Type")
            return reply, await (reply.json() if kind == "application/json" else reply.text())

    async def say(self, text: str = "hello") -> tuple[aiohttp.ClientResponse, Any]:
        """Writes into #general."""
        path = f"/channels/{self.scene.general}/messages"
        return await self.ask("POST", path, {"content": text})


@pytest_asyncio.fixture
async def raw(scene: Scene) -> AsyncIterator[Raw]:
    """The careless client."""
    async with aiohttp.ClientSession() as web:
        yield Raw(scene, web)


async def test_off_means_that_there_is_always_plenty(raw: Raw) -> None:
    for _ in range(60):
        reply, _ = await raw.say()
        assert reply.status == 200
        assert reply.headers["X-RateLimit-Remaining"] == "999"
    assert raw.scene.sandbox.rates.setting == "off"


async def test_the_headers_count_down(raw: Raw) -> None:
    raw.scene.sandbox.rates.set("real")
    seen = []
    for _ in range(5):
        reply, _ = await raw.say()
        after = float(reply.headers["X-RateLimit-Reset-After"])
        assert 4 < after <= 5
        assert len(reply.headers["X-RateLimit-Bucket"]) == 32
        assert reply.status == 200
        assert reply.headers["X-RateLimit-Limit"] == "5"
        assert reply.headers["Via"]
        assert "Retry-After" not in reply.headers
        seen.append(reply.headers["X-RateLimit-Remaining"])
    assert seen == ["4", "3", "2", "1", "0"]


async def test_one_request_too_many_is_refused_for_this_channel_alone(raw: Raw) -> None:
    scene = raw.scene
    scene.sandbox.rates.set("real")
    for _ in range(5):
        await raw.say()
    reply, body = await raw.say()
    assert reply.status == 429
    assert set(body) == {"message", "code", "retry_after", "global"}
    assert (body["message"], body["code"]) == ("You are being rate limited.", 0)
    assert body["global"] is False
    assert 4 < body["retry_after"] <= 5
    head = reply.headers
    assert (head["X-RateLimit-Scope"], head["X-RateLimit-Remaining"]) == ("user", "0")
    assert (head["Retry-After"], bool(head["Via"])) == ("5", True)
    assert "X-RateLimit-Global" not in head
    assert len(scene.sandbox.channel(scene.guild, "general").messages) == 5
    direct = scene.ben.direct
    await scene.ben.join(scene.guild)
    reply, _ = await raw.ask("POST", f"/channels/{direct.id}/messages", {"content": "hello"})
    assert reply.status == 200, "another channel is another bucket"
    assert scene.sandbox.rates.refused == {"send message": 1}
    assert scene.sandbox.unplanned == [], "being told to wait is the weather"


async def test_a_bucket_is_full_again_when_its_window_ends(raw: Raw) -> None:
    raw.scene.sandbox.rates.set(0.1)
    for _ in range(5):
        await raw.say()
    _, body = await raw.say()
    await asyncio.sleep(body["retry_after"] / 2)
    assert (await raw.say())[0].status == 429, "nothing comes back before the end"
    await asyncio.sleep(body["retry_after"] / 2 + 0.01)
    assert [(await raw.say())[0].status for _ in range(5)] == [200] * 5


async def test_some_buckets_fill_up_little_by_little(raw: Raw) -> None:
    rates = raw.scene.sandbox.rates
    rates.set(0.2)
    rates.steady = True
    replies = [(await raw.say())[0] for _ in range(5)]
    waits = [float(reply.headers["X-RateLimit-Reset-After"]) for reply in replies]
    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(0.2, abs=0.01), "a fifth of the window for one request"
    _, body = await raw.say()
    assert body["retry_after"] <= 0.2
    await asyncio.sleep(body["retry_after"] + 0.005)
    assert [(await raw.say())[0].status for _ in range(2)] == [200, 429]


async def test_routes_of_one_bucket_use_it_up_together(raw: Raw) -> None:
    scene = raw.scene
    scene.sandbox.rates.set("real")
    role = scene.sandbox.grant(scene.ben, scene.guild, 0, name="crew")
    path = f"/guilds/{scene.guild.id}/members/{scene.ben.id}/roles/{role.id}"
    replies = [(await raw.ask(method, path))[0] for method in ["PUT", "DELETE"] * 5 + ["PUT"]]
    assert [reply.status for reply in replies] == [204] * 10 + [429]
    assert len({reply.headers["X-RateLimit-Bucket"] for reply in replies}) == 1


async def test_the_global_limit(raw: Raw) -> None:
    scene = raw.scene
    scene.sandbox.rates.set("real")
    scene.sandbox.rates.global_limit = 8
    paths = ["/users/@me", f"/guilds/{scene.guild.id}", f"/channels/{scene.general}"]
    replies = [await raw.ask("GET", paths[n % 3]) for n in range(9)]
    assert [reply.status for reply, _ in replies] == [200] * 8 + [429]
    reply, body = replies[-1]
    assert body["global"] is True
    assert 0 < body["retry_after"] <= 1
    assert reply.headers["X-RateLimit-Global"] == "true"
    assert reply.headers["X-RateLimit-Scope"] == "global"
    assert "X-RateLimit-Bucket" not in reply.headers
    other = scene.sandbox.create_application("Other")
    reply, _ = await raw.ask("GET", "/users/@me", token=other.token)
    assert reply.status == 200, "another bot has its own"
    reply, body = await raw.ask("POST", "/interactions/1/none/callback", {"type": 5})
    assert (reply.status, body["code"]) == (404, 10062), "interactions are exempt"


async def test_ten_thousand_bad_requests_shut_the_address_out(raw: Raw) -> None:
    scene = raw.scene
    scene.sandbox.rates.set(0.001)
    assert scene.sandbox.rates.invalid_limit == INVALID_LIMIT == 10_000
    scene.sandbox.rates.invalid_limit = 20
    scene.sandbox.plan_refusal(401, 0)
    for _ in range(20):
        assert (await raw.ask("GET", "/users/@me", token="wrong"))[0].status == 401
    reply, body = await raw.ask("GET", "/users/@me")
    assert (reply.status, body) == (429, "error code: 1015")
    assert "Via" not in reply.headers
    assert "Retry-After" in reply.headers
    await asyncio.sleep(0.61)
    assert (await raw.ask("GET", "/users/@me"))[0].status == 200


async def test_discord_py_gives_up_when_it_is_shut_out(bot: Bot, scene: Scene) -> None:
    scene.sandbox.rates.set("real")
    scene.sandbox.rates.invalid_limit = 1
    scene.sandbox.rates.answered(403, None)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.fetch_user(scene.ben.id)
    assert caught.value.status == 429


async def test_discord_py_obeys_the_headers(bot: Bot, scene: Scene) -> None:
    rates = scene.sandbox.rates
    rates.set(0.1)
    await scene.ben.join(scene.guild)
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    began = time.monotonic()
    await asyncio.gather(*(channel.send(str(n)) for n in range(22)))
    took = time.monotonic() - began
    sent = scene.sandbox.channel(scene.guild, "general").messages.values()
    assert {message.content for message in sent} == {str(n) for n in range(22)}
    assert rates.refused == {}, "it never had to be told"
    assert took > 1.5, "four pauses of half a second"


async def test_discord_py_sits_out_a_global_limit(bot: Bot, scene: Scene) -> None:
    rates = scene.sandbox.rates
    rates.set("real")
    rates.global_limit = 6
    await asyncio.gather(*(bot.fetch_user(scene.ben.id) for _ in range(9)))
    assert rates.refused["global"] >= 1
    assert scene.sandbox.unplanned == []


@pytest.mark.parametrize(
    ("setting", "factor"), [("off", 0), ("real", 1), ("0.25", 0.25), (0, 0), (10, 10)]
)
def test_settings(setting: str | float, factor: float) -> None:
    assert Rates(setting).factor == factor


@pytest.mark.parametrize("setting", ["fast", "-1", -1, "nan", "inf", None])
def test_what_is_no_setting(setting: Any) -> None:
    with pytest.raises(Refused, match="rates are off, real or a number"):
        Rates(setting)


def test_the_gateways_limits_are_switched_on_by_themselves(clock: Clock) -> None:
    """With real rates a test would wait 5 s for each restart of its bot."""
    sandbox = Sandbox(clock, rates="real")
    assert (sandbox.rates.factor, sandbox.gateway.rates) == (1, 0)


async def test_reset_follows_the_clock_on_the_wall(clock: Clock) -> None:
    moment = datetime(2031, 5, 1, tzinfo=UTC)
    async with proper(Sandbox(clock, rates="real", wall=lambda: moment)) as sandbox:
        scene = Scene(sandbox, clock)
        async with aiohttp.ClientSession() as web:
            reply, _ = await Raw(scene, web).say()
    reset, after = (float(reply.headers[f"X-RateLimit-Reset{n}"]) for n in ("", "-After"))
    assert reset == pytest.approx(moment.timestamp() + after, abs=0.002)


def test_every_bucket_belongs_to_routes_that_exist() -> None:
    routes = {f"{method} {template}" for method, template in known_routes()}
    for bucket in BUCKETS:
        assert set(bucket.routes) <= routes, bucket.name
    for method, template in known_routes():
        found = bucket_of(method, template)
        if found is None:
            assert template.startswith("/interactions/")
        elif found not in BUCKETS:
            assert (found.limit, found.window) == OTHERS


def test_the_sizes_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    table = text.partition("\n## Rates\n")[2].partition("\n## ")[0]
    for bucket in BUCKETS:
        assert f"| {bucket.limit} | {bucket.window:,} |" in table, bucket.name
    assert f"| each other route | {OTHERS[0]} | {OTHERS[1]:g} |" in table
