"""`/deliveries`: posts are seen before they go, exactly; what is private is counted."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cogs.deliveries.messages import WORDS as KIND_WORDS
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    MONDAY,
    SECRET,
    check_in,
    dump,
    fill,
    number,
    only_for,
    press,
    roster_rows,
    running,
    said,
    sql,
    written_in,
)
from tests.conversations.delivery_desk import (
    LOOK_AT,
    PUBLIC,
    drawn,
    labels,
    listed,
    looked_at,
    park,
    prompt,
)
from tests.support.world import World


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


async def test_posts_are_listed_and_private_kinds_counted(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    message = await listed(world)
    text = message.content
    assert "**Coming in channels** (1 to 8 of 16)" in text
    first = number(world, "SELECT count(*) FROM delivery WHERE kind = 'one_on_one_offer'")
    assert first > 0
    assert re.search(rf"^- {first} offers? of a one-on-one, the first around <t:", text, re.M)
    due = int(datetime(2027, 2, 22, 3, 30, tzinfo=UTC).timestamp())
    assert f"1. **Check-in of week 1**, team Mercury, <t:{due}:F>" in text
    assert LOOK_AT.format(1, "Mercury") in labels(message)
    assert len(message.buttons) <= 25
    await world.click(world.admin, message, "Later ones")
    assert "(9 to 16 of 16)" in message.content
    assert "9. **Check-in of week 5**" in message.content
    assert "Later ones" not in labels(message)
    await world.click(world.admin, message, "Earlier ones")
    assert "(1 to 8 of 16)" in message.content


async def test_no_private_kind_shows_whom_or_what_it_is_about(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    await world.run_until(MONDAY)
    await check_in(world, world.people[MENTEE], "Only my captain", SECRET)
    world.people[MENTEE].close_direct_messages()
    await world.run_until(MONDAY + timedelta(days=1, hours=6))
    private = park(
        world,
        "kind IN ('one_on_one_offer', 'captain_week') AND state = 'planned'",
        "400 50035: Invalid Form Body about Hana in channel 12345",
    )
    assert private > 1
    pages = [await listed(world), await listed(world, "What could not be sent")]
    names = {one["name"] for one in roster_rows()} | {one.split()[0] for one in _names()}
    names |= {one["discord_username"] for one in roster_rows()} | {SECRET, "12345", "Hana"}
    for message in pages:
        assert not [name for name in names if name in drawn(message)], drawn(message)
        for button in message.buttons:
            found = re.fullmatch(r"lo:deliveries:look:(\d+)", button.custom_id or "")
            if found:
                kind = sql(world, "SELECT kind FROM delivery WHERE id = ?", int(found[1]))[0][0]
                assert kind in PUBLIC
    assert "1 message waits behind “My messages”" in pages[0].content
    assert "weekly messages for captains** (private): Discord refused it." in pages[1].content
    # Nor do the minutes of the first one, which would tell of one person's meeting.
    for moment in re.findall(r"around <t:(\d+):D>", pages[0].content):
        assert datetime.fromtimestamp(int(moment), UTC).hour == 12


def _names() -> list[str]:
    return [one["name"] for one in roster_rows() if len(one["name"].split()[0]) > 3]


async def test_a_private_row_cannot_be_looked_at_or_changed(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    offer = number(world, "SELECT id FROM delivery WHERE kind = 'one_on_one_offer' LIMIT 1")
    before = dump(world)
    for action in ("look", "edit", "hold", "release", "cancel", "retry"):
        refused = await press(world, world.admin, f"lo:deliveries:{action}:{offer}")
        assert "not one to look at" in said(refused), action
        gone = await press(world, world.admin, f"lo:deliveries:{action}:999999")
        assert said(gone) == said(refused), action
    assert dump(world) == before


async def test_posts_are_not_treated_as_a_kind(world: World) -> None:
    await running(world, MENTEE)
    park(world, "kind = 'checkin_prompt'", "could not be written: see the log")
    before = dump(world)
    for action in ("retryall", "cancelall"):
        refused = await press(world, world.admin, f"lo:deliveries:{action}:{prompt(world)}")
        assert "Nothing was changed" in said(refused), action
    assert dump(world) == before


async def test_another_server_is_none_of_an_organizers_business(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    sql(world, "INSERT INTO guild SELECT 7, name, created_at FROM guild LIMIT 1")
    sql(world, "UPDATE delivery SET guild_id = 7 WHERE id = ?", prompt(world))
    park(world, "kind = 'captain_week'", "could not be written: see the log")
    sql(world, "UPDATE delivery SET guild_id = 7 WHERE kind = 'captain_week'")
    captains = number(world, "SELECT min(id) FROM delivery WHERE kind = 'captain_week'")
    assert "of week 1**, team Mercury" not in (await listed(world)).content
    before = dump(world)
    for action in ("look", "edit", "hold"):
        refused = await press(world, world.admin, f"lo:deliveries:{action}:{prompt(world)}")
        assert "not here any more" in said(refused), action
    for action in ("retryall", "cancelall"):
        refused = await press(world, world.admin, f"lo:deliveries:{action}:{captains}")
        assert "not here any more" in said(refused), action
    assert dump(world) == before


async def test_every_kind_has_words_of_its_own(world: World) -> None:
    assert world.app is not None
    assert set(KIND_WORDS) == {kind.name for kind in world.app.kinds.all()}
    assert {kind.name for kind in world.app.kinds.all() if not kind.private} == PUBLIC


async def test_a_preview_is_what_is_posted(world: World) -> None:
    await running(world, MENTEE)
    seen = await world.click(world.admin, await listed(world), LOOK_AT.format(1, "Mercury"))
    assert only_for(seen, world.admin)
    preview = seen.messages[0]
    await world.run_until(MONDAY)
    posted = written_in(world, "mercury")[-1]
    assert preview.content == posted.content
    own = preview.buttons[: len(posted.buttons)]
    assert [one.label for one in own] == [one.label for one in posted.buttons]
    assert [one.custom_id for one in own] == [one.custom_id for one in posted.buttons]
    assert all(one.disabled for one in own)
    assert not any(one.disabled for one in preview.buttons[len(own) :])


async def previewed(world: World, *kinds: str) -> None:
    """Looks again at what has just been posted, as if it were still to come."""
    everywhere = [*world.guild.channels, *world.guild.threads]
    posted = {one.id: one for place in everywhere for one in place.messages.values()}
    for kind in kinds:
        rows = sql(
            world, "SELECT id, message_id FROM delivery WHERE kind = ? AND sent_at > 0", kind
        )
        assert rows, kind
        for delivery, message_id in rows:
            sql(world, "UPDATE delivery SET state = 'stopped' WHERE id = ?", delivery)
            before = dump(world)
            preview = await looked_at(world, delivery)
            assert dump(world) == before, kind
            was = posted[message_id]
            assert preview.content == was.content, kind
            assert labels(preview)[: len(was.buttons)] == labels(was), kind
            footers = [one["footer"]["text"] for one in was.embeds]
            seen = [one["footer"]["text"] for one in preview.embeds if "footer" in one]
            assert seen == footers, kind
            sql(world, "UPDATE delivery SET state = 'sent' WHERE id = ?", delivery)


async def test_every_post_is_previewed_as_it_is_and_without_effects(world: World) -> None:
    await running(world, MENTEE)
    await world.join("passer_by")
    await previewed(world, "home", "team_welcome", "organizer_note")
    await world.run_until(MONDAY)
    mentee = world.people[MENTEE]
    done = await fill(world, mentee, await world.run(mentee, "/start"))
    await world.click(mentee, done.messages[0], "Post it for me")
    await check_in(world, mentee, "My team", "A patch for all to see")
    await previewed(world, "checkin_prompt", "checkin_shared", "introduction")
    asked = await world.run(world.admin, "/cohort close")
    await world.click(world.admin, asked.messages[0], "Close Session 4")
    await previewed(world, "team_farewell")


async def test_a_post_with_nothing_to_say_is_previewed_as_nothing(world: World) -> None:
    await running(world, MENTEE)
    await world.run_until(MONDAY)
    await check_in(world, world.people[MENTEE], "My team", "for now")
    sql(world, "UPDATE delivery SET state = 'stopped' WHERE kind = 'checkin_shared'")
    sql(world, "UPDATE check_in SET audience = 'captain'")
    shared = number(world, "SELECT id FROM delivery WHERE kind = 'checkin_shared'")
    preview = await looked_at(world, shared)
    assert "there is nothing to say" in preview.content
    assert "Change the text" not in labels(preview)


async def test_a_preview_is_closed(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    await world.click(world.admin, preview, "Close this preview")
    assert preview.deleted
