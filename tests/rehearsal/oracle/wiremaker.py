"""Writes a recording record by record, shaped like the sandbox's, for the oracle's tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

GUILD = "1000"
BOT = "2000"
EVERYONE = GUILD
VIEW = (1 << 10) | (1 << 16)
WRITE = (1 << 11) | (1 << 38)

Record = dict[str, Any]


def utc(text: str) -> datetime:
    """`02-22 03:30` of 2027, in UTC."""
    return datetime.strptime(f"2027-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def mark(text: str) -> str:
    """A Discord timestamp of such a moment."""
    return f"<t:{int(utc(text).timestamp())}:F>"


def row(*buttons: tuple[str, str]) -> list[Record]:
    """One row of buttons, given as label and custom id."""
    made = [{"type": 2, "style": 1, "label": label, "custom_id": key} for label, key in buttons]
    return [{"type": 1, "components": made}] if made else []


def calendar(start: str) -> list[Record]:
    """A calendar file with one event."""
    begin = utc(start).strftime("%Y%m%dT%H%M%SZ")
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{begin}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    file = {"name": "meeting.ics", "size": len(text), "content_type": "text/calendar"}
    return [{**file, "text": text}]


@dataclass
class Maker:
    """Collects records; `at` is the virtual time of those that follow."""

    people: dict[str, str]
    at: datetime = datetime(2027, 2, 15, tzinfo=UTC)
    records: list[Record] = field(default_factory=list)
    ids: int = 10_000
    rows: int = 0
    dms: dict[str, str] = field(default_factory=dict)
    roles: dict[str, set[str]] = field(default_factory=dict)

    def new_id(self) -> str:
        """A fresh snowflake."""
        self.ids += 1
        return str(self.ids)

    def add(self, kind: str, **values: Any) -> Record:
        """One record at the present moment."""
        record = {"kind": kind, "t": self.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), **values}
        self.records.append(record)
        return record

    def start(self, owner: str, members: list[str], channels: list[Record]) -> None:
        """The first record."""
        everyone = {"id": EVERYONE, "name": "@everyone", "permissions": str(VIEW | WRITE)}
        guild = {
            "id": GUILD,
            "owner_id": self.people[owner],
            "roles": [everyone],
            "channels": channels,
            "members": [self.member(name) for name in members],
        }
        self.add("start", guilds=[guild], application_id=BOT, bot_user_id=BOT, people=self.people)

    def member(self, name: str) -> Record:
        """A member object."""
        user = {"id": self.people[name], "username": name}
        return {"user": user, "roles": sorted(self.roles.get(name, ())), "guild_id": GUILD}

    def event(self, name: str, body: Record) -> None:
        """A dispatch."""
        self.add("event", event=name, body=body, sessions=1)

    def request(
        self, method: str, path: str, body: Any, response: Any, status: int = 200, **more: Any
    ) -> Record:
        """A request and its answer."""
        parts = path.strip("/").split("/")
        route = "/" + "/".join("{id}" if part.isdigit() else part for part in parts)
        return self.add(
            "request",
            method=method,
            path=path,
            query={},
            route=route,
            status=status,
            body=body,
            files=more.pop("files", []),
            response=response,
            ms=2.5,
            **{"reason": None, **more},
        )

    def role(self, name: str) -> str:
        """Create a role without permissions."""
        role = {"id": self.new_id(), "name": name, "permissions": "0"}
        self.request("POST", f"/guilds/{GUILD}/roles", {"name": name}, role)
        self.event("GUILD_ROLE_CREATE", {"guild_id": GUILD, "role": role})
        return str(role["id"])

    def channel(self, name: str, readers: list[str] | None) -> str:
        """Create a text channel, for everybody or for some roles (and the bot)."""
        key = self.new_id()
        made = self.channel_object(key, name, readers)
        self.request("POST", f"/guilds/{GUILD}/channels", {"name": name}, made, 201)
        self.event("CHANNEL_CREATE", made)
        return key

    def channel_object(
        self, key: str, name: str, readers: list[str] | None, deny: int = 0
    ) -> Record:
        """A channel as Discord describes it; `deny` is taken from everybody beside viewing."""
        writes = []
        if readers is not None:
            writes.append({"id": EVERYONE, "type": 0, "allow": "0", "deny": str(VIEW | deny)})
            writes += [{"id": role, "type": 0, "allow": str(VIEW), "deny": "0"} for role in readers]
        return {
            "id": key,
            "type": 0,
            "guild_id": GUILD,
            "name": name,
            "permission_overwrites": writes,
        }

    def join(self, name: str) -> None:
        """Somebody comes to the server."""
        self.act(name, "join", {}, guild_id=GUILD)
        self.event("GUILD_MEMBER_ADD", self.member(name))

    def give(self, name: str, *roles: str) -> None:
        """Set somebody's roles."""
        self.roles[name] = set(roles)
        self.event("GUILD_MEMBER_UPDATE", self.member(name))

    def act(self, name: str, action: str, body: Record, **more: Any) -> None:
        """A person's action without an interaction."""
        values = {"person": name, "user_id": self.people[name], "action": action, "body": body}
        self.add("person", **values, **more)

    def post(self, channel: str, code: str, content: str, *buttons: Any, **more: Any) -> str:
        """A delivery; returns the message id."""
        self.rows += 1
        key = self.new_id()
        marked = [(label, f"{custom_id}~{self.rows}") for label, custom_id in buttons]
        body: Record = {"content": content, "components": row(*marked)}
        if not buttons:
            body["embeds"] = [{"footer": {"text": f"Message {self.rows}"}}]
        body |= {"nonce": f"{code}-{self.rows}", "enforce_nonce": True}
        message = {"id": key, "channel_id": channel, "flags": 0}
        self.request("POST", f"/channels/{channel}/messages", body, message, **more)
        return key

    def dm(self, name: str) -> str:
        """The direct message channel with somebody, opened on first use."""
        if name not in self.dms:
            key, user = self.new_id(), self.people[name]
            self.dms[name] = key
            answer = {"id": key, "type": 1, "recipients": [{"id": user, "username": name}]}
            self.request("POST", "/users/@me/channels", {"recipient_id": user}, answer)
        return self.dms[name]

    def tell(self, name: str, code: str, content: str, *buttons: Any, **more: Any) -> str:
        """A delivery by direct message."""
        return self.post(self.dm(name), code, content, *buttons, **more)

    def refuse(self, name: str, code: str) -> None:
        """A direct message that somebody's settings refuse."""
        channel = self.dm(name)
        self.rows += 1
        body = {"content": "…", "nonce": f"{code}-{self.rows}", "enforce_nonce": True}
        answer = {"message": "Cannot send messages to this user", "code": 50007}
        self.request("POST", f"/channels/{channel}/messages", body, answer, 403)

    def interact(
        self, name: str, action: str, body: Record, answer: Record, *, kind: int = 4, **more: Any
    ) -> str:
        """An action that the bot answers at once; returns the interaction's id."""
        key = self.new_id()
        self.act(name, action, body, interaction_id=key)
        user = {"id": self.people[name], "username": name}
        self.event("INTERACTION_CREATE", {"id": key, "type": 3, "user": user, "data": body})
        path = f"/interactions/{key}/{{token}}/callback"
        message = {"id": self.new_id(), "flags": 64}
        response = {"interaction": {"id": key}, "resource": {"message": message}}
        self.request("POST", path, {"type": kind, "data": answer}, response, **more)
        return key

    def follow_up(self, interaction: str, answer: Record) -> None:
        """One more ephemeral message to an interaction."""
        path = f"/webhooks/{BOT}/{{token}}"
        message = {"id": self.new_id(), "flags": 64}
        self.request("POST", path, answer, message, interaction_id=interaction)

    def click(self, name: str, custom_id: str, answer: Record, **more: Any) -> str:
        """A click on a button."""
        body = {"message_id": "1", "custom_id": custom_id, "label": "…"}
        return self.interact(name, "click", body, answer, **more)

    def run(self, who: str, command: str, answer: str, **options: Any) -> str:
        """A slash command."""
        body = {"command": command, "options": options}
        return self.interact(who, "run", body, {"content": answer, "flags": 64})

    def submit(self, name: str, custom_id: str, values: Record, answer: Record) -> str:
        """A form that was filled in."""
        return self.interact(name, "submit", {"custom_id": custom_id, "values": values}, answer)


def write(records: list[Record], path: Path) -> Path:
    """Write records as a recording, in order of time and numbered anew."""
    ordered = sorted(records, key=lambda record: str(record["t"]))
    with path.open("w", encoding="utf-8") as file:
        for number, record in enumerate(ordered, 1):
            file.write(json.dumps({**record, "n": number}, ensure_ascii=False) + "\n")
    return path
