"""How fast a backlog goes out against the allowed rate, and whether people wait longer then."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from benchmarks.playground import Playground
from bot.clock import SystemClock
from bot.storage.tables import Delivery, Guild, ServerObject
from sandbox import Channel, Message, Person
from sandbox.guilds import add_channel
from sandbox.model import TEXT

CHANNELS = 400
ALLOWED = 40
ASK_EVERY_SECONDS = 0.5
BUTTON = "My messages"


async def drain(rows: int) -> list[str]:
    """Messages a second of a backlog, refusals, and a button's answer before and meanwhile."""
    async with Playground(rates="real") as here:
        await _furnish(here)
        ana = here.sandbox.create_person("ana")
        await ana.join(here.guild)
        allowed = {"LIFTOFF_DELIVERY__REQUESTS_PER_SECOND": str(ALLOWED)}
        async with here.run_bot(**allowed):
            home = await _home(here)
            before = [await _ask(ana, home) for _ in range(40)]
        await _pile_up(here, rows)
        meanwhile: list[float] = []
        async with here.run_bot(**allowed):
            while not (first := _count(here)):  # noqa: ASYNC110 -- nobody rings for a message
                await asyncio.sleep(0.01)
            began = time.perf_counter()
            patience = began + 60 + 2 * rows / ALLOWED
            last, at = first, began
            while last < rows and time.perf_counter() < patience:
                meanwhile.append(await _ask(ana, home))
                await asyncio.sleep(ASK_EVERY_SECONDS)
                if (now := _count(here)) > last:
                    last, at = now, time.perf_counter()
        # The last reading lies up to half a second after the last message.
        rate = (last - first) / (at - began)
        waits = sum(here.sandbox.rates.refused.values())
        refused = len(here.sandbox.unplanned)
    return [
        f"backlog of {rows:,}: {last:,} sent, {rate:.1f} a second of {ALLOWED} allowed "
        f"({rate / ALLOWED:.0%}; aim: 95 %), {waits} answers of 429, {refused} other refusals",
        f"a button before the backlog: median {statistics.median(before):.1f} ms of {len(before)}; "
        f"during it: median {statistics.median(meanwhile):.1f} ms of {len(meanwhile)}",
    ]


async def _furnish(here: Playground) -> None:
    now = SystemClock().now()
    async with here.db.write() as uow:
        uow.session.add(Guild(id=here.guild.id, name="Bench", created_at=now))
        await uow.session.flush()
        for number in range(CHANNELS):
            key = f"bench:{number}" if number else "welcome"
            channel = Channel(here.sandbox.world.ids.next(), TEXT, key, here.guild.id)
            add_channel(here.sandbox.world, here.guild, channel)
            uow.session.add(
                ServerObject(
                    guild_id=here.guild.id, key=key, discord_id=channel.id, intended_at=now
                )
            )
        row = _note(0, here) | {"kind": "home", "subject": "guild:1", "place": "welcome"}
        await uow.session.execute(insert(Delivery), [row])
        await uow.commit()


async def _pile_up(here: Playground, rows: int) -> None:
    async with here.db.write() as uow:
        await uow.session.execute(insert(Delivery), [_note(number, here) for number in range(rows)])
        await uow.commit()


def _note(number: int, here: Playground) -> dict[str, Any]:
    now = SystemClock().now()
    return {
        "guild_id": here.guild.id,
        "kind": "organizer_note",
        "subject": f"stranger:{1000 + number}",
        "occurrence": "bench:1",
        "place": f"bench:{1 + number % (CHANNELS - 1)}",
        "courtesy": "post",
        "due_at": now,
        "rule": "bench",
        "not_before": now,
        "last_useful_at": now + timedelta(days=2),
        "state": "planned",
        "attempts": 0,
        "stale": False,
    }


def _posts(here: Playground, *, home: bool) -> list[Message]:
    return [
        message
        for channel in here.guild.channels
        if (channel.name == "welcome") is home
        for message in channel.messages.values()
        if message.type == 0
    ]


def _count(here: Playground) -> int:
    return len(_posts(here, home=False))


async def _home(here: Playground) -> Message:
    while not (found := _posts(here, home=True)):  # noqa: ASYNC110 -- as above
        await asyncio.sleep(0.05)
    return found[0]


async def _ask(ana: Person, home: Message) -> float:
    """Milliseconds until a button is answered; it reads the database."""
    return (await ana.click(home, BUTTON)).ms
