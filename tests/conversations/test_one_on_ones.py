"""One-on-ones: three times that suit both, one card, and whoever must hear of a change does."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar

from sandbox import Message, Outcome, Person
from tests.conversations.acting import (
    CAPTAIN,
    HOURS,
    MATES,
    MENTEE,
    NAVIGATORS,
    OTHER_MENTEE,
    PROGRESS,
    csv_file,
    direct,
    dump,
    number,
    press,
    roster_rows,
    row,
    running,
    said,
    second_cohort,
    sql,
    written_in,
)
from tests.support.world import World

TUESDAY = datetime(2027, 2, 23, 9, tzinfo=UTC)
"""10:00 in Berlin on day 2 of week 1, when mentees there are offered times."""

OFFER = "Half an hour with Lucía Parata, your captain?"
BERLIN = ZoneInfo("Europe/Berlin")
FREE = {1: (time(13), time(17)), 2: (time(20), time(22)), 3: (time(13), time(17))}
"""When both are free, by weekday: Berlin and Lagos have the same time in February."""


async def offered(world: World, *people: str) -> tuple[Person, Person, Message]:
    await running(world, *(people or (MENTEE, CAPTAIN)))
    await world.run_until(TUESDAY)
    mentee = world.people[MENTEE]
    return mentee, world.people[CAPTAIN], direct(mentee, OFFER)[0]


def times_of(world: World, card: Message) -> list[datetime]:
    """The moments on a card's buttons, in UTC."""
    ids = [
        int(button.custom_id.rpartition(":")[2].partition("~")[0])
        for button in card.buttons
        if button.custom_id and ":book:" in button.custom_id
    ]
    rows = dict(sql(world, "SELECT id, starts_at FROM one_on_one_slot"))
    return [datetime.fromisoformat(rows[one]).replace(tzinfo=UTC) for one in ids]


def calendar_of(message: Message) -> tuple[icalendar.Calendar, icalendar.Event]:
    """The meeting in a message's calendar file."""
    (file,) = message.attachments
    assert file.name.endswith(".ics")
    assert b"mailto" not in file.content.lower()
    assert b"attendee" not in file.content.lower()
    assert b"organizer" not in file.content.lower()
    assert b"example.org" not in file.content
    calendar = icalendar.Calendar.from_ical(file.content)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.events
    return calendar, event


async def book(world: World, mentee: Person, card: Message, which: int = 0) -> datetime:
    start = times_of(world, card)[which]
    await world.click(mentee, card, card.buttons[which].label)
    return start


async def test_an_offer_has_three_times_that_suit_both(world: World) -> None:
    _, captain, card = await offered(world)
    times = times_of(world, card)
    assert len(times) == 3
    assert len({one.date() for one in times}) == 3, "on different days"
    for start, button in zip(times, card.buttons, strict=False):
        here = start.astimezone(BERLIN)
        assert TUESDAY < start < datetime(2027, 3, 8, tzinfo=BERLIN), "within the fortnight"
        begin, end = FREE[here.weekday()]
        assert begin <= here.time()
        assert (here + timedelta(minutes=30)).time() <= end
        assert button.label == f"{here:%a} {here.day} {here:%b %H:%M} Berlin"
        assert f"<t:{int(start.timestamp())}:F>" in card.content
    assert card.buttons[-1].label == "Not this time"
    assert "optional" in card.content
    assert direct(captain, "Half an hour") == []


async def test_a_booking_turns_the_card_into_an_appointment(world: World) -> None:
    mentee, _, card = await offered(world)
    letters = len(mentee.inbox())
    start = await book(world, mentee, card, 1)
    assert card.content.startswith("**One-on-one with Lucía Parata**")
    assert f"<t:{int(start.timestamp())}:F>" in card.content
    assert [button.label for button in card.buttons] == ["Cancel this meeting"]
    assert len(mentee.inbox()) == letters, "one thing is one card"
    calendar, event = calendar_of(card)
    assert calendar["METHOD"] == "PUBLISH"
    assert event.start == start
    assert event.end == start + timedelta(minutes=30)
    assert event["SUMMARY"] == "One-on-one with Lucía Parata"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    ahead = await world.run(mentee, "/meetings")
    assert f"Lucía Parata: <t:{int(start.timestamp())}:F>" in said(ahead)
    begin = start.astimezone(BERLIN)
    assert [b.label for b in ahead.messages[0].buttons] == [
        f"Cancel {begin:%a} {begin.day} {begin:%b %H:%M} Berlin"
    ]


