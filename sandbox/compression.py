"""How frames are packed ("Encoding and Compression"): plain, per payload, or as one stream."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

Pack = Callable[[str], str | bytes]
"""Turns the text of a frame into what is sent: text or bytes."""

PACKED_FROM = 1024
"""Payloads shorter than this (characters) stay plain text; "not all payloads" are compressed."""


class Unavailable(Exception):
    """A compression that this installation cannot do; says what is missing."""


def plain(text: str) -> str:
    """No compression."""
    return text


def payload(text: str) -> str | bytes:
    """Payload compression: each longer frame on its own, in the zlib format."""
    return text if len(text) < PACKED_FROM else zlib.compress(text.encode(), 1)


def transport(name: str | None) -> Pack:
    """The packing for one connection that asked for ``compress=name``."""
    if name == "zlib-stream":
        stream = zlib.compressobj(1)
        return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)
    if name == "zstd-stream":
        return _zstd()
    return plain


def _zstd() -> Pack:
    """Each frame ends a block, never the stream."""
    for module in ("compression.zstd", "backports.zstd"):
        try:
            found: Any = importlib.import_module(module)
        except ImportError:
            continue
        one = found.ZstdCompressor()
        return lambda text: bytes(one.compress(text.encode(), one.FLUSH_BLOCK))
    try:
        other: Any = importlib.import_module("zstandard")
    except ImportError:
        raise Unavailable("zstd-stream needs Python 3.14 or the package backports.zstd") from None
    stream = other.ZstdCompressor().compressobj()
    return lambda text: bytes(
        stream.compress(text.encode()) + stream.flush(other.COMPRESSOBJ_FLUSH_BLOCK)
    )
