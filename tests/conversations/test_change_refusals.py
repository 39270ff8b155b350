"""`/cohort change`: what cannot be, who may not, and that a change is made once."""

import pytest

from tests.conversations.acting import MENTEE, ORGANIZER, dump, number, press, said
from tests.conversations.test_changes import in_week_3
from tests.support.world import World

REFUSED: list[tuple[dict[str, object], str]] = [
    ({}, "Please say what should change"),
    ({"start": "soon"}, "please write year-month-day"),
    ({"start": "2027-02-30"}, "no day 2027-02-30"),
    ({"weeks": 0}, "1 to 52 weeks"),
    ({"weeks": 53}, "1 to 52 weeks"),
    ({"timezone": "Middle-earth"}, "Middle-earth"),
    ({"prompt_day": "someday"}, "no weekday I know"),
    ({"prompt_hour": "25:00"}, "no time of day I know"),
    ({"weeks": 6, "name": "Session 9"}, "no cohort named “Session 9”"),
    ({"weeks": 8}, "is like that already"),
    ({"weeks": 2}, "Team Mercury is in week 3 already, so 3 weeks is the shortest"),
    ({"start": "2027-03-11"}, "weeks that were lived do not go away"),
    ({"start": "2027-02-15"}, "The check-in of week 4 is still ahead of team Mercury"),
]


async def test_what_cannot_be_is_refused_and_changes_nothing(world: World) -> None:
    await in_week_3(world)
    before = dump(world)
    for options, sentence in REFUSED:
        refused = await world.run(world.admin, "/cohort change", options=options)
        assert sentence in said(refused), (options, said(refused))
        assert not refused.messages[0].buttons
        assert dump(world) == before, options


async def test_a_change_is_made_once_and_only_as_it_was_shown(world: World) -> None:
    await in_week_3(world)
    first = (await world.run(world.admin, "/cohort change", weeks=6)).messages[0]
    second = (await world.run(world.admin, "/cohort change", weeks=7)).messages[0]
    custom_ids = [card.buttons[0].custom_id or "" for card in (first, second)]
    await world.click(world.admin, second, "Change Session 4")
    assert number(world, "SELECT weeks FROM cohort") == 7
    before = dump(world)
    assert "was changed meanwhile" in said(
        await world.click(world.admin, first, "Change Session 4")
    )
    assert "made already" in said(await press(world, world.admin, custom_ids[1]))
    assert "not on this server" in said(await press(world, world.admin, "lo:cohort:changeyes:99"))
    assert dump(world) == before
    asked_for = await world.run(world.admin, "/cohort close")
    third = (await world.run(world.admin, "/cohort change", weeks=8)).messages[0]
    await world.click(world.admin, asked_for.messages[0], "Close Session 4")
    assert "is closed" in said(await world.click(world.admin, third, "Change Session 4"))
    assert number(world, "SELECT weeks FROM cohort") == 7


@pytest.mark.parametrize("command", ["/cohort change", "/team dates"])
async def test_changing_is_for_organizers(world: World, command: str) -> None:
    await in_week_3(world, MENTEE, ORGANIZER)
    options: dict[str, object] = {"weeks": 6}
    if command == "/team dates":
        options["team"] = "Mercury"
    before = dump(world)
    refused = await world.run(world.people[MENTEE], command, options=options)
    assert "That is for organizers" in said(refused)
    assert dump(world) == before
    shown_to = await world.run(world.people[ORGANIZER], command, options=options)
    button = shown_to.messages[0].buttons[0]
    before = dump(world)
    assert "That is for organizers" in said(
        await press(world, world.people[MENTEE], button.custom_id or "")
    )
    assert dump(world) == before
    await world.click(world.people[ORGANIZER], shown_to.messages[0], button.label)
    assert "is changed." in shown_to.messages[0].content