async def test_both_hear_of_it_in_time(world: World) -> None:
    mentee, captain, card = await offered(world)
    start = await book(world, mentee, card)
    eve = start.astimezone(BERLIN).replace(hour=18, minute=0) - timedelta(days=1)
    await world.run_until(eve - timedelta(minutes=1))
    assert not direct(captain, "**Tomorrow**")
    await world.run_until(eve)
    evening = direct(captain, "**Tomorrow**")[0]
    assert "Hana Moyo" in evening.content
    assert f"<t:{int(start.timestamp())}:F>" in evening.content
    _, event = calendar_of(evening)
    assert event["SUMMARY"] == "One-on-one with Hana Moyo"
    _, mentees = calendar_of(card)
    assert event["UID"] == mentees["UID"]
    await world.run_until(start - timedelta(hours=2, minutes=1))
    assert not direct(mentee, "Soon: one-on-one")
    await world.run_until(start - timedelta(hours=2))
    (reminder,) = direct(mentee, "Soon: one-on-one")
    assert f"<t:{int(start.timestamp())}:F>" in reminder.content
    assert [button.label for button in reminder.buttons] == ["Cancel this meeting"]
    assert not direct(captain, "Soon: one-on-one"), "the captain has had the evening's message"


async def test_an_evenings_message_that_comes_after_midnight_is_about_today(world: World) -> None:
    mentee, captain, card = await offered(world)
    start = await book(world, mentee, card)
    eve = start.astimezone(BERLIN).replace(hour=18, minute=0) - timedelta(days=1)
    await world.run_until(eve - timedelta(minutes=1))
    await world.stop()
    with world.timeline.allow_outage():
        await world.run_until(start - timedelta(hours=4))
    await world.start()
    (morning,) = direct(captain, "**Today**")
    assert f"<t:{int(start.timestamp())}:F>" in morning.content
    assert not direct(captain, "**Tomorrow**")


async def test_an_early_meeting_is_recalled_the_evening_before(world: World) -> None:
    await running(world)
    hours = {HOURS: "Tue 07:00-09:00; Thu 07:00-09:00"}
    await world.onboard(CAPTAIN, **hours)
    mentee = await world.onboard(MENTEE, **hours)
    await world.run_until(TUESDAY)
    start = await book(world, mentee, direct(mentee, OFFER)[0])
    evening = start.astimezone(BERLIN).replace(hour=20, minute=0) - timedelta(days=1)
    await world.run_until(evening - timedelta(minutes=1))
    assert not direct(mentee, "Soon: one-on-one")
    await world.run_until(evening)
    assert direct(mentee, "Soon: one-on-one")


async def narrow(world: World) -> tuple[Person, Person]:
    """Two mentees who can only meet in the same hour of next week."""
    await running(world, CAPTAIN)
    for name in (MENTEE, MATES[0]):
        await world.onboard(name, **{HOURS: "Tue 13:00-14:00"})
    await world.run_until(TUESDAY)
    return world.people[MENTEE], world.people[MATES[0]]


async def test_a_time_that_was_taken_gives_fresh_ones(world: World) -> None:
    one, two = await narrow(world)
    mine, theirs = direct(one, OFFER)[0], direct(two, OFFER)[0]
    assert times_of(world, mine) == times_of(world, theirs)
    start = await book(world, one, mine)
    old = theirs.buttons[0].custom_id or ""
    await world.click(two, theirs, theirs.buttons[0].label)
    assert theirs.content.startswith("That time has just been taken; here are other times.")
    assert times_of(world, theirs) == [start + timedelta(minutes=30)]
    refused = await press(world, two, old)
    assert "has just been taken" in text(refused)
    await world.click(two, theirs, theirs.buttons[0].label)
    assert number(world, "SELECT count(*) FROM one_on_one WHERE state = 'booked'") == 2
    assert number(world, "SELECT count(DISTINCT starts_at) FROM one_on_one") == 2


def text(outcome: Outcome) -> str:
    """What a press said, by a new message or by changing the card."""
    return said(outcome) + (outcome.updated.content if outcome.updated else "")


