"""Bare HTTP and a bare gateway connection: what a bot sends and gets, without any library."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from sandbox import Outcome

if TYPE_CHECKING:
    from tests.sandbox.conftest import Scene

Json = dict[str, Any]

INTENTS = 1 | 1 << 1 | 1 << 9 | 1 << 12 | 1 << 15 | 1 << 16
"""Guilds, members, messages here and in private, their content, scheduled events."""


class Api:
    """Requests with the bot's token, and the events that it receives."""

    def __init__(self, scene: Scene, session: aiohttp.ClientSession) -> None:
        self.scene = scene
        self.session = session
        self.general = scene.general
        self.events: list[tuple[str, Json]] = []
        self._news = asyncio.Condition()

    async def __call__(
        self, method: str, path: str, body: Any = None, *, files: list[bytes] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of an answer; ``files`` makes the request a form."""
        path = path.format(channel=self.general, guild=self.scene.guild.id, app=self.scene.app.id)
        more: Json = {"json": body}
        if files is not None:
            form = aiohttp.FormData()
            form.add_field("payload_json", json.dumps(body), content_type="application/json")
            for i, content in enumerate(files):
                form.add_field(f"files[{i}]", io.BytesIO(content), filename=f"{i}.txt")
            more = {"data": form}
        headers = {"Authorization": f"Bot {self.scene.app.token}"}
        url = self.scene.sandbox.api_base + path
        async with self.session.request(method, url, headers=headers, **more) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def code(self, method: str, path: str, body: Any = None) -> int:
        """The JSON error code of an answer; 0 when it is fine."""
        status, answer = await self(method, path, body)
        return int(answer["code"]) if status >= 400 else 0

    async def made(self, path: str, body: Any) -> Json:
        """What a POST has made."""
        status, answer = await self("POST", path, body)
        assert status in (200, 201), answer
        return dict(answer)

    async def event(self, name: str, after: int = 0) -> Json:
        """The next event of this name, at or after position ``after``."""
        async with self._news, asyncio.timeout(5):
            while True:
                for what, body in self.events[after:]:
                    if what == name:
                        return body
                await self._news.wait()

    async def pump(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keeps what the gateway sends."""
        async for message in socket:
            frame = json.loads(message.data)
            async with self._news:
                if frame["op"] == 0:
                    self.events.append((frame["t"], frame["d"]))
                self._news.notify_all()

    async def asked(
        self, action: Callable[[], Awaitable[Outcome]]
    ) -> tuple[asyncio.Task[Outcome], Json]:
        """Somebody does something: their waiting, and the interaction that the bot gets."""
        before = len(self.events)

        async def act() -> Outcome:
            return await action()

        task = asyncio.create_task(act())
        return task, await self.event("INTERACTION_CREATE", before)

    async def answer(self, one: Json, kind: int, data: Any = None) -> tuple[int, Any]:
        """The first answer to an interaction."""
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        path = f"/interactions/{one['id']}/{one['token']}/callback?with_response=true"
        return await self("POST", path, body)


@asynccontextmanager
async def connected(scene: Scene) -> AsyncIterator[Api]:
    """A bot that is ready, and never answers by itself."""
    async with aiohttp.ClientSession() as session:
        api = Api(scene, session)
        async with session.ws_connect(f"{scene.sandbox.gateway_url}?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
            names = {"os": "linux", "browser": "raw", "device": "raw"}
            token = {"token": scene.app.token, "intents": INTENTS, "properties": names}
            await socket.send_json({"op": 2, "d": token})
            pump = asyncio.create_task(api.pump(socket))
            await api.event("READY")
            yield api
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)


def path_of(answer: Json, path: str) -> list[Json]:
    """The problems that a 50035 answer has at a path such as ``embeds.0.title``."""
    at = answer["errors"]
    for part in path.split(".") if path else []:
        assert part in at, (path, answer)
        at = at[part]
    return list(at["_errors"])


def refused(status: int, answer: Any, code: int, path: str | None) -> None:
    """Asserts that an answer is Discord's refusal."""
    assert status >= 400, f"accepted: {answer}"
    assert answer["code"] == code, answer
    if code == 50035:
        assert (status, answer["message"]) == (400, "Invalid Form Body")
    if path is not None:
        assert path_of(answer, path), answer
