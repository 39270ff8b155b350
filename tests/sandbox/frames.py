"""A gateway client without a library."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox import Application, Sandbox
from sandbox.intents import ALL

Unpack = Callable[[bytes], bytes]


class Raw:
    """One connection: sends frames, keeps those that come."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, app: Application, unpack: Unpack
    ) -> None:
        self.socket = socket
        self.app = app
        self.unpack = unpack
        self.kinds: list[aiohttp.WSMsgType] = []
        self.sequence = 0
        self.session = ""
        self.resume_url = ""

    async def send(self, op: Any, data: Any = None) -> None:
        """Sends a frame."""
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def frame(self) -> Any:
        """The next frame; None when the connection has ended."""
        async with asyncio.timeout(5):
            message = await self.socket.receive()
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            return None
        self.kinds.append(message.type)
        data = message.data
        frame = json.loads(self.unpack(data) if isinstance(data, bytes) else data)
        self.sequence = frame["s"] or self.sequence
        return frame

    async def next(self, event: str | None = None, *, op: int = 0) -> Any:
        """The data of the next frame of this event or opcode."""
        while True:
            frame = await self.frame()
            assert frame is not None, f"closed with {self.socket.close_code}"
            if frame["op"] == op and (event is None or frame["t"] == event):
                return frame["d"]

    async def closed(self) -> int | None:
        """The code that the connection is closed with."""
        while await self.frame() is not None:
            pass
        return self.socket.close_code

    async def identify(self, intents: int = ALL, **more: Any) -> Any:
        """Logs in; the data of READY."""
        await self.send(2, self.login(intents, **more))
        ready = await self.next("READY")
        self.session, self.resume_url = ready["session_id"], ready["resume_gateway_url"]
        return ready

    def login(self, intents: int = ALL, **more: Any) -> Any:
        """The data of an IDENTIFY."""
        return {"token": self.app.token, "intents": intents, "properties": {}, **more}

    async def resume(self, other: Raw, **more: Any) -> None:
        """Goes on with the session of another connection."""
        state = {"token": self.app.token, "session_id": other.session, "seq": other.sequence}
        await self.send(6, state | more)

    async def until_quiet(self) -> list[tuple[str, Any]]:
        """Every event (name, data) that has been sent so far: up to the answer to a heartbeat."""
        await self.send(1, self.sequence)
        found: list[tuple[str, Any]] = []
        while True:
            frame = await self.frame()
            assert frame is not None, f"closed with {self.socket.close_code}"
            if frame["op"] == 11:
                return found
            if frame["op"] == 0:
                found.append((frame["t"], frame["d"]))


@asynccontextmanager
async def connected(
    sandbox: Sandbox,
    app: Application,
    query: str = "?v=10&encoding=json",
    *,
    url: str = "",
    unpack: Unpack = zlib.decompress,
) -> AsyncIterator[Raw]:
    """A connection that has said nothing yet."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect((url or sandbox.gateway_url) + query) as socket,
    ):
        yield Raw(socket, app, unpack)


async def eventually(true: Callable[[], bool]) -> None:
    """Waits until something holds: at most 5 s."""
    async with asyncio.timeout(5):
        for wait in range(1_000_000):
            if true():
                return
            await asyncio.sleep(min(wait, 10) / 1000)
