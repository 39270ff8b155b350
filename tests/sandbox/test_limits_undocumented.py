"""Limits that only bot authors report: off, or on in the time of the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox import Sandbox
from sandbox.undocumented import DIRECTS, STUBBORN
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected

CHANNEL, ROLES = "/channels/{channel}", "/guilds/{guild}/roles"


@pytest_asyncio.fixture
async def strict(clock: Clock) -> AsyncIterator[Api]:
    """A bot in a sandbox that has them on."""
    async with (
        proper(Sandbox(clock, undocumented_limits=True)) as sandbox,
        connected(Scene(sandbox, clock)) as api,
    ):
        yield api


def waits(answer: tuple[int, Any]) -> float:
    """How long a 429 says to wait, in seconds of the clock."""
    status, body = answer
    assert status == 429
    assert (body["message"], body["global"]) == ("You are being rate limited.", False)
    return float(body["retry_after"])


@pytest.mark.parametrize("key", ["name", "topic"])
async def test_two_renames_in_ten_minutes(strict: Api, key: str) -> None:
    for value in ("one", "two"):
        assert (await strict("PATCH", CHANNEL, {key: value}))[0] == 200
    strict.scene.clock.move(minutes=4)
    assert (await strict("PATCH", CHANNEL, {key: "two", "nsfw": True}))[0] == 200, "nothing new"
    assert waits(await strict("PATCH", CHANNEL, {key: "three"})) == 360
    other = await strict.made("/guilds/{guild}/channels", {"name": "x"})
    assert (await strict("PATCH", f"/channels/{other['id']}", {key: "three"}))[0] == 200
    strict.scene.clock.move(minutes=6)
    assert (await strict("PATCH", CHANNEL, {key: "three"}))[0] == 200


async def test_250_roles_in_48_hours(strict: Api) -> None:
    guild = strict.scene.guild
    for _ in range(250):
        made = await strict.made(ROLES, {"name": "x"})
        assert (await strict("DELETE", f"{ROLES}/{made['id']}"))[0] == 204
    assert waits(await strict("POST", ROLES, {"name": "x"})) == 48 * 3600
    assert len(guild.role_map) == 3
    strict.scene.clock.move(hours=48)
    assert (await strict("POST", ROLES, {"name": "x"}))[0] == 200


async def opened(api: Api, username: str) -> tuple[int, Any]:
    """Opens the direct messages of somebody new."""
    person = api.scene.sandbox.create_person(username)
    return await api("POST", "/users/@me/channels", {"recipient_id": str(person.id)})


async def test_opening_many_direct_messages(strict: Api) -> None:
    for i in range(DIRECTS):
        assert (await opened(strict, f"p{i}"))[0] == 200
    again = {"recipient_id": str(strict.scene.sandbox.people["p0"].id)}
    assert (await strict("POST", "/users/@me/channels", again))[0] == 200, "it is open"
    status, answer = await opened(strict, "one-more")
    assert (status, answer["code"]) == (400, 40003)
    strict.scene.clock.move(minutes=10)
    assert (await opened(strict, "later"))[0] == 200


async def test_who_does_not_stop_is_put_into_quarantine(strict: Api) -> None:
    for i in range(DIRECTS):
        await opened(strict, f"p{i}")
    for i in range(STUBBORN):
        assert (await opened(strict, f"q{i}"))[1]["code"] == 40003
    strict.scene.clock.move(days=1)
    status, answer = await opened(strict, "much later")
    assert (status, answer["code"]) == (403, 20026)
    strict.scene.sandbox.world.undocumented.quarantined.clear()
    assert (await opened(strict, "after the appeal"))[0] == 200


async def test_they_are_off_unless_asked_for(api: Api) -> None:
    for i in range(5):
        assert (await api("PATCH", CHANNEL, {"name": f"n{i}"}))[0] == 200
    for i in range(DIRECTS + 1):
        assert (await opened(api, f"p{i}"))[0] == 200
