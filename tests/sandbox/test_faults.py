"""Faults: each kind with its answer, and whom, where and how often it happens."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from sandbox import Refused, Sandbox
from sandbox.errors import TEXTS
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected

SEND = "/channels/{channel_id}/messages"
BROKEN = "/channels/*/messages"


@pytest_asyncio.fixture
async def api(scene: Scene) -> AsyncIterator[Api]:
    """Bare requests."""
    await scene.ben.join(scene.guild)
    async with aiohttp.ClientSession() as session:
        yield Api(scene, session)


async def say(api: Api, text: str = "hello") -> tuple[int, Any]:
    """Writes into #general; -1 for a connection that broke."""
    try:
        return await api("POST", "/channels/{channel}/messages", {"content": text})
    except aiohttp.ContentTypeError as error:
        return error.status, None
    except (ConnectionError, aiohttp.ClientError) as error:
        return -1, error


def written(scene: Scene) -> list[str]:
    """What stands in #general."""
    channel = scene.sandbox.channel(scene.guild, "general")
    return [message.content for message in channel.messages.values()]


def recorded(scene: Scene, wire: Path) -> list[dict[str, Any]]:
    """The requests that were recorded."""
    scene.sandbox.flush()
    lines = [json.loads(line) for line in wire.read_text().splitlines()]
    return [line for line in lines if line["kind"] == "request"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("500", 500, 0),
        ("502", 502, None),
        ("503", 503, 0),
        ("504", 504, None),
        ("429", 429, 0),
        ("50007", 403, 50007),
        ("50278", 403, 50278),
        ("50013", 403, 50013),
        ("50001", 403, 50001),
        ("10003", 404, 10003),
        ("10007", 404, 10007),
        ("10008", 404, 10008),
        ("10011", 404, 10011),
        ("10013", 404, 10013),
        ("30013", 400, 30013),
        ("reset", -1, None),
    ],
)
async def test_what_the_client_gets(
    api: Api, scene: Scene, wire: Path, what: str, status: int, code: int | None, after: bool
) -> None:
    fault = scene.sandbox.faults.add(what, route=SEND, count=1, after_effect=after)
    got, body = await say(api)
    assert got == status
    if code is not None:
        assert body["code"] == code
    if what == "429":
        assert body["retry_after"] == 1
    assert written(scene) == (["hello"] if after else []), "whether it took effect"
    [line] = recorded(scene, wire)
    assert (line["fault"], line["status"]) == (what, max(status, 0))
    assert (line["response"] is None) is (code is None), "a page or nothing is no JSON"
    assert fault.happened == 1
    assert scene.sandbox.unplanned == [], "what was announced is planned"
    assert (await say(api, "again"))[0] == 200
    assert "fault" not in recorded(scene, wire)[-1]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("what", ["500", "reset", "429", "10062"])
async def test_the_record_says_which_interaction_was_struck(
    scene: Scene, wire: Path, what: str, after: bool
) -> None:
    scene.sandbox.faults.add(what, method="POST", route="/interactions/*", after_effect=after)
    scene.sandbox.faults.add(what, method="POST", route="/webhooks/*", after_effect=after)
    async with connected(scene) as api:
        await api.made("/applications/{app}/commands", {"name": "go", "description": "Goes"})
        asking, one = await api.asked(lambda: scene.ana.run("/go", guild=scene.guild))
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await api.answer(one, 4, {"content": "x"})
        follow_up = f"/webhooks/{scene.app.id}/{one['token']}"
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await api("POST", follow_up, {"content": "y"})
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    struck = [line for line in recorded(scene, wire) if "fault" in line]
    assert [(line["fault"], line["interaction_id"]) for line in struck] == [(what, one["id"])] * 2
    assert all(one["token"] not in line["path"] for line in struck)


async def test_a_reset_is_a_reset(api: Api, scene: Scene) -> None:
    scene.sandbox.faults.add("reset", count=1)
    _, error = await say(api)
    assert isinstance(error, OSError)
    assert error.errno == errno.ECONNRESET


