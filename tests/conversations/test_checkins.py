"""Check-ins: asked at the team's hour, answered by whoever likes, read by those who were chosen."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox import Person
from tests.conversations.acting import (
    AUDIENCE,
    CAPTAIN,
    CHECK_IN,
    ENERGY,
    MATES,
    MENTEE,
    MONDAY,
    NAVIGATORS,
    OBSTACLES,
    ORGANIZER,
    OTHER_MENTEE,
    OTHER_NAVIGATOR,
    PROGRESS,
    check_in,
    csv_file,
    direct,
    dump,
    fill,
    number,
    only_for,
    press,
    roster_rows,
    row,
    running,
    said,
    second_cohort,
    seen_by,
    sql,
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
SECRET = "I wrote my very first patch today"


async def after_the_first_prompt(world: World, *people: str) -> Person:
    await running(world, *(people or (MENTEE,)))
    await world.run_until(MONDAY)
    return world.people[MENTEE]


async def test_each_team_is_asked_at_its_own_hour(world: World) -> None:
    await running(world)
    kolkata = datetime(2027, 2, 22, 3, 30, tzinfo=UTC)
    st_johns = datetime(2027, 2, 22, 12, 30, tzinfo=UTC)
    for channel, moment in (("mercury", kolkata), ("venus", st_johns)):
        await world.run_until(moment - timedelta(seconds=1))
        assert len(written_in(world, channel)) == 1
        await world.run_until(moment)
        prompt = written_in(world, channel)[-1]
        assert "**Check-in, week 1 of 8**" in prompt.content
        assert prompt.created_at == moment
        assert [button.label for button in prompt.buttons] == [CHECK_IN, "Skip this week"]
    await world.run_until(kolkata + timedelta(days=7))
    assert "week 2 of 8" in written_in(world, "mercury")[-1].content


@pytest.mark.parametrize("button", ["prompt", "home", "command", "direct"])
async def test_every_way_leads_to_the_same_form(world: World, button: str) -> None:
    mentee = await after_the_first_prompt(world)
    if button == "prompt":
        opened = await world.click(mentee, written_in(world, "mercury")[-1], CHECK_IN)
    elif button == "home":
        opened = await world.click(mentee, written_in(world, "welcome")[0], CHECK_IN)
    elif button == "command":
        opened = await world.run(mentee, "/checkin")
    else:
        opened = await mentee.run("/checkin")
    modal = opened.modal
    assert modal is not None
    assert modal.title == "Week 1 check-in"
    readers = {option["label"]: option["description"] for option in modal.field(AUDIENCE).options}
    assert readers == {
        "My team": "In the thread below the check-in",
        "My navigators and captain": "Māia Şahin, Yara Sørensen and Lucía Parata",
        "Only my captain": "Lucía Parata",
    }
    assert not modal.field(PROGRESS).required
    assert not modal.field(ENERGY).required
    assert modal.field(AUDIENCE).required


READS = {
    "My team": {MENTEE, MATES[0], NAVIGATORS[0], CAPTAIN, ORGANIZER},
    "My navigators and captain": {NAVIGATORS[0], CAPTAIN},
    "Only my captain": {CAPTAIN},
}


@pytest.mark.parametrize("audience", READS)
async def test_an_answer_goes_where_it_should_and_nowhere_else(world: World, audience: str) -> None:
    mentee = await after_the_first_prompt(world, *EVERYBODY)
    done = await check_in(world, mentee, audience, SECRET)
    assert only_for(done, mentee)
    await world.advance(days=8)  # the weekly messages of navigators and captains have come
    # The organizers' right to read team channels is said in the team's welcome.
    receipt, text = said(done), {name: seen_by(world, world.people[name]) for name in EVERYBODY}
    assert {name for name in EVERYBODY if SECRET in text[name]} == READS[audience]
    for reader in ("Māia", "Yara", "Lucía"):
        expected = reader == "Lucía" or audience != "Only my captain"
        assert (reader in receipt) == expected, receipt
    assert ("your team" in receipt) == (audience == "My team")
    again = await world.click(mentee, written_in(world, "mercury")[1], CHECK_IN)
    assert again.modal is not None
    assert again.modal.field(PROGRESS).prefilled == SECRET
    assert SECRET not in "\n".join(dump(world)), "answers are kept encrypted"


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


async def test_skipping_takes_one_click_and_is_nobodys_business(world: World) -> None:
    mentee = await after_the_first_prompt(world, MENTEE, NAVIGATORS[0], CAPTAIN)
    prompt = written_in(world, "mercury")[-1]
    skipped = await world.click(mentee, prompt, "Skip this week")
    assert "Week 1 is skipped, and nobody is told" in said(skipped)
    assert only_for(skipped, mentee)
    await world.advance(days=8)
    for name in (NAVIGATORS[0], CAPTAIN):
        assert "skip" not in "\n".join(m.content for m in world.people[name].inbox()).lower()
    opened = await world.click(mentee, prompt, CHECK_IN)
    done = await fill(world, mentee, opened, **{PROGRESS: "After all"})
    assert "check-in for week 1 is kept" in said(done)
    again = await world.click(mentee, prompt, "Skip this week")
    assert "stays as it is" in said(again)
    opened = await world.click(mentee, prompt, CHECK_IN)
    assert opened.modal is not None
    assert opened.modal.field(PROGRESS).prefilled == "After all"


async def test_answering_twice_keeps_the_newer_answer(world: World) -> None:
    mentee = await after_the_first_prompt(world)
    first = await world.run(mentee, "/checkin")
    second = await world.run(mentee, "/checkin")
    await fill(world, mentee, second, **{PROGRESS: "second"})
    await fill(world, mentee, first, **{PROGRESS: "first, sent later"})
    assert number(world, "SELECT count(*) FROM check_in") == 1
    opened = await world.run(mentee, "/checkin")
    assert opened.modal is not None
    assert opened.modal.field(PROGRESS).prefilled == "first, sent later"


async def test_others_are_told_kindly_that_it_is_not_theirs(world: World) -> None:
    people = (MENTEE, CAPTAIN, OTHER_MENTEE, NAVIGATORS[0])
    await after_the_first_prompt(world, *people)
    prompt = written_in(world, "mercury")[-1]
    before = dump(world)
    for label in (CHECK_IN, "Skip this week"):
        for name in (CAPTAIN, NAVIGATORS[0]):
            refused = await world.click(world.people[name], prompt, label)
            assert "for the mentees of this team" in said(refused)
            assert only_for(refused, world.people[name])
        custom_id = prompt.button(label).custom_id or ""
        refused = await press(world, world.people[OTHER_MENTEE], custom_id)
        assert "for the mentees of this team" in said(refused)
    refused = await world.run(world.people[CAPTAIN], "/checkin")
    assert "for mentees of a running cohort" in said(refused)
    assert dump(world) == before


async def test_a_form_opened_for_one_prompt_cannot_be_sent_for_another_team(
    world: World,
) -> None:
    mentee = await after_the_first_prompt(world)
    await world.run_until(MONDAY.replace(hour=13))
    venus = number(
        world,
        "SELECT d.id FROM delivery d JOIN team t ON d.subject = 'team:' || t.id"
        " WHERE t.name = 'Venus' AND d.kind = 'checkin_prompt' AND d.state = 'sent'",
    )
    opened = await world.run(mentee, "/checkin")
    assert opened.modal is not None
    opened.modal.custom_id = f"lo:checkin:submit:{venus}:1"
    before = dump(world)
    refused = await fill(world, mentee, opened, **{PROGRESS: SECRET})
    assert "for the mentees of this team" in said(refused)
    assert dump(world, without=("fact", "form_draft")) == [
        line for line in before if 'INSERT INTO "form_draft"' not in line
    ]


async def test_before_and_after_the_cohort(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    early = await world.run(mentee, "/checkin")
    assert "run from 22 February 2027 for 8 weeks; there is none this week" in said(early)
    await world.run_until(datetime(2027, 4, 19, 4, tzinfo=UTC))
    late = await world.run(mentee, "/checkin")
    assert "there is none this week" in said(late)


async def test_an_answer_before_the_question_is_shared_after_it(world: World) -> None:
    await world.cohort(prompt_day="Wednesday")
    await world.launch()
    mentee = await world.onboard(MENTEE)
    await world.run_until(MONDAY)
    await check_in(world, mentee, "My team", SECRET)
    assert world.guild.threads == []
    await world.run_until(datetime(2027, 2, 24, 3, 30, tzinfo=UTC))
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


async def test_with_several_cohorts_the_bot_asks_which(world: World) -> None:
    mentee = await after_the_first_prompt(world)
    mine = row(MENTEE, "mentee", "Ursa", name="Hana Moyo")
    await second_cohort(world, [mine, row("guide", "navigator", "Ursa")])
    asked = await mentee.run("/checkin")
    assert asked.modal is None
    assert "Which one is this check-in for?" in said(asked)
    labels = [button.label for button in asked.messages[0].buttons]
    assert labels == ["Check in to Session 4", "Check in to Session 5"]
    opened = await world.click(mentee, asked.messages[0], "Check in to Session 5")
    assert opened.modal is not None
    readers = {o["label"]: o["description"] for o in opened.modal.field(AUDIENCE).options}
    assert readers["Only my captain"] == "nobody yet"
    refused = await fill(world, mentee, opened, **{PROGRESS: SECRET, AUDIENCE: "Only my captain"})
    assert "nobody yet who could read this privately" in said(refused)
    other = await world.click(mentee, asked.messages[0], "Check in to Session 4")
    assert other.modal is not None
    assert other.modal.field(PROGRESS).prefilled == "", "a draft stays with its own form"
    again = await world.click(mentee, refused.messages[0], "Open the form again")
    assert again.modal is not None
    assert again.modal.field(PROGRESS).prefilled == SECRET
    await fill(world, mentee, again, **{AUDIENCE: "My navigators and captain"})
    assert sql(world, "SELECT c.name FROM check_in i JOIN cohort c ON c.id = i.cohort_id") == [
        ("Session 5",)
    ]


LONG = {
    "words": ("word " * 160, "more " * 100),
    "stars": ("*a* " * 200, "`b` " * 125),
    "lines": ("x\n" * 400, "y\n" * 250),
    "blank": ("\n" * 399 + "end" + "\n" * 398, "z"),
    "mentions": ("@everyone " * 80, "<@123456789012345678> " * 22),
    "japanese": ("進" * 800, "難" * 500),
}


@pytest.mark.parametrize("kind", LONG)
async def test_the_longest_answers_fit_everywhere(world: World, kind: str) -> None:
    await after_the_first_prompt(world, MENTEE, MATES[0], *NAVIGATORS, CAPTAIN)
    progress, obstacles = LONG[kind]
    for name in (MENTEE, MATES[0]):
        more = {OBSTACLES: obstacles[:500], ENERGY: "3"}
        await check_in(world, world.people[name], "My team", progress[:800], **more)
    await world.advance(days=8)
    assert len(written_in(world, "Week 1: shared with the team")) == 2
    assert not sql(world, "SELECT kind, reason FROM delivery WHERE state = 'parked'")
    assert direct(world.people[NAVIGATORS[0]], "Check-ins for you, week 1")
    week = direct(world.people[CAPTAIN], "Your week 1 of 8")
    assert len(week) == 1
    full = await world.click(world.people[CAPTAIN], week[0], "My crew")
    assert progress.split()[-1] in said(full).replace("\u200b", "")


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


async def test_the_words_of_a_form_survive_a_restart(world: World) -> None:
    mentee = await after_the_first_prompt(world)
    prompt = written_in(world, "mercury")[-1]
    await world.restart()
    opened = await world.click(mentee, prompt, CHECK_IN)
    await world.restart()
    done = await fill(world, mentee, opened, **{PROGRESS: SECRET})
    assert "check-in for week 1 is kept" in said(done)
    await world.restart()
    await world.click(mentee, prompt, "Skip this week")
    assert number(world, "SELECT count(*) FROM check_in WHERE state = 'answered'") == 1
