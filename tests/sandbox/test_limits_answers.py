"""The failure codes: which status and code answers which mistake."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.raw import Api

Json = dict[str, Any]

MESSAGE = "/channels/{channel}/messages"
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
