"""What Discord refuses: bodies by size and shape, with status, code and path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene

Json = dict[str, Any]


class Api:
    """Bare requests with the bot's token."""

    def __init__(self, scene: Scene, session: aiohttp.ClientSession) -> None:
        self.scene = scene
        self.session = session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        path = path.format(
            channel=self.scene.general, guild=self.scene.guild.id, app=self.scene.app.id
        )
        headers = {"Authorization": f"Bot {self.scene.app.token}"}
        url = self.scene.sandbox.api_base + path
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None


@pytest_asyncio.fixture
async def api(scene: Scene) -> AsyncIterator[Api]:
    """Bare requests."""
    async with aiohttp.ClientSession() as session:
        yield Api(scene, session)


def button(**more: Any) -> Json:
    """A button that is fine unless ``more`` spoils it."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def row(*children: Json) -> Json:
    """A row of components."""
    return {"type": 1, "components": list(children)}


def select(count: int, **more: Any) -> Json:
    """A select menu."""
    options = [{"label": str(i), "value": str(i)} for i in range(count)]
    return {"type": 3, "custom_id": "pick", "options": options, **more}


MESSAGE = "/channels/{channel}/messages"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds.1"),
        ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, "embeds.0.fields.0.name"),
        ({"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}]}, "embeds.0.fields"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text"),
        ({"components": [row(button())] * 6}, "components"),
        ({"components": [row(*[button(custom_id=str(i)) for i in range(6)])]}, "components.0"),
        ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label"),
        ({"components": [row(button(custom_id="x" * 101))]}, "components.0.components.0"),
        ({"components": [row(button(), button())]}, "components.0.components.1.custom_id"),
        ({"components": [row(button(style=5))]}, "components.0.components.0.url"),
        ({"components": [row(select(26))]}, "components.0.components.0.options"),
        ({"components": [row(select(2, placeholder="x" * 151))]}, "components.0.components.0"),
        ({"components": [row(select(2), button())]}, "components.0.components"),
        ({"components": [{"type": 10, "content": "x"}]}, "components.0.type"),
        ({"components": [{"type": 10, "content": "x" * 4001}], "flags": 1 << 15}, "components.0"),
        ({"content": "x", "flags": 1 << 15}, "content"),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
        ),
    ],
)
async def test_messages(api: Api, body: Json, path: str) -> None:
    status, answer = await api("POST", MESSAGE, body)
    assert (status, answer["code"]) == (400, 50035)
    at = answer["errors"]
    for part in path.split("."):
        at = at[part]
    assert len(api.scene.sandbox.unplanned) == 1


async def test_messages_that_are_just_right(api: Api) -> None:
    embeds = [{"description": "x" * 3000}] * 2
    rows = [row(*[button(custom_id=f"{j}{i}") for i in range(5)]) for j in range(5)]
    body = {"content": "x" * 2000, "embeds": embeds, "components": rows}
    assert (await api("POST", MESSAGE, body))[0] == 200
    text = {"type": 10, "content": "x" * 4000}
    assert (await api("POST", MESSAGE, {"components": [text], "flags": 1 << 15}))[0] == 200


COMMANDS = "/applications/{app}/commands"


def command(**more: Any) -> Json:
    """A command that is fine unless ``more`` spoils it."""
    return {"name": "go", "description": "Goes", "type": 1, **more}


def option(**more: Any) -> Json:
    """An option that is fine unless ``more`` spoils it."""
    return {"name": "where", "description": "Where", "type": 3, **more}


@pytest.mark.parametrize(
    "spoilt",
    [
        [command(name="Go")],
        [command(name="go there")],
        [command(name="x" * 33)],
        [command(description="")],
        [command(description="x" * 101)],
        [command(), command()],
        [command(options=[option(name=f"o{i}") for i in range(26)])],
        [command(options=[option(), option()])],
        [command(options=[option(), option(name="then", required=True)])],
        [command(options=[option(), {**option(name="sub"), "type": 1}])],
        [command(options=[option(choices=[{"name": "x", "value": "x"}] * 26)])],
        [command(options=[option(autocomplete=True, choices=[{"name": "x", "value": "x"}])])],
        [
            command(
                options=[
                    option(name=f"o{i}", choices=[{"name": "x" * 100, "value": "y" * 100}] * 5)
                    for i in range(8)
                ]
            )
        ],
    ],
)
async def test_commands(api: Api, spoilt: list[Json]) -> None:
    status, answer = await api("PUT", COMMANDS, spoilt)
    assert (status, answer["code"]) == (400, 50035)


async def test_at_most_100_commands(api: Api) -> None:
    many = [command(name=f"go{i}") for i in range(101)]
    assert (await api("PUT", COMMANDS, many))[1]["code"] == 30032
    assert (await api("PUT", COMMANDS, many[:100]))[0] == 200
    assert (await api("POST", COMMANDS, many[100]))[1]["code"] == 30032


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", MESSAGE, {"content": " "}, 400, 50006),
        ("POST", MESSAGE, {"content": 5}, 400, 50035),
        ("GET", "/channels/5", None, 404, 10003),
        ("GET", "/guilds/5", None, 404, 10004),
        ("GET", "/guilds/{guild}/members/5", None, 404, 10013),
        ("GET", "/guilds/{guild}/roles/5", None, 404, 10011),
        ("GET", "/channels/{channel}/messages/5", None, 404, 10008),
        ("GET", "/users/5", None, 404, 10013),
        ("GET", "/applications/{app}/commands/5", None, 404, 10063),
        ("GET", "/nowhere", None, 404, 0),
        ("PUT", MESSAGE, None, 405, 0),
        ("POST", "/webhooks/{app}/token", {"content": "x"}, 401, 50027),
        ("POST", "/interactions/5/token/callback", {"type": 4}, 404, 10062),
        ("POST", "/guilds/{guild}/channels", {"name": "x" * 101}, 400, 50035),
        ("POST", "/guilds/{guild}/channels", {"name": "x", "topic": "x" * 1025}, 400, 50035),
        ("POST", "/guilds/{guild}/roles", {"name": "x" * 101}, 400, 50035),
        ("POST", "/guilds/{guild}/channels", {"name": "x", "parent_id": "5"}, 400, 50035),
        ("DELETE", "/guilds/{guild}/roles/{guild}", None, 400, 50028),
        ("POST", "/users/@me/channels", {"recipient_id": "5"}, 404, 10013),
    ],
)
async def test_answers(api: Api, method: str, path: str, body: Any, status: int, code: int) -> None:
    got, answer = await api(method, path, body)
    assert (got, answer["code"]) == (status, code)


async def test_guild_limits(api: Api) -> None:
    category = (await api("POST", "/guilds/{guild}/channels", {"name": "c", "type": 4}))[1]["id"]
    body = {"name": "x", "parent_id": category}
    for _ in range(50):
        assert (await api("POST", "/guilds/{guild}/channels", body))[0] == 201
    assert (await api("POST", "/guilds/{guild}/channels", body))[1]["code"] == 50035
    guild = api.scene.guild
    while len(guild.channels) < 500:
        assert (await api("POST", "/guilds/{guild}/channels", {"name": "x"}))[0] == 201
    assert (await api("POST", "/guilds/{guild}/channels", {"name": "x"}))[1]["code"] == 30013
    while len(guild.role_map) < 250:
        assert (await api("POST", "/guilds/{guild}/roles", {"name": "x"}))[0] == 200
    assert (await api("POST", "/guilds/{guild}/roles", {"name": "x"}))[1]["code"] == 30005


async def test_too_late(api: Api, bot: Bot) -> None:
    scene = api.scene
    scene.sandbox.acknowledge_within = 0.05
    await scene.ana.run("/silent", guild=scene.guild)
    one = next(iter(scene.sandbox.world.interactions.values()))
    path = f"/interactions/{one.id}/{one.token}/callback"
    status, answer = await api("POST", path, {"type": 4, "data": {"content": "x"}})
    assert (status, answer["code"]) == (404, 10062)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"type": 7, "data": {"content": "x"}}, "type"),
        ({"type": 8, "data": {"choices": []}}, "type"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content"),
        ({"type": 9, "data": {"custom_id": "x", "title": "", "components": []}}, "data.title"),
        ({"type": 9, "data": {"custom_id": "x", "title": "x" * 46}}, "data.title"),
        ({"type": 9, "data": {"custom_id": "x", "title": "x"}}, "data.components"),
        (
            {
                "type": 9,
                "data": {
                    "custom_id": "x",
                    "title": "x",
                    "components": [
                        {
                            "type": 18,
                            "label": "x" * 46,
                            "component": {"type": 4, "custom_id": "a", "style": 1},
                        }
                    ],
                },
            },
            "data.components.0.label",
        ),
    ],
)
async def test_callbacks(api: Api, bot: Bot, answer: Json, path: str) -> None:
    scene = api.scene
    scene.sandbox.acknowledge_within = 0.2
    running = asyncio.create_task(scene.ana.run("/silent", guild=scene.guild))
    await asyncio.sleep(0)
    one = next(iter(scene.sandbox.world.interactions.values()))
    status, body = await api("POST", f"/interactions/{one.id}/{one.token}/callback", answer)
    assert (status, body["code"]) == (400, 50035)
    at = body["errors"]
    for part in path.split("."):
        at = at[part]
    assert (await running).failed is not None


async def test_tokens(api: Api, bot: Bot) -> None:
    """Answers come once; follow-ups for 15 minutes of the clock."""
    scene = api.scene
    outcome = await scene.ana.run("/start", guild=scene.guild, timezone="UTC")
    one = next(iter(scene.sandbox.world.interactions.values()))
    assert one.id == outcome.interaction_id
    path = f"/interactions/{one.id}/{one.token}/callback"
    assert (await api("POST", path, {"type": 4, "data": {"content": "x"}}))[1]["code"] == 40060
    follow = f"/webhooks/{scene.app.id}/{one.token}"
    scene.clock.move(minutes=14)
    assert (await api("POST", follow, {"content": "still"}))[0] == 200
    scene.clock.move(minutes=2)
    assert (await api("POST", follow, {"content": "late"}))[1]["code"] == 50027
    assert [each.content for each in outcome.messages][-1] == "still"