async def test_when_nothing_is_left_the_card_says_what_to_do(world: World) -> None:
    one, two = await narrow(world)
    for mentee, which in ((one, 0), (two, 1)):
        await book(world, mentee, direct(mentee, OFFER)[0], which)
    third = await world.onboard("meera_orbit14", **{HOURS: "Tue 13:00-14:00"})
    await world.advance(hours=2)
    assert not direct(third, "Lucía Parata"), "nothing to offer is nothing to send"
    asked = await world.run(third, "/meetings")
    found = await world.click(third, asked.messages[0], "Find a time with my captain")
    assert "I found no half hour" in said(found)
    assert "write to your captain directly" in said(found)


async def test_a_time_that_is_too_close_gives_fresh_ones(world: World) -> None:
    mentee, _, card = await offered(world)
    start = times_of(world, card)[0]
    await world.run_until(start - timedelta(minutes=20))
    await world.click(mentee, card, card.buttons[0].label)
    assert card.content.startswith("That time is too close now; here are other times.")
    assert all(one > start + timedelta(hours=1) for one in times_of(world, card))
    assert number(world, "SELECT count(*) FROM one_on_one") == 0


async def test_declining_is_as_good_an_answer_as_any(world: World) -> None:
    mentee, captain, card = await offered(world)
    await world.click(mentee, card, "Not this time")
    assert "Not this time, and that is fine" in card.content
    assert [button.label for button in card.buttons] == ["Find another time"]
    await world.advance(days=5)
    assert not direct(captain, "declin")
    found = await world.click(mentee, card, "Find another time")
    assert OFFER in said(found)
    await world.click(mentee, found.messages[0], found.messages[0].buttons[0].label)
    assert number(world, "SELECT count(*) FROM one_on_one WHERE state = 'booked'") == 1


async def test_a_mentee_cancels_and_a_captain_who_knew_is_told(world: World) -> None:
    mentee, captain, card = await offered(world)
    start = await book(world, mentee, card)
    await world.run_until(start - timedelta(hours=12))
    assert direct(captain, "**Tomorrow**")
    _, before = calendar_of(card)
    gone = await world.click(mentee, card, "Cancel this meeting")
    assert "is cancelled. Thank you for saying so" in said(gone)
    await world.advance(hours=12)
    (told,) = direct(captain, "Cancelled: one-on-one with Hana Moyo")
    calendar, event = calendar_of(told)
    assert calendar["METHOD"] == "CANCEL"
    assert (event["SEQUENCE"], event["STATUS"]) == (1, "CANCELLED")
    assert event["UID"] == before["UID"]
    assert event.start == start
    assert "This meeting was cancelled" in card.content
    assert card.attachments == []
    assert not direct(mentee, "Cancelled: one-on-one")
    assert not direct(mentee, "Soon: one-on-one")


async def test_a_captain_who_never_heard_of_it_is_left_in_peace(world: World) -> None:
    mentee, captain, card = await offered(world)
    await book(world, mentee, card, 2)
    await world.click(mentee, card, "Cancel this meeting")
    await world.advance(days=12)
    assert not direct(captain, "Cancelled: one-on-one")
    assert not direct(captain, "**Tomorrow**")


async def test_a_captain_cancels_and_the_mentee_is_told_at_once(world: World) -> None:
    mentee, captain, card = await offered(world)
    await book(world, mentee, card, 1)
    ahead = await captain.run("/meetings")
    gone = await world.click(captain, ahead.messages[0], ahead.messages[0].buttons[0].label)
    assert "Your meeting with Hana Moyo" in said(gone)
    (told,) = direct(mentee, "Cancelled: one-on-one with Lucía Parata")
    assert calendar_of(told)[1]["SEQUENCE"] == 1
    assert [button.label for button in told.buttons] == ["Find another time"]
    found = await world.click(mentee, told, "Find another time")
    assert OFFER in said(found)
    again = await world.click(captain, ahead.messages[0], ahead.messages[0].buttons[0].label)
    assert "Something went wrong" not in said(again)
    assert len(direct(mentee, "Cancelled: one-on-one")) == 1


async def test_a_meeting_that_has_begun_is_not_cancelled(world: World) -> None:
    mentee, _, card = await offered(world)
    start = await book(world, mentee, card)
    await world.run_until(start + timedelta(minutes=5))
    refused = await world.click(mentee, card, "Cancel this meeting")
    assert "has begun" in said(refused)


async def test_after_a_meeting_another_can_be_found_in_the_same_fortnight(world: World) -> None:
    mentee, _, card = await offered(world)
    start = await book(world, mentee, card)
    await world.run_until(start + timedelta(hours=2))
    mine = await world.run(mentee, "/meetings")
    assert "None ahead" in said(mine)
    found = await world.click(mentee, mine.messages[0], "Find a time with my captain")
    assert OFFER in said(found)
    assert all(one > start for one in times_of(world, found.messages[0]))


