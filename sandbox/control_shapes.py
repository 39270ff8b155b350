"""What the control API takes and gives: ids to things, things to JSON."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox import payloads
from sandbox.drafts import Upload
from sandbox.forms import Modal
from sandbox.interactions import Outcome
from sandbox.model import Channel, Guild, Json, Message, Role
from sandbox.people import Person
from sandbox.snowflakes import iso

if TYPE_CHECKING:
    from sandbox.server import Sandbox


Thing = TypeVar("Thing")


class BadRequest(Exception):
    """What was sent makes no sense (400)."""


class Missing(Exception):
    """What was named does not exist (404)."""


class Finder:
    """Finds what a request names."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def person(self, name: str) -> Person:
        """Somebody by username or user id."""
        for person in self.sandbox.people.values():
            if name in (person.username, str(person.id)):
                return person
        raise Missing(f"there is nobody called {name!r}")

    def guild(self, given: Any = None) -> Guild:
        """A server by id; the only one there is when none is named."""
        known = self.sandbox.world.guilds
        if given is None and len(known) == 1:
            return next(iter(known.values()))
        if given is None:
            raise BadRequest("there are several servers: please name one with 'guild'")
        return _one(known, given, "server")

    def channel(self, given: Any) -> Channel:
        """A channel, thread or direct message channel by id."""
        return _one(self.sandbox.world.channels, given, "channel")

    def role(self, guild: Guild, given: Any) -> Role:
        """A role by id."""
        return _one(guild.role_map, given, "role")

    def message(self, given: Any) -> Message:
        """Any message by id, an ephemeral one too. Who may see it is asked elsewhere."""
        number = number_of(given)
        for channel in self.sandbox.world.channels.values():
            if number in channel.messages:
                return channel.messages[number]
        return _one(self.sandbox.world.ephemerals, given, "message")

    def value(self, given: Any, guild: Guild | None) -> Any:
        """An option's or field's value; an object stands for a file, person, role or channel."""
        if isinstance(given, list):
            return [self.value(one, guild) for one in given]
        if not isinstance(given, dict):
            return given
        if "file" in given:
            return upload(given["file"])
        if "user" in given:
            return self.person(str(given["user"]))
        if "channel" in given:
            return self.channel(given["channel"])
        if "role" in given and guild is not None:
            return self.role(guild, given["role"])
        raise BadRequest('an object as a value is {"file"|"user"|"channel"|"role": …}')


def _one(known: dict[int, Thing], given: Any, what: str) -> Thing:
    found = known.get(number_of(given))
    if found is None:
        raise Missing(f"there is no {what} {given}")
    return found


def number_of(given: Any) -> int:
    """An id, as a number or its digits."""
    text = str(given)
    if not text.isdecimal():
        raise BadRequest(f"{given!r} is no id")
    return int(text)


def upload(given: Any) -> Upload:
    """A file: ``name`` and either ``text`` or ``base64``."""
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise BadRequest("a file has a name, and text or base64")
    if isinstance(given.get("text"), str):
        return Upload(given["name"], given["text"].encode())
    try:
        return Upload(given["name"], base64.b64decode(given["base64"], validate=True))
    except (KeyError, TypeError, binascii.Error):
        raise BadRequest("a file has text, or base64") from None


def message(one: Message) -> Json:
    """A message: Discord's object, and what is easier to read."""
    return {
        **payloads.message(one),
        "ephemeral": one.ephemeral,
        "deleted": one.deleted,
        "buttons": [each.label for each in one.buttons],
    }


def channel(one: Channel) -> Json:
    """A channel: Discord's object."""
    return payloads.channel(one)


def form(one: Modal) -> Json:
    """An open form; its id is what ``submit`` takes."""
    return {
        "id": str(one.interaction.id),
        "custom_id": one.custom_id,
        "title": one.title,
        "texts": one.texts,
        "fields": [
            {
                "label": each.label,
                "description": each.description,
                "custom_id": each.custom_id,
                "kind": each.kind,
                "required": each.required,
                "options": each.options,
                "prefilled": each.prefilled,
            }
            for each in one.fields
        ],
    }


def outcome(one: Outcome) -> Json:
    """What came of an action, as it looks now."""
    return {
        "interaction_id": str(one.interaction_id),
        "ms": round(one.ms, 3),
        "failed": one.failed,
        "deferred": one.deferred,
        "messages": [message(each) for each in one.messages],
        "updated": message(one.updated) if one.updated else None,
        "form": form(one.modal) if one.modal else None,
    }


def person(one: Person) -> Json:
    """Somebody's account and where they are."""
    guilds = one.sandbox.world.guilds.values()
    return {
        "id": str(one.id),
        "username": one.username,
        "name": one.display_name,
        "locale": one.user.locale,
        "direct_messages": "open" if one.user.open else "closed",
        "guilds": {
            str(each.id): {
                "roles": [str(role) for role in each.member_map[one.id].role_ids],
                "pending": each.member_map[one.id].pending,
                "joined_at": iso(each.member_map[one.id].joined_at),
            }
            for each in guilds
            if one.id in each.member_map
        },
    }


def guild(one: Guild) -> Json:
    """A server with everything that an admin sees in its settings."""
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner_id),
        "member_count": len(one.member_map),
        "channels": [payloads.channel(each) for each in [*one.channels, *one.threads]],
        "roles": [payloads.role(each) for each in one.roles],
    }
