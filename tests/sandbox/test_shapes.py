"""Values of the wrong kind, at every place of every body: 400, never a server's failure.

Discord's description is not asked here: the sandbox has to notice by itself.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox import Sandbox
from sandbox.conformance import VARIABLE, Conformance, from_environment
from sandbox.permissions import MANAGE_NICKNAMES, MANAGE_THREADS
from sandbox.rest.routing import find_route, known_routes
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected, path_of
from tests.sandbox.takes import (
    BODILESS,
    CALLBACK,
    CHANNEL,
    EVENT,
    EVENTS,
    GLOBAL,
    GUILD,
    LOCAL,
    ROLES,
    SEND,
    TAKES,
)

Path = tuple[str | int, ...]

DESCRIPTION = from_environment()
"""The answers, at least, are held against it when it is there."""
LOOSE = ("nonce", "value", "label")
"""Fields that take a text and a number, or a text that looks like one here."""


@pytest_asyncio.fixture
async def api(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """A bot on a sandbox that knows no description."""
    monkeypatch.delenv(VARIABLE, raising=False)
    async with proper(Sandbox(clock)) as sandbox:
        scene = Scene(sandbox, clock)
        role = next(one for one in scene.guild.roles if one.name == "Liftoff")
        role.permissions |= MANAGE_NICKNAMES | MANAGE_THREADS
        async with connected(scene) as one:
            yield one


def nodes(body: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a body with its path, the body itself as well."""
    yield at, body
    if isinstance(body, dict | list):
        for key, value in body.items() if isinstance(body, dict) else enumerate(body):
            yield from nodes(value, (*at, key))


def aliens(at: Path, value: Any) -> list[Any]:
    """Values of other kinds than a good one."""
    if value is None:
        return []
    if isinstance(value, dict):
        return ["x", [5]]
    if isinstance(value, list):
        return ["x", {"x": 5}]
    found: list[Any] = [{"x": 5}, [5]]
    if at[-1] in LOOSE:
        return found
    if isinstance(value, str) and not value.isdecimal():
        return [*found, 5, True]
    return [*found, "x"] if isinstance(value, bool) else [*found, "x", True, 10**30]


def put(body: Any, at: Path, value: Any) -> Any:
    """The body with another value at a path."""
    if not at:
        return value
    changed = copy.deepcopy(body)
    inner = changed
    for part in at[:-1]:
        inner = inner[part]
    inner[at[-1]] = value
    return changed


