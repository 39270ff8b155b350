"""Posts that an organizer rewords, holds back, lets go or cancels."""

from datetime import timedelta

import pytest

from sandbox import Message, Outcome
from tests.conversations.acting import (
    CHECK_IN,
    MENTEE,
    MONDAY,
    check_in,
    dump,
    fill,
    number,
    press,
    running,
    said,
    sql,
    written_in,
)
from tests.conversations.delivery_desk import (
    SECOND_MONDAY,
    TEXT,
    WORDS,
    labels,
    listed,
    looked_at,
    prompt,
    state,
)
from tests.support.world import World


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


async def reword(world: World, preview: Message, text: str) -> Outcome:
    opened = await world.click(world.admin, preview, "Change the text")
    return await fill(world, world.admin, opened, **{TEXT: text})


async def test_the_text_of_one_message_is_changed(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    opened = await world.click(world.admin, preview, "Change the text")
    assert opened.modal is not None
    assert opened.modal.field(TEXT).prefilled == preview.content
    await fill(world, world.admin, opened, **{TEXT: WORDS})
    assert preview.content == WORDS, "the card shows it at once"
    assert labels(preview)[:2] == [CHECK_IN, "Skip this week"]
    assert "in an organizer's words" in (await listed(world)).content
    await world.run_until(SECOND_MONDAY + timedelta(hours=12))
    mercury = [one.content for one in written_in(world, "mercury")[1:]]
    venus = [one.content for one in written_in(world, "venus")[1:]]
    assert mercury[0] == WORDS
    assert "**Check-in, week 2 of 8**" in mercury[1]
    assert "**Check-in, week 1 of 8**" in venus[0]
    assert labels(written_in(world, "mercury")[1])[0] == CHECK_IN


async def test_an_empty_text_brings_back_the_bots_own(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    own = preview.content
    await reword(world, preview, WORDS)
    again = await world.click(world.admin, preview, "Change the text")
    assert again.modal is not None
    assert again.modal.field(TEXT).prefilled == WORDS
    await fill(world, world.admin, again, **{TEXT: ""})
    assert preview.content == own
    await world.run_until(MONDAY)
    assert written_in(world, "mercury")[-1].content == own


async def test_a_text_that_is_left_as_it_was_stays_the_bots(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    before = dump(world)
    await reword(world, preview, preview.content)
    assert dump(world) == before


async def test_an_organizers_text_pings_nobody(world: World) -> None:
    await running(world, MENTEE)
    await reword(world, await looked_at(world, prompt(world)), f"@everyone <@{world.admin.id}>")
    await world.run_until(MONDAY)  # what pings is found by the fixture, when the story is over
    assert written_in(world, "mercury")[-1].content.startswith("@everyone")


async def test_what_people_wrote_stays_theirs(world: World) -> None:
    await running(world, MENTEE)
    await world.run_until(MONDAY)
    await check_in(world, world.people[MENTEE], "My team", "my own words")
    shared = number(world, "SELECT id FROM delivery WHERE kind = 'checkin_shared'")
    sql(world, "UPDATE delivery SET state = 'stopped' WHERE id = ?", shared)
    assert "Change the text" not in labels(await looked_at(world, shared))
    opened = await press(world, world.admin, f"lo:deliveries:edit:{shared}")
    before = dump(world, without=("fact", "form_draft"))
    refused = await fill(world, world.admin, opened, **{TEXT: "not theirs"})
    assert "somebody's own" in said(refused)
    assert dump(world, without=("fact", "form_draft")) == before


async def test_a_message_is_held_back_and_goes_when_it_is_let_go(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    await world.click(world.admin, preview, "Hold it back")
    assert preview.content.startswith("Held back: check-in of week 1, Mercury.")
    assert "team Mercury" not in (await listed(world)).content.splitlines()[1]
    await world.run_until(MONDAY + timedelta(days=1))
    assert len(written_in(world, "mercury")) == 1, "only the welcome"
    held = await listed(world, "What is held back (1)")
    assert "1. **Check-in of week 1**, team Mercury" in held.content
    await world.click(world.admin, held, "Let go: check-in of week 1, Mercury")
    posted = written_in(world, "mercury")[-1]
    assert "**Check-in, week 1 of 8**" in posted.content
    assert "later than planned" in posted.content
    assert posted.created_at == MONDAY + timedelta(days=1)
    assert "What is held back (1)" not in labels(await listed(world))


async def test_what_is_let_go_early_waits_for_its_time(world: World) -> None:
    await running(world, MENTEE)
    await press(world, world.admin, f"lo:deliveries:hold:{prompt(world)}")
    await press(world, world.admin, f"lo:deliveries:release:{prompt(world)}")
    assert len(written_in(world, "mercury")) == 1
    await world.run_until(MONDAY)
    assert written_in(world, "mercury")[-1].created_at == MONDAY - timedelta(minutes=30)


async def test_what_is_let_go_too_late_expires(world: World) -> None:
    await running(world, MENTEE)
    await press(world, world.admin, f"lo:deliveries:hold:{prompt(world)}")
    await world.run_until(MONDAY + timedelta(days=4))
    done = await press(world, world.admin, f"lo:deliveries:release:{prompt(world)}")
    assert done.updated is not None
    assert "too late to be of use" in done.updated.content
    assert state(world, prompt(world)) == ("expired", "no longer useful")
    assert len(written_in(world, "mercury")) == 1
    found = await listed(world)
    await press(world, world.admin, "lo:deliveries:failed:")
    assert "What could not be sent" not in "\n".join(labels(found)), "nothing waits for anybody"
    failed = await press(world, world.admin, "lo:deliveries:failed:")
    assert failed.updated is not None
    assert "in the last 7 days: 1 check-in" in failed.updated.content


async def test_what_is_cancelled_does_not_come_back(world: World) -> None:
    await running(world, MENTEE)
    await press(world, world.admin, f"lo:deliveries:hold:{prompt(world)}")
    held = await listed(world, "What is held back")
    await world.click(world.admin, held, "Cancel: check-in of week 1, Mercury")
    assert "Cancelled: 1 check-in. That is for good." in held.content
    await world.launch()
    assert state(world, prompt(world)) == ("cancelled", "cancelled by an organizer")
    await world.run_until(MONDAY + timedelta(days=3))
    assert len(written_in(world, "mercury")) == 1
