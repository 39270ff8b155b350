"""What a message is to become: a checked body and its files, on their way in."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.model import Json
from sandbox.validation.messages import check_files, check_message

_TYPES = {".ics": "text/calendar", ".csv": "text/csv", ".md": "text/markdown", ".txt": "text/plain"}


@dataclass(frozen=True)
class Upload:
    """A file on its way to Discord. Without ``content_type`` it is told from the name."""

    name: str
    content: bytes
    content_type: str = ""

    @property
    def type(self) -> str:
        """The content type as Discord tells it: from the name, text with its charset."""
        suffix = self.name[self.name.rfind(".") :].lower() if "." in self.name else ""
        known = _TYPES.get(suffix) or mimetypes.guess_type(self.name)[0]
        kind = known or self.content_type or "application/octet-stream"
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@dataclass
class Draft:
    """A checked message body."""

    body: Json
    files: list[tuple[int, Upload]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing would be seen."""
        keys = ("content", "embeds", "components", "sticker_ids", "poll")
        text = str(self.body.get("content") or "").strip()
        return not (text or self.files or any(self.body.get(key) for key in keys[1:]))


def draft(
    body: Any, files: dict[str, Upload], *, at: tuple[str, ...] = (), v2: bool = False
) -> Draft:
    """Checks a message body and its files (form fields ``files[n]``)."""
    numbered: list[tuple[int, Upload]] = []
    for name, upload in files.items():
        match = re.fullmatch(r"files?\[?(\d*)\]?", name)
        numbered.append((int(match[1] or 0) if match else len(numbered), upload))
    body = body or {}
    check_message(body, len(numbered), at=at, v2=v2)
    check_files([len(upload.content) for _, upload in numbered])
    return Draft(body, numbered)
