"""What the process itself costs, beside a bare client: start-up time, idle processor, memory."""

from __future__ import annotations

import asyncio
import statistics

from benchmarks.playground import Playground

SETTLE_SECONDS = 10


async def start_up(times: int = 5) -> list[str]:
    """Seconds from the start of the process until it is ready, in turns."""
    async with Playground() as here:
        took: dict[str, list[float]] = {"bare client": [], "bot": []}
        for turn in range(times + 1):
            async with here.run_bare() as bare:
                pass
            async with here.run_bot() as bot:
                pass
            if turn:  # the first fills the machine's caches
                took["bare client"].append(bare.started_in)
                took["bot"].append(bot.started_in)
    return [
        f"start-up, {name}: median {statistics.median(each):.2f} s of {times}"
        for name, each in took.items()
    ]


async def idle(seconds: float) -> list[str]:
    """Processor time and memory of both while nothing happens, at the same time."""
    async with Playground() as here, here.run_bare() as bare, here.run_bot() as bot:
        await asyncio.sleep(SETTLE_SECONDS)
        before = bare.cpu_seconds(), bot.cpu_seconds()
        await asyncio.sleep(seconds)
        used = [bare.cpu_seconds() - before[0], bot.cpu_seconds() - before[1]]
        lines = []
        for name, each, process in zip(("bare client", "bot"), used, (bare, bot), strict=True):
            a_minute = each * 1000 * 60 / seconds
            lines.append(
                f"idle for {seconds:.0f} s, {name}: {a_minute:.0f} ms of processor time a minute, "
                f"{process.memory_mib():.0f} MiB"
            )
    return lines
