"""A database that is locked, full or read-only: said clearly, lived through, nothing lost.

Locked: another connection holds the writers' lock. Full: SQLite may not add a page, so that it says
"database or disk is full"; or the file system lets no file grow, so that it says "disk I/O error".
Read-only: every connection of the bot is, as with a file that may only be read; SQLite says the
same for both ("attempt to write a readonly database").
"""

import asyncio
import re
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy
from bot.storage.sqlite import BUSY_MILLISECONDS
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer
from sandbox import Message, Outcome, Person
from tests.delivery.conftest import Desk
from tests.delivery.crashing import database_file, sql, struck

Trouble = Callable[[Desk], AbstractContextManager[None]]
SENTENCE = re.compile(
    r"Something went wrong on my side, and nothing was changed\. Please try once more; if it "
    r"happens again, tell an organizer this number: \w+\."
)
SAVED = "That is written down."
MINUTE = timedelta(minutes=1)
LOCKED_FOR = 5.0
"""Wall seconds."""


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Another program is writing."""
    with closing(sqlite3.connect(database_file(desk), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def on_each_connection(desk: Desk, statement: str, undone: str) -> Iterator[None]:
    """Whichever connection the bot takes from now on has been told `statement`."""
    engine = vars(desk.db)["_engine"].sync_engine
    said = [statement]

    def tell(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(said[-1])
        cursor.close()

    event.listen(engine, "checkout", tell)
    try:
        yield
    finally:
        said.append(undone)
        # Until the test ends: each connection is told once it is taken again.


@contextmanager
def read_only(desk: Desk) -> Iterator[None]:
    with on_each_connection(desk, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
        yield


@contextmanager
def no_file_may_grow(desk: Desk) -> Iterator[None]:
    """Beyond what the log of the database has grown to already."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = Path(f"{database_file(desk)}-wal")
    # So much that no other file of this process is as large.
    sql(desk, "CREATE TABLE IF NOT EXISTS ballast (x BLOB)")
    while log.stat().st_size < 1_500_000:
        sql(desk, "INSERT INTO ballast VALUES (zeroblob(200000))")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


TROUBLES = [
    pytest.param(locked, "database is locked", id="locked"),
    pytest.param(read_only, "attempt to write a readonly database", id="read-only"),
    pytest.param(no_file_may_grow, "disk I/O error", id="no room"),
]


async def home(due: Due) -> OutMessage:
    """Has a button whose handler writes something down."""
    return OutMessage("home", view=buttons(ActionButton("trial:save", label="Save")))


async def furnished(desk: Desk) -> tuple[Person, Message]:
    """Somebody, and a message whose button they can press."""
    desk.kind("trial")
    desk.kind("base", render=home)
    assert desk.world.app is not None
    client = desk.world.app.client

    async def save(interaction: Interaction, _arg: str) -> None:
        await client.services.waiting.save_draft(interaction.user.id, "trial", {"a": "b"})
        await answer(interaction, SAVED)

    client.router.button("trial:save", save)
    mia, _ = await desk.person("mia")
    await desk.put("base")
    return mia, desk.posts()[0]


def told(outcome: Outcome) -> list[str]:
    return [message.content for message in outcome.messages]


def complaints(logs: list[Any]) -> list[Any]:
    return [log for log in logs if log["event"] == "database unavailable, deliveries wait"]


