"""A gateway connection, and the session that outlives it."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from typing import Any

from aiohttp import web

from sandbox.compression import Pack
from sandbox.model import Application, Json
from sandbox.recording import dumps

BUFFER = 2000
"""How many events a session keeps for a resume."""

CODES = {
    1000: "",
    1001: "Going away.",
    4000: "Unknown error.",
    4001: "Unknown opcode.",
    4002: "Error while decoding payload.",
    4003: "Not authenticated.",
    4004: "Authentication failed.",
    4005: "Already authenticated.",
    4007: "Invalid seq.",
    4008: "Rate limited.",
    4009: "Session timed out.",
    4010: "Invalid shard.",
    4011: "Sharding required.",
    4012: "Invalid API version.",
    4013: "Invalid intent(s).",
    4014: "Disallowed intent(s).",
}
"""Discord's close codes and what it says with them."""
FINAL = frozenset({1000, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})
"""After these there is nothing to resume."""


class Close(Exception):
    """Ends a connection with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """One WebSocket: an outgoing queue, how it is packed, heartbeats."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        pack: Pack,
        path: str = "",
    ) -> None:
        self.socket = socket
        self.transport = transport
        self.pack = pack
        self.path = path
        self.queue: asyncio.Queue[str | int] = asyncio.Queue()
        self.session: Session | None = None
        self.heartbeat: asyncio.TimerHandle | None = None
        self.deadline: asyncio.TimerHandle | None = None
        self.sent: deque[float] = deque()
        """When the client sent its latest frames (wall seconds of the loop)."""
        self.closing: int | None = None
        """The code this side closes with."""

    def send(self, op: int, data: Any = None) -> None:
        """Queues a frame that is no event."""
        self.queue.put_nowait(dumps({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int) -> None:
        """Queues the end of the connection; what is queued before is sent."""
        if self.closing is None:
            self.closing = code
            self.queue.put_nowait(code)

    def abort(self) -> None:
        """Cuts the line without a word."""
        if self.transport is not None:
            self.transport.abort()

    def stop_timers(self) -> None:
        """Nothing is expected of this connection any more."""
        for timer in (self.heartbeat, self.deadline):
            if timer is not None:
                timer.cancel()

    async def pump(self) -> None:
        """Sends what is queued, in order, until the connection ends."""
        while True:
            item = await self.queue.get()
            try:
                if isinstance(item, int):
                    await self.socket.close(code=item, message=CODES.get(item, "").encode())
                    return
                packed = self.pack(item)
                if isinstance(packed, str):
                    await self.socket.send_str(packed)
                else:
                    await self.socket.send_bytes(packed)
            except (ConnectionError, RuntimeError):
                return


class Session:
    """What survives a lost connection: identity, intents, shard, numbered events."""

    def __init__(self, app: Application, intents: int, shard: tuple[int, int] = (0, 1)) -> None:
        self.id = secrets.token_hex(16)
        self.app = app
        self.intents = intents
        self.shard = shard
        self.sequence = 0
        self.buffer: deque[tuple[int, str]] = deque(maxlen=BUFFER)
        self.connection: Connection | None = None
        self.expiry: asyncio.TimerHandle | None = None
        self.large_threshold = 50
        self.presence: Json = {"status": "online", "activities": [], "since": None, "afk": False}
        """What the bot shows, as it said last (op 2 or op 3)."""

    def serves(self, guild_id: int) -> bool:
        """Whether this shard is the one for a guild; 0 stands for direct messages."""
        number, count = self.shard
        return (guild_id >> 22) % count == number

    def reaches(self, seen: int) -> bool:
        """Whether everything after event number ``seen`` is still here."""
        return seen == self.sequence or bool(self.buffer and self.buffer[0][0] <= seen + 1)

    def event(self, name: str, body: str) -> None:
        """Numbers an event, keeps it for a resume and sends it if connected."""
        self.sequence += 1
        frame = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{body}}}'
        self.buffer.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.queue.put_nowait(frame)
