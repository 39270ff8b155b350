"""An answer is read by those who were chosen, at the place where they expect it, by nobody else."""

from datetime import UTC, datetime

from tests.conversations.acting import (
    CAPTAIN,
    CHECK_IN,
    MATES,
    MENTEE,
    MONDAY,
    NAVIGATORS,
    ORGANIZER,
    OTHER_MENTEE,
    OTHER_NAVIGATOR,
    PROGRESS,
    SECRET,
    after_the_first_prompt,
    check_in,
    csv_file,
    direct,
    dump,
    only_for,
    roster_rows,
    row,
    running,
    said,
    seen_by,
    written_in,
)
from tests.support.world import World

EVERYBODY = (
    MENTEE,
    MATES[0],
    NAVIGATORS[0],
    CAPTAIN,
    OTHER_MENTEE,
    OTHER_NAVIGATOR,
    ORGANIZER,
)


ANSWERS = {
    "My team": (
        "I read a ticket to its end",
        {MENTEE, MATES[0], NAVIGATORS[0], CAPTAIN, ORGANIZER},
    ),
    "My navigators and captain": ("The tests will not run here", {NAVIGATORS[0], CAPTAIN}),
    "Only my captain": ("I am not sure that I belong", {CAPTAIN}),
}
"""For each audience what is told in a week, and who reads it."""


async def test_an_answer_goes_where_it_should_and_nowhere_else(world: World) -> None:
    mentee = await after_the_first_prompt(world, *EVERYBODY)
    for week, (audience, (text, _)) in enumerate(ANSWERS.items(), start=1):
        done = await check_in(world, mentee, audience, text)
        assert only_for(done, mentee)
        receipt = said(done)
        for reader in ("Māia", "Yara", "Lucía"):
            expected = reader == "Lucía" or audience != "Only my captain"
            assert (reader in receipt) == expected, receipt
        # The organizers' right to read team channels is said in the team's welcome.
        assert ("your team" in receipt) == (audience == "My team")
        # The next question, and before it this week's letters to navigators and captains.
        await world.advance(days=7)
        again = await world.click(mentee, written_in(world, "mercury")[week], CHECK_IN)
        assert again.modal is not None
        assert again.modal.field(PROGRESS).prefilled == text
    await world.advance(days=1)
    seen = {name: seen_by(world, world.people[name]) for name in EVERYBODY}
    stored = "\n".join(dump(world))
    for audience, (text, readers) in ANSWERS.items():
        assert {name for name in EVERYBODY if text in seen[name]} == readers, audience
        assert text not in stored, "answers are kept encrypted"


async def test_readers_are_frozen_when_the_captain_changes(world: World) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, CAPTAIN)
    await check_in(world, mentee, "Only my captain", SECRET)
    rows = [one for one in roster_rows() if one["role"] != "captain"]
    rows.append(row(CAPTAIN, "captain", "Venus", timezone="Africa/Lagos", name="Lucía Parata"))
    rows.append(row("new_captain", "captain", "Mercury"))
    await world.run(world.admin, "/cohort import", file=csv_file(rows))
    new = await world.onboard("new_captain")
    await world.advance(days=8)
    assert SECRET in seen_by(world, world.people[CAPTAIN])
    assert SECRET not in seen_by(world, new)
    assert direct(new, "Your week 2 of 8")
    later = "And now the second week"
    await check_in(world, mentee, "Only my captain", later)
    await world.advance(days=8)
    assert later in seen_by(world, new)
    assert later not in seen_by(world, world.people[CAPTAIN])


async def test_taking_it_back_from_the_team_withdraws_the_post(world: World) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, MATES[0], NAVIGATORS[0], CAPTAIN)
    mate, navigator = world.people[MATES[0]], world.people[NAVIGATORS[0]]
    await check_in(world, mentee, "My team", SECRET)
    thread = world.guild.threads[0]
    assert thread.name == "Week 1: shared with the team"
    assert SECRET in seen_by(world, mate)
    changed = "A calmer version"
    await check_in(world, mentee, "My team", changed)
    assert len(written_in(world, thread.name)) == 1, "edited, not posted again"
    assert SECRET not in seen_by(world, mate)
    assert changed in seen_by(world, mate)
    done = await check_in(world, mentee, "Only my captain", changed)
    assert "only Lucía Parata" in said(done)
    assert written_in(world, thread.name) == []
    await world.advance(days=8)
    for person in (mate, navigator):
        assert changed not in seen_by(world, person)
    assert changed in seen_by(world, world.people[CAPTAIN])


async def test_a_thread_is_opened_once_for_all_of_a_team(world: World) -> None:
    await after_the_first_prompt(world, MENTEE, MATES[0])
    for name in (MENTEE, MATES[0]):
        await check_in(world, world.people[name], "My team", f"{SECRET}, says {name}")
    assert len(world.guild.threads) == 1
    assert len(written_in(world, "Week 1: shared with the team")) == 2


async def test_an_answer_before_the_question_is_shared_after_it(world: World) -> None:
    await world.cohort(prompt_day="Wednesday")
    await world.launch()
    mentee = await world.onboard(MENTEE)
    await world.run_until(MONDAY)
    await check_in(world, mentee, "My team", SECRET)
    assert world.guild.threads == []
    await world.run_until(datetime(2027, 2, 24, 3, 31, tzinfo=UTC))
    assert SECRET in written_in(world, "Week 1: shared with the team")[0].content


async def test_where_the_question_never_came_an_answer_is_shared_in_the_channel(
    world: World,
) -> None:
    await running(world, MENTEE)
    await world.stop()
    with world.timeline.allow_outage():
        await world.run_until(datetime(2027, 2, 25, 4, tzinfo=UTC))
    await world.start()
    assert not [m for m in written_in(world, "mercury") if "Check-in" in m.content]
    await check_in(world, world.people[MENTEE], "My team", SECRET)
    assert SECRET in written_in(world, "mercury")[-1].content
