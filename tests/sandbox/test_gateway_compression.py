"""How frames are packed, and what else a connection can be asked to be."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable

import aiohttp
import pytest

from sandbox.compression import PACKED_FROM
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import connected

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def zlib_stream() -> Callable[[bytes], bytes]:
    """Unpacks one stream; each frame has to end with its flush."""
    stream = zlib.decompressobj()

    def unpack(data: bytes) -> bytes:
        assert data.endswith(b"\x00\x00\xff\xff")
        return stream.decompress(data)

    return unpack


async def test_zlib_stream(scene: Scene) -> None:
    query = "?v=10&encoding=json&compress=zlib-stream"
    async with connected(scene.sandbox, scene.app, query, unpack=zlib_stream()) as raw:
        await raw.identify(compress=True)
        await raw.next("GUILD_CREATE")
        assert set(raw.kinds) == {aiohttp.WSMsgType.BINARY}


async def test_zstd_stream(scene: Scene) -> None:
    query = "?v=10&encoding=json&compress=zstd-stream"
    stream = zstd.ZstdDecompressor()
    async with connected(scene.sandbox, scene.app, query, unpack=stream.decompress) as raw:
        await raw.identify()
        await raw.next("GUILD_CREATE")
        assert set(raw.kinds) == {aiohttp.WSMsgType.BINARY}


async def test_payload_compression(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(compress=True)
        guild = await raw.next("GUILD_CREATE")
        assert len(json.dumps(guild)) > PACKED_FROM
        await raw.until_quiet()
        kinds = aiohttp.WSMsgType
        assert raw.kinds[-2:] == [kinds.BINARY, kinds.TEXT]


async def test_frames_may_be_bytes(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.socket.send_bytes(json.dumps({"op": 2, "d": raw.login()}).encode())
        await raw.next("READY")


async def test_other_encodings_are_refused(scene: Scene) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connected(scene.sandbox, scene.app, "?v=10&encoding=etf"):
            raise AssertionError("connected")
    assert refused.value.status == 400
