"""Leaving a row as a process leaves it that dies between two steps, and what comes after."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import discord
from sqlalchemy import make_url

from bot.delivery.kinds import Due, OutMessage
from bot.ui.actions import ActionButton, buttons
from sandbox.faults import Fault
from tests.delivery.conftest import Desk

BEYOND_THE_NONCE = timedelta(minutes=30)
"""Longer than Discord remembers a nonce."""


def database_file(desk: Desk) -> str:
    """The file that the bot keeps everything in."""
    file = make_url(desk.world.settings.database.url).database
    assert file is not None
    return file


def sql(desk: Desk, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Asks, or changes, the bot's database by hand, whether there is a bot or not."""
    with closing(sqlite3.connect(database_file(desk), timeout=10)) as line, line:
        return line.execute(statement, values).fetchall()


@contextmanager
def unwritten(desk: Desk, outcome: str) -> Iterator[None]:
    """Within it no claimed row can be recorded as `outcome` (a state): the process dies first."""
    sql(
        desk,
        "CREATE TRIGGER died BEFORE UPDATE ON delivery "
        f"WHEN OLD.state = 'claimed' AND NEW.state = '{outcome}' "
        "AND OLD.lease_until IS NOT NULL BEGIN SELECT RAISE(ABORT, 'it died'); END",
    )
    try:
        yield
    finally:
        sql(desk, "DROP TRIGGER died")


async def died_after_sending(desk: Desk, kind: str, **more: Any) -> int:
    """The message is there, its row says that it is being sent, and there is no bot any more."""
    with unwritten(desk, "sent"):
        number = await desk.put(kind, **more)
        row = await desk.row(number)
        assert row.state == "claimed", (row.state, row.reason)
        await desk.world.stop()
    return number


async def died_before_sending(desk: Desk, kind: str, **more: Any) -> int:
    """The row says that it is being sent, nothing was, and there is no bot any more."""
    desk.fail("reset")
    with unwritten(desk, "planned"):
        number = await desk.put(kind, **more)
        row = await desk.row(number)
        assert row.state == "claimed", (row.state, row.reason)
        await desk.world.stop()
    return number


async def started_again(desk: Desk, after: timedelta = BEYOND_THE_NONCE) -> None:
    """So much later there is a bot again."""
    with desk.world.timeline.allow_outage():
        await desk.world.run_until(desk.now + after)
    await desk.world.start()


async def away_until(desk: Desk, moment: datetime) -> None:
    """The bot is down from now until `moment`."""
    await desk.world.stop()
    await started_again(desk, moment - desk.now)


async def struck(fault: Fault) -> None:
    """Returns once a fault has happened for the first time."""
    async with asyncio.timeout(20):
        while not fault.happened:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)


async def with_button(due: Due) -> OutMessage:
    """A message with a button of ours."""
    where = " in public" if due.public else ""
    button = ActionButton("trial:press", due.id + 500, label="Press me")
    return OutMessage(f"{due.kind} {due.occurrence}{where}", view=buttons(button))


async def with_embed(due: Due) -> OutMessage:
    """A message with an embed of its own, and a footer in it."""
    embed = discord.Embed(title="A card").set_footer(text="All times are yours")
    return OutMessage(f"{due.kind} {due.occurrence}", embed=embed)