@pytest.mark.parametrize("after", [False, True])
async def test_a_slow_answer(api: Api, scene: Scene, after: bool) -> None:
    scene.sandbox.faults.add("slow", seconds=0.2, count=1, after_effect=after)
    began = time.monotonic()
    assert (await say(api))[0] == 200
    assert time.monotonic() - began >= 0.2
    assert written(scene) == ["hello"]


async def test_a_channel_is_deleted_just_before(api: Api, scene: Scene) -> None:
    scene.sandbox.faults.add("channel-deleted", method="POST", route=SEND)
    status, body = await say(api)
    assert (status, body["code"]) == (404, 10003)
    with pytest.raises(Refused):
        scene.sandbox.channel(scene.guild, "general")
    assert (await say(api))[1]["code"] == 10003
    scene.sandbox.plan_refusal(404, 10003)


async def test_a_message_is_deleted_just_before(api: Api, scene: Scene) -> None:
    _, sent = await say(api)
    scene.sandbox.faults.add("message-deleted", method="PATCH")
    path = f"/channels/{scene.general}/messages/{sent['id']}"
    assert await api.code("PATCH", path, {"content": "new"}) == 10008
    assert written(scene) == []


async def test_a_role_is_deleted_and_a_member_goes_just_before(api: Api, scene: Scene) -> None:
    role = scene.sandbox.grant(scene.ben, scene.guild, 0, name="crew")
    path = f"/guilds/{scene.guild.id}/members/{scene.ben.id}/roles/{role.id}"
    scene.sandbox.faults.add("role-deleted", count=1)
    assert await api.code("PUT", path) == 10011
    assert role.id not in scene.guild.role_map
    other = scene.sandbox.grant(scene.ana, scene.guild, 0, name="staff")
    scene.sandbox.faults.add("member-gone", person="ben")
    path = f"/guilds/{scene.guild.id}/members/{scene.ben.id}/roles/{other.id}"
    assert await api.code("PUT", path) == 10007
    assert scene.ben.id not in scene.guild.member_map
    assert scene.sandbox.unplanned == []


async def test_somebody_closes_their_direct_messages_just_before(api: Api, scene: Scene) -> None:
    scene.sandbox.faults.add("dms-closed", person="ben")
    path = f"/channels/{scene.ben.direct.id}/messages"
    assert await api.code("POST", path, {"content": "hello"}) == 50007
    assert not scene.ben.user.open
    assert (await say(api))[0] == 200, "a channel has no direct messages to close"


@pytest.mark.parametrize(
    ("fields", "hit"),
    [
        ({}, True),
        ({"route": SEND}, True),
        ({"route": BROKEN}, True),
        ({"route": "/channels/*"}, True),
        ({"route": "/guilds/*"}, False),
        ({"route": "/channels/{channel_id}"}, False),
        ({"method": "POST"}, True),
        ({"method": "post"}, True),
        ({"method": "PATCH"}, False),
        ({"person": "ben"}, False),
        ({"probability": 0.0}, False),
        ({"probability": 1.0}, True),
        ({"count": 0}, False),
        ({"skip": 1}, False),
        ({"what": "role-deleted"}, False),
        ({"what": "message-deleted"}, False),
    ],
)
async def test_which_requests_it_happens_to(
    api: Api, scene: Scene, fields: dict[str, Any], hit: bool
) -> None:
    fields = {"what": "503", **fields}
    fault = scene.sandbox.faults.add(**fields)
    assert ((await say(api))[0] == 503) is hit
    assert fault.happened == int(hit)


