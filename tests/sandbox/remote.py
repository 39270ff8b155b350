"""A client of the control API, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest_asyncio

from sandbox.control import Control
from tests.sandbox.conftest import Scene


class Remote:
    """A client of the control API."""

    def __init__(self, control: Control, web: aiohttp.ClientSession) -> None:
        self.control, self.web = control, web

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON of one request."""
        address = self.control.url + path
        async with self.web.request(method, address, json=body, **more) as reply:
            return reply.status, await reply.json() if reply.status != 204 else None

    async def get(self, path: str) -> Any:
        """What a GET that works gives."""
        status, body = await self.ask("GET", path)
        assert status == 200, body
        return body

    async def do(self, path: str, **body: Any) -> Any:
        """What a POST that works gives."""
        status, answer = await self.ask("POST", path, body)
        assert status in (200, 204), answer
        return answer

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and sentence of a request that does not work."""
        status, answer = await self.ask(method, path, body)
        assert status >= 400, answer
        return status, answer["error"]


@pytest_asyncio.fixture
async def remote(scene: Scene) -> AsyncIterator[Remote]:
    """A control API, and who asks it."""
    control = Control(scene.sandbox)
    await control.start()
    async with aiohttp.ClientSession() as web:
        yield Remote(control, web)
    await control.stop()
