"""Serves a timeline on loopback, so that a bot in a process of its own can live in it.

The protocol is told in `bot.remote_clock`. The time outlives the bot: one that comes back is given
the present moment and goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Self

from aiohttp import WSMsgType, web

from rehearsal.timeline import Timeline


class RemoteBot:
    """A bot at the other end of a socket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[datetime | None]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._gone = False
        self._line = asyncio.Lock()

    async def settled(self, sequence: int) -> datetime | None:
        """Asks, and waits for the answer. Raises ConnectionError when the bot goes instead."""
        if self._gone:
            raise ConnectionError("the bot has left")
        number = next(self._numbers)
        answer: asyncio.Future[datetime | None] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            await self._send({"settle": number, "sequence": sequence})
            return await answer
        finally:
            self._asked.pop(number, None)

    def advance(self, moment: datetime) -> None:
        """Tells the time. It arrives before any later question."""
        task = asyncio.create_task(self._send({"now": moment.isoformat()}))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, said: dict[str, object]) -> None:
        async with self._line:
            if not self._gone:
                await self._socket.send_json(said)

    def heard(self, said: dict[str, str | int | None]) -> None:
        """Takes an answer in; one to a question that nobody waits for any more is ignored."""
        answer = self._asked.get(int(said["settled"] or 0))
        if answer is not None and not answer.done():
            wake = said["wake"]
            answer.set_result(datetime.fromisoformat(str(wake)) if wake else None)

    def gone(self) -> None:
        """The connection has ended."""
        self._gone = True
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the bot has left"))


class ClockServer:
    """Listens on 127.0.0.1 only. `url` is what `clock.url` takes."""

    def __init__(self, timeline: Timeline, on_join: Callable[[], None] | None = None) -> None:
        self._timeline = timeline
        self._on_join = on_join
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """The address of the time."""
        return f"ws://127.0.0.1:{self.port}/clock"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/clock", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in list(self._sockets):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        self._sockets.add(socket)
        bot = RemoteBot(socket)
        await socket.send_json({"now": self._timeline.now().isoformat()})
        self._timeline.join(bot)
        if self._on_join is not None:
            self._on_join()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    bot.heard(message.json())
        finally:
            self._sockets.discard(socket)
            bot.gone()
            self._timeline.part(bot)
        return socket
