"""Reads `wire.jsonl` into a story.

The wire is one JSON object a line: `start`, `request`, `event`, `gateway`, `person`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.page.guild import Guild
from rehearsal.page.story import EPHEMERAL, Deed, Interaction, Message, Story, Version
from rehearsal.page.timestamps import parse_moment


def read_story(wire: Path) -> Story:
    """Read a wire file. Raises ValueError, with the line's number, when a line is no JSON."""
    return tell(_lines(wire))


def _lines(wire: Path) -> Iterator[dict[str, Any]]:
    with wire.open(encoding="utf-8") as lines:
        for count, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record: dict[str, Any] = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{wire}: line {count} is not JSON: {error}") from error
            yield record


def tell(records: Iterable[dict[str, Any]]) -> Story:
    """Build the story from the wire's records in their order."""
    story = Story()
    readers = {
        "start": _start,
        "event": _event,
        "request": _request,
        "gateway": _gateway,
        "person": _person,
    }
    for record in records:
        reader = readers.get(str(record.get("kind")))
        if reader is not None:
            at = parse_moment(str(record["t"]))
            reader(story, record, at)
            story.last = at
    return story


def _know(story: Story, user: dict[str, Any] | None) -> str:
    if not user or "id" not in user:
        return ""
    number = str(user["id"])
    story.users[number] = {**story.users.get(number, {}), **user}
    return number


def _start(story: Story, record: dict[str, Any], _: datetime) -> None:
    story.bot_id = str(record.get("bot_user_id", ""))
    for name, number in (record.get("people") or {}).items():
        story.people[str(number)] = name
        story.users.setdefault(str(number), {"id": str(number), "username": name})
    for body in record.get("guilds", ()):
        guild = Guild.from_payload(body)
        story.guilds[guild.id] = guild
        for member in body.get("members", ()):
            _know(story, member.get("user"))


def _event(story: Story, record: dict[str, Any], at: datetime) -> None:
    event, body = str(record.get("event")), record.get("body") or {}
    number = int(record["n"])
    if event == "INTERACTION_CREATE":
        user_id = _know(story, body.get("user") or (body.get("member") or {}).get("user"))
        one = Interaction(str(body["id"]), number, at, user_id, body)
        one.reached = bool(record.get("sessions", 1))
        story.interactions[one.id] = one
        if not body.get("guild_id") and (body.get("channel") or {}).get("type", 1) == 1:
            story.direct.setdefault(str(body.get("channel_id")), user_id)
    elif event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        _message(story, body, number, at)
    elif event in ("MESSAGE_DELETE", "MESSAGE_DELETE_BULK"):
        for message_id in body.get("ids") or [body.get("id")]:
            gone = story.messages.get(str(message_id))
            if gone is not None:
                gone.deleted = Version(number, at, {})
    elif event == "CHANNEL_CREATE" and body.get("type") == 1:
        for user in body.get("recipients", ()):
            story.direct[str(body["id"])] = _know(story, user)
    else:
        _know(story, body.get("user"))
        if event == "GUILD_CREATE" and str(body.get("id")) not in story.guilds:
            story.guilds[str(body["id"])] = Guild.from_payload(body)
        guild = story.guilds.get(str(body.get("guild_id") or body.get("id")))
        if guild is not None:
            guild.apply(event, body)


def _message(
    story: Story, body: dict[str, Any], number: int, at: datetime, audience: str = ""
) -> None:
    message_id = str(body["id"])
    known = story.messages.get(message_id)
    author = _know(story, body.get("author"))
    if known is None:
        known = Message(message_id, str(body.get("channel_id")), author, audience)
        story.messages[message_id] = known
        guild = story.guild_of(known.channel_id)
        if guild is None and author in story.people:
            story.direct.setdefault(known.channel_id, author)
        if guild is not None and not audience:
            known.readers = frozenset(guild.readers(known.channel_id))
    known.author_id = known.author_id or author
    known.add(Version(number, at, body))


