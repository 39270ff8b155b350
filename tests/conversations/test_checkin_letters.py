"""What navigators and captains are told of check-ins week by week, and who may open it again."""

from datetime import UTC, datetime, timedelta

from tests.conversations.acting import (
    CAPTAIN,
    ENERGY,
    MATES,
    MENTEE,
    MONDAY,
    NAVIGATORS,
    OBSTACLES,
    OTHER_NAVIGATOR,
    SECRET,
    after_the_first_prompt,
    check_in,
    direct,
    press,
    row,
    said,
    second_cohort,
    seen_by,
    sql,
    written_in,
)
from tests.support.world import World

LONG = {
    "words": ("word " * 160, "more " * 100),
    "stars": ("*a* " * 200, "`b` " * 125),
    "lines": ("ξ\n" * 400, "y\n" * 250),
    "blank": ("\n" * 399 + "end" + "\n" * 398, "z"),
    "mentions": ("@everyone " * 80, "<@123456789012345678> " * 22),
    "japanese": ("進" * 800, "難" * 500),
}


async def test_the_longest_answers_fit_everywhere(world: World) -> None:
    await after_the_first_prompt(world, MENTEE, MATES[0], *NAVIGATORS, CAPTAIN)
    navigator, captain = world.people[NAVIGATORS[0]], world.people[CAPTAIN]
    # Each week another kind of answer, since a team on its own for each takes long to make.
    for week, (kind, (progress, obstacles)) in enumerate(LONG.items(), start=1):
        for name in (MENTEE, MATES[0]):
            more = {OBSTACLES: obstacles[:500], ENERGY: "3"}
            await check_in(world, world.people[name], "My team", progress[:800], **more)
        await world.advance(days=7)
        assert len(written_in(world, f"Week {week}: shared with the team")) == 2, kind
        assert not sql(world, "SELECT kind, reason FROM delivery WHERE state = 'parked'"), kind
        assert direct(navigator, f"Check-ins for you, week {week}"), kind
        [letter] = direct(captain, f"Your week {week} of 8")
        full = await world.click(captain, letter, "My crew")
        assert progress.split()[-1] in said(full).replace("\u200b", ""), kind


async def test_navigators_read_what_was_addressed_to_them_and_can_read_it_again(
    world: World,
) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, NAVIGATORS[0], OTHER_NAVIGATOR, CAPTAIN)
    navigator = world.people[NAVIGATORS[0]]
    more = {OBSTACLES: "The tests are slow", ENERGY: "4"}
    await check_in(world, mentee, "My navigators and captain", SECRET, **more)
    friday = datetime(2027, 2, 26, 10, 30, tzinfo=UTC)  # 16:00 in Kolkata
    await world.run_until(friday - timedelta(minutes=1))
    assert not direct(navigator, "Check-ins for you")
    await world.run_until(friday)
    digest = direct(navigator, "Check-ins for you, week 1")[0]
    assert f"> {SECRET}" in digest.content
    assert "> The tests are slow" in digest.content
    assert "Energy: good" in digest.content
    assert not direct(world.people[OTHER_NAVIGATOR], "Check-ins for you")
    again = await world.click(navigator, digest, "Read the check-ins again")
    assert SECRET in said(again)
    custom_id = digest.button("Read the check-ins again").custom_id or ""
    for name in (MENTEE, OTHER_NAVIGATOR, CAPTAIN):
        refused = await press(world, world.people[name], custom_id)
        assert "written to somebody else" in said(refused)
        assert SECRET not in said(refused)
    await world.advance(days=7)
    assert len(direct(navigator, "Check-ins for you")) == 1, "nothing new, nothing sent"


async def test_a_captains_week_says_who_is_due_and_what_was_told(world: World) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, CAPTAIN)
    captain = world.people[CAPTAIN]
    assert not direct(captain, "Your week 1 of 8")
    await world.run_until(MONDAY.replace(hour=8))  # 09:00 in Lagos
    first = direct(captain, "Your week 1 of 8")[0]
    assert "Hana Moyo" in first.content
    assert "Nobody is waiting for anything else from you" in first.content
    long = "First line.\n" + "word " * 150
    await check_in(world, mentee, "Only my captain", long)
    await world.run(mentee, "/pause", until="2027-03-20")
    await world.advance(days=7)
    second = direct(captain, "Your week 2 of 8")[0]
    assert "Away until 20 March: Hana Moyo" in second.content
    assert "> First line." in second.content
    assert "…" in second.content
    crew = await world.click(captain, second, "My crew")
    assert said(crew).count("word") == 150, "behind the button all of it can be read"
    custom_id = second.button("My crew").custom_id or ""
    refused = await press(world, mentee, custom_id)
    assert "A crew is what captains of a running cohort have" in said(refused)


async def test_another_captain_cannot_open_what_was_told_to_one(world: World) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, CAPTAIN)
    await second_cohort(
        world,
        [row("learner", "mentee", "Ursa"), row("other_captain", "captain", "Ursa")],
    )
    other = await world.onboard("other_captain")
    await check_in(world, mentee, "Only my captain", SECRET)
    await world.advance(days=7, hours=5)
    week = direct(world.people[CAPTAIN], "Your week 1 of 8")[0]
    assert SECRET in week.content
    refused = await press(world, other, week.button("My crew").custom_id or "")
    assert "written to somebody else" in said(refused)
    assert SECRET not in seen_by(world, other)
