"""``enforce_nonce``: a repeat within the window returns the first message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.raw import Api, refused

MESSAGE = "/channels/{channel}/messages"


def body(nonce: Any = "cp-41", content: str = "one", *, enforce: bool = True) -> dict[str, Any]:
    """A message with a nonce."""
    return {"content": content, "nonce": nonce, "enforce_nonce": enforce}


@pytest.mark.parametrize("nonce", ["cp-41", 41, "x" * 25])
async def test_a_repeat_returns_the_first_message(api: Api, nonce: Any) -> None:
    first = await api.made(MESSAGE, body(nonce))
    assert first["nonce"] == nonce
    again = await api.made(MESSAGE, body(nonce, "something else"))
    assert (again["id"], again["content"]) == (first["id"], "one")
    told = [what for what, _ in api.events if what == "MESSAGE_CREATE"]
    assert len(told) <= 1
    assert len((await api("GET", MESSAGE))[1]) == 1


@pytest.mark.parametrize("minutes", [1, 5, 60])
async def test_the_window_can_be_set(api: Api, minutes: int) -> None:
    scene = api.scene
    scene.sandbox.world.nonce_window = timedelta(minutes=minutes)
    first = await api.made(MESSAGE, body())
    scene.clock.move(minutes=minutes)
    assert (await api.made(MESSAGE, body()))["id"] == first["id"]
    scene.clock.move(seconds=1)
    later = await api.made(MESSAGE, body(content="two"))
    assert later["id"] != first["id"]
    assert (await api.made(MESSAGE, body()))["id"] == later["id"], "a window of its own"


async def test_each_channel_counts_for_itself(api: Api) -> None:
    other = await api.made("/guilds/{guild}/channels", {"name": "x"})
    first = await api.made(MESSAGE, body())
    assert (await api.made(f"/channels/{other['id']}/messages", body()))["id"] != first["id"]


async def test_each_author_counts_for_itself(api: Api) -> None:
    scene = api.scene
    first = await api.made(MESSAGE, body())
    friend = scene.sandbox.create_application("Friend")
    scene.sandbox.invite_bot(friend, scene.guild, permissions=1 << 11)
    scene.app = friend
    assert (await api.made(MESSAGE, body()))["id"] != first["id"]


async def test_without_enforcing_it_is_only_an_echo(api: Api) -> None:
    first = await api.made(MESSAGE, body(enforce=False))
    assert (await api.made(MESSAGE, body(enforce=False)))["id"] != first["id"]


async def test_another_nonce_is_another_message(api: Api) -> None:
    first = await api.made(MESSAGE, body())
    assert (await api.made(MESSAGE, body("cp-42")))["id"] != first["id"]


@pytest.mark.parametrize("nonce", ["x" * 26, 10**25, True, ["x"]])
async def test_what_is_no_nonce(api: Api, nonce: Any) -> None:
    refused(*await api("POST", MESSAGE, body(nonce)), code=50035, path="nonce")


async def test_a_repeat_has_to_be_allowed_as_well(api: Api) -> None:
    """Whoever may not write gets no first message either."""
    await api.made(MESSAGE, body())
    guild = api.scene.guild
    guild.role_map[guild.member_map[api.scene.app.id].role_ids[0]].permissions = 0
    guild.role_map[guild.id].permissions = 1 << 10
    assert await api.code("POST", MESSAGE, body()) == 50013
