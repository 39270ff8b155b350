"""A virtual clock that lives in another process and is reached over a loopback WebSocket.

The rehearsal serves it (`clock.url`). The conversation is JSON: the owner sends
`{"now": …}` at the start and at every jump, and `{"settle": id, "sequence": n}` before one;
the bot answers `{"settled": id, "wake": … | null}` once it is idle.
"""

import asyncio
from datetime import datetime
from typing import Any

import aiohttp

from bot.clock import VirtualClock


class RemoteClock(VirtualClock):
    """A :class:`VirtualClock` moved from afar. Make one with :func:`join`."""

    def __init__(self, start: datetime, web: aiohttp.ClientSession, socket: Any) -> None:
        super().__init__(start)
        self._web = web
        self._socket = socket
        self._answers: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read(), name="remote-clock")

    async def close(self) -> None:
        """Leaves the shared time. The time itself goes on without this process."""
        self._reader.cancel()
        for task in list(self._answers):
            task.cancel()
        await asyncio.gather(self._reader, *self._answers, return_exceptions=True)
        await self._socket.close()
        await self._web.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            said = message.json()
            if "now" in said:
                self.advance(datetime.fromisoformat(said["now"]))
            if "settle" in said:
                task = asyncio.create_task(self._answer(said["settle"], said["sequence"]))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    async def _answer(self, number: int, sequence: int) -> None:
        wake = await self.settled(sequence)
        await self._socket.send_json(
            {"settled": number, "wake": wake.isoformat() if wake else None}
        )


async def join(url: str) -> RemoteClock:
    """Connects to the clock at `url` (ws://127.0.0.1:…/clock) and takes over its present time.

    Raises ConnectionError when nobody answers there.
    """
    web = aiohttp.ClientSession()
    try:
        socket = await web.ws_connect(url, heartbeat=None)
        first = await socket.receive_json(timeout=10)
        return RemoteClock(datetime.fromisoformat(first["now"]), web, socket)
    except (aiohttp.ClientError, OSError, TypeError, KeyError, TimeoutError) as error:
        await web.close()
        raise ConnectionError(f"no rehearsal clock answers at {url}") from error
