"""What does not conform is refused as Discord refuses it: 400, 50035, the path of the field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.conformance import Conformance
from tests.sandbox.conformance.exchanges import Exchange
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected, path_of

Json = dict[str, Any]


@pytest.fixture
async def api(openapi: Path) -> AsyncIterator[Api]:
    """A bot on a sandbox that checks."""
    clock = Clock()
    async with (
        proper(Sandbox(clock, openapi=openapi)) as sandbox,
        connected(Scene(sandbox, clock)) as one,
    ):
        yield one


POST = "/channels/{channel}/messages"
ROLES, CHANNELS = "/guilds/{guild}/roles", "/guilds/{guild}/channels"
COMMANDS = "/applications/{app}/commands"


def button(**more: Any) -> Json:
    return {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", **more}]}


# method, path, body, where the problem is, its code
BAD: list[tuple[str, str, Any, str, str]] = [
    ("POST", POST, {"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ("POST", POST, {"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ("POST", POST, {"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
    ("POST", POST, {"content": "x", "flags": "many"}, "flags", "NUMBER_TYPE_COERCE"),
    ("POST", POST, {"embeds": {}}, "embeds", "LIST_TYPE_CONVERT"),
    ("POST", POST, {"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ("POST", POST, {"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    ("POST", POST, {"embeds": [{"color": -1}]}, "embeds.0.color", "NUMBER_TYPE_MIN"),
    ("POST", POST, {"embeds": [{"color": 1 << 24}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
    (
        "POST",
        POST,
        {"embeds": [{"timestamp": "tomorrow"}]},
        "embeds.0.timestamp",
        "DATE_TIME_TYPE_PARSE",
    ),
    (
        "POST",
        POST,
        {"embeds": [{"fields": [{"name": "x"}]}]},
        "embeds.0.fields.0.value",
        "BASE_TYPE_REQUIRED",
    ),
    ("POST", POST, {"components": [{"type": 99}]}, "components.0.type", "BASE_TYPE_CHOICES"),
    ("POST", POST, {"components": [{}]}, "components.0.type", "BASE_TYPE_REQUIRED"),
    (
        "POST",
        POST,
        {"components": [button(custom_id="x" * 101)]},
        "components.0.components.0.custom_id",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        "POST",
        POST,
        {"components": [button(custom_id="x", style=9)]},
        "components.0.components.0.style",
        "BASE_TYPE_CHOICES",
    ),
    (
        "POST",
        POST,
        {"content": "x", "allowed_mentions": {"users": ["1", "1"]}},
        "allowed_mentions.users",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    (
        "POST",
        POST,
        {"content": "x", "message_reference": {"message_id": "abc"}},
        "message_reference.message_id",
        "NUMBER_TYPE_COERCE",
    ),
    ("POST", POST, [], "", "MODEL_TYPE_CONVERT"),
    ("GET", f"{POST}?limit=101", None, "limit", "NUMBER_TYPE_MAX"),
    ("GET", f"{POST}?limit=ten", None, "limit", "NUMBER_TYPE_COERCE"),
    ("GET", f"{POST}?before=x", None, "before", "NUMBER_TYPE_COERCE"),
    ("GET", "/channels/general", None, "channel_id", "NUMBER_TYPE_COERCE"),
    ("PATCH", "/channels/{channel}", {"nsfw": "x"}, "nsfw", "BOOLEAN_TYPE_CONVERT"),
    ("PATCH", "/channels/{channel}", {"archived": 5}, "archived", "BOOLEAN_TYPE_CONVERT"),
    ("POST", CHANNELS, {}, "name", "BASE_TYPE_REQUIRED"),
    ("POST", CHANNELS, {"name": None}, "name", "BASE_TYPE_REQUIRED"),
    ("POST", CHANNELS, {"name": "x", "type": 1}, "type", "BASE_TYPE_CHOICES"),
    (
        "POST",
        CHANNELS,
        {"name": "x", "permission_overwrites": [{"id": "5", "allow": "all"}]},
        "permission_overwrites.0.allow",
        "NUMBER_TYPE_COERCE",
    ),
    ("POST", ROLES, {"permissions": -0.5}, "permissions", "NUMBER_TYPE_COERCE"),
    ("POST", COMMANDS, {"name": "go", "description": 5}, "description", "STRING_TYPE_CONVERT"),
    (
        "POST",
        COMMANDS,
        {"name": "go", "description": "x", "options": [{"type": 3, "name": "o"}]},
        "options.0.description",
        "BASE_TYPE_REQUIRED",
    ),
    ("PUT", COMMANDS, [{"name": "go"}, 5], "1", "MODEL_TYPE_CONVERT"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "at", "code"), BAD, ids=[f"{one[3]} {one[4]}" for one in BAD]
)
async def test_refused(api: Api, method: str, path: str, body: Any, at: str, code: str) -> None:
    status, answer = await api(method, path, body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    found = path_of(answer, at)
    assert [one["code"] for one in found] == [code]
    assert all(one["message"] for one in found)


async def test_all_that_is_wrong_is_said_at_once(api: Api) -> None:
    body = {"content": 5, "embeds": [{"title": 5}, {"fields": [{"name": "x" * 257, "value": "x"}]}]}
    _, answer = await api("POST", POST, body)
    for path in ("content", "embeds.0.title", "embeds.1.fields.0.name"):
        assert path_of(answer, path)


@pytest.mark.parametrize("write", [int, str])
async def test_ids_and_permissions_may_be_digits_or_numbers(api: Api, write: type) -> None:
    role = await api.made(ROLES, {"name": "x", "permissions": write(1024)})
    assert role["permissions"] == "1024"
    deny = {"id": write(role["id"]), "type": 0, "allow": write(0), "deny": write(1024)}
    channel = await api.made(CHANNELS, {"name": "x", "permission_overwrites": [deny]})
    assert channel["permission_overwrites"] == [
        {"id": role["id"], "type": 0, "allow": "0", "deny": "1024"}
    ]
    who = {"recipient_id": write(api.scene.ana.id)}
    assert (await api("POST", "/users/@me/channels", who))[0] == 200


async def test_a_form_is_checked_too(api: Api) -> None:
    status, answer = await api("POST", POST, {"content": 5}, files=[b"x"])
    assert (status, bool(path_of(answer, "content"))) == (400, True)
    assert (await api("POST", POST, {"content": "x"}, files=[b"x"]))[0] == 200
    status, answer = await api("POST", ROLES, {"name": "x"}, files=[b"x"])
    assert (status, answer["code"]) == (400, 50035)
    assert "Content-Type" in answer["message"]


@pytest.mark.parametrize("word", ["1", "true", "True", "0", "false"])
def test_yes_and_no_in_a_query(openapi: Path, word: str) -> None:
    assert asks(openapi, "with_counts", word)


def test_neither_yes_nor_no_in_a_query(openapi: Path) -> None:
    assert not asks(openapi, "with_counts", "perhaps")


def asks(openapi: Path, name: str, value: str) -> bool:
    """Whether GET /guilds/6 may be asked so."""
    return Exchange("GET", "/guilds/6", None, query=((name, value),)).fits(Conformance(openapi, []))
