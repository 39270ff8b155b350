"""`make bench`: prints figures about the bot beside a bare client, in one run on one machine."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from benchmarks import sandbox_load
from benchmarks.answers import answers
from benchmarks.drain import drain
from benchmarks.processes import idle, start_up
from benchmarks.wakeups import wake_ups


def _machine() -> str:
    model = "an unknown processor"
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = facts.read_text(encoding="utf-8").splitlines()
        model = next((one.partition(":")[2].strip() for one in lines if "model name" in one), model)
    return (
        f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def main() -> None:
    """Reads the options, then measures one thing after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="some of: sandbox start wake answers drain idle")
    parser.add_argument("--rows", type=int, default=10_000, help="of the backlog")
    parser.add_argument("--idle", type=float, default=300.0, help="seconds of doing nothing")
    options = parser.parse_args()
    parts: dict[str, Callable[[], Awaitable[list[str]]]] = {
        "start": start_up,
        "wake": wake_ups,
        "answers": answers,
        "drain": lambda: drain(options.rows),
        "idle": lambda: idle(options.idle),
    }
    wanted = options.only or ["sandbox", *parts]
    if unknown := set(wanted) - {"sandbox", *parts}:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    least = timedelta(seconds=options.rows / 40 * ("drain" in wanted))
    least += timedelta(seconds=options.idle * ("idle" in wanted))
    print(f"On {_machine()}; takes at least {least}", flush=True)
    if "sandbox" in wanted:
        asyncio.run(sandbox_load.bench(seconds=5.0, connections=8))
    for name in wanted:
        if name in parts:
            for line in asyncio.run(_lines(parts[name])):
                print(line, flush=True)


async def _lines(part: Callable[[], Awaitable[list[str]]]) -> list[str]:
    return await part()


if __name__ == "__main__":
    main()
