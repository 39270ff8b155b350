"""How much the sandbox bears: requests a second, ten thousand members, and how fast it starts.

The server is `liftoff sandbox` in a process of its own; the client here asks as fast as it can over
a few connections and looks at nothing but the status line, so that the figure is the server's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox import Sandbox

MEMBERS = 10_000
INTENTS = 1 | 1 << 1 | 1 << 9
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def _talk(
    address: str, make: Callable[[int], bytes], first: int, step: int, until: float
) -> list[float]:
    """Asks over one connection until `until`; gives what each answer took, in milliseconds."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    took = []
    number = first
    while (began := time.perf_counter()) < until:
        writer.write(make(number))
        number += step
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is not None:
            await reader.readexactly(int(length[1]))
        if head[9:10] != b"2":
            raise SystemExit(f"the sandbox answered {head.splitlines()[0]!r}")
        took.append((time.perf_counter() - began) * 1000)
    writer.close()
    return took


def _maker(said: dict[str, Any], method: str, path: str, body: bool) -> Callable[[int], bytes]:
    head = (
        f"{method} /api/v10{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bot {said['bot_token']}\r\n"
    )

    def make(number: int) -> bytes:
        text = json.dumps({"content": f"hello {number}", "nonce": str(number)}) if body else ""
        more = "Content-Type: application/json\r\n" if body else ""
        return f"{head}{more}Content-Length: {len(text)}\r\n\r\n{text}".encode()

    return make


async def load(said: dict[str, Any], seconds: float, connections: int) -> list[str]:
    """Lines with requests a second, for reading and for writing."""
    async with aiohttp.ClientSession() as web:
        head = {"Authorization": f"Bot {said['bot_token']}"}
        there = f"{said['api']}/guilds/{said['guild_id']}/channels"
        async with web.get(there, headers=head) as reply:
            channel = (await reply.json())[0]["id"]
    lines = []
    for name, method, path, body in (
        ("read a channel", "GET", f"/channels/{channel}", False),
        ("send a message", "POST", f"/channels/{channel}/messages", True),
    ):
        make = _maker(said, method, path, body)
        until = time.perf_counter() + seconds
        talks = (_talk(said["api"], make, i, connections, until) for i in range(connections))
        took = [one for talk in await asyncio.gather(*talks) for one in talk]
        tail = statistics.quantiles(took, n=100)[98]
        lines.append(
            f"{name:<24}{len(took) / seconds:>8.0f} requests/s   "
            f"median {statistics.median(took):.2f} ms, 99th percentile {tail:.2f} ms"
        )
    return lines


async def members(said: dict[str, Any]) -> str:
    """How long a bot waits for all members of the guild."""
    async with (
        aiohttp.ClientSession() as web,
        web.ws_connect(said["gateway"], max_msg_size=0) as socket,
    ):
        properties = {"os": "linux", "browser": "bench", "device": "bench"}
        identify = {"token": said["bot_token"], "intents": INTENTS, "properties": properties}
        await socket.send_json({"op": 2, "d": identify})
        found, chunks, began = 0, 0, 0.0
        while True:
            frame = await socket.receive_json()
            if frame["t"] == "GUILD_CREATE":
                began = time.perf_counter()
                ask = {"guild_id": said["guild_id"], "query": "", "limit": 0}
                await socket.send_json({"op": 8, "d": ask})
            elif frame["t"] == "GUILD_MEMBERS_CHUNK":
                found, chunks = found + len(frame["d"]["members"]), chunks + 1
                if chunks == frame["d"]["chunk_count"]:
                    break
    took = (time.perf_counter() - began) * 1000
    return f"{found} members in {chunks} chunks{took:>8.0f} ms"


async def starts(times: int) -> str:
    """How long a sandbox takes to start inside a process that has it imported."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        async with Sandbox(lambda: datetime(2027, 2, 22, tzinfo=UTC)) as sandbox:
            app = sandbox.create_application("Bot")
            sandbox.invite_bot(app, sandbox.create_guild("Server"), 8)
            took.append((time.perf_counter() - began) * 1000)
    return f"starts inside a test in {statistics.median(took):.1f} ms, at most {max(took):.1f} ms"


async def bench(seconds: float, connections: int) -> None:
    """Prints the figures."""
    print("The sandbox, rates off, schema checking off,", os.cpu_count(), "cores")
    print(await starts(20))
    environment = {key: value for key, value in os.environ.items() if "OPENAPI" not in key}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--members", str(MEMBERS)),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    try:
        said = json.loads(await process.stdout.readline())
        print(await members(said))
        for line in await load(said, seconds, connections):
            print(line)
    finally:
        process.terminate()
        await process.wait()


def main() -> None:
    """Reads the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each kind of request")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    asyncio.run(bench(options.seconds, options.connections))


if __name__ == "__main__":
    main()
