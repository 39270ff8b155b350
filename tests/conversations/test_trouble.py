"""When something breaks: the person gets a number, the log has it, and nobody sees a traceback."""

import asyncio
import logging
import re

import pytest

from sandbox import Outcome, Person
from tests.conversations.acting import (
    ABOUT,
    MENTEE,
    MONDAY,
    PROGRESS,
    direct,
    dump,
    fill,
    only_for,
    press,
    running,
    said,
    sql,
    written_in,
)
from tests.support.world import World

NUMBER = re.compile(r"tell an organizer this number: (\w+)\.")


def number_of(outcome: Outcome, person: Person) -> str:
    assert only_for(outcome, person)
    text = said(outcome)
    assert "Traceback" not in text
    assert "sqlalchemy" not in text.lower()
    assert "no such table" not in text
    found = NUMBER.search(text)
    assert found, text
    return found[1]


def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err + caplog.text


async def test_a_command_that_breaks(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    sql(world, "DROP TABLE one_on_one_slot")
    sql(world, "DROP TABLE one_on_one")
    number = number_of(await world.run(mentee, "/meetings"), mentee)
    text = logged(capsys, caplog)
    assert number in text
    assert "no such table" in text


async def test_a_button_and_a_form_that_break(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await running(world, MENTEE)
    await world.run_until(MONDAY)
    mentee = world.people[MENTEE]
    opened = await world.run(mentee, "/checkin")
    sql(world, "DROP TABLE check_in_reader")
    done = await fill(world, mentee, opened, **{PROGRESS: "It was a good week"})
    number = number_of(done, mentee)
    assert "Open the form again" in [button.label for button in done.messages[0].buttons]
    text = logged(capsys, caplog)
    assert number in text
    assert "It was a good week" not in text, "what people write is not logged"
    sql(world, "DROP TABLE check_in")
    pressed = await world.click(mentee, written_in(world, "mercury")[-1], "Skip this week")
    assert number_of(pressed, mentee) in logged(capsys, caplog)


async def test_a_form_whose_draft_cannot_be_kept_either(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    opened = await world.run(mentee, "/start")
    sql(world, "DROP TABLE form_draft")
    sql(world, "DROP TABLE availability")
    done = await fill(world, mentee, opened, **{ABOUT: "hello"})
    number_of(done, mentee)
    assert done.messages[0].buttons == []


async def test_plain_text_while_the_database_is_broken_breaks_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    with caplog.at_level(logging.CRITICAL):
        sql(world, "ALTER TABLE membership RENAME TO lost")
        await mentee.write(None, "hello?")
        await world.settle()
        sql(world, "ALTER TABLE lost RENAME TO membership")
    assert not direct(mentee, "Traceback")
    await mentee.write(None, "hello?")
    await world.settle()
    assert direct(mentee, "Nobody reads what is written here")


async def test_a_button_nobody_knows_any_more_leads_on(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    gone = await press(world, mentee, "lo:karaoke:sing:7")
    assert "belongs to something that is over" in said(gone)
    assert "</help:" in said(gone)
    assert only_for(gone, mentee)
    opened = await world.run(mentee, "/start")
    assert opened.modal is not None
    opened.modal.custom_id = "lo:karaoke:form:7:1"
    gone = await fill(world, mentee, opened)
    assert "belongs to something that is over" in said(gone)


GONE = [
    "lo:checkin:open:999999",
    "lo:meetings:book:999999",
    "lo:meetings:decline:999999",
    "lo:meetings:cancel:999999",
    "lo:meetings:offer:999999",
    "lo:checkin:cohort:999999",
    "lo:checkin:digest:999999",
    "lo:people:leaveyes:999999",
    "lo:teams:who:999999",
]


async def test_rows_that_do_not_exist_are_gone_kindly(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    before = dump(world)
    for custom_id in GONE:
        refused = await press(world, mentee, custom_id)
        assert only_for(refused, mentee), custom_id
        assert "Something went wrong" not in said(refused), custom_id
        assert said(refused).endswith("."), custom_id
    assert dump(world) == before


async def test_two_presses_at_once_are_both_answered(world: World) -> None:
    await running(world, MENTEE)
    await world.run_until(MONDAY)
    mentee = world.people[MENTEE]
    prompt = written_in(world, "mercury")[-1]
    outcomes = await asyncio.gather(*(mentee.click(prompt, "Skip this week") for _ in range(5)))
    await world.settle()
    assert all("skipped" in said(outcome) for outcome in outcomes)
    assert sql(world, "SELECT count(*) FROM check_in") == [(1,)]
