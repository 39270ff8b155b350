"""Writes a wire as the sandbox does: one server, its people, messages, forms and answers."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rehearsal.page.guild import READ_MESSAGE_HISTORY, VIEW_CHANNEL

GUILD, BOT, OWNER = "900", "800", "801"
READ = VIEW_CHANNEL | READ_MESSAGE_HISTORY
Json = dict[str, Any]


class Wire:
    """Records in order; `at` is the virtual time (UTC) that they carry."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.records: list[Json] = []
        self.ids = count(5000)
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Json] = {}
        self.direct: dict[str, str] = {}
        self.last: dict[str, Json] = {}
        self.held: dict[str, list[str]] = {}

    def write(self, kind: str, **fields: Any) -> None:
        moment = self.at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.records.append({"n": len(self.records) + 1, "t": moment, "kind": kind, **fields})

    def save(self, path: Path) -> Path:
        # Time never runs backwards, though a play may be told person by person.
        self.records.sort(key=lambda record: str(record["t"]))
        for number, record in enumerate(self.records, 1):
            record["n"] = number
        lines = [json.dumps(record, ensure_ascii=False) for record in self.records]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def start(self, people: dict[str, str]) -> None:
        """The first record: an empty server with its owner and the bot, and who may come."""
        for number, (username, name) in enumerate(people.items()):
            self.users[username] = user(str(1000 + number), username, name)
        bot = {**user(BOT, "liftoff", "Liftoff"), "bot": True}
        owner = user(OWNER, "owner", "Server Owner")
        everyone = {"id": GUILD, "name": "@everyone", "permissions": str(READ), "position": 0}
        robot = {"id": "901", "name": "Liftoff", "permissions": "8", "position": 1}
        guild = {
            "id": GUILD,
            "name": "Space Station",
            "owner_id": OWNER,
            "roles": [everyone, robot],
            "channels": [],
            "threads": [],
            "members": [{"user": owner, "roles": []}, {"user": bot, "roles": ["901"]}],
        }
        known = {name: one["id"] for name, one in self.users.items()}
        self.users["liftoff"] = bot
        self.write("start", guilds=[guild], application_id=BOT, bot_user_id=BOT, people=known)

    def event(self, name: str, body: Json) -> None:
        self.write("event", event=name, body=body, sessions=1)

    def request(self, method: str, route: str, path: str, **fields: Any) -> None:
        rest = {"query": {}, "files": [], "status": 200, "reason": None, "ms": 3.2, **fields}
        self.write("request", method=method, route=route, path=path, **rest)

    def person(self, username: str, action: str, body: Json, interaction: str = "") -> None:
        number = self.users[username]["id"]
        more = {"interaction_id": interaction} if interaction else {}
        self.write("person", person=username, user_id=number, action=action, body=body, **more)

    # -- the server -----------------------------------------------------------------------

    def role(self, name: str) -> str:
        body = {"id": str(next(self.ids)), "name": name, "permissions": "0", "position": 1}
        self.event("GUILD_ROLE_CREATE", {"guild_id": GUILD, "role": body})
        return str(body["id"])

    def channel(self, name: str, kind: int = 0, parent: str | None = None, **more: Any) -> str:
        number = str(next(self.ids))
        body = {"id": number, "guild_id": GUILD, "name": name, "type": kind, "parent_id": parent}
        overwrites = [
            {"id": role, "type": 0, "allow": str(allow), "deny": str(deny)}
            for role, allow, deny in more.pop("overwrites", ())
        ]
        body |= {"position": len(self.channels), "permission_overwrites": overwrites, **more}
        self.channels[number] = body
        self.event("THREAD_CREATE" if kind == 11 else "CHANNEL_CREATE", body)
        return number

    def private(self, name: str, parent: str | None, *roles: str) -> str:
        """A channel that only these roles can read."""
        overwrites = [(GUILD, 0, READ), *((role, READ, 0) for role in roles)]
        return self.channel(name, parent=parent, overwrites=overwrites)

    def join(self, username: str) -> None:
        self.write(
            "person",
            person=username,
            user_id=self.users[username]["id"],
            action="join",
            body={},
            guild_id=GUILD,
        )
        member: Json = {"guild_id": GUILD, "user": self.users[username]}
        member |= {"roles": [], "nick": None}
        self.event("GUILD_MEMBER_ADD", member)

    def roles(self, username: str, *roles: str) -> None:
        held = self.held.setdefault(username, [])
        held += roles
        member = {"guild_id": GUILD, "user": self.users[username], "roles": list(held)}
        self.event("GUILD_MEMBER_UPDATE", {**member, "nick": None})

    def leave(self, username: str) -> None:
        self.person(username, "leave", {})
        self.event("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": self.users[username]})

    # -- messages -------------------------------------------------------------------------

    def post(self, channel: str, body: Json, nonce: str = "", files: tuple[Json, ...] = ()) -> str:
        """The bot writes in a channel: the event, then the request that caused it."""
        shown = self._shown(channel, "liftoff", body, files)
        if channel in self.channels:
            shown["guild_id"] = GUILD
        self.event("MESSAGE_CREATE", shown)
        sent = {**body, "nonce": nonce, "enforce_nonce": True} if nonce else body
        path = f"/channels/{channel}/messages"
        self.request(
            "POST",
            "/channels/{channel_id}/messages",
            path,
            body=sent,
            response=shown,
            files=list(files),
        )
        return str(shown["id"])

    def send(self, username: str, body: Json, nonce: str = "", files: tuple[Json, ...] = ()) -> str:
        """The bot writes to a person; the channel is opened first."""
        return self.post(self.open(username), body, nonce, files)

    def open(self, username: str) -> str:
        if username not in self.direct:
            self.direct[username] = str(next(self.ids))
            channel = {"id": self.direct[username], "type": 1}
            channel["recipients"] = [self.users[username]]
            body = {"recipient_id": self.users[username]["id"]}
            route = "/users/@me/channels"
            self.request("POST", route, route, body=body, response=channel)
        return self.direct[username]

    def refuse(self, username: str, body: Json) -> None:
        channel = self.open(username)
        error = {"code": 50007, "message": "Cannot send messages to this user"}
        path = f"/channels/{channel}/messages"
        route = "/channels/{channel_id}/messages"
        self.request("POST", route, path, body=body, response=error, status=403)

    def say(self, username: str, channel: str, text: str) -> str:
        """A person writes."""
        self.person(username, "write", {"channel_id": channel, "content": text})
        shown = self._shown(channel, username, {"content": text}, ())
        self.event("MESSAGE_CREATE", {**shown, "guild_id": GUILD})
        return str(shown["id"])

    def edit(self, message: str, body: Json) -> None:
        self.last[message] = {**self.last[message], **body, "edited_timestamp": "2027-01-01"}
        self.event("MESSAGE_UPDATE", self.last[message])

    def _shown(self, channel: str, author: str, body: Json, files: tuple[Json, ...]) -> Json:
        shown = {
            "id": str(next(self.ids)), "type": 0, "channel_id": channel, "content": "",
            "author": self.users[author], "embeds": [], "components": [], "mentions": [],
            "flags": 0, "pinned": False, **body,
            "attachments": [
                {"id": str(next(self.ids)), "filename": one["name"], "size": one["size"],
                 "content_type": one["content_type"]}
                for one in files
            ],
        }  # fmt: skip
        self.last[str(shown["id"])] = shown
        return shown

    # -- what people press and fill in ------------------------------------------------------

    def interact(
        self, username: str, kind: int, channel: str, action: str, data: Json, body: Json
    ) -> str:
        """An interaction begins: what the person did, then its dispatch."""
        number = str(next(self.ids))
        self.person(username, action, body, number)
        payload: Json = {"id": number, "type": kind, "data": data, "channel_id": channel}
        if channel in self.channels:
            payload |= {"guild_id": GUILD, "member": {"user": self.users[username]}}
        else:
            payload |= {"user": self.users[username], "channel": {"id": channel, "type": 1}}
        self.event("INTERACTION_CREATE", payload)
        return number

    def click(self, username: str, message: str, label: str, custom_id: str) -> str:
        channel = str(self.last[message]["channel_id"])
        body = {"message_id": message, "custom_id": custom_id, "label": label}
        return self.interact(username, 3, channel, "click", {"custom_id": custom_id}, body)

    def run(self, username: str, channel: str, command: str, **options: Any) -> str:
        body = {"command": f"/{command}", "options": options, "channel_id": channel}
        return self.interact(username, 2, channel, "run", {"name": command}, body)

    def submit(self, username: str, channel: str, modal: Json, *answers: Any) -> str:
        """Every field of a modal of labels gets its answer, in order."""
        pairs = list(zip(modal["components"], answers, strict=True))
        data = {
            "custom_id": modal["custom_id"],
            "components": [
                {"type": 18, "component": {
                    "type": one["component"]["type"],
                    "custom_id": one["component"]["custom_id"],
                    ("values" if isinstance(value, list) else "value"): value,
                }}
                for one, value in pairs
            ],
        }  # fmt: skip
        values = {one["label"]: value for one, value in pairs}
        body = {"custom_id": modal["custom_id"], "values": values}
        return self.interact(username, 5, channel, "submit", data, body)

    def answer(self, interaction: str, body: Json, message: Json | None = None) -> None:
        """The bot's callback."""
        path = f"/interactions/{interaction}/{{token}}/callback"
        route = "/interactions/{interaction_id}/{interaction_token}/callback"
        response = {"interaction": {"id": interaction}, "resource": {"type": body["type"]}}
        if message is not None:
            response["resource"]["message"] = message
        self.request("POST", route, path, body=body, response=response)

    def whisper(self, interaction: str, channel: str, body: Json) -> str:
        """An ephemeral answer."""
        shown = self._shown(channel, "liftoff", {**body, "flags": 64}, ())
        self.answer(interaction, {"type": 4, "data": {**body, "flags": 64}}, shown)
        return str(shown["id"])

    def follow(self, interaction: str, message: str, body: Json) -> None:
        """An ephemeral answer is edited through its webhook."""
        self.last[message] = {**self.last[message], **body}
        path = f"/webhooks/{BOT}/{{token}}/messages/@original"
        route = "/webhooks/{application_id}/{interaction_token}/messages/@original"
        self.request(
            "PATCH",
            route,
            path,
            body=body,
            response=self.last[message],
            interaction_id=interaction,
        )


def user(number: str, username: str, name: str) -> Json:
    return {"id": number, "username": username, "global_name": name, "discriminator": "0"}


def button(label: str, custom_id: str, style: int = 2, **more: Any) -> Json:
    return {"type": 2, "label": label, "custom_id": custom_id, "style": style, **more}


def row(*buttons: Json) -> list[Json]:
    return [{"type": 1, "components": list(buttons)}]


def question(label: str, custom_id: str, kind: int = 4, **more: Any) -> Json:
    hint = more.pop("description", None)
    inner = {"type": kind, "custom_id": custom_id, "required": True, **more}
    return {"type": 18, "label": label, "description": hint, "component": inner}
