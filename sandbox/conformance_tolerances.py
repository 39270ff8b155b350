"""Where Discord's documentation and its OpenAPI description differ: the documentation wins.

The description is a public preview. Each entry changes it in the places that it names, says what
that allows or forbids, and where Discord documents it. A test takes each place away in turn and
looks for what then goes wrong, so nothing stands here that is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.model import Json

_S = "/components/schemas/"


@dataclass(frozen=True)
class Tolerance:
    """One difference. ``places``: JSON pointers into the description, and what comes there.

    A pointer that ends in ``/-`` appends to a list.
    """

    what: str
    places: tuple[tuple[str, Any], ...]
    source: str

    def apply(self, description: Json) -> None:
        """Changes the description. Raises KeyError when a place does not exist in it."""
        for pointer, value in self.places:
            *way, last = (part.replace("~1", "/") for part in pointer.split("/")[1:])
            node: Any = description
            for part in way:
                node = node[int(part)] if isinstance(node, list) else node[part]
            if last == "-":
                node.append(value)
            else:
                node[last] = value


_BULK = (
    "/paths/~1channels~1{channel_id}~1messages~1bulk-delete/post"
    "/requestBody/content/application~1json/schema"
)
_ACTIVE = (
    "/paths/~1guilds~1{guild_id}~1threads~1active/get/responses/200"
    "/content/application~1json/schema"
)
_THREADS = {
    "threads": {"type": "array", "items": {"$ref": "#/components/schemas/ThreadResponse"}},
    "members": {"type": "array", "items": {"$ref": "#/components/schemas/ThreadMemberResponse"}},
}
_FIELD_ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}

TOLERANCES: tuple[Tolerance, ...] = (
    Tolerance(
        "channels of type 16 (media)",
        (
            (f"{_S}ChannelTypes/oneOf/-", {"const": 16}),
            (f"{_S}CreateGuildChannelRequest/properties/type/oneOf/1/enum/-", 16),
            (f"{_S}GuildChannelResponse/properties/type/enum/-", 16),
        ),
        "Channels Resource, Channel Types: GUILD_MEDIA",
    ),
    Tolerance(
        "a message may refer to another in order to forward it",
        ((f"{_S}MessageReferenceType/oneOf/-", {"const": 1}),),
        "Messages Resource, Message Reference Types: FORWARD",
    ),
    Tolerance(
        "up to 1000 permission overwrites a channel",
        (
            (f"{_S}CreateGuildChannelRequest/properties/permission_overwrites/maxItems", 1000),
            (
                f"{_S}UpdateGuildChannelRequestPartial/properties/permission_overwrites/maxItems",
                1000,
            ),
        ),
        "Opcodes and Status Codes, 30060: maximum number of channel permission overwrites (1000)",
    ),
    Tolerance(
        "a bot's message has at most 2000 characters, not 4000",
        (
            (f"{_S}MessageCreateRequest/properties/content/maxLength", 2000),
            (f"{_S}MessageEditRequestPartial/properties/content/maxLength", 2000),
        ),
        "Messages Resource, Create Message and Edit Message: content",
    ),
    Tolerance(
        "the list of active threads is whole: it does not say whether there are more",
        ((_ACTIVE, {"type": "object", "properties": _THREADS, "required": [*_THREADS]}),),
        "Channels Resource, List Active Guild Threads: Response Body",
    ),
    Tolerance(
        "too few or too many messages to delete have a code of their own",
        (
            (f"{_BULK}/properties/messages/minItems", 0),
            (f"{_BULK}/properties/messages/maxItems", 10_000),
        ),
        "Opcodes and Status Codes, 50016; Messages Resource, Bulk Delete Messages",
    ),
    Tolerance(
        "what is wrong with a field is said by a word, not by a number",
        ((f"{_S}InnerErrors/properties/_errors/items", _FIELD_ERROR),),
        "API Reference, Error Messages: _errors",
    ),
)
