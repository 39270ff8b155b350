"""The control API: people, hands and weather of a sandbox, over HTTP on loopback.

What there is and what it takes: docs/sandbox.md, "The control API".
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import control_shapes as shapes
from sandbox.control_people import People
from sandbox.control_settings import OwnClock, Settings
from sandbox.control_shapes import BadRequest, Finder, Missing
from sandbox.errors import ApiError, Refused
from sandbox.model import Json
from sandbox.recording import dumps, no_constant

if TYPE_CHECKING:
    from sandbox.server import Sandbox

HOSTS = ("127.0.0.1", "localhost")
Answer = Callable[[web.Request], Any | Awaitable[Any]]


class Control:
    """Serves the control API of one sandbox; ``clock`` when it owns its time."""

    def __init__(self, sandbox: Sandbox, clock: OwnClock | None = None) -> None:
        self.sandbox = sandbox
        self.find = Finder(sandbox)
        self.people = People(sandbox, self.find)
        self.settings = Settings(sandbox, self.find, clock)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listens on 127.0.0.1."""
        app = web.Application(middlewares=[_answering], client_max_size=120 * 1024 * 1024)
        for method, path, answer in self._routes():
            app.router.add_route(method, path, _handler(answer))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Ends all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _routes(self) -> list[tuple[str, str, Answer]]:
        people, settings, find = self.people, self.settings, self.find
        known = self.sandbox.people
        role = "/guilds/{guild}/members/{person}/roles/{role}"
        message = "/channels/{channel}/messages/{message}"

        def path(request: web.Request, *names: str) -> list[str]:
            return [request.match_info[name] for name in names]

        async def act(request: web.Request) -> Any:
            who, name = find.person(request.match_info["person"]), request.match_info["action"]
            if name not in people.actions:
                raise Missing(f"nobody can {name!r}; they can {', '.join(people.actions)}")
            return await people.actions[name](who, await _body(request))

        def look(request: web.Request) -> Any:
            who, name = find.person(request.match_info["person"]), request.match_info["action"]
            if name not in people.views:
                raise Missing(f"there is no {name!r}; there are {', '.join(people.views)}")
            return people.views[name](who, dict(request.query))

        return [
            ("GET", "/", lambda _: self._overview()),
            ("GET", "/people", lambda _: [shapes.person(one) for one in known.values()]),
            ("POST", "/people", _with_body(people.create)),
            ("GET", "/people/{person}", lambda r: shapes.person(find.person(*path(r, "person")))),
            (
                "GET",
                "/people/{person}/channels/{channel}",
                lambda r: people.read(find.person(*path(r, "person")), *path(r, "channel")),
            ),
            (
                "GET",
                "/people/{person}/outcomes/{outcome}",
                lambda r: people.outcome(find.person(*path(r, "person")), *path(r, "outcome")),
            ),
            ("POST", "/people/{person}/{action}", act),
            ("GET", "/people/{person}/{action}", look),
            ("GET", "/guilds/{guild}", lambda r: shapes.guild(find.guild(*path(r, "guild")))),
            ("PATCH", "/channels/{channel}", _with_body(settings.edit_channel, "channel")),
            (
                "DELETE",
                "/channels/{channel}",
                lambda r: settings.delete_channel(*path(r, "channel")),
            ),
            (
                "PUT",
                "/channels/{channel}/overwrites/{target}",
                _with_body(settings.overwrite, "channel", "target"),
            ),
            ("PATCH", message, _with_body(settings.edit_message, "channel", "message")),
            (
                "DELETE",
                message,
                lambda r: settings.delete_message(*path(r, "channel", "message")),
            ),
            (
                "PATCH",
                "/guilds/{guild}/roles/{role}",
                _with_body(settings.edit_role, "guild", "role"),
            ),
            (
                "DELETE",
                "/guilds/{guild}/roles/{role}",
                lambda r: settings.delete_role(*path(r, "guild", "role")),
            ),
            (
                "PUT",
                role,
                lambda r: settings.set_role(*path(r, "guild", "person", "role"), holds=True),
            ),
            (
                "DELETE",
                role,
                lambda r: settings.set_role(*path(r, "guild", "person", "role"), holds=False),
            ),
            (
                "DELETE",
                "/guilds/{guild}/members/{person}",
                lambda r: settings.kick(*path(r, "guild", "person")),
            ),
            (
                "POST",
                "/guilds/{guild}/members/{person}/grant",
                _with_body(settings.grant, "guild", "person"),
            ),
            ("GET", "/rates", lambda _: settings.rates()),
            ("PUT", "/rates", _with_body(settings.rates)),
            ("GET", "/faults", lambda _: settings.faults()),
            ("POST", "/faults", _with_body(settings.add_fault)),
            ("DELETE", "/faults", lambda _: settings.clear_faults()),
            ("DELETE", "/faults/{fault}", lambda r: settings.clear_faults(*path(r, "fault"))),
            ("GET", "/clock", lambda _: settings.clock()),
            ("PUT", "/clock", _with_body(settings.clock)),
            ("POST", "/gateway/{what}", _with_body(settings.trouble, "what")),
            ("GET", "/unplanned", lambda _: self.sandbox.unplanned),
            ("GET", "/conformance", lambda _: settings.conformance()),
        ]

    def _overview(self) -> Json:
        return {
            "people": {name: str(one.id) for name, one in self.sandbox.people.items()},
            "guilds": {str(one.id): one.name for one in self.sandbox.world.guilds.values()},
            "clock": self.settings.clock(),
            "rates": self.settings.rates(),
            "faults": self.settings.faults(),
            "unplanned": len(self.sandbox.unplanned),
            "violations": len(self.sandbox.violations),
        }


def _with_body(answer: Callable[..., Any], *names: str) -> Answer:
    """``answer`` gets the named parts of the path and then the body."""

    async def call(request: web.Request) -> Any:
        body = await _body(request)
        return answer(*(request.match_info[name] for name in names), body)

    return call


async def _body(request: web.Request) -> Json:
    if not request.can_read_body:
        return {}
    if request.content_type != "application/json":
        raise BadRequest("the body has to be application/json")
    try:
        body = json.loads(await request.read(), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise BadRequest("the body is no JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body has to be an object")
    return body


def _handler(answer: Answer) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        found = answer(request)
        if inspect.isawaitable(found):
            found = await found
        if found is None:
            return web.Response(status=204)
        return _json(200, found)

    return handle


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=dumps(body).encode(), content_type="application/json")


@web.middleware
async def _answering(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as ``{"error": …}``. Pages that a browser has open are kept out."""
    if (request.url.host or "") not in HOSTS or "Origin" in request.headers:
        return _json(403, {"error": "only programs on this machine may control a sandbox"})
    try:
        return await handler(request)
    except Refused as error:
        return _json(403, {"error": str(error)})
    except Missing as error:
        return _json(404, {"error": str(error)})
    except BadRequest as error:
        return _json(400, {"error": str(error)})
    except ApiError as error:
        return _json(error.status, {"error": error.message, **error.body})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _json(error.status, {"error": f"{request.method} {request.path}: {error.reason}"})
