"""Every message carries the number of its delivery, and no two carry the same.

It stands after a `~` in a button's custom id, or at the end of an embed's footer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rehearsal.oracle_wire import Sent

_NONCE = re.compile(r"[a-z]{2}-(\d+)")
_BUTTON = re.compile(r"lo:\w+:\w+:\d*~(\d+)")
_FOOTER = re.compile(r"Message (\d+)$")


def number_errors(sent: Iterable[Sent]) -> Iterator[str]:
    """Sentences about messages without their number, with another's, or with one that is taken."""
    taken: dict[str, str] = {}
    for message in sent:
        nonce = _NONCE.fullmatch(message.nonce)
        if nonce is None:
            continue
        carried = set(_carried(message))
        if carried != {nonce[1]}:
            yield f"message {message.id} ({message.nonce}) carries {sorted(carried) or 'no number'}"
        if taken.setdefault(nonce[1], message.id) != message.id:
            yield f"{message.nonce} is the number of two messages"


def _carried(message: Sent) -> Iterator[str]:
    for button in message.buttons:
        if found := _BUTTON.fullmatch(button):
            yield found[1]
    embeds: list[dict[str, Any]] = message.body.get("embeds") or []
    for embed in embeds:
        if found := _FOOTER.search(str((embed.get("footer") or {}).get("text") or "")):
            yield found[1]
