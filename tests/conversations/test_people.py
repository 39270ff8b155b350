"""Breaks, goodbyes, messages that wait, and what is written to the bot as to a person."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    MONDAY,
    NAVIGATORS,
    ORGANIZER,
    check_in,
    delivery_states,
    direct,
    dump,
    fill,
    number,
    only_for,
    press,
    running,
    said,
    seen_by,
    sql,
    written_in,
)
from tests.support.world import World

OFFER = "Half an hour with"
TUESDAY = datetime(2027, 2, 23, 9, tzinfo=UTC)
UNTIL = "Which is your first day back?"


async def test_a_break_until_a_date_stops_everything_and_ends_by_itself(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    mentee = world.people[MENTEE]
    done = await mentee.run("/pause", until="2027-03-08")
    await world.settle()
    assert "You are away until 8 March, and then everything resumes by itself" in said(done)
    before = len(mentee.inbox())
    back = datetime(2027, 3, 8, 8, tzinfo=UTC)  # 09:00 in Berlin
    await world.run_until(back - timedelta(minutes=1))
    assert len(mentee.inbox()) == before
    week = direct(world.people[CAPTAIN], "Your week 1 of 8")[0]
    assert "Away until 8 March: Hana Moyo" in week.content
    assert len(written_in(world, "mercury")) == 4, "the team is asked as always"
    await world.run_until(back)
    welcome = direct(mentee, "Welcome back, Hana Moyo!")[0]
    assert [button.label for button in welcome.buttons] == ["Check in", "My meetings"]
    await world.run_until(TUESDAY + timedelta(days=14))
    assert len(direct(mentee, OFFER)) == 1, "the next offer comes, the missed one does not"


async def test_a_break_without_a_date_lasts_until_one_is_back(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    done = await world.run(mentee, "/pause")
    assert "until you press “I am back” or use the command </resume:" in said(done)
    await world.run_until(TUESDAY + timedelta(days=12))
    assert not direct(mentee, OFFER)
    back = await world.click(mentee, done.messages[0], "I am back")
    assert "Welcome back! Everything goes on" in said(back)
    await world.run_until(TUESDAY + timedelta(days=14))
    assert len(direct(mentee, OFFER)) == 1
    assert not direct(mentee, "Welcome back, Hana Moyo!")


async def test_coming_back_early_needs_no_second_welcome(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    await world.run(mentee, "/pause", until="2027-03-08")
    assert "Welcome back" in said(await world.run(mentee, "/resume"))
    assert "You were not paused" in said(await world.run(mentee, "/resume"))
    await world.run_until(datetime(2027, 3, 9, tzinfo=UTC))
    assert not direct(mentee, "Welcome back, Hana Moyo!")
    assert direct(mentee, OFFER)


BAD_DAYS = [
    ("soon", "not a date I can read"),
    ("2027-02-30", "no day 2027-02-30"),
    ("2027-02-15", "is not ahead of you"),
    ("2027-01-01", "is not ahead of you"),
    ("2029-01-01", "more than a year away"),
]


async def test_a_date_that_cannot_be_is_refused(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    before = dump(world)
    for until, sentence in BAD_DAYS:
        refused = await mentee.run("/pause", until=until)
        await world.settle()
        assert sentence in said(refused), until
        assert dump(world) == before, until


async def test_the_button_for_a_break_asks_for_the_day(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    asked = await world.click(mentee, written_in(world, "welcome")[0], "Take a break")
    labels = [button.label for button in asked.messages[0].buttons]
    assert labels == [
        "Pause until I am back",
        "Pause until a date",
        "I am back",
        "Leave a cohort",
    ]
    opened = await world.click(mentee, asked.messages[0], "Pause until a date")
    refused = await fill(world, mentee, opened, **{UNTIL: "tomorrow"})
    assert "not a date I can read" in said(refused)
    again = await world.click(mentee, refused.messages[0], "Open the form again")
    assert again.modal is not None
    assert again.modal.field(UNTIL).prefilled == "tomorrow"
    done = await fill(world, mentee, again, **{UNTIL: "2027-03-01"})
    assert "You are away until 1 March" in said(done)


async def test_a_break_over_a_meeting_cancels_it_and_tells_the_other(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    await world.run_until(TUESDAY)
    card = direct(mentee, OFFER)[0]
    await world.click(mentee, card, card.buttons[0].label)
    done = await captain.run("/pause", until="2027-03-15")
    await world.settle()
    assert "Your meeting in that time is cancelled" in said(done)
    assert direct(mentee, "Cancelled: one-on-one with Lucía Parata")
    assert "This meeting was cancelled" in card.content
    found = await world.click(mentee, card, "Find another time")
    assert not [b for b in found.messages[0].buttons if "Mar" in b.label], "the captain is away"


async def test_a_captain_on_a_break_is_offered_to_nobody(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    await world.run(world.people[CAPTAIN], "/pause", until="2027-03-02")
    await world.run_until(TUESDAY)
    card = direct(world.people[MENTEE], OFFER)[0]
    first = min(int(b.label.split()[1]) for b in card.buttons if "Mar" in b.label)
    assert first >= 2
    assert not [b for b in card.buttons if "Feb" in b.label]


async def test_leaving_asks_once_and_ends_everything(world: World) -> None:
    await running(world, MENTEE, CAPTAIN, ORGANIZER)
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    await world.run_until(TUESDAY)
    card = direct(mentee, OFFER)[0]
    await world.click(mentee, card, card.buttons[2].label)
    before = dump(world)
    asked = await mentee.run("/leave")
    await world.settle()
    assert "Organizers get a short note that you left, without a reason" in said(asked)
    assert "- **Session 4**, as mentee" in said(asked)
    assert dump(world) == before, "asking changes nothing"
    done = await world.click(mentee, asked.messages[0], "Yes, leave Session 4")
    assert "You have left **Session 4**" in said(done)
    twice = await world.click(mentee, asked.messages[0], "Yes, leave Session 4")
    assert "not part of that cohort any more" in said(twice)
    letters = len(mentee.inbox())
    await world.advance(days=21)
    assert len(mentee.inbox()) == letters
    assert "planned" not in delivery_states(world, "one_on_one_offer", MENTEE)
    assert number(world, "SELECT count(*) FROM one_on_one WHERE state = 'booked'") == 0
    assert not direct(captain, "**Tomorrow**")
    assert "Hana Moyo" not in direct(captain, "Your week 3 of 8")[0].content
    notes = [
        m.content for m in written_in(world, "organizers") if "has left Session 4" in m.content
    ]
    assert len(notes) == 1
    assert "Hana Moyo (username hanacodes70), mentee, has left Session 4." in notes[0]


async def test_a_break_ends_in_silence_for_whoever_has_left(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    await world.run(mentee, "/pause", until="2027-03-01")
    asked = await world.run(mentee, "/leave")
    await world.click(mentee, asked.messages[0], "Yes, leave Session 4")
    await world.advance(days=30)
    assert not direct(mentee, "Welcome back")


async def test_whoever_is_in_nothing_has_nothing_to_pause_or_leave(world: World) -> None:
    await running(world)
    stranger = await world.join("passer_by")
    before = dump(world)
    for command in ("/pause", "/resume", "/leave"):
        refused = await stranger.run(command)
        await world.settle()
        assert "not part of an open cohort" in said(refused), command
    assert dump(world) == before


async def test_what_cannot_be_delivered_waits_with_working_buttons(world: World) -> None:
    await running(world)
    shy = world.person(MENTEE)
    await world.onboard(MENTEE)
    home = written_in(world, "welcome")[0]
    assert "Nothing is waiting for you" in said(await world.click(shy, home, "My messages"))
    shy.close_direct_messages()
    await world.run_until(TUESDAY)
    assert delivery_states(world, "one_on_one_offer", MENTEE)[0] == "held"
    shown = await world.click(shy, home, "My messages")
    assert "One message is waiting for you:" in shown.messages[0].content
    card = shown.messages[1]
    assert OFFER in card.content
    assert only_for(shown, shy)
    assert "<@" not in "\n".join(m.content for m in written_in(world, "mercury")), "no mention"
    assert delivery_states(world, "one_on_one_offer", MENTEE)[0] == "sent"
    await world.click(shy, card, card.buttons[0].label)
    assert card.content.startswith("**One-on-one with Lucía Parata**")
    assert card.attachments
    assert "Nothing is waiting" in said(await world.run(shy, "/messages"))


async def test_a_waiting_message_that_is_over_is_not_shown(world: World) -> None:
    await running(world, MENTEE)
    shy = world.people[MENTEE]
    shy.close_direct_messages()
    await world.run_until(TUESDAY + timedelta(days=6))
    shown = await world.run(shy, "/messages")
    assert "Nothing is waiting for you" in said(shown)


async def test_plain_text_is_answered_at_once_and_forgotten(world: World) -> None:
    await running(world, MENTEE, CAPTAIN, NAVIGATORS[0])
    mentee = world.people[MENTEE]
    before = dump(world)
    await mentee.write(None, "I feel lost and I do not want the group to know")
    await world.settle()
    answer = mentee.inbox()[-1]
    assert "Nobody reads what is written here, and I have kept nothing of it" in answer.content
    assert f"<@{world.people[CAPTAIN].id}> (Lucía Parata, your captain)" in answer.content
    assert f"<@{world.people[NAVIGATORS[0]].id}> (Māia Şahin, your navigator)" in answer.content
    assert answer.mentions == []
    assert dump(world) == before
    stranger = await world.join("passer_by")
    await stranger.write(None, "hello?")
    await world.settle()
    assert "An organizer on the server will gladly hear it" in stranger.inbox()[-1].content
    for name in (CAPTAIN, NAVIGATORS[0]):
        assert "I feel lost" not in seen_by(world, world.people[name])


async def test_text_in_a_channel_is_none_of_the_bots_business(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    before = len(written_in(world, "mercury"))
    await mentee.write(world.sandbox.channel(world.guild, "mercury"), "hello all")
    await world.settle()
    assert len(written_in(world, "mercury")) == before + 1


async def test_help_names_every_command_as_one_can_tap_it(world: World) -> None:
    stranger = await world.join("passer_by")
    told = said(await stranger.run("/help"))
    await world.settle()
    for command in "start checkin meetings messages pause resume leave crew".split():
        assert f"</{command}:" in told, command
    assert "</cohort show:" in told


async def test_who_is_in_my_team(world: World) -> None:
    await running(world, MENTEE, ORGANIZER)
    stranger = await world.join("passer_by")
    welcome = written_in(world, "mercury")[0]
    told = await world.click(world.people[MENTEE], welcome, "Who is in my team")
    assert "- Māia Şahin, navigator: now Mon 14:30 in Kolkata" in said(told)
    assert "- Lucía Parata, captain: now Mon 10:00 in Lagos" in said(told)
    assert only_for(told, world.people[MENTEE])
    told = await world.click(world.people[ORGANIZER], welcome, "Who is in my team")
    assert "Team Mercury" in said(told)
    refused = await press(world, stranger, welcome.buttons[0].custom_id or "")
    assert "for its own people" in said(refused)


async def test_my_crew_is_for_captains(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    told = await world.run(world.people[CAPTAIN], "/crew")
    assert "Your crew in Session 4" in said(told)
    assert "Hana Moyo" in said(told)
    refused = await world.run(world.people[MENTEE], "/crew")
    assert "what captains of a running cohort have" in said(refused)


async def test_what_is_told_in_confidence_is_not_in_the_logs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await running(world, MENTEE, CAPTAIN)
    await world.run_until(MONDAY)
    await check_in(world, world.people[MENTEE], "Only my captain", "I am very tired")
    await world.advance(days=1)
    logged = capsys.readouterr()
    assert "I am very tired" not in logged.out + logged.err
    assert sql(world, "SELECT count(*) FROM check_in") == [(1,)]
