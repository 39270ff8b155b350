"""What the sandbox itself says wrongly is noticed, and fails the test that made it say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.conformance import Conformance, Violation
from sandbox.model import Channel
from tests.sandbox.conformance.exchanges import CHANNEL, MESSAGE, USER, said
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.raw import Api, connected
from tests.support.conformance import said_properly

MEMBER: dict[str, Any] = {
    "user": USER,
    "nick": None,
    "avatar": None,
    "banner": None,
    "roles": [],
    "joined_at": "2027-02-22T09:00:00+00:00",
    "premium_since": None,
    "communication_disabled_until": None,
    "deaf": False,
    "mute": False,
    "flags": 0,
    "pending": False,
}


@pytest.fixture
async def api(openapi: Path) -> AsyncIterator[Api]:
    """A bot on a sandbox that checks. What it says is looked at by the tests themselves."""
    clock = Clock()
    async with (
        Sandbox(clock, openapi=openapi) as sandbox,
        connected(Scene(sandbox, clock)) as one,
    ):
        yield one


@pytest.fixture
def conformance(openapi: Path) -> Conformance:
    return Conformance(openapi, [])


def spoil(thing: Any, name: str, value: Any) -> None:
    """Puts something into the sandbox's model that has no place there."""
    setattr(thing, name, value)


async def test_a_sandbox_that_is_well_says_nothing_wrong(api: Api) -> None:
    await api.made("/channels/{channel}/messages", {"content": "Hello"})
    sandbox = api.scene.sandbox
    assert sandbox.conformance is not None
    # READY, GUILD_CREATE, the request, its answer and its dispatch.
    assert sandbox.conformance.checked >= 5
    said_properly(sandbox)


async def test_a_broken_answer_is_noticed(api: Api) -> None:
    sandbox = api.scene.sandbox
    spoil(api.scene.guild, "name", 5)
    status, answer = await api("GET", "/guilds/{guild}")
    assert (status, answer["name"]) == (200, 5)
    assert sandbox.violations == [
        Violation("GET /guilds/{guild_id} 200", "/name", '5 is not of type "string"')
    ]
    with pytest.raises(AssertionError, match="guild_id"):
        said_properly(sandbox)
    await api("GET", "/guilds/{guild}")
    assert len(sandbox.violations) == 1


async def test_a_broken_dispatch_is_noticed(api: Api) -> None:
    sandbox = api.scene.sandbox
    channel: Channel = sandbox.channel(api.scene.guild, "general")
    spoil(channel, "topic", ["x"])
    sandbox.world.tell_channel("CHANNEL_UPDATE", channel)
    assert [(one.where, one.pointer) for one in sandbox.violations] == [
        ("CHANNEL_UPDATE", "/topic")
    ]


async def test_people_and_their_interactions_are_looked_at(api: Api) -> None:
    scene = api.scene
    spoil(scene.ana.user, "username", None)
    await api.made("/applications/{app}/commands", {"name": "go", "description": "Goes"})

    async def going() -> Any:
        return await scene.ana.run("/go", guild=scene.guild)

    task, one = await api.asked(going)
    assert (await api.answer(one, 4, {"content": "x"}))[0] == 200
    await asyncio.wait_for(task, 5)
    assert ("INTERACTION_CREATE", "/member/user/username") in {
        (one.where, one.pointer) for one in scene.sandbox.violations
    }


@pytest.mark.parametrize(
    ("status", "body", "pointer", "message"),
    [
        (200, MESSAGE, "", ""),
        (200, {**MESSAGE, "id": 8}, "/id", "string"),
        (200, {**MESSAGE, "author": {**USER, "id": "x"}}, "/author/id", "match"),
        (200, {**MESSAGE, "type": 99}, "/type", "oneOf"),
        (200, {key: MESSAGE[key] for key in MESSAGE if key != "pinned"}, "", "pinned"),
        (200, None, "", "null"),
        (201, MESSAGE, "", "the status should be one of 200"),
        (400, {"message": "x"}, "", "code"),
        (429, {"message": "x", "code": 0}, "", "retry_after"),
        (502, "<html>", "", ""),
    ],
)
def test_answers(
    conformance: Conformance, status: int, body: Any, pointer: str, message: str
) -> None:
    conformance.answer("POST", "/channels/5/messages", status, body)
    found = said(conformance)
    if not message:
        assert found == []
        return
    assert found[0].where == f"POST /channels/{{channel_id}}/messages {status}"
    assert found[0].pointer == pointer
    assert message in found[0].message


def test_answers_without_a_body(conformance: Conformance) -> None:
    conformance.answer("DELETE", "/channels/5/messages/8", 204, None)
    assert said(conformance) == []
    conformance.answer("DELETE", "/channels/5/messages/8", 204, {})
    assert [one.message for one in said(conformance)] == ["there should be no body"]


def test_a_route_that_discord_does_not_describe(conformance: Conformance) -> None:
    conformance.answer("GET", "/channels/5/weather", 200, {})
    assert "no such operation" in said(conformance)[0].message
    conformance.answer("GET", "/channels/5/weather", 404, {"message": "404: Not Found", "code": 0})
    assert said(conformance) == []


@pytest.mark.parametrize(
    ("event", "body", "pointer"),
    [
        ("MESSAGE_CREATE", {**MESSAGE, "content": None}, "/content"),
        ("MESSAGE_UPDATE", {**MESSAGE, "timestamp": "now"}, "/timestamp"),
        ("CHANNEL_CREATE", {**CHANNEL, "name": None}, "/name"),
        ("GUILD_MEMBER_ADD", {**MEMBER, "guild_id": "6", "joined_at": None}, "/joined_at"),
        ("GUILD_MEMBER_UPDATE", MEMBER, ""),
        ("GUILD_MEMBERS_CHUNK", {"members": [MEMBER, {}]}, "/members/1"),
        ("GUILD_ROLE_CREATE", {"guild_id": "6", "role": {}}, "/role"),
        ("THREAD_CREATE", CHANNEL, "/type"),
    ],
)
def test_dispatches(
    conformance: Conformance, event: str, body: dict[str, Any], pointer: str
) -> None:
    conformance.dispatch(event, body)
    found = said(conformance)
    assert found
    assert {one.where for one in found} == {event}
    assert pointer in {one.pointer for one in found}


def test_an_event_without_a_schema_is_not_looked_at(conformance: Conformance) -> None:
    conformance.dispatch("TYPING_START", {"anything": 1})
    assert said(conformance) == []
