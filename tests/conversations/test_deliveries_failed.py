"""What could not be sent: why, and another try or an end to it, with a click."""

from datetime import timedelta

import pytest

from sandbox import Message
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    MONDAY,
    number,
    press,
    running,
    said,
    sql,
    written_in,
)
from tests.conversations.delivery_desk import (
    listed,
    park,
    prompt,
    state,
)
from tests.support.world import World


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


SEND_MESSAGES = 1 << 11


async def forbidden_prompt(world: World) -> Message:
    """A prompt that could not be posted; gives the list of what failed."""
    await running(world, MENTEE)
    world.sandbox.plan_refusal(403, 50013)
    channel = world.sandbox.channel(world.guild, "mercury")
    world.sandbox.admin.overwrite(channel, world.application.user, deny=SEND_MESSAGES)
    await world.settle()
    await world.run_until(MONDAY)
    return await listed(world, "What could not be sent (1)")


async def test_what_failed_names_the_permission_and_is_tried_again(world: World) -> None:
    failed = await forbidden_prompt(world)
    channel = world.sandbox.channel(world.guild, "mercury")
    assert f"I lack the permission Send Messages in <#{channel.id}>." in failed.content
    # Mended without the bot hearing of it, which would send it by itself.
    channel.overwrites.pop(world.application.user.id)
    await world.click(world.admin, failed, "Try again: check-in of week 1, Mercury")
    assert "**Check-in, week 1 of 8**" in written_in(world, "mercury")[-1].content
    assert state(world, prompt(world)) == ("sent", None)


async def test_what_fails_again_is_listed_again(world: World) -> None:
    failed = await forbidden_prompt(world)
    await world.click(world.admin, failed, "Try again: check-in of week 1, Mercury")
    assert state(world, prompt(world))[0] == "parked"
    assert "I lack the permission" in (await listed(world, "What could not be sent (1)")).content


async def test_what_failed_is_cancelled(world: World) -> None:
    failed = await forbidden_prompt(world)
    await world.click(world.admin, failed, "Cancel: check-in of week 1, Mercury")
    assert state(world, prompt(world)) == ("cancelled", "cancelled by an organizer")


async def test_what_failed_and_is_of_no_use_any_more_is_not_sent(world: World) -> None:
    failed = await forbidden_prompt(world)
    world.sandbox.channel(world.guild, "mercury").overwrites.pop(world.application.user.id)
    await world.run_until(MONDAY + timedelta(days=3))
    await world.click(world.admin, failed, "Try again: check-in of week 1, Mercury")
    assert "too late to be of use" in failed.content
    assert state(world, prompt(world)) == ("expired", "no longer useful")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("could not be written: see the log", "I could not write it; my log says why."),
        ("400 50035: Must be 2000 or fewer", "Discord refused it: Must be 2000 or fewer"),
        ("no cog renders deliveries of kind x", "The part of me that writes it is not loaded."),
        ("not allowed in channel 77", "Discord does not let me write in <#77>."),
        (
            "not allowed in channel 77: embed_links send_messages",
            "I lack the permissions Embed Links and Send Messages in <#77>.",
        ),
    ],
)
async def test_why_something_failed(world: World, reason: str, words: str) -> None:
    await running(world)
    park(world, f"id = {prompt(world)}", reason)
    assert words in (await listed(world, "What could not be sent")).content


async def test_a_private_kind_is_tried_again_as_one(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    count = park(
        world, "kind = 'captain_week' AND due_at > '2027-03-01'", "not allowed in channel 9"
    )
    assert count > 1
    failed = await listed(world, f"What could not be sent ({count})")
    assert "(private): Discord does not let me write there." in failed.content
    await world.click(world.admin, failed, f"Try again: {count} weekly messages for captains")
    assert number(world, "SELECT count(*) FROM delivery WHERE state = 'parked'") == 0
    waiting = "SELECT count(*) FROM delivery WHERE kind = 'captain_week' AND state = 'planned'"
    assert number(world, f"{waiting} AND not_before = due_at") >= count


async def test_a_private_kind_is_cancelled_as_one(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    count = park(world, "kind = 'captain_week'", "could not be written: see the log")
    failed = await listed(world, "What could not be sent")
    label = f"Cancel: {count} weekly messages for captains"
    button = next(one for one in failed.buttons if one.label == label)
    await world.click(world.admin, failed, label)
    assert f"Cancelled: {count} weekly messages for captains." in failed.content
    states = sql(world, "SELECT DISTINCT state FROM delivery WHERE kind = 'captain_week'")
    assert states == [("cancelled",)]
    again = await press(world, world.admin, button.custom_id or "")
    assert "None of those messages waits any more" in said(again)


async def test_long_lists_have_pages(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    park(world, "kind = 'checkin_prompt'", "could not be written: see the log")
    park(world, "kind = 'captain_week'", "could not be written: see the log")
    failed = await listed(world, "What could not be sent")
    assert "(1 to 4 of 17)" in failed.content
    for _ in range(4):
        await world.click(world.admin, failed, "Later ones")
    assert "(17 to 17 of 17)" in failed.content
    assert "17. **Check-in of week 8**" in failed.content
    beyond = await press(world, world.admin, "lo:deliveries:failed:99")
    assert beyond.updated is not None
    assert "(17 to 17 of 17)" in beyond.updated.content
