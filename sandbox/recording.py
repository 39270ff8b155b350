"""The wire: everything that happened, one JSON object a line (see docs/sandbox.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from sandbox.model import Json

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """JSON text as it goes over the wire."""
    return _ENCODER.encode(value)


def no_constant(name: str) -> None:
    """For ``json.loads(parse_constant=…)``: NaN and Infinity are JSON for Python only."""
    raise ValueError(name)


class Wire:
    """Writes records to a file, or nowhere; begins with a ``start`` record.

    Whatever happens before the first request, connection or action of a person is preparation:
    it is not written one by one, the ``start`` record shows its result.
    """

    def __init__(
        self, path: Path | None, now: Callable[[], datetime], start: Callable[[], Json]
    ) -> None:
        self.path = path
        self._now = now
        self._start = start
        self._file: TextIO | None = None
        self._count = 0
        self.started = False

    def open(self) -> None:
        """Opens the file (and empties it)."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", buffering=1 << 20)

    def close(self) -> None:
        """Writes what is buffered and closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def flush(self) -> None:
        """Writes what is buffered."""
        if self._file is not None:
            self._file.flush()

    @property
    def time(self) -> str:
        """The present moment as records write it: UTC, milliseconds, Z."""
        text = self._now().astimezone(UTC).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")

    def begin(self) -> None:
        """Ends the preparation: writes the ``start`` record unless it is written."""
        if not self.started:
            self.started = True
            if self._file is not None:
                self.write("start", self._start())

    def write(self, kind: str, fields: Json, **ready: str | None) -> None:
        """Writes a record of ``fields``; ``ready`` are values that are JSON text already."""
        if self._file is None or not self.started:
            return
        self._count += 1
        head = dumps({"n": self._count, "t": self.time, "kind": kind, **fields})
        more = "".join(f',"{key}":{text or "null"}' for key, text in ready.items())
        self._file.write(f"{head[:-1]}{more}}}\n")
