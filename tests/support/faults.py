"""A bad line between the bot and the sandbox: answers that fail, connections that break.

A small proxy on 127.0.0.1 in front of the sandbox's REST API. `discord.api_base` points to it; the
gateway is not touched. Faults are announced one by one and happen to the next requests that match.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from aiohttp import web
from yarl import URL

from bot.app import App
from bot.clock import VirtualClock
from bot.delivery.kinds import Kind
from bot.settings import Settings
from rehearsal.timeline import Timeline
from sandbox import Sandbox
from tests.support.world import World

MESSAGES = r"/channels/\d+/messages$"
ONE_MESSAGE = r"/channels/\d+/messages/\d+$"
_NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection", "keep-alive"}


@dataclass
class Fault:
    """What happens to the next `times` requests of this method and path."""

    method: str
    path: re.Pattern[str]
    times: int
    status: int | None
    """The answer; None: the connection breaks without one."""
    after_effect: bool
    """True: the sandbox has done it all the same."""
    hold: bool = False
    """True: no answer ever comes, and the connection stays."""
    happened: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has happened for the first time."""


class BadLine:
    """The proxy. Without announced faults it passes everything on as it is."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._faults: list[Fault] = []
        self._runner: web.AppRunner | None = None
        self._web: aiohttp.ClientSession | None = None
        self.api_base = ""
        self.requests: list[tuple[str, str, bytes]] = []
        """Method, path and body of everything that the bot asked for."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.api_base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/v10"
        self._web = aiohttp.ClientSession(auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None and self._web is not None:
            await self._runner.cleanup()
            await self._web.close()

    def fail(
        self,
        status: int | None = None,
        *,
        method: str = "POST",
        path: str = MESSAGES,
        times: int = 1,
        after_effect: bool = False,
        hold: bool = False,
    ) -> Fault:
        """The next requests that match are answered with `status`, or cut off without it."""
        fault = Fault(method, re.compile(path), times, status, after_effect, hold)
        self._faults.append(fault)
        return fault

    def mend(self) -> None:
        """No fault happens any more."""
        self._faults.clear()

    def asked(self, method: str = "POST", path: str = MESSAGES) -> list[dict[str, object]]:
        """The bodies (JSON) of what the bot asked for, those that failed included."""
        return [
            json.loads(body or b"{}")
            for verb, where, body in self.requests
            if verb == method and re.search(path, where)
        ]

    def _fault(self, request: web.Request) -> Fault | None:
        for fault in self._faults:
            open_still = fault.happened < fault.times and fault.method == request.method
            if open_still and fault.path.search(request.path):
                fault.happened += 1
                return fault
        return None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append((request.method, request.path, body))
        fault = self._fault(request)
        if fault is not None and not fault.after_effect:
            return await self._break(request, fault)
        answer = await self._pass_on(request, body)
        return answer if fault is None else await self._break(request, fault)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert self._web is not None
        address = URL(self._target).with_path("/").join(request.rel_url)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _NOT_PASSED_ON}
        async with self._web.request(
            request.method, address, data=body or None, headers=headers
        ) as reply:
            content = await reply.read()
            back = {k: v for k, v in reply.headers.items() if k.lower() not in _NOT_PASSED_ON}
            return web.Response(status=reply.status, body=content, headers=back)

    @staticmethod
    async def _break(request: web.Request, fault: Fault) -> web.StreamResponse:
        fault.reached.set()
        if fault.hold:
            await asyncio.Event().wait()
        if fault.status is None:
            assert request.transport is not None
            # A reset, not a polite end.
            request.transport.abort()
            return web.Response(status=499)
        answer: dict[str, object] = {"message": "trouble on the line", "code": 0}
        if fault.status == 429:
            answer |= {"retry_after": 0.05, "global": False}
        # Exactly this type, without a charset: clients take anything else for plain text.
        headers = {"Via": "1.1 bad line", "Content-Type": "application/json"}
        return web.Response(status=fault.status, body=json.dumps(answer).encode(), headers=headers)


class ShakyWorld(World):
    """A world whose bot reaches the sandbox through a bad line."""

    line: BadLine
    kinds: list[Kind]
    """Kinds of delivery that every bot started here has, beside those of its cogs."""

    @property
    def settings(self) -> Settings:
        """As usual, but for the address of the API."""
        usual = super().settings
        discord = usual.discord.model_copy(update={"api_base": self.line.api_base})
        return usual.model_copy(update={"discord": discord})

    async def start(self) -> App:
        """As usual, but the kinds are there before anything is sent."""
        self._clock = VirtualClock(self.timeline.now())
        self.app = App(self.settings, self._clock)
        for kind in self.kinds:
            self.app.kinds.register(kind)
        await self.app.start()
        self.timeline.join(self._clock)
        await self.settle()
        return self.app


@asynccontextmanager
async def shaky_world(
    timeline: Timeline, sandbox: Sandbox, database_url: str
) -> AsyncIterator[ShakyWorld]:
    """A running bot behind a bad line. The sandbox must be running."""
    timeline.serve(sandbox)
    async with BadLine(sandbox.api_base) as line:
        world = ShakyWorld(timeline, sandbox, database_url)
        world.line, world.kinds = line, []
        await world.start()
        try:
            yield world
        finally:
            line.mend()
            await world.stop()
            await timeline.close()
    # Give closed transports their turn, so that none is found open at the end.
    await asyncio.sleep(0)
