"""Who can read which channel, for each role: the promise that people rely on."""

import pytest

from sandbox import Person, Refused
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    NAVIGATORS,
    ORGANIZER,
    OTHER_MENTEE,
    direct,
    roster_rows,
    row,
    said,
)
from tests.conversations.acting import csv_file as csv_of
from tests.support.world import World

PUBLIC = {"general", "welcome", "introductions"}
RELIEF = "relief_captain"

READS = {
    MENTEE: PUBLIC | {"mercury"},
    OTHER_MENTEE: PUBLIC | {"venus"},
    NAVIGATORS[0]: PUBLIC | {"mercury"},
    CAPTAIN: PUBLIC | {"mercury", "venus"},
    RELIEF: PUBLIC,
    ORGANIZER: PUBLIC | {"organizers", "mercury", "venus"},
}


def readable(world: World, person: Person) -> set[str]:
    text = [channel for channel in world.guild.channels if channel.type == 0]
    return {channel.name for channel in text if world.sandbox.can_read(person, channel)}


async def test_each_role_reads_what_is_theirs_and_nothing_else(world: World) -> None:
    await world.run(world.admin, "/cohort create", name="Session 4", start="2027-02-22")
    rows = [*roster_rows(), row(RELIEF, "captain")]
    await world.run(world.admin, "/cohort import", file=csv_of(rows))
    await world.launch()
    stranger = await world.join("passer_by")
    not_yet = await world.join("meera_orbit14")
    for username in READS:
        await world.onboard(username)
    table = {username: readable(world, world.people[username]) for username in READS}
    assert table == READS
    assert readable(world, stranger) == PUBLIC
    assert readable(world, not_yet) == PUBLIC
    named = await world.join("named_one")
    await world.run(world.admin, "/organizers add", member=named)
    assert readable(world, named) == READS[ORGANIZER]
    await world.run(world.admin, "/organizers remove", member=named)
    assert readable(world, named) == PUBLIC


async def test_an_organizer_of_the_roster_has_access_before_the_form(world: World) -> None:
    await world.cohort()
    await world.launch()
    organizer = await world.join(ORGANIZER)
    assert readable(world, organizer) == READS[ORGANIZER]


async def test_the_welcome_channel_is_for_reading(world: World) -> None:
    await world.cohort()
    await world.launch()
    mentee = await world.onboard(MENTEE)
    with pytest.raises(Refused, match="cannot write"):
        await mentee.write(world.sandbox.channel(world.guild, "welcome"), "hello")
    await mentee.write(world.sandbox.channel(world.guild, "introductions"), "hello")
    await mentee.write(world.sandbox.channel(world.guild, "mercury"), "hello")


async def test_leaving_a_cohort_ends_access(world: World) -> None:
    await world.cohort()
    await world.launch()
    mentee = await world.onboard(MENTEE)
    asked = await mentee.run("/leave")
    done = await world.click(mentee, asked.messages[-1], "Yes, leave Session 4")
    assert "You have left **Session 4**" in said(done)
    assert readable(world, mentee) == PUBLIC
    assert world.guild.member_map[mentee.id].role_ids == []
    notes = [post.content for post in world.posts("organizers", await world.onboard(ORGANIZER))]
    assert any("Hana Moyo" in note and "has left Session 4" in note for note in notes)


async def test_leaving_the_server_and_coming_back(world: World) -> None:
    await world.cohort()
    await world.launch()
    mentee = await world.onboard(MENTEE)
    greetings = len(mentee.inbox())
    await mentee.leave(world.guild)
    await world.settle()
    await world.join(MENTEE)
    assert readable(world, mentee) == READS[MENTEE]
    assert len(mentee.inbox()) == greetings, "nobody is greeted twice"
    await world.run_until(world.timeline.now().replace(day=26))
    assert direct(mentee, "Half an hour with"), "everything goes on"


async def test_who_was_brought_back_gets_what_is_ahead(world: World) -> None:
    await world.cohort()
    await world.launch()
    mentee = await world.onboard(MENTEE)
    asked = await mentee.run("/leave")
    await world.click(mentee, asked.messages[-1], "Yes, leave Session 4")
    again = csv_of(roster_rows())
    await world.run(world.admin, "/cohort import", file=again)
    assert readable(world, mentee) == READS[MENTEE]
    await world.run_until(world.timeline.now().replace(day=26))
    assert direct(mentee, "Half an hour with")
