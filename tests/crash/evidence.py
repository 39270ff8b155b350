"""What is left after a kill: the rows in the database file, and the messages on the server.

The file is read with SQL of our own, read-only, so that nothing of the bot can tint the evidence.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sandbox import Message, Sandbox

NONCE = re.compile(r"^[a-z]{2}-(\d+)$")
"""What a delivery's nonce looks like: the code of its kind and the number of its row."""

CLAIMED, SENT, RECORDED = "claimed", "sent", "recorded"
STEPS = (CLAIMED, SENT, RECORDED)


@dataclass(frozen=True)
class Row:
    """A delivery as the file has it."""

    id: int
    kind: str
    state: str
    message_id: int | None


class Book:
    """The bot's database file."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro"

    def row(self, row_id: int) -> Row | None:
        """One delivery; None when the file does not have it (yet)."""
        found = self._ask("SELECT id, kind, state, message_id FROM delivery WHERE id = ?", row_id)
        return Row(*found[0]) if found else None

    def state(self, row_id: int) -> str:
        """The state of a delivery; empty when there is none."""
        row = self.row(row_id)
        return row.state if row else ""

    def expired(self) -> dict[int, str]:
        """The kinds of all deliveries that were given up as of no use any more, by row."""
        found = self._ask(
            "SELECT id, kind, state, message_id FROM delivery WHERE state = ?", "expired"
        )
        return {row: kind for row, kind, _, _ in found}

    def _ask(self, question: str, value: int | str) -> list[tuple[int, str, str, int | None]]:
        with closing(sqlite3.connect(self._uri, uri=True, timeout=5)) as file:
            return file.execute(question, (value,)).fetchall()


def row_of(body: object) -> int | None:
    """The row of the delivery that a request for a message carries, if it is one."""
    nonce = body.get("nonce") if isinstance(body, dict) else None
    match = NONCE.match(str(nonce))
    return int(match[1]) if match else None


def arrived(sandbox: Sandbox, row_id: int) -> list[Message]:
    """The messages of a delivery that stand somewhere on the server."""
    return [
        message
        for channel in sandbox.world.channels.values()
        for message in channel.messages.values()
        if row_of({"nonce": message.nonce}) == row_id
    ]


def step_reached(book: Book, sandbox: Sandbox, row_id: int) -> str:
    """How far a delivery had come when its process died; empty when at none of the steps."""
    row = book.row(row_id)
    there = arrived(sandbox, row_id)
    if row is None:
        return ""
    if row.state == "claimed":
        return SENT if there else CLAIMED
    recorded = row.state == "sent" and row.message_id in [message.id for message in there]
    return RECORDED if recorded else ""