class Play:
    """What the bodies and paths are about."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ids: dict[str, str] = {}
        self.asking: asyncio.Task[Any] | None = None

    async def prepare(self, path: str) -> None:
        """Makes what there has to be."""
        api, scene = self.api, self.api.scene
        sandbox = scene.sandbox
        self.ids = {
            "guild": str(scene.guild.id),
            "channel": str(api.general),
            "app": str(scene.app.id),
            "me": str(scene.app.id),
            "ana": str(scene.ana.id),
        }
        for name, where, body in (
            ("message", SEND, {"content": "x"}),
            ("other", SEND, {"content": "x"}),
            ("role", ROLES, {"name": "x"}),
            ("category", f"{GUILD}/channels", {"name": "x", "type": 4}),
            ("thread", f"{CHANNEL}/threads", {"name": "x", "type": 11}),
            ("event", EVENTS, EVENT),
            ("command", GLOBAL, {"name": "go", "description": "Goes"}),
            ("local", LOCAL, {"name": "go", "description": "Goes"}),
        ):
            self.ids[name] = (await api.made(where, body))["id"]
        if "token" not in path:
            return
        sandbox.acknowledge_within = 60
        self.asking, one = await api.asked(lambda: scene.ana.run("/go", guild=scene.guild))
        self.ids |= {"interaction": one["id"], "token": one["token"]}
        if path != CALLBACK:
            assert (await api.answer(one, 4, {"content": "x"}))[0] == 200

    def filled(self, body: Any) -> Any:
        """A body with the ids for {names}."""
        if isinstance(body, dict):
            return {key: self.filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.filled(value) for value in body]
        if isinstance(body, str) and body.startswith("{"):
            return self.ids[body[1:-1]]
        return body

    async def close(self) -> None:
        """Lets the person go who is waiting for an answer."""
        if self.asking is not None:
            self.asking.cancel()
            await asyncio.gather(self.asking, return_exceptions=True)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    TAKES,
    ids=[f"{method} {path} {number}" for number, (method, path, _) in enumerate(TAKES)],
)
async def test_values_of_the_wrong_kind(
    api: Api, caplog: pytest.LogCaptureFixture, method: str, path: str, body: Any
) -> None:
    play = Play(api)
    await play.prepare(path)
    body = play.filled(body)
    address = path.format(**play.ids)
    checks = Conformance(DESCRIPTION, []) if DESCRIPTION else None
    with caplog.at_level(logging.ERROR, "sandbox"):
        for at, value in nodes(body):
            for alien in aliens(at, value):
                status, answer = await api(method, address, put(body, at, alien))
                assert status == 400, (at, alien, answer)
                assert answer["code"] == 50035, (at, alien, answer)
                assert path_of(answer, ".".join(map(str, at))), (at, alien, answer)
        status, answer = await api(method, address, body)
        assert status in (200, 201, 204), answer
        for at, _ in nodes(body):
            status, answer = await api(method, address, put(body, at, None))
            assert status < 500, at
            if checks is not None:
                checks.answer(method, address, status, answer)
    await play.close()
    assert "unexpected shape" not in caplog.text
    if checks is not None:
        assert checks.violations == []


def test_every_route_that_takes_a_body_is_tried() -> None:
    """A new route needs its line in the table, or in the list of those without a body."""
    tried = set(BODILESS)
    for method, path, _ in TAKES:
        # Ids stand for themselves: only their place in the path matters.
        tried.add(f"{method} {find_route(method, path).template}")
    taking = {
        f"{method} {template}"
        for method, template in known_routes()
        if method in ("POST", "PUT", "PATCH")
    }
    assert tried == taking


@pytest.mark.parametrize(
    ("sent", "kind", "code"),
    [
        (b"{", "application/json", 50109),
        (b"\xff", "application/json", 50109),
        (b'{"content": NaN}', "application/json", 50109),
        (b'{"content": -Infinity}', "application/json", 50109),
        (b'{"content": 1e999}', "application/json", 50035),
        (b'{"flags": 1e999}', "application/json", 50035),
        (b'{"components": ' + b"[" * 100_000, "application/json", 50109),
        (
            b'{"components": ' + b'[{"components": ' * 300 + b"[]" + b"}]" * 300 + b"}",
            "application/json",
            50035,
        ),
        (b'"content"', "application/json", 50035),
        (b"content=x", "application/x-www-form-urlencoded", 50035),
        (b"x", "multipart/form-data", 50035),
        (b"x", "multipart/form-data; boundary=y", 50035),
        (b"--y\r\nx\r\n\r\n--y--", "multipart/form-data; boundary=y", 50035),
        (
            b'--y\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n\xff\r\n--y--',
            "multipart/form-data; boundary=y",
            50109,
        ),
    ],
)
async def test_what_is_no_body(api: Api, sent: bytes, kind: str, code: int) -> None:
    head = {"Authorization": f"Bot {api.scene.app.token}", "Content-Type": kind}
    url = f"{api.scene.sandbox.api_base}/channels/{api.general}/messages"
    async with api.session.post(url, data=sent, headers=head) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, code)


@pytest.mark.parametrize("path", ["/attachments/", "/attachments/1", "/attachments/1/x/y.txt"])
async def test_files_that_are_not_there(api: Api, path: str) -> None:
    async with api.session.get(api.scene.sandbox.world.base_url + path) as answer:
        assert answer.status == 404