def _request(story: Story, record: dict[str, Any], at: datetime) -> None:
    route, method = str(record.get("route")), str(record.get("method"))
    body, response = _object(record.get("body")), _object(record.get("response"))
    number, ok = int(record["n"]), int(record.get("status", 0)) < 300
    if route == "/users/@me/channels":
        if ok and "id" in response:
            for user in response.get("recipients", ()):
                story.direct[str(response["id"])] = _know(story, user)
    elif route.startswith("/interactions/") and method == "POST":
        if ok:
            _callback(story, record, body, response, at)
            response = (response.get("resource") or {}).get("message") or {}
    elif route.startswith("/webhooks/"):
        one = story.interactions.get(str(record.get("interaction_id")))
        if ok and "channel_id" in response:
            if one is not None:
                one.answered = True
            hidden = int(response.get("flags") or 0) & EPHEMERAL
            _message(story, response, number, at, one.user_id if one and hidden else "")
        elif ok and method == "DELETE":
            name = str(record.get("path", "")).rsplit("/", 1)[-1]
            gone = story.messages.get(one.original if one and name == "@original" else name)
            if gone is not None:
                gone.deleted = Version(number, at, {})
    elif route == "/channels/{channel_id}/messages" and method == "POST" and not ok:
        channel_id = str(record.get("path", "")).split("/")[2]
        refused = {"channel_id": channel_id, "message": body, "error": response}
        story.deeds.append(Deed(number, at, "", "refused", refused))
    _attach(story, record, body, response)


def _callback(
    story: Story,
    record: dict[str, Any],
    body: dict[str, Any],
    response: dict[str, Any],
    at: datetime,
) -> None:
    """The answer to an interaction: a message, an edit, a form, or the promise of one."""
    number, kind = int(record["n"]), int(body.get("type", 0))
    interaction_id = str(record.get("interaction_id") or str(record["path"]).split("/")[2])
    one = story.interactions.get(interaction_id)
    if one is None:
        return
    one.answered = True
    data = body.get("data") or {}
    if kind == 9:
        modal_id = str(data.get("custom_id"))
        story.modals[modal_id] = data
        story.deeds.append(Deed(number, at, one.user_id, "form-opened", {"custom_id": modal_id}))
        return
    message = (response.get("resource") or {}).get("message")
    if message is None and kind == 4 and int(data.get("flags") or 0) & EPHEMERAL:
        author = {"id": story.bot_id}
        message = {"id": interaction_id, "channel_id": one.body.get("channel_id"), "author": author}
        message.update(data)
    if message is None and kind == 7 and one.body.get("message"):
        message = {**one.body["message"], **data}
    if message is not None:
        one.original = str(message["id"])
        hidden = int(message.get("flags") or 0) & EPHEMERAL
        _message(story, message, number, at, one.user_id if hidden else "")


def _object(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one for null and lists."""
    return value if isinstance(value, dict) else {}


def _attach(
    story: Story, record: dict[str, Any], body: dict[str, Any], response: dict[str, Any]
) -> None:
    """Join what only the request knows to its message: the nonce and the files' text."""
    message = story.messages.get(str(response.get("id")))
    if message is None:
        return
    message.nonce = message.nonce or str(body.get("nonce") or "")
    for one in record.get("files") or ():
        if one.get("text"):
            message.files[str(one.get("name"))] = str(one["text"])


def _gateway(story: Story, record: dict[str, Any], at: datetime) -> None:
    story.gateway.append((at, str(record.get("what"))))


def _person(story: Story, record: dict[str, Any], at: datetime) -> None:
    user_id, number = str(record.get("user_id")), int(record["n"])
    username = str(record.get("person", ""))
    story.people.setdefault(user_id, username)
    body = dict(record.get("body") or {})
    one = story.interactions.get(str(record.get("interaction_id")))
    if one is not None:
        number = min(number, one.number)
    body["interaction_id"] = str(record.get("interaction_id") or "")
    story.deeds.append(Deed(number, at, user_id, str(record.get("action")), body))
