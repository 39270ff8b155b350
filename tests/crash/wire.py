"""The recording of such a play, and the same as the oracle is to see it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tests.crash.evidence import row_of

THREAD_EXISTS = 160004


def records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines of a recording, as they are and read."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield line, json.loads(line)


def without(in_vain: Collection[int], wire: Path, copy: Path) -> None:
    """Copies a recording without what people did in vain and did again.

    The oracle knows nothing of processes that die: it is to see each thing once, when it succeeded.
    What the vain attempt may have left in the bot is judged by what comes of it all the same.
    """
    gone = {str(interaction) for interaction in in_vain}
    with copy.open("w", encoding="utf-8") as stream:
        for line, record in records(wire):
            if _interaction(record) not in gone and not _open_already(record):
                stream.write(line)


def _open_already(record: dict[str, Any]) -> bool:
    """A thread that the dead had opened and told nobody of: to ask again is the way to find out."""
    if record["kind"] != "request" or record["status"] != 400:
        return False
    return bool((record.get("response") or {}).get("code") == THREAD_EXISTS)


def _interaction(record: dict[str, Any]) -> str:
    if record["kind"] == "event" and record["event"] == "INTERACTION_CREATE":
        return str(record["body"]["id"])
    if record["kind"] == "request":
        parts = str(record["path"]).split("/")
        if parts[1] == "interactions":
            return parts[2]
    return str(record.get("interaction_id") or "")


def copies(wire: Path) -> dict[str, int]:
    """Messages too many of each delivery, by its nonce, as the server saw it."""
    made: Counter[str] = Counter()
    for _, record in records(wire):
        if record["kind"] == "event" and record["event"] == "MESSAGE_CREATE":
            nonce = str(record["body"].get("nonce") or "")
            if row_of({"nonce": nonce}) is not None:
                made[nonce] += 1
    return {nonce: number - 1 for nonce, number in made.items() if number > 1}