@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
async def test_said_clearly_waited_for_and_gone_on_with(
    desk: Desk, trouble: Trouble, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    mia, button = await furnished(desk)
    numbers = [await desk.put("trial", f"once:{n}", due=desk.now + MINUTE) for n in range(3)]
    with trouble(desk), capture_logs() as logs:
        await desk.world.advance(seconds=66)
        assert desk.hall() == ["home"]
        pressed = await mia.click(button, "Save")
    # The log says it as an error, and names what the database said.
    assert complaints(logs)
    assert {log["log_level"] for log in complaints(logs)} == {"error"}
    assert all(words in log["reason"] for log in complaints(logs)), complaints(logs)
    # The person is told once, in time, and nothing else.
    assert not pressed.failed
    assert len(told(pressed)) == 1
    assert SENTENCE.fullmatch(told(pressed)[0])
    # It goes on by itself.
    await desk.world.advance(seconds=10)
    assert sorted(desk.hall()) == ["home", *(f"trial once:{n}" for n in range(3))]
    assert {(await desk.row(n)).state for n in numbers} == {"sent"}
    pressed = await desk.world.click(mia, button, "Save")
    assert told(pressed) == [SAVED]


@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
async def test_between_sending_and_recording_nothing_doubles(
    desk: Desk, trouble: Trouble, words: str
) -> None:
    await furnished(desk)
    desk.sandbox.world.nonce_window = timedelta(seconds=-1)  # only the number helps
    slow = desk.fail("slow", seconds=1.0)
    number = await desk.put("trial", settle=False)
    await struck(slow)
    with trouble(desk):
        await desk.world.settle()
        assert desk.hall() == ["home", "trial once:1"]
        assert sql(desk, "SELECT state FROM delivery WHERE id = ?", number) == [("claimed",)]
        await desk.world.advance(seconds=6)
    await desk.world.advance(seconds=10)
    assert desk.hall() == ["home", "trial once:1"]
    row = await desk.row(number)
    assert (row.state, row.message_id) == ("sent", desk.posts()[1].id)


async def test_locked_for_five_seconds(desk: Desk) -> None:
    mia, button = await furnished(desk)
    number = await desk.put("trial", due=desk.now + MINUTE)
    begin = time.monotonic()
    with locked(desk):
        pressing = [asyncio.create_task(mia.click(button, "Save"))]
        await desk.world.advance(seconds=60)
        pressing.append(asyncio.create_task(mia.click(button, "Save")))
        outcomes = await asyncio.gather(*pressing)
        await asyncio.sleep(max(0.0, begin + LOCKED_FOR - time.monotonic()))
        assert desk.hall() == ["home"]
    for outcome in outcomes:
        assert not outcome.failed, "nobody is left without an answer"
        assert len(told(outcome)) == 1
        assert SENTENCE.fullmatch(told(outcome)[0])
    await desk.world.advance(seconds=10)
    assert desk.hall() == ["home", "trial once:1"]
    assert (await desk.row(number)).state == "sent"


async def test_a_lock_shorter_than_that_is_not_even_noticed(desk: Desk) -> None:
    mia, button = await furnished(desk)
    with capture_logs() as logs:
        with locked(desk):
            pressing = asyncio.create_task(mia.click(button, "Save"))
            await asyncio.sleep(BUSY_MILLISECONDS / 1000 / 4)
        outcome = await pressing
    assert told(outcome) == [SAVED]
    assert not [log for log in logs if log["log_level"] == "error"]


async def put_many(desk: Desk) -> None:
    for n in range(200):
        await desk.put("trial", f"more:{n}", due=desk.now + MINUTE, settle=False)


async def test_a_full_database_says_so_and_reads_go_on(desk: Desk) -> None:
    """Nothing can be added, what is there can be changed: as far as that goes, so does the bot."""
    mia, button = await furnished(desk)
    number = await desk.put("trial", due=desk.now + MINUTE)
    pages = sql(desk, "PRAGMA page_count")[0][0]
    more = f"PRAGMA max_page_count={2**30}"
    with on_each_connection(desk, f"PRAGMA max_page_count={pages}", more):
        with pytest.raises(OperationalError, match="database or disk is full"):
            await put_many(desk)
        pressed = await mia.click(button, "Save")
        assert len(told(pressed)) == 1
        await desk.world.advance(minutes=1)
    assert (await desk.row(number)).state == "sent"
    written = sql(desk, "SELECT count(*) FROM delivery WHERE occurrence LIKE 'more:%'")[0][0]
    await desk.put("trial", "last:1")
    assert len([text for text in desk.hall() if "more" in text]) == written
    assert desk.hall()[-1] == "trial last:1"


async def test_stopped_while_locked_and_started_again(desk: Desk) -> None:
    await furnished(desk)
    desk.kind("answer", Courtesy.ANSWER)
    number = await desk.put("answer", due=desk.now + MINUTE)
    with locked(desk):
        await desk.world.advance(seconds=61)
        await desk.world.stop()
    await desk.world.start()
    assert desk.hall() == ["home", "answer once:1"]
    assert (await desk.row(number)).state == "sent"
