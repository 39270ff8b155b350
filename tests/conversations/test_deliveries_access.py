"""Who may use the buttons of `/deliveries`, and what they do when they come too late."""

import pytest

from bot.domain.errors import NotAllowed, Refusal
from bot.domain.policy import Actor
from sandbox import Modal, Outcome, Person
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    MONDAY,
    ORGANIZER,
    dump,
    fill,
    only_for,
    press,
    running,
    said,
    sql,
    written_in,
)
from tests.conversations.delivery_desk import (
    LOOK_AT,
    TEXT,
    WORDS,
    listed,
    looked_at,
    prompt,
    state,
)
from tests.support.world import START, World


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


BUTTONS = (
    "coming",
    "held",
    "failed",
    "look",
    "edit",
    "hold",
    "release",
    "cancel",
    "retry",
    "retryall",
    "cancelall",
    "close",
)


async def test_only_organizers_may(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    opened = await press(world, world.admin, f"lo:deliveries:edit:{prompt(world)}")
    assert opened.modal is not None
    stranger = await world.join("passer_by")
    before = dump(world, without=("fact", "form_draft"))
    for person in (world.people[MENTEE], world.people[CAPTAIN], stranger):
        refused = await world.run(person, "/deliveries")
        assert "That is for organizers" in said(refused)
        assert only_for(refused, person)
        for action in BUTTONS:
            arg = "" if action in {"coming", "held", "failed", "close"} else prompt(world)
            refused = await press(world, person, f"lo:deliveries:{action}:{arg}")
            assert "That is for organizers" in said(refused), action
            assert only_for(refused, person), action
        refused = await sent_by(world, person, opened)
        assert "That is for organizers" in said(refused)
    assert dump(world, without=("fact", "form_draft")) == before
    organizer = await world.onboard(ORGANIZER)
    assert "Coming in channels" in said(await world.run(organizer, "/deliveries"))


async def test_every_button_is_tried_by_the_tests_above(world: World) -> None:
    assert world.app is not None
    names = [one for one in world.app.client.router.names if one.startswith("deliveries:")]
    assert names == sorted(f"deliveries:{action}" for action in BUTTONS)


async def sent_by(world: World, person: Person, opened: Outcome) -> Outcome:
    """The form of an organizer, on the screen of somebody else."""
    assert opened.modal is not None
    theirs = [one for one in world.sandbox.world.interactions.values() if one.user is person.user]
    forged = Modal(theirs[-1], opened.modal.custom_id, opened.modal.title, opened.modal.components)
    done = await person.submit(forged, {TEXT: "forged"})
    await world.settle()
    return done


LATE = {
    "look": "has been sent already",
    "edit": "has been sent already",
    "hold": "has been sent already",
    "release": "has been sent already",
    "cancel": "has been sent already",
    "retry": "has been sent already",
}


async def test_buttons_that_come_too_late_change_nothing(world: World) -> None:
    await running(world, MENTEE)
    message = await listed(world)
    preview = await looked_at(world, prompt(world))
    opened = await world.click(world.admin, preview, "Change the text")
    await world.run_until(MONDAY)
    before = dump(world, without=("fact", "form_draft"))
    for action, words in LATE.items():
        late = await press(world, world.admin, f"lo:deliveries:{action}:{prompt(world)}")
        assert words in said(late), action
        assert only_for(late, world.admin), action
    late = await world.click(world.admin, message, LOOK_AT.format(1, "Mercury"))
    assert "has been sent already" in said(late)
    late = await fill(world, world.admin, opened, **{TEXT: WORDS})
    assert "has been sent already" in said(late)
    assert dump(world, without=("fact", "form_draft")) == before
    assert WORDS not in written_in(world, "mercury")[-1].content


async def test_the_service_itself_refuses_a_text_that_comes_too_late(world: World) -> None:
    """The form looks at the message before it changes it; between the two it may be taken."""
    await running(world, MENTEE)
    assert world.app is not None
    service = world.app.services.deliveries
    row, organizer = prompt(world), Actor(world.guild.id, world.admin.id, manage_guild=True)
    before = dump(world)
    with pytest.raises(NotAllowed):
        await service.reword(Actor(world.guild.id, world.people[MENTEE].id), row, WORDS)
    with pytest.raises(Refusal, match="shorten the text to 2000"):
        await service.reword(organizer, row, "x" * 2001)
    assert dump(world) == before
    sql(world, "UPDATE delivery SET state = 'claimed', not_before = NULL WHERE id = ?", row)
    with pytest.raises(Refusal, match="being sent at this moment"):
        await service.reword(organizer, row, WORDS)
    assert sql(world, "SELECT wording FROM delivery WHERE id = ?", row) == [(None,)]
    sql(world, "UPDATE delivery SET state = 'cancelled' WHERE id = ?", row)


@pytest.mark.parametrize("now", ["claimed", "cancelled", "expired"])
async def test_what_became_of_it_meanwhile_is_told(world: World, now: str) -> None:
    await running(world, MENTEE)
    row = prompt(world, 2)
    sql(world, "UPDATE delivery SET state = ?, not_before = NULL WHERE id = ?", now, row)
    before = dump(world)
    told = {"claimed": "being sent", "cancelled": "is cancelled", "expired": "is over"}
    for action in LATE:
        late = await press(world, world.admin, f"lo:deliveries:{action}:{row}")
        assert told[now] in said(late), action
    assert dump(world) == before


async def test_what_may_be_on_its_way_already_is_left_alone(world: World) -> None:
    await running(world, MENTEE)
    opened = await press(world, world.admin, f"lo:deliveries:edit:{prompt(world)}")
    sql(
        world,
        "UPDATE delivery SET unsure_since = '2027-02-15 09:00:00.000000' WHERE id = ?",
        prompt(world),
    )
    before = dump(world, without=("fact", "form_draft"))
    late = await press(world, world.admin, f"lo:deliveries:hold:{prompt(world)}")
    assert "has not said yet" in said(late)
    late = await fill(world, world.admin, opened, **{TEXT: WORDS})
    assert "has not said yet" in said(late)
    assert dump(world, without=("fact", "form_draft")) == before


async def test_everything_works_after_a_restart(world: World) -> None:
    await running(world, MENTEE)
    preview = await looked_at(world, prompt(world))
    await world.restart()
    await world.click(world.admin, preview, "Hold it back")
    assert state(world, prompt(world)) == ("stopped", "held back by an organizer")
    assert world.timeline.now() == START
    assert preview.embeds == [], "the preview has made way for what was done"
