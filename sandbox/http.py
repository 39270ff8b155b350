"""HTTP: reading requests, answering in Discord's shape, recording both."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.deeds import people_in
from sandbox.drafts import Upload
from sandbox.errors import ApiError, refuse
from sandbox.faults import Faulted, reset
from sandbox.model import Application, Json
from sandbox.rates import Limited
from sandbox.recording import dumps, no_constant
from sandbox.rest import Call, Match, find_route
from sandbox.undocumented import Waiting

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from sandbox.server import Sandbox

PREFIXES = ("/api/v10/", "/api/v9/")
TEXT_SHOWN = 20_000
UNFORESEEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a body whose shape nobody thought of can lead to."""


@dataclass(frozen=True)
class Refusal:
    """An answer of 400 or more that a test or persona expects."""

    status: int
    code: int
    user_id: int | None = None


def application_of(sandbox: Sandbox, header: str | None) -> Application | None:
    """The application of an ``Authorization: Bot …`` header."""
    if header is None or not header.startswith("Bot "):
        return None
    return sandbox.by_token.get(header[4:])


async def read_body(request: web.Request) -> tuple[Any, str | None, dict[str, Upload]]:
    """The JSON body (parsed and as text) and the files of a request."""
    kind = request.content_type
    files: dict[str, Upload] = {}
    sent = b""
    if kind.startswith("multipart/"):
        try:
            sent = await _read_form(request, files)
        except (ValueError, HttpProcessingError):
            raise refuse(50035) from None
    elif request.can_read_body:
        sent = await request.read()
        if sent and kind != "application/json":
            message = "Expected \"Content-Type\" header to be one of {'application/json'}."
            raise ApiError(400, 50035, message)
    if not sent:
        return None, None, files
    try:
        text = sent.decode()
        body = json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise refuse(50109) from None
    return body, text if "\n" not in text else dumps(body), files


async def _read_form(request: web.Request, files: dict[str, Upload]) -> bytes:
    """Reads the files of a form; gives its ``payload_json``. ValueError when it is none."""
    sent = b""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            sent = content
        else:
            files[part.name or ""] = Upload(part.filename or "file", content)
    return sent


def describe(files: dict[str, Upload]) -> list[Json]:
    """Files as the wire shows them: text with its content, others by size."""
    shown = []
    for upload in files.values():
        one: Json = {
            "name": upload.name,
            "size": len(upload.content),
            "content_type": upload.type,
        }
        if upload.type.startswith("text/") and len(upload.content) < TEXT_SHOWN:
            one["text"] = upload.content.decode("utf-8", "replace")
        shown.append(one)
    return shown


class Front:
    """Answers every HTTP request."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, from its first byte to its record."""
        sandbox = self.sandbox
        path = request.path
        if path.rstrip("/") in ("/gateway", "/gateway/resume"):
            return await sandbox.gateway.serve(request)
        sandbox.wire.begin()
        sandbox.requests_begun += 1
        sandbox.in_flight += 1
        began = time.perf_counter()
        try:
            if path.startswith("/attachments/"):
                return self._file(path)
            return await self._api(request, path, began)
        finally:
            sandbox.in_flight -= 1
            sandbox.requests_ended += 1

    def _file(self, path: str) -> web.Response:
        parts = path.split("/")
        number = parts[3] if len(parts) > 3 else ""
        kept = self.sandbox.world.files.get(int(number)) if number.isdecimal() else None
        if kept is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=kept.content, headers={"Content-Type": kept.content_type})

    async def _api(self, request: web.Request, path: str, began: float) -> web.Response:
        # Matched undecoded: an emoji or a token may hold an escaped slash.
        raw = request.rel_url.raw_path
        if path.startswith(PREFIXES):
            path = "/" + path.split("/", 3)[3]
            raw = "/" + raw.split("/", 3)[3]
        else:
            raw = "/unknown" + raw
        match: Match | None = None
        body: Any = None
        text: str | None = None
        files: dict[str, Upload] = {}
        planned = False
        notes: Json = {}
        query = dict(request.query)
        reason = request.headers.get("X-Audit-Log-Reason")
        reason = unquote(reason) if reason else None
        status, answer = 200, None
        error: ApiError | None = None
        checked = self.sandbox.conformance
        rates, fault = self.sandbox.rates, None
        headers: dict[str, str] = {}
        try:
            rates.check_ban()
            match = find_route(request.method, raw)
            body, text, files = await read_body(request)
            match.params = {key: unquote(value) for key, value in match.params.items()}
            # Noted here, for a fault can strike before anybody looks at the token.
            asked = self.sandbox.world.interactions.get(match.params.get("interaction_token", ""))
            if asked is not None:
                notes["interaction_id"] = str(asked.id)
            sender = application_of(self.sandbox, request.headers.get("Authorization"))
            if sender is None and not match.public:
                raise ApiError(401, 0, "401: Unauthorized")
            taken = rates.take(request.method, match, sender.token if sender else "")
            headers = taken.headers
            fault = self.sandbox.faults.strike(request.method, match, body)
            if fault is not None:
                await fault.before(self.sandbox.world, match, taken)
            if checked is not None:
                checked.request(request.method, raw, request.query, body, request.content_type)
            call = Call(
                self.sandbox.world, match.params, query, body, files, reason, sender, notes=notes
            )
            answer = await match.handler(call)
            status = 204 if answer is None else call.status
            if fault is not None:
                await fault.after()
        except ApiError as caught:
            error = caught
        except UNFORESEEN:
            _log.exception("%s %s: a body of unexpected shape", request.method, path)
            error = refuse(50035)
        if error is not None:
            status, answer = error.status, error.body
            planned = error.planned or fault is not None
        rates.answered(status, error)
        page: str | None = None
        if isinstance(error, Limited | Faulted):
            headers, page = error.headers, error.text
        if isinstance(error, Waiting):
            headers = {**headers, **error.headers}
        if fault is not None:
            notes["fault"] = fault.what
        if checked is not None and match is not None and not isinstance(error, Faulted):
            checked.answer(request.method, raw, status, answer)
        reply = dumps(answer) if status != 204 and page is None else None
        milliseconds = (time.perf_counter() - began) * 1000
        fields: Json = {
            "method": request.method,
            "path": _without_token(path, match),
            "query": query,
            "route": match.template.replace("{interaction_token}", "{token}") if match else None,
            "status": status,
            "files": describe(files),
            "ms": round(milliseconds, 3),
            "reason": reason,
            **notes,
        }
        self.sandbox.wire.write("request", fields, body=text, response=reply)
        if error is not None and not planned and not self._is_planned(error, match, body):
            record = {**fields, "body": body, "response": answer, "t": self.sandbox.wire.time}
            self.sandbox.unplanned.append(record)
        if not isinstance(error, Limited):
            headers.setdefault("Via", "1.1 sandbox")
        if isinstance(error, Faulted) and error.reset:
            reset(request)
            return web.Response(status=499)
        if reply is not None:
            headers["Content-Type"] = "application/json"
        elif page is not None:
            headers["Content-Type"] = "text/html"
        sent = reply if page is None else page
        return web.Response(
            status=status, body=None if sent is None else sent.encode(), headers=headers
        )

    def _is_planned(self, error: ApiError, match: Match | None, body: Any) -> bool:
        for plan in self.sandbox.planned:
            if (plan.status, plan.code) != (error.status, error.code):
                continue
            if plan.user_id is None or plan.user_id in people_in(self.sandbox.world, match, body):
                return True
        return False


def _without_token(path: str, match: Match | None) -> str:
    token = match.params.get("interaction_token") if match else None
    return path.replace(token, "{token}") if token else path
