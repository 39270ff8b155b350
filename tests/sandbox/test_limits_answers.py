"""The failure codes: which status and code answers which mistake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.sandbox.raw import Api

Json = dict[str, Any]

MESSAGE = "/channels/{channel}/messages"
CHANNEL = "/channels/{channel}"
MEMBER = "/guilds/{guild}/members"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/channels/5", None, 404, 10003),
        ("POST", "/channels/5/messages", {"content": "x"}, 404, 10003),
        ("GET", "/guilds/5", None, 404, 10004),
        ("GET", f"{MESSAGE}/5", None, 404, 10008),
        ("PATCH", f"{MESSAGE}/5", {"content": "x"}, 404, 10008),
        ("DELETE", f"{MESSAGE}/5", None, 404, 10008),
        ("PUT", "/channels/{channel}/permissions/5", {"type": 0}, 404, 10009),
        ("DELETE", "/channels/{channel}/permissions/5", None, 404, 10009),
        ("GET", "/guilds/{guild}/roles/5", None, 404, 10011),
        ("PATCH", "/guilds/{guild}/roles/5", {"name": "x"}, 404, 10011),
        ("DELETE", "/guilds/{guild}/roles/5", None, 404, 10011),
        ("PUT", f"{MEMBER}/{{ana}}/roles/5", None, 404, 10011),
        ("GET", f"{MEMBER}/5", None, 404, 10013),
        ("GET", f"{MEMBER}/{{ben}}", None, 404, 10007),
        ("GET", "/users/5", None, 404, 10013),
        ("POST", "/users/@me/channels", {"recipient_id": "5"}, 404, 10013),
        ("GET", "/applications/{app}/commands/5", None, 404, 10063),
        ("GET", "/guilds/{guild}/scheduled-events/5", None, 404, 10070),
        ("POST", "/interactions/5/token/callback", {"type": 4}, 404, 10062),
        ("POST", "/webhooks/{app}/token", {"content": "x"}, 401, 50027),
        ("POST", MESSAGE, {"content": " "}, 400, 50006),
        ("POST", MESSAGE, {"content": 5}, 400, 50035),
        ("POST", MESSAGE, [], 400, 50035),
        ("POST", "/guilds/{guild}/channels", {"name": "x", "parent_id": "5"}, 400, 50035),
        ("DELETE", "/guilds/{guild}/roles/{guild}", None, 400, 50028),
        ("DELETE", f"{MEMBER}/{{owner}}", None, 403, 50013),
        ("GET", "/nowhere", None, 404, 0),
        ("PUT", MESSAGE, None, 405, 0),
    ],
)
async def test_answers(api: Api, method: str, path: str, body: Any, status: int, code: int) -> None:
    scene = api.scene
    for name, value in (
        ("ana", scene.ana.id),
        ("ben", scene.ben.id),
        ("owner", scene.guild.owner_id),
    ):
        path = path.replace(f"{{{name}}}", str(value))
    if code == 0:
        scene.sandbox.plan_refusal(status, code)
    got, answer = await api(method, path, body)
    assert (got, answer["code"]) == (status, code)


async def old(api: Api) -> tuple[str, str, Any]:
    ids = [(await api.made(MESSAGE, {"content": "x"}))["id"] for _ in range(2)]
    api.scene.clock.move(days=14)
    return "POST", f"{MESSAGE}/bulk-delete", {"messages": ids}


async def of_the_system(api: Api) -> tuple[str, str, Any]:
    made = await api.made(MESSAGE, {"content": "x"})
    assert await api.code("PUT", f"{CHANNEL}/messages/pins/{made['id']}") == 0
    line = max(api.scene.sandbox.world.channels[api.general].messages)
    return "PUT", f"{CHANNEL}/messages/pins/{line}", None


async def with_twenty_reactions(api: Api) -> tuple[str, str, Any]:
    made = await api.made(MESSAGE, {"content": "x"})
    path = f"{MESSAGE}/{made['id']}/reactions"
    for number in range(20):
        assert await api.code("PUT", f"{path}/{chr(0x1F600 + number)}/@me") == 0
    assert await api.code("PUT", f"{path}/{chr(0x1F600)}/@me") == 0, "it is there already"
    return "PUT", f"{path}/{chr(0x1F680)}/@me", None


async def without_an_emoji(api: Api) -> tuple[str, str, Any]:
    made = await api.made(MESSAGE, {"content": "x"})
    return "PUT", f"{MESSAGE}/{made['id']}/reactions/smile/@me", None


async def with_an_emoji_of_nowhere(api: Api) -> tuple[str, str, Any]:
    made = await api.made(MESSAGE, {"content": "x"})
    return "PUT", f"{MESSAGE}/{made['id']}/reactions/smile:5/@me", None


async def with_a_thread(api: Api) -> tuple[str, str, Any]:
    made = await api.made(MESSAGE, {"content": "x"})
    path = f"{MESSAGE}/{made['id']}/threads"
    await api.made(path, {"name": "x"})
    return "POST", path, {"name": "y"}


async def archived(api: Api) -> tuple[str, str, Any]:
    made = await api.made(f"{CHANNEL}/threads", {"name": "x", "type": 11})
    path = f"/channels/{made['id']}"
    assert await api.code("PATCH", path, {"archived": True}) == 0
    return "PATCH", path, {"name": "y"}


async def in_a_category(api: Api) -> tuple[str, str, Any]:
    made = await api.made("/guilds/{guild}/channels", {"name": "x", "type": 4})
    return "POST", f"/channels/{made['id']}/messages", {"content": "x"}


# what there has to be before, and the answer
SITUATIONS = [
    (old, 400, 50034),
    (of_the_system, 403, 50021),
    (with_twenty_reactions, 400, 30010),
    (without_an_emoji, 404, 10014),
    (with_an_emoji_of_nowhere, 404, 10014),
    (with_a_thread, 400, 160004),
    (archived, 400, 50083),
    (in_a_category, 400, 50024),
]


@pytest.mark.parametrize(("prepare", "status", "code"), SITUATIONS)
async def test_answers_in_a_situation(
    api: Api, prepare: Callable[[Api], Awaitable[tuple[str, str, Any]]], status: int, code: int
) -> None:
    got, answer = await api(*await prepare(api))
    assert (got, answer["code"]) == (status, code)


async def test_a_wrong_token(api: Api) -> None:
    headers = {"Authorization": "Bot nobody"}
    url = f"{api.scene.sandbox.api_base}/users/@me"
    async with api.session.get(url, headers=headers) as answer:
        assert answer.status == 401
        assert await answer.json() == {"message": "401: Unauthorized", "code": 0}


async def test_direct_messages_that_do_not_arrive(api: Api) -> None:
    """50007 when they are closed, 50278 without a server in common."""
    scene = api.scene

    async def send(person_id: int) -> tuple[int, Any]:
        made = await api.made("/users/@me/channels", {"recipient_id": str(person_id)})
        return await api("POST", f"/channels/{made['id']}/messages", {"content": "x"})

    assert (await send(scene.ana.id))[0] == 200
    scene.ana.close_direct_messages()
    status, answer = await send(scene.ana.id)
    assert (status, answer["code"]) == (403, 50007)
    scene.ana.open_direct_messages()
    assert (await send(scene.ana.id))[0] == 200
    status, answer = await send(scene.ben.id)
    assert (status, answer["code"]) == (403, 50278)
    await scene.ben.join(scene.guild)
    assert (await send(scene.ben.id))[0] == 200
    await scene.ben.leave(scene.guild)
    assert (await send(scene.ben.id))[1]["code"] == 50278


async def test_in_direct_messages_only_ones_own_can_be_deleted(api: Api) -> None:
    ana = api.scene.ana
    theirs = await ana.write(None, "mine")
    path = f"/channels/{ana.direct.id}/messages/{theirs.id}"
    assert await api.code("DELETE", path) == 50003
    assert await api.code("PATCH", path, {"content": "yours"}) == 50005
