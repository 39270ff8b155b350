"""`/cohort change` in mid-cohort: what was sent stays, and what is ahead moves, once."""

from datetime import UTC, datetime, timedelta

from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    NAVIGATORS,
    ZONE,
    check_in,
    direct,
    dump,
    fill,
    only_for,
    running,
    said,
    sql,
    written_in,
)
from tests.support.world import World

KOLKATA = timedelta(hours=5, minutes=30)
"""Team Mercury's clock, that of its first navigator; it is never changed."""

WEEK_3 = datetime(2027, 3, 10, 12, tzinfo=UTC)
"""Wednesday of week 3: two days after its check-in."""


async def change(world: World, command: str = "/cohort change", **options: object) -> str:
    """Asks for a change and confirms it; returns what was shown before."""
    asked_for = await world.run(world.admin, command, options=options)
    card = asked_for.messages[0]
    before = card.content
    assert card.buttons, before
    await world.click(world.admin, card, card.buttons[0].label)
    assert "is changed." in card.content
    assert not card.buttons
    return before


def asked(world: World, channel: str = "mercury") -> list[tuple[str, str]]:
    """The check-ins that stand in a team's channel: which, and when they came to Kolkata."""
    found = []
    for message in written_in(world, channel):
        first = message.content.partition("\n")[0].strip("*")
        if first.startswith("Check-in, "):
            query = "SELECT sent_at FROM delivery WHERE message_id = ?"
            found.append((first.removeprefix("Check-in, "), sql(world, query, message.id)[0][0]))
    return [(week, shown(moment)) for week, moment in found]


def ahead(world: World, kind: str = "checkin_prompt", subject: str = "team:1") -> list[str]:
    """What is planned, in order of its time."""
    rows = sql(
        world,
        "SELECT occurrence, due_at FROM delivery"
        " WHERE kind = ? AND state = 'planned' AND subject = ? ORDER BY due_at",
        kind,
        subject,
    )
    return [f"{name} {shown(due)}" for name, due in rows]


def shown(stored: str) -> str:
    """A stored moment by Kolkata's clock."""
    return f"{datetime.fromisoformat(stored) + KOLKATA:%a %d %b %H:%M}"


async def in_week_3(world: World, *onboarded: str) -> None:
    await running(world, *onboarded)
    await world.run_until(WEEK_3)


END = datetime(2027, 5, 20, tzinfo=UTC)

FIRST_THREE = [
    ("week 1 of 8", "Mon 22 Feb 09:00"),
    ("week 2 of 8", "Mon 01 Mar 09:00"),
    ("week 3 of 8", "Mon 08 Mar 09:00"),
]


def without_asking(world: World) -> list[str]:
    """Everything stored but the change that an organizer was only shown."""
    return dump(world, without=("fact", "cohort_change"))


async def test_another_day_and_hour_move_what_is_ahead(world: World) -> None:
    await in_week_3(world)
    before = without_asking(world)
    asked_for = await world.run(
        world.admin, "/cohort change", prompt_day="Tuesday", prompt_hour="18:30"
    )
    assert only_for(asked_for, world.admin)
    card = asked_for.messages[0]
    due = int(datetime(2027, 3, 16, 13, tzinfo=UTC).timestamp())
    for sentence in (
        "- Check-ins: Tuesdays at 18:30 (until now Mondays at 09:00)",
        "Of the planned messages, 10 move.",
        f"The next check-in is that of week 4, first for team Mercury on <t:{due}:F>.",
        "What was sent stays as it is. I do not announce the change to anybody.",
        "Nothing is changed before you press the button.",
    ):
        assert sentence in card.content, card.content
    assert without_asking(world) == before, "showing changes nothing"
    assert [button.label for button in card.buttons] == ["Change Session 4"]
    await world.click(world.admin, card, "Change Session 4")
    assert "**Session 4** is changed." in card.content
    assert not card.buttons
    await world.run_until(END)
    days = ["Tue 16 Mar", "Tue 23 Mar", "Tue 30 Mar", "Tue 06 Apr", "Tue 13 Apr"]
    later = [(f"week {week} of 8", f"{day} 18:30") for week, day in enumerate(days, start=4)]
    assert asked(world) == FIRST_THREE + later
    assert len(asked(world, "venus")) == 8


async def test_an_hour_that_is_over_today_leaves_today_as_it_was(world: World) -> None:
    await running(world)
    await world.run_until(datetime(2027, 3, 8, 3, tzinfo=UTC))  # 08:30 in Kolkata
    words = await change(world, prompt_hour="08:00")
    assert "The check-in of week 3 keeps its time for team Mercury" in words
    await world.run_until(datetime(2027, 3, 20, tzinfo=UTC))
    assert asked(world)[2:] == [
        ("week 3 of 8", "Mon 08 Mar 09:00"),
        ("week 4 of 8", "Mon 15 Mar 08:00"),
    ]
    assert "I was away" not in "".join(m.content for m in written_in(world, "mercury"))
    assert asked(world, "venus")[2][1] == "Mon 08 Mar 17:00", "there, 08:00 was still ahead"


async def test_a_shorter_cohort_ends_sooner(world: World) -> None:
    await in_week_3(world, MENTEE, CAPTAIN)
    words = await change(world, weeks=4)
    assert "- Weeks: 4 (until now 8)" in words
    # 4 weeks less: check-ins of two teams, two of the captain's messages, and two offers.
    assert "Of the planned messages, 18 fall away." in words
    await world.run_until(END)
    assert asked(world) == [*FIRST_THREE, ("week 4 of 4", "Mon 15 Mar 09:00")]
    assert len(direct(world.people[MENTEE], "Half an hour with")) == 2
    week = direct(world.people[CAPTAIN], "Your week")
    assert week[-1].content.startswith("**Your week 4 of 4**")


