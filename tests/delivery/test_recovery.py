"""After a kill, a crash between steps, trouble with the database: nothing lost, nothing twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy, State
from tests.delivery.conftest import ONE_MESSAGE, Desk

# The message is there, and the row that should say so cannot be written.
BROKEN_RECORD = """
CREATE TRIGGER broken_record BEFORE UPDATE ON delivery WHEN NEW.state = 'sent'
BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END
"""


async def execute(desk: Desk, statement: str) -> None:
    async with desk.db.write() as uow:
        await uow.session.execute(text(statement))
        await uow.commit()


async def test_a_row_that_a_killed_process_had_claimed_is_sent_after_the_start(desk: Desk) -> None:
    desk.kind("trial")
    number = await desk.put("trial", due=desk.now + timedelta(hours=1))
    await desk.change(number, state=State.CLAIMED, lease_until=desk.now + timedelta(minutes=1))
    await desk.world.restart()
    assert desk.hall() == ["trial once:1"]
    row = await desk.row(number)
    assert (row.state, row.lease_until) == ("sent", None)


async def test_stopped_while_writing_it_is_sent_after_the_start(desk: Desk) -> None:
    writing, released = asyncio.Event(), asyncio.Event()

    async def slow(due: Due) -> OutMessage:
        writing.set()
        await released.wait()
        return OutMessage("here I am")

    desk.kind("slow", render=slow)
    number = await desk.put("slow", settle=False)
    await asyncio.wait_for(writing.wait(), 5)
    assert (await desk.row(number)).state == "claimed"
    await desk.world.stop()
    released.set()
    await desk.world.start()
    assert desk.hall() == ["here I am"]


async def test_sent_but_not_recorded_it_is_found_again_and_not_doubled(desk: Desk) -> None:
    desk.kind("trial")
    number = await desk.put("trial")
    message = desk.posts()[0].id
    # As a process leaves it that is killed between the answer of Discord and its record.
    await desk.change(
        number, state=State.CLAIMED, message_id=None, channel_id=None, route=None, sent_at=None
    )
    await desk.world.restart()
    assert desk.hall() == ["trial once:1"]
    row = await desk.row(number)
    assert (row.state, row.message_id, row.route) == ("sent", message, "channel")


async def test_a_direct_message_sent_but_not_recorded_is_not_doubled_either(desk: Desk) -> None:
    desk.kind("regular", Courtesy.REGULAR)
    mia, mia_id = await desk.person("mia")
    number = await desk.put("regular", to=mia_id)
    await desk.change(number, state=State.CLAIMED, message_id=None, channel_id=None, route=None)
    await desk.world.restart()
    assert [message.content for message in mia.inbox()] == ["regular once:1"]


async def test_an_edit_that_a_killed_process_had_begun_is_done_after_the_start(desk: Desk) -> None:
    said = ["first"]

    async def render(due: Due) -> OutMessage:
        return OutMessage(said[-1])

    desk.kind("card", render=render)
    number = await desk.put("card")
    said.append("second")
    await desk.change(number, stale=False, lease_until=desk.now + timedelta(minutes=1))
    await desk.world.restart()
    assert desk.hall() == ["second"]
    row = await desk.row(number)
    assert (row.state, row.stale, row.lease_until) == ("sent", False, None)


async def test_an_edit_that_is_done_is_not_done_again(desk: Desk) -> None:
    desk.kind("card")
    await desk.put("card")
    asked = len(desk.asked("PATCH", ONE_MESSAGE))
    await desk.world.restart()
    await desk.world.restart()
    assert len(desk.asked("PATCH", ONE_MESSAGE)) == asked
    assert desk.hall() == ["card once:1"]


async def test_a_restart_sends_nothing_twice(desk: Desk) -> None:
    desk.kind("trial")
    for n in range(3):
        await desk.put("trial", f"once:{n}")
    await desk.put("trial", "once:3", due=desk.now + timedelta(hours=1))
    await desk.world.restart()
    assert len(desk.hall()) == 3
    await desk.world.advance(hours=1)
    await desk.world.restart()
    assert desk.hall() == [f"trial once:{n}" for n in range(4)]


@pytest.mark.parametrize("alone", [True, False])
async def test_a_database_that_cannot_record_is_tried_again_and_nothing_doubles(
    desk: Desk, alone: bool
) -> None:
    desk.kind("trial")
    await execute(desk, BROKEN_RECORD)
    number = await desk.put("trial")
    if not alone:
        await desk.put("trial", "once:2")
    await desk.world.advance(seconds=30)
    assert desk.hall().count("trial once:1") == 1
    assert (await desk.row(number)).state != "sent"
    await execute(desk, "DROP TRIGGER broken_record")
    await desk.world.advance(seconds=30)
    assert desk.hall() == ["trial once:1"] + ([] if alone else ["trial once:2"])
    assert (await desk.row(number)).state == "sent"


async def test_a_database_that_cannot_be_read_stops_nothing_for_good(desk: Desk) -> None:
    desk.kind("trial")
    await execute(desk, "ALTER TABLE server_object RENAME TO hidden")
    number = await desk.put("trial", due=desk.now + timedelta(minutes=1))
    await desk.world.advance(minutes=2)
    assert (await desk.row(number)).state == "planned"
    await execute(desk, "ALTER TABLE hidden RENAME TO server_object")
    await desk.world.advance(minutes=1)
    assert desk.hall() == ["trial once:1"]
