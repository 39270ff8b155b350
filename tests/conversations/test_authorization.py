"""Every button and every form, pressed by everybody: the table of who may do what.

Discord shows a button only to those who can see its message. A changed client can press any, so
each is pressed here by its custom_id, with the row of somebody else in it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox import Outcome, Person
from sandbox.forms import Modal
from sandbox.interactions import SUBMIT
from tests.conversations.acting import (
    ABOUT,
    AUDIENCE,
    CAPTAIN,
    MENTEE,
    NAVIGATORS,
    OTHER_MENTEE,
    PROGRESS,
    check_in,
    direct,
    dump,
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

OWN = "answers with what is the presser's own"
ROSTER = "do not find you on a roster"
NOBODY = "not part of an open cohort"
ORGANIZERS = "That is for organizers"
MENTEES = "for mentees of a running cohort"
TEAM = "for the mentees of this team"
COHORT = "not a mentee of that cohort"
OFFERED = "offered to somebody else"
PEOPLE = "belongs to other people"
LETTER = "written to somebody else"

COMING = "SELECT min(id) FROM delivery WHERE kind = 'checkin_prompt' AND state = 'planned'"

SECRET = "What only my mentors may read"


@dataclass(frozen=True)
class Row:
    """What a stranger, and what a mentee of another team, is answered."""

    arg: str
    stranger: str
    mentee: str


BUTTONS = {
    "checkin:cohort": Row("cohort", COHORT, OWN),
    "checkin:current": Row("", MENTEES, OWN),
    "checkin:digest": Row("digest", LETTER, LETTER),
    "checkin:open": Row("prompt", TEAM, TEAM),
    "checkin:skip": Row("prompt", TEAM, TEAM),
    "cohort:changeyes": Row("change", ORGANIZERS, ORGANIZERS),
    "cohort:closeyes": Row("cohort", ORGANIZERS, ORGANIZERS),
    "cohort:launchyes": Row("cohort", ORGANIZERS, ORGANIZERS),
    "deliveries:cancel": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:cancelall": Row("crew", ORGANIZERS, ORGANIZERS),
    "deliveries:close": Row("", ORGANIZERS, ORGANIZERS),
    "deliveries:coming": Row("", ORGANIZERS, ORGANIZERS),
    "deliveries:edit": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:failed": Row("", ORGANIZERS, ORGANIZERS),
    "deliveries:held": Row("", ORGANIZERS, ORGANIZERS),
    "deliveries:hold": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:look": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:release": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:retry": Row("prompt", ORGANIZERS, ORGANIZERS),
    "deliveries:retryall": Row("crew", ORGANIZERS, ORGANIZERS),
    "meetings:book": Row("slot", OFFERED, OFFERED),
    "meetings:cancel": Row("meeting", PEOPLE, PEOPLE),
    "meetings:crew": Row("crew", "what captains", "what captains"),
    "meetings:decline": Row("offer", OFFERED, OFFERED),
    "meetings:mine": Row("", OWN, OWN),
    "meetings:offer": Row("cohort", "for mentees", OWN),
    "messages:mine": Row("", OWN, OWN),
    "onboarding:introduce": Row("person", ROSTER, OWN),
    "onboarding:open": Row("greeting", ROSTER, OWN),
    "people:break": Row("", OWN, OWN),
    "people:leave": Row("", NOBODY, OWN),
    "people:leaveyes": Row("cohort", "not part of that cohort", OWN),
    "people:pause": Row("", NOBODY, OWN),
    "people:resume": Row("", NOBODY, OWN),
    "people:until": Row("", OWN, OWN),
    "teams:datesyes": Row("dates", ORGANIZERS, ORGANIZERS),
    "teams:who": Row("team", "for its own people", "for its own people"),
}

FORMS = {
    "checkin:submit": Row("prompt", TEAM, TEAM),
    "deliveries:words": Row("coming", ORGANIZERS, ORGANIZERS),
    "onboarding:submit": Row("person", ROSTER, OWN),
    "people:pauseuntil": Row("", NOBODY, OWN),
}

OWN_ROWS = ("person", "membership", "availability", "check_in", "one_on_one_offer", "one_on_one")


async def scene(world: World) -> dict[str, str]:
    """A cohort in its first week, with one of everything; gives the rows that buttons carry."""
    await running(world, MENTEE, CAPTAIN, OTHER_MENTEE, NAVIGATORS[0])
    await world.run_until(datetime(2027, 2, 22, 7, tzinfo=UTC))
    mentee = world.people[MENTEE]
    await check_in(world, mentee, "My navigators and captain", SECRET)
    await world.run_until(datetime(2027, 2, 23, 9, tzinfo=UTC))
    card = direct(mentee, "Half an hour with")[0]
    slot, offer = (button.custom_id or "" for button in (card.buttons[0], card.buttons[-1]))
    await world.run_until(datetime(2027, 2, 26, 11, tzinfo=UTC))
    found = await world.run(mentee, "/meetings")
    fresh = await world.click(mentee, found.messages[0], "Find a time with my captain")
    await world.click(mentee, fresh.messages[0], fresh.messages[0].buttons[0].label)

    def last(custom_id: str) -> str:
        return custom_id.rpartition(":")[2].partition("~")[0]

    other = await world.run(world.admin, "/cohort change", prompt_hour="18:00")
    dates = await world.run(world.admin, "/team dates", team="Venus", weeks=4)
    week = direct(world.people[CAPTAIN], "Your week 1 of 8")[0]
    digest = direct(world.people[NAVIGATORS[0]], "Check-ins for you")[0]
    return {
        "": "",
        "cohort": str(number(world, "SELECT id FROM cohort")),
        "coming": str(number(world, COMING)),
        "prompt": last(written_in(world, "mercury")[1].buttons[0].custom_id or ""),
        "slot": last(slot),
        "offer": last(offer),
        "meeting": str(number(world, "SELECT id FROM one_on_one")),
        "crew": last(week.buttons[0].custom_id or ""),
        "change": last(other.messages[0].buttons[0].custom_id or ""),
        "dates": last(dates.messages[0].buttons[0].custom_id or ""),
        "digest": last(digest.buttons[0].custom_id or ""),
        "person": str(number(world, "SELECT id FROM person WHERE username = ?", MENTEE)),
        "greeting": last(mentee.inbox()[0].buttons[0].custom_id or ""),
        "team": str(number(world, "SELECT id FROM team WHERE name = 'Mercury'")),
    }


def rows_of(world: World, username: str) -> list[object]:
    """Everything stored about one person."""
    person = number(world, "SELECT id FROM person WHERE username = ?", username)
    found: list[object] = []
    for table in OWN_ROWS:
        column = {"person": "id"}.get(table, "person_id")
        if table.startswith("one_on_one"):
            column = "mentee_id"
        found += sql(world, f"SELECT * FROM {table} WHERE {column} = ?", person)  # noqa: S608
    return found


def wrong(outcome: Outcome, person: Person, expected: str) -> str:
    """What is not as the table says, if anything."""
    text = said(outcome)
    if "Something went wrong" in text:
        return f"broke: {text}"
    if outcome.failed:
        return outcome.failed
    if expected != OWN:
        if expected not in text:
            return f"was answered {text!r}"
        return "" if only_for(outcome, person) else "was refused in public"
    if SECRET in text or "Hana" in text.replace("Hana Popescu", ""):
        return f"was told of somebody else: {text!r}"
    return "" if outcome.messages or outcome.modal or outcome.updated else "heard nothing"


async def test_the_table_has_every_button_and_form(world: World) -> None:
    assert world.app is not None
    router = world.app.client.router
    assert sorted(BUTTONS) == router.names
    assert sorted(FORMS) == router.form_names


async def test_who_may_press_what(world: World) -> None:
    args = await scene(world)
    stranger, other = await world.join("passer_by"), world.people[OTHER_MENTEE]
    hana = rows_of(world, MENTEE)
    problems = []
    # Refusals first, while the whole database must stay as it is; then what is one's own.
    cells = [
        (name, row.arg, person, expected)
        for name, row in BUTTONS.items()
        for person, expected in ((stranger, row.stranger), (other, row.mentee))
    ]
    for name, arg, person, expected in sorted(cells, key=lambda cell: cell[3] == OWN):
        before = dump(world)
        outcome = await press(world, person, f"lo:{name}:{args[arg]}")
        problem = wrong(outcome, person, expected)
        if expected != OWN and dump(world) != before:
            problem = f"{problem} changed something"
        if rows_of(world, MENTEE) != hana:
            problem = f"{problem} changed what is somebody else's"
            hana = rows_of(world, MENTEE)
        if problem:
            problems.append(f"{name} by {person.username}: {problem}")
    assert problems == []
    assert SECRET not in seen_by(world, stranger)
    assert SECRET not in seen_by(world, other)


def copied(world: World, person: Person, original: Modal, custom_id: str) -> Modal:
    """A form on the screen of somebody for whom it was not opened."""
    theirs = [one for one in world.sandbox.world.interactions.values() if one.user is person.user]
    # Forms are opened by commands and buttons, never by forms.
    opened = [one for one in theirs if one.type != SUBMIT]
    return Modal(opened[-1], custom_id, original.title, original.components)


async def test_who_may_send_what(world: World) -> None:
    args = await scene(world)
    mentee, other = world.people[MENTEE], world.people[OTHER_MENTEE]
    stranger = await world.join("passer_by")
    originals = {
        "checkin:submit": await press(world, mentee, f"lo:checkin:open:{args['prompt']}"),
        "deliveries:words": await press(world, world.admin, f"lo:deliveries:edit:{args['coming']}"),
        "onboarding:submit": await world.run(mentee, "/start"),
        "people:pauseuntil": await press(world, mentee, "lo:people:until:"),
    }
    typed = {
        "deliveries:words": {"Text": "forged"},
        "checkin:submit": {PROGRESS: "forged", AUDIENCE: "My team"},
        "onboarding:submit": {ABOUT: "forged"},
        "people:pauseuntil": {"Which is your first day back?": "2027-03-29"},
    }
    hana = rows_of(world, MENTEE)
    for person, column in ((stranger, "stranger"), (other, "mentee")):
        await world.run(person, "/help")
        for name, form in FORMS.items():
            modal = originals[name].modal
            assert modal is not None
            before = dump(world, without=("fact", "form_draft"))
            forged = copied(world, person, modal, f"lo:{name}:{args[form.arg]}:7")
            outcome = await person.submit(forged, typed[name])
            await world.settle()
            expected = getattr(form, column)
            after = dump(world, without=("fact", "form_draft"))
            assert expected == OWN or expected in said(outcome), (name, column, said(outcome))
            assert expected == OWN or after == before, (name, column)
            assert rows_of(world, MENTEE) == hana, (name, column)


async def test_the_right_people_may(world: World) -> None:
    args = await scene(world)
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    navigator = world.people[NAVIGATORS[0]]
    problems = []
    for name, person in (
        ("checkin:digest", navigator),
        ("checkin:open", mentee),
        ("checkin:cohort", mentee),
        ("checkin:skip", mentee),
        ("meetings:crew", captain),
        ("teams:who", captain),
        ("teams:who", mentee),
        ("meetings:book", mentee),
        ("meetings:cancel", captain),
        ("meetings:offer", mentee),
        ("meetings:decline", mentee),
        ("onboarding:introduce", mentee),
        ("people:leaveyes", mentee),
        ("cohort:changeyes", world.admin),
        ("cohort:launchyes", world.admin),
        ("cohort:closeyes", world.admin),
    ):
        outcome = await press(world, person, f"lo:{name}:{args[BUTTONS[name].arg]}")
        text = said(outcome)
        refusals = (ROSTER, NOBODY, ORGANIZERS, TEAM, COHORT, OFFERED, PEOPLE, LETTER)
        if any(refusal in text for refusal in refusals) or "Something went wrong" in text:
            problems.append(f"{name} by {person.username}: {text}")
        if not (outcome.messages or outcome.modal or outcome.updated):
            problems.append(f"{name} by {person.username}: nothing")
    assert problems == []
    assert number(world, "SELECT count(*) FROM one_on_one WHERE state = 'booked'") == 0
    assert number(world, "SELECT count(*) FROM cohort WHERE state = 'closed'") == 1