async def test_two_unanswered_offers_and_then_silence_with_a_button(world: World) -> None:
    mentee, _, _ = await offered(world)
    await world.run_until(TUESDAY + timedelta(days=14))
    assert len(direct(mentee, OFFER)) == 2
    await world.run_until(TUESDAY + timedelta(days=30))
    assert len(direct(mentee, OFFER)) == 2, "the bot has stopped"
    mine = await world.click(mentee, written_in(world, "welcome")[0], "My meetings")
    found = await world.click(mentee, mine.messages[0], "Find a time with my captain")
    card = found.messages[0]
    await world.click(mentee, card, card.buttons[0].label)
    assert "**One-on-one with Lucía Parata**" in card.content
    await world.run_until(TUESDAY + timedelta(days=43))
    assert len(direct(mentee, OFFER)) == 3, "and begins again once it was wanted"


async def test_only_the_two_may_press(world: World) -> None:
    mentee, captain, card = await offered(
        world, MENTEE, CAPTAIN, MATES[0], OTHER_MENTEE, NAVIGATORS[0]
    )
    stranger = await world.join("passer_by")
    buttons = [card.buttons[0].custom_id or "", card.buttons[-1].custom_id or ""]
    others = [world.people[name] for name in (MATES[0], OTHER_MENTEE, NAVIGATORS[0])]
    before = dump(world)
    for person in (*others, stranger, captain):
        for custom_id in buttons:
            refused = await press(world, person, custom_id)
            assert "offered to somebody else" in said(refused)
    assert dump(world) == before
    await book(world, mentee, card)
    cancel = card.buttons[0].custom_id or ""
    before = dump(world)
    for person in (*others, stranger):
        refused = await press(world, person, cancel)
        assert "belongs to other people" in said(refused)
    assert dump(world) == before


async def test_a_new_captain_brings_new_times(world: World) -> None:
    mentee, _, card = await offered(world)
    rows = [one for one in roster_rows() if one["role"] != "captain"]
    rows.append(row(CAPTAIN, "captain", "Venus", timezone="Africa/Lagos", name="Lucía Parata"))
    rows.append(row("new_captain", "captain", "Mercury", availability="Thu 09:00-17:00"))
    await world.run(world.admin, "/cohort import", file=csv_file(rows))
    await world.join("new_captain")
    await world.click(mentee, card, card.buttons[0].label)
    assert "Your team has a new captain meanwhile" in card.content
    assert number(world, "SELECT count(*) FROM one_on_one") == 0
    await world.click(mentee, card, card.buttons[0].label)
    assert "One-on-one with New_Captain" in card.content.replace("\\", "")


async def test_two_cohorts_do_not_meet_at_once(world: World) -> None:
    mentee, _, card = await offered(world)
    await book(world, mentee, card)
    await second_cohort(
        world,
        [
            row(MENTEE, "mentee", "Ursa", name="Hana Moyo"),
            row(CAPTAIN, "captain", "Ursa", name="Lucía Parata", timezone="Africa/Lagos"),
        ],
        start="2027-02-23",
    )
    await world.advance(hours=1)
    mine = await world.run(mentee, "/meetings")
    labels = [button.label for button in mine.messages[0].buttons]
    assert labels[-1] == "Find a time with my captain", "only the new cohort is without a meeting"
    found = await world.click(mentee, mine.messages[0], labels[-1])
    booked = datetime.fromisoformat(sql(world, "SELECT starts_at FROM one_on_one")[0][0])
    assert booked.replace(tzinfo=UTC) not in times_of(world, found.messages[0])
    await world.click(mentee, found.messages[0], found.messages[0].buttons[0].label)
    assert number(world, "SELECT count(DISTINCT cohort_id) FROM one_on_one") == 2


async def test_every_button_works_after_a_restart(world: World) -> None:
    mentee, captain, card = await offered(world)
    await world.restart()
    await book(world, mentee, card)
    await world.restart()
    await world.click(mentee, card, "Cancel this meeting")
    await world.settle()
    await world.restart()
    found = await world.click(mentee, card, "Find another time")
    assert OFFER in said(found)
    week = direct(captain, "Your week 1 of 8")[0]
    assert "Your crew in Session 4" in said(await world.click(captain, week, "My crew"))
    assert PROGRESS not in said(found)
