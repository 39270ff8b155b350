"""Check-ins: asked at the team's hour, answered in one form by whoever likes, or skipped."""

from datetime import UTC, datetime, timedelta

from tests.conversations.acting import (
    AUDIENCE,
    CAPTAIN,
    CHECK_IN,
    ENERGY,
    MENTEE,
    MONDAY,
    NAVIGATORS,
    OTHER_MENTEE,
    PROGRESS,
    SECRET,
    after_the_first_prompt,
    dump,
    fill,
    number,
    only_for,
    press,
    row,
    running,
    said,
    second_cohort,
    sql,
    written_in,
)
from tests.support.world import World


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


async def test_every_way_leads_to_the_same_form(world: World) -> None:
    mentee = await after_the_first_prompt(world)
    ways = {
        "prompt": await world.click(mentee, written_in(world, "mercury")[-1], CHECK_IN),
        "home": await world.click(mentee, written_in(world, "welcome")[0], CHECK_IN),
        "command": await world.run(mentee, "/checkin"),
        "direct": await mentee.run("/checkin"),
    }
    for way, opened in ways.items():
        modal = opened.modal
        assert modal is not None, way
        assert modal.title == "Week 1 check-in", way
        readers = {one["label"]: one["description"] for one in modal.field(AUDIENCE).options}
        assert readers == {
            "My team": "In the thread below the check-in",
            "My navigators and captain": "Māia Şahin, Yara Sørensen and Lucía Parata",
            "Only my captain": "Lucía Parata",
        }, way
        assert not modal.field(PROGRESS).required, way
        assert not modal.field(ENERGY).required, way
        assert modal.field(AUDIENCE).required, way


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
    await world.cohort(weeks=2)
    await world.launch()
    mentee = await world.onboard(MENTEE)
    early = await world.run(mentee, "/checkin")
    assert "run from 22 February 2027 for 2 weeks; there is none this week" in said(early)
    await world.run_until(datetime(2027, 3, 8, 4, tzinfo=UTC))
    late = await world.run(mentee, "/checkin")
    assert "there is none this week" in said(late)


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