async def test_what_fell_away_comes_back_when_the_cohort_is_long_again(world: World) -> None:
    await in_week_3(world)
    planned = ahead(world)
    await change(world, weeks=4)
    assert ahead(world) == planned[:1]
    words = await change(world, weeks=9)
    assert "are new" in words
    assert ahead(world)[:-1] == planned
    await world.run_until(END)
    assert [week for week, _ in asked(world)] == [
        *(f"week {week} of 8" for week in range(1, 4)),
        *(f"week {week} of 9" for week in range(4, 10)),
    ]
    assert asked(world)[-1][1] == "Mon 19 Apr 09:00"


async def test_weeks_added_too_late_are_named(world: World) -> None:
    await running(world)
    await world.run_until(datetime(2027, 4, 22, 12, tzinfo=UTC))  # Thursday of what is week 9
    words = await change(world, weeks=10)
    assert "Not asked, because their time is over: the check-ins of week 9." in words
    assert "The next check-in is that of week 10" in words
    await world.run_until(END)
    assert asked(world)[-1] == ("week 10 of 10", "Mon 26 Apr 09:00")
    assert len(asked(world)) == 9


async def test_a_navigator_who_moves_takes_the_team_along(world: World) -> None:
    await running(world, NAVIGATORS[0])
    await world.run_until(WEEK_3)
    navigator = world.people[NAVIGATORS[0]]
    opened = await world.run(navigator, "/start")
    await fill(world, navigator, opened, **{ZONE: "Los Angeles"})
    await world.run_until(datetime(2027, 3, 31, tzinfo=UTC))
    # 09:00 in Los Angeles, where clocks changed on 14 March: 16:00 UTC.
    assert asked(world) == [
        *FIRST_THREE,
        ("week 4 of 8", "Mon 15 Mar 21:30"),
        ("week 5 of 8", "Mon 22 Mar 21:30"),
        ("week 6 of 8", "Mon 29 Mar 21:30"),
    ]


async def test_a_navigator_who_moves_east_on_the_day_loses_nothing(world: World) -> None:
    await running(world, NAVIGATORS[0])
    navigator = world.people[NAVIGATORS[0]]
    await world.run_until(datetime(2027, 3, 8, 2, tzinfo=UTC))  # 07:30 in Kolkata
    opened = await world.run(navigator, "/start")
    await fill(world, navigator, opened, **{ZONE: "Auckland"})  # there it is 15:00 already
    await world.run_until(datetime(2027, 3, 20, tzinfo=UTC))
    assert asked(world)[2:] == [
        ("week 3 of 8", "Mon 08 Mar 09:00"),
        ("week 4 of 8", "Mon 15 Mar 01:30"),
    ]
    assert "I was away" not in "".join(m.content for m in written_in(world, "mercury"))


async def test_a_cohorts_timezone_is_for_teams_without_navigators(world: World) -> None:
    await in_week_3(world)
    asked_for = await world.run(world.admin, "/cohort change", timezone="Lisbon")
    words = said(asked_for)
    assert "Timezone of what belongs to no team: Europe/Lisbon (until now UTC)" in words
    assert "No message that is planned moves." in words


async def test_a_later_start_in_mid_cohort_is_a_break(world: World) -> None:
    await in_week_3(world, MENTEE, CAPTAIN)
    mentee = world.people[MENTEE]
    words = await change(world, start="2027-03-01")
    assert "- Week 1 begins on: Monday 1 March 2027 (until now Monday 22 February 2027)" in words
    assert "The next check-in is that of week 4, first for team Mercury" in words
    await check_in(world, mentee, "My team", "Still week 3")
    await world.run_until(datetime(2027, 3, 16, 12, tzinfo=UTC))
    assert asked(world) == FIRST_THREE, "a week without a question"
    kept = sql(world, "SELECT week FROM check_in")
    await check_in(world, mentee, "My team", "Even now")
    assert sql(world, "SELECT week FROM check_in") == kept == [(3,)]
    await world.run_until(END)
    weeks = [week for week, _ in asked(world)]
    assert weeks == [f"week {week} of 8" for week in range(1, 9)], "none twice, none left out"
    assert asked(world)[3:5] == [
        ("week 4 of 8", "Mon 22 Mar 09:00"),
        ("week 5 of 8", "Mon 29 Mar 09:00"),
    ]
    assert len(direct(mentee, "Half an hour with")) <= 4


async def test_a_start_that_is_ahead_moves_everything(world: World) -> None:
    await running(world, MENTEE)
    assert "first on <t:1803267000:F>" in written_in(world, "mercury")[0].content
    words = await change(world, start="2027-03-01", weeks=2)
    assert "- Weeks: 2 (until now 8)" in words
    later = int(datetime(2027, 3, 1, 3, 30, tzinfo=UTC).timestamp())
    assert f"first on <t:{later}:F>" in written_in(world, "mercury")[0].content
    await world.run_until(END)
    assert asked(world) == [
        ("week 1 of 2", "Mon 01 Mar 09:00"),
        ("week 2 of 2", "Mon 08 Mar 09:00"),
    ]


async def test_a_draft_is_changed_without_moving_anything(world: World) -> None:
    await world.cohort()
    words = await change(world, start="2027-03-03", prompt_day="fri")
    assert "It is not launched yet, so there is no message to move." in words
    told = said(await world.run(world.admin, "/cohort show"))
    assert "Wednesday 3 March 2027" in told
    assert "Check-ins on Fridays at 09:00" in told
