"""Objects as Discord writes them, and what is checked of one exchange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from multidict import MultiDict

from sandbox.conformance import Conformance, Violation
from sandbox.errors import ApiError

Json = dict[str, Any]

OVERWRITE = {"id": "5", "type": 0, "allow": "1024", "deny": "0"}
CHANNEL: Json = {
    "id": "5",
    "type": 0,
    "guild_id": "6",
    "name": "hall",
    "position": 0,
    "flags": 0,
    "permission_overwrites": [OVERWRITE],
}
USER: Json = {
    "id": "7",
    "username": "ana",
    "discriminator": "0",
    "avatar": None,
    "global_name": "Ana",
    "public_flags": 0,
    "flags": 0,
    "primary_guild": None,
}
MESSAGE: Json = {
    "id": "8",
    "channel_id": "5",
    "type": 0,
    "author": USER,
    "content": "Hello",
    "timestamp": "2027-02-22T09:00:00.000000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "pinned": False,
    "flags": 0,
}
REFUSED: Json = {
    "message": "Invalid Form Body",
    "code": 50035,
    "errors": {"name": {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "required"}]}},
}


@dataclass(frozen=True)
class Exchange:
    """A request with its answer; without ``status`` only the request, else only the answer."""

    method: str
    path: str
    body: Any
    status: int = 0
    query: tuple[tuple[str, str], ...] = ()

    def fits(self, conformance: Conformance) -> bool:
        """Whether it conforms."""
        if self.status:
            before = len(conformance.violations)
            conformance.answer(self.method, self.path, self.status, self.body)
            return len(conformance.violations) == before
        try:
            query = MultiDict(self.query)
            conformance.request(self.method, self.path, query, self.body, "application/json")
        except ApiError:
            return False
        return True


def said(conformance: Conformance) -> list[Violation]:
    """The violations so far; they are forgotten then."""
    found = conformance.violations[:]
    conformance.violations.clear()
    return found
