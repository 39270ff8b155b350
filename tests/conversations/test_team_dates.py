"""`/team dates`: one team on dates of its own, while the others notice nothing."""

from datetime import UTC, datetime, timedelta

from sandbox import Message
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    NAVIGATORS,
    OTHER_MENTEE,
    check_in,
    direct,
    dump,
    number,
    running,
    said,
    sql,
    written_in,
)
from tests.conversations.test_changes import END, FIRST_THREE, ahead, asked, change, in_week_3
from tests.support.world import World

DATES = "/team dates"


def titles(messages: list[Message]) -> list[str]:
    """What stands in bold at the head of each message."""
    return [message.content.partition("**")[2].partition("**")[0] for message in messages]


async def test_a_team_that_begins_later_is_counted_by_its_own_weeks(world: World) -> None:
    await running(world, MENTEE, OTHER_MENTEE, NAVIGATORS[0], CAPTAIN)
    words = await change(world, DATES, team="mercury", start="2027-03-08", weeks=4)
    assert words.startswith("**Changing team Mercury**")
    assert "The next check-in is that of week 1, first for team Venus" in words
    told = said(await world.run(world.admin, "/cohort show"))
    assert "**Mercury** (" in told
    assert ", from 8 March for 4 weeks: mentees" in told
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    await world.run_until(datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert asked(world) == []
    assert len(asked(world, "venus")) == 1
    refused = await world.run(mentee, "/checkin")
    assert "run from 08 March 2027 for 4 weeks; there is none this week" in said(refused)
    await world.run_until(datetime(2027, 3, 8, 12, tzinfo=UTC))
    assert asked(world) == [("week 1 of 4", "Mon 08 Mar 09:00")]
    await check_in(world, mentee, "My navigators and captain", "First week")
    assert sql(world, "SELECT week FROM check_in") == [(1,)]
    week = direct(captain, "Your week 3 of 8")[0].content
    assert "Team Mercury is in week 1 and Venus is in week 3." in week
    await world.run_until(END)
    assert [week for week, _ in asked(world)] == [f"week {week} of 4" for week in range(1, 5)]
    assert [week for week, _ in asked(world, "venus")] == [f"week {w} of 8" for w in range(1, 9)]
    # Two fortnights of its own: on the second day of weeks 1 and 3, in Berlin.
    offers = sql(
        world,
        "SELECT d.occurrence, d.due_at FROM delivery d JOIN person p ON p.id = d.person_id"
        " WHERE d.kind = 'one_on_one_offer' AND p.username = ? AND d.state <> 'cancelled'"
        " ORDER BY d.due_at",
        MENTEE,
    )
    assert [(name, due[:10]) for name, due in offers] == [
        ("round:1", "2027-03-09"),
        ("round:2", "2027-03-23"),
    ]
    weeks = direct(captain, "**Your week")
    assert titles(weeks) == [f"Your week {number} of 8" for number in range(1, 9)], (
        "still one message a week"
    )
    assert "Hana Moyo" not in weeks[0].content, "her team has not begun"
    assert "Hana Moyo" in weeks[3].content
    assert "Hana Moyo" not in weeks[6].content, "her team is over"
    digests = direct(world.people[NAVIGATORS[0]], "Check-ins for you")
    assert len(digests) == 1


async def test_one_on_ones_lie_within_the_teams_own_weeks(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    await change(world, DATES, team="Mercury", weeks=1)
    await world.run_until(datetime(2027, 2, 23, 12, tzinfo=UTC))
    card = direct(world.people[MENTEE], "Half an hour with")[0]
    starts = sql(world, "SELECT max(starts_at) FROM one_on_one_slot")[0][0]
    assert starts < "2027-03-01", starts
    assert card.buttons
    assert number(world, "SELECT max(round) FROM one_on_one_offer") == 1


async def test_a_team_takes_a_break_in_mid_cohort(world: World) -> None:
    await in_week_3(world, MENTEE, CAPTAIN)
    mentee = world.people[MENTEE]
    await change(world, DATES, team="Mercury", start="2027-03-01")
    assert ahead(world)[0] == "week:4 Mon 22 Mar 09:00"
    # Her round is still the second, although by the new dates today is week 2.
    found = await world.run(mentee, "/meetings")
    if found.messages[0].buttons:
        await world.click(mentee, found.messages[0], "Find a time with my captain")
    assert number(world, "SELECT max(round) FROM one_on_one_offer") == 2
    await world.run_until(END)
    assert asked(world)[:3] == FIRST_THREE
    assert [week for week, _ in asked(world)] == [f"week {week} of 8" for week in range(1, 9)]
    assert asked(world)[3][1] == "Mon 22 Mar 09:00"
    assert asked(world, "venus")[3][1] == "Mon 15 Mar 17:00"
    told = [
        m.content.partition("**")[2].partition("**")[0]
        for m in direct(world.people[CAPTAIN], "**Your week")
    ]
    assert told[-1] == "Your week 9 of 9", "as long as one of the teams is under way"


async def test_a_team_goes_back_to_its_cohorts_dates(world: World) -> None:
    await running(world)
    planned = ahead(world)
    await change(world, DATES, team="Mercury", start="2027-03-08", weeks=4)
    assert len(ahead(world)) == 4
    await change(world, start="2027-03-01")
    assert ahead(world)[0] == "week:1 Mon 08 Mar 09:00", "its own dates stay"
    await change(world, start="2027-02-22")
    await change(world, DATES, team="Mercury")
    assert ahead(world) == planned
    assert "from 8 March" not in said(await world.run(world.admin, "/cohort show"))


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"team": "Pluto"}, "There is no team “Pluto” in “Session 4”; its teams are: Mercury, Venus."),
    ({"team": "Mercury"}, "Team Mercury is like that already"),
    ({"team": "Mercury", "start": "8 March"}, "please write year-month-day"),
    ({"team": "Mercury", "weeks": 60}, "1 to 52 weeks"),
    ({"team": "Mercury", "weeks": 2}, "Team Mercury is in week 3 already"),
    ({"team": "Mercury", "start": "2027-03-11"}, "weeks that were lived do not go away"),
    ({"team": "Mercury", "start": "2027-02-15"}, "The check-in of week 4 is still ahead"),
    ({"team": "Mercury", "weeks": 4, "name": "Session 9"}, "no cohort named"),
]


async def test_what_cannot_be_is_refused_and_changes_nothing(world: World) -> None:
    await in_week_3(world)
    before = dump(world)
    for options, sentence in REFUSED:
        refused = await world.run(world.admin, DATES, options=options)
        assert sentence in said(refused), (options, said(refused))
        assert dump(world) == before, options


async def test_no_week_is_left_out_and_none_comes_twice_however_often_one_changes(
    world: World,
) -> None:
    await running(world)
    for day, start in (
        (3, "2027-03-01"),
        (12, "2027-03-03"),
        (30, "2027-03-15"),
        (38, "2027-03-10"),
    ):
        await world.run_until(datetime(2027, 2, 22, 12, tzinfo=UTC) + timedelta(days=day - 1))
        shown = await world.run(world.admin, DATES, team="Mercury", start=start)
        if shown.messages[0].buttons:
            await world.click(world.admin, shown.messages[0], "Change team Mercury")
    await world.run_until(END + timedelta(weeks=4))
    assert [week for week, _ in asked(world)] == [f"week {week} of 8" for week in range(1, 9)]
    posts = [m for m in written_in(world, "mercury") if "Check-in, week" in m.content]
    assert len(posts) == 8
