"""Reading `wire.jsonl`: the records, and the messages and replies that can be made out in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.oracle_time import instant

Json = Mapping[str, Any]

DMS_CLOSED = 50007
_CODE = re.compile(r"^([a-z]{2})-(\d+)")


@dataclass(frozen=True)
class Record:
    """One line of the wire."""

    n: int
    at: datetime
    kind: str
    data: Json

    def text(self, key: str) -> str:
        """A top-level value as text, empty when absent."""
        value = self.data.get(key)
        return "" if value is None else str(value)

    def part(self, key: str) -> Json:
        """A top-level object, empty when absent or not an object."""
        value = self.data.get(key)
        return value if isinstance(value, Mapping) else {}

    @property
    def status(self) -> int:
        """HTTP status of a request, 0 when it never got one."""
        return int(self.data.get("status") or 0)

    @property
    def files(self) -> list[Json]:
        """Attachments of a request."""
        return list(self.data.get("files") or [])


def strings(value: object) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def values_of(value: object, key: str) -> Iterator[str]:
    """Every text stored under `key`, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == key and isinstance(inner, str | int):
                yield str(inner)
            else:
                yield from values_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from values_of(inner, key)


@dataclass
class Sent:
    """A message the bot has sent, or tried to send, into a channel or direct messages."""

    id: str
    at: datetime
    n: int
    channel: str
    body: Json
    files: list[Json]
    nonce: str
    code: str
    error: int = 0

    @property
    def closed(self) -> bool:
        """Whether it was refused because the person takes no direct messages."""
        return self.error == DMS_CLOSED

    @property
    def buttons(self) -> list[str]:
        """The custom ids on it."""
        return list(values_of(self.body.get("components"), "custom_id"))

    @property
    def text(self) -> str:
        """All words in it."""
        return "\n".join(strings(self.body))


@dataclass
class Reply:
    """Something shown in answer to one interaction, to the one who acted."""

    interaction: str
    at: datetime
    n: int
    body: Json
    response: Json
    files: list[Json]
    callback: bool
    accepted: bool

    @property
    def shown(self) -> Json:
        """The message or form as the person sees it."""
        data = self.body.get("data")
        return data if self.callback and isinstance(data, Mapping) else self.body

    @property
    def buttons(self) -> list[str]:
        """The custom ids on it."""
        return list(values_of(self.shown.get("components"), "custom_id"))

    @property
    def text(self) -> str:
        """All words in it."""
        return "\n".join(strings(self.shown))


@dataclass
class Wire:
    """The whole recording, with what can be told without knowing any rule."""

    records: list[Record]
    start: Record
    people: dict[str, str]
    sent: list[Sent] = field(default_factory=list)
    refused: list[Sent] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    threads: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: dict[tuple[str, str], str] = field(default_factory=dict)
    """The newest message of each channel and nonce, as the server tells it."""

    @property
    def end(self) -> datetime:
        """The last recorded moment."""
        return self.records[-1].at

    def of(self, kind: str) -> list[Record]:
        """All records of one kind."""
        return [record for record in self.records if record.kind == kind]

    def username(self, user_id: str) -> str:
        """Whose id this is; the id itself when nobody's."""
        return self._names.get(user_id, user_id)

    def person(self, record: Record) -> str:
        """Username on a `person` record, in lower case."""
        return record.text("person").lower()

    def answers(self, interaction: str) -> list[Reply]:
        """Accepted replies to one interaction, in order."""
        return [reply for reply in self.replies.get(interaction, []) if reply.accepted]

    def __post_init__(self) -> None:
        self._names = {user_id: name for name, user_id in self.people.items()}


def read_wire(path: Path) -> Wire:
    """Read a recording; raises ValueError when its first line is not the start record."""
    records = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                data = json.loads(line)
                records.append(Record(int(data["n"]), instant(data["t"]), data["kind"], data))
    if not records or records[0].kind != "start":
        raise ValueError(f"{path} does not begin with a start record")
    start = records[0]
    people = {name.lower(): str(user) for name, user in start.part("people").items()}
    for record in records:
        if record.kind == "person" and record.text("user_id"):
            people.setdefault(record.text("person").lower(), record.text("user_id"))
    wire = Wire(records, start, people)
    for record in records:
        if record.kind == "request":
            _note_request(wire, record)
        elif record.kind == "event":
            _note_event(wire, record.text("event"), record.part("body"))
    return wire


def _note_event(wire: Wire, event: str, body: Json) -> None:
    if event == "MESSAGE_CREATE" and body.get("nonce"):
        wire.made[str(body.get("channel_id")), str(body["nonce"])] = str(body["id"])
    elif event == "THREAD_CREATE":
        key = str(body.get("id"))
        wire.threads.setdefault(key, (str(body.get("parent_id")), key))
    elif event == "INTERACTION_CREATE" and body.get("user") and not body.get("guild_id"):
        wire.owners.setdefault(str(body.get("channel_id")), str(body["user"]["id"]))
    elif event == "CHANNEL_CREATE" and body.get("type") == 1:
        for user in body.get("recipients") or []:
            if not user.get("bot"):
                wire.owners.setdefault(str(body["id"]), str(user["id"]))


def _note_request(wire: Wire, record: Record) -> None:
    method, path = record.text("method"), record.text("path")
    parts = path.strip("/").split("/")
    ok = 200 <= record.status < 300
    if method == "POST" and parts == ["users", "@me", "channels"] and ok:
        owner = str(record.part("body").get("recipient_id") or "")
        for user in record.part("response").get("recipients") or []:
            owner = str(user["id"])
        wire.owners[str(record.part("response")["id"])] = owner
    elif method == "POST" and len(parts) == 3 and parts[0] == "channels" and parts[2] == "messages":
        _note_message(wire, record, parts[1], ok)
    elif method == "POST" and parts[0] == "channels" and parts[-1] == "threads" and ok:
        starter = parts[3] if len(parts) == 5 else str(record.part("response")["id"])
        wire.threads[str(record.part("response")["id"])] = (parts[1], starter)
    elif parts[0] == "interactions" and parts[-1] == "callback":
        _note_reply(wire, record, parts[1], True, ok)
    elif parts[0] == "webhooks" and record.text("interaction_id") and method in ("POST", "PATCH"):
        _note_reply(wire, record, record.text("interaction_id"), False, ok)


def _note_message(wire: Wire, record: Record, channel: str, ok: bool) -> None:
    body, response = record.part("body"), record.part("response")
    nonce = str(body.get("nonce") or "")
    shape = _CODE.match(nonce)
    made = str(response.get("id", "")) if ok else ""
    if not ok and record.text("fault"):
        # What went wrong may have been the answer only: the message is there all the same.
        made = wire.made.get((channel, nonce), "")
        ok = bool(made) and all(made != other.id for other in wire.sent)
    message = Sent(
        id=made,
        at=record.at,
        n=record.n,
        channel=channel,
        body=body,
        files=record.files,
        nonce=nonce,
        code=shape.group(1) if shape else "",
        error=0 if ok else int(response.get("code") or record.status),
    )
    if not ok:
        wire.refused.append(message)
    elif all(message.id != other.id for other in wire.sent):
        # An enforced nonce gives the first message back: that is one message, not two.
        wire.sent.append(message)


def _note_reply(wire: Wire, record: Record, interaction: str, callback: bool, ok: bool) -> None:
    reply = Reply(
        interaction=interaction,
        at=record.at,
        n=record.n,
        body=record.part("body"),
        response=record.part("response"),
        files=record.files,
        callback=callback,
        accepted=ok,
    )
    wire.replies.setdefault(interaction, []).append(reply)