async def test_a_person_is_found_in_path_channel_body_and_interaction(
    api: Api, scene: Scene
) -> None:
    scene.sandbox.faults.add("503", person="ben")
    scene.sandbox.faults.add("500", person=scene.ana.id)
    member = f"/guilds/{scene.guild.id}/members"
    for path, body in (
        (f"{member}/{{}}", None),
        ("/users/@me/channels", {"recipient_id": "{}"}),
    ):
        for person, status in ((scene.ben, 503), (scene.ana, 500)):
            sent = {key: value.format(person.id) for key, value in (body or {}).items()}
            method = "POST" if body else "GET"
            assert (await api(method, path.format(person.id), sent or None))[0] == status
    for person, status in ((scene.ben, 503), (scene.ana, 500)):
        path = f"/channels/{person.direct.id}/messages"
        assert (await api("POST", path, {"content": "hello"}))[0] == status


async def test_counts_and_skips(api: Api, scene: Scene) -> None:
    scene.sandbox.faults.add("503", skip=1, count=2)
    assert [(await say(api))[0] for _ in range(5)] == [200, 503, 503, 200, 200]
    fault = scene.sandbox.faults.add("500")
    assert (await say(api))[0] == 500
    scene.sandbox.faults.clear(fault.id)
    assert (await say(api))[0] == 200
    scene.sandbox.faults.add("500")
    scene.sandbox.faults.clear()
    assert scene.sandbox.faults.announced == []


async def test_dice_fall_the_same_for_the_same_seed(clock: Clock) -> None:
    async def play(seed: int, *, more: bool = False) -> list[int]:
        async with proper(Sandbox(clock, seed=seed)) as sandbox, aiohttp.ClientSession() as session:
            scene = Scene(sandbox, clock)
            sandbox.faults.add("503", probability=0.4)
            if more:
                sandbox.faults.add("503", method="DELETE", probability=0.5)
            return [(await say(Api(scene, session)))[0] for _ in range(40)]

    first = await play(1)
    assert first == await play(1) == await play(1, more=True)
    assert first != await play(2)
    assert 6 <= first.count(503) <= 26


@pytest.mark.parametrize("kind", ["json", "toml"])
async def test_a_plan_file(clock: Clock, tmp_path: Path, kind: str) -> None:
    plan = {
        "seed": 3,
        "faults": [
            {"what": "502", "method": "POST", "route": BROKEN, "count": 1, "after_effect": True},
            {"what": "50007", "person": "ben", "probability": 0.5},
        ],
    }
    path = tmp_path / f"plan.{kind}"
    path.write_text(json.dumps(plan) if kind == "json" else as_toml(plan))
    async with proper(Sandbox(clock, faults=path)) as sandbox, aiohttp.ClientSession() as session:
        scene = Scene(sandbox, clock)
        assert (await say(Api(scene, session)))[0] == 502
        assert written(scene) == ["hello"]
        first, second = sandbox.faults.announced
        assert (first.happened, second.person, second.probability) == (1, "ben", 0.5)
        assert sandbox.faults.seed == 3


def as_toml(plan: dict[str, Any]) -> str:
    """The same plan in TOML."""
    lines = [f"seed = {plan['seed']}"]
    for fault in plan["faults"]:
        lines += ["[[faults]]", *(f"{key} = {json.dumps(value)}" for key, value in fault.items())]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", "is no plan"),
        ("{}", "is no plan"),
        ('{"faults": [{}]}', "is no plan"),
        ('{"faults": [{"what": "501"}]}', "no fault '501'"),
        ('{"faults": [{"what": "12345"}]}', "no fault '12345'"),
        ('{"faults": [{"what": "500", "when": 1}]}', r"has no \['when'\]"),
        ('{"faults": [{"what": "500", "probability": 2}]}', "from 0 to 1"),
        ('{"faults": [{"what": "500", "count": "many"}]}', "count of a fault"),
        ('{"faults": [{"what": "slow", "seconds": -1}]}', "not negative"),
    ],
)
async def test_what_is_no_plan(clock: Clock, tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(Refused, match=why):
        Sandbox(clock, faults=path)


def test_every_code_that_the_sandbox_knows_can_be_a_fault(clock: Clock) -> None:
    faults = Sandbox(clock).faults
    for code in TEXTS:
        faults.add(code)
    assert len(faults.announced) == len(TEXTS)
