"""A gateway connection, and the session that outlives it."""

from __future__ import annotations

import asyncio
import secrets
import zlib
from collections import deque
from typing import Any

from aiohttp import web

from sandbox.model import Application
from sandbox.recording import dumps

BUFFER = 2000
"""How many events a session keeps for a resume."""


class Connection:
    """One WebSocket: an outgoing queue, compression when asked for, heartbeats."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self.socket = socket
        self.queue: asyncio.Queue[str | tuple[int, str]] = asyncio.Queue()
        self._deflate = zlib.compressobj(1) if compress else None
        self.transport: asyncio.Transport | None = None
        self.session: Session | None = None
        self.heartbeat: asyncio.TimerHandle | None = None

    def send(self, op: int, data: Any = None) -> None:
        """Queues a frame that is no event."""
        self.queue.put_nowait(dumps({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int, reason: str) -> None:
        """Queues the end of the connection."""
        self.queue.put_nowait((code, reason))

    async def pump(self) -> None:
        """Sends what is queued, in order, until the connection ends."""
        while True:
            item = await self.queue.get()
            try:
                if isinstance(item, tuple):
                    await self.socket.close(code=item[0], message=item[1].encode())
                    return
                if self._deflate is None:
                    await self.socket.send_str(item)
                else:
                    data = self._deflate.compress(item.encode())
                    data += self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(data)
            except (ConnectionError, RuntimeError):
                return


class Session:
    """What survives a lost connection: identity, intents, numbered events."""

    def __init__(self, app: Application, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.app = app
        self.intents = intents
        self.sequence = 0
        self.buffer: deque[tuple[int, str]] = deque(maxlen=BUFFER)
        self.connection: Connection | None = None
        self.large_threshold = 50

    def event(self, name: str, body: str) -> None:
        """Numbers an event, keeps it for a resume and sends it if connected."""
        self.sequence += 1
        frame = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{body}}}'
        self.buffer.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.queue.put_nowait(frame)
