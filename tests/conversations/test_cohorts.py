"""`/cohort create`, `import` and `show`: what is taken, what is refused, and what that changes."""

import pytest

from sandbox import Upload
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    ORGANIZER,
    csv_file,
    dump,
    forged,
    number,
    only_for,
    press,
    roster_rows,
    row,
    running,
    said,
    sql,
)
from tests.support.world import ROSTERS, World

GOOD = {"name": "Session 4", "start": "2027-02-22"}


async def test_a_cohort_is_created_as_asked(world: World) -> None:
    made = await world.run(
        world.admin,
        "/cohort create",
        **GOOD,
        weeks=4,
        timezone="Lisbon",
        prompt_day="wed",
        prompt_hour="18:30",
    )
    assert "**Session 4** is created" in said(made)
    assert "Monday 22 February 2027, for 4 weeks" in said(made)
    assert "Wednesdays at 18:30" in said(made)
    assert "Europe/Lisbon" in said(made)
    assert only_for(made, world.admin)
    assert "cohort import:" in said(made), "the next step is a command one can tap"


BAD_INPUT: list[tuple[dict[str, object], str]] = [
    ({"start": "22/02/2027"}, "please write year-month-day"),
    ({"start": "2027-02-30"}, "no day 2027-02-30"),
    ({"start": "next monday"}, "not a date I can read"),
    ({"start": "2027-02-14"}, "is in the past"),
    ({"start": "2099-02-22"}, "years ahead"),
    ({"weeks": 0}, "1 to 52 weeks"),
    ({"weeks": 53}, "1 to 52 weeks"),
    ({"weeks": -1}, "1 to 52 weeks"),
    ({"timezone": "Middle-earth"}, "Middle-earth"),
    ({"prompt_day": "someday"}, "no weekday I know"),
    ({"prompt_hour": "25:00"}, "no time of day I know"),
    ({"prompt_hour": "noon"}, "no time of day I know"),
    ({"name": "Hello @everyone"}, "leave @ "),
    ({"name": "x" * 61}, "1 to 60 characters"),
    ({"name": "  "}, "1 to 60 characters"),
    ({"name": "a\x00b"}, "unprintable"),
]


async def test_bad_input_is_refused_in_one_sentence_and_changes_nothing(world: World) -> None:
    before = dump(world)
    for changed, sentence in BAD_INPUT:
        refused = await world.run(world.admin, "/cohort create", **{**GOOD, **changed})
        assert sentence in said(refused), changed
        assert only_for(refused, world.admin)
        assert len(refused.messages) == 1
        assert dump(world) == before, changed


async def test_a_name_is_taken_once_in_a_server(world: World) -> None:
    await world.run(world.admin, "/cohort create", **GOOD)
    before = dump(world)
    again = await world.run(world.admin, "/cohort create", name=" Session  4 ", start="2027-03-01")
    assert "“Session 4” already" in said(again)
    assert dump(world) == before


COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("/cohort create", {"name": "Another", "start": "2027-02-22"}),
    ("/cohort show", {}),
    ("/cohort import", {"file": csv_file([row("newbie", "mentee", "Mercury")])}),
    ("/cohort launch", {}),
    ("/cohort close", {}),
    ("/organizers show", {}),
]
FOR_ADMINS = ("/organizers add", "/organizers remove")


async def test_names_are_completed_while_typing(world: World) -> None:
    for name in ("Session 4", "Pilot"):
        await world.run(world.admin, "/cohort create", name=name, start="2027-02-22")
    for command in ("show", "import", "launch", "close"):
        found = await world.admin.autocomplete(
            f"/cohort {command}", option="name", value="sess", guild=world.guild
        )
        assert [choice["value"] for choice in found] == ["Session 4"]
    await world.settle()


async def test_who_may_use_organizers_commands(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    stranger = await world.join("passer_by")
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    before = dump(world)
    for person in (stranger, mentee, captain):
        for command, options in COMMANDS:
            refused = await world.run(person, command, **options)
            assert "That is for organizers." in said(refused), (person, command)
            assert "organizers add:" in said(refused)
            assert only_for(refused, person)
        for command in FOR_ADMINS:
            refused = await world.run(person, command, member=stranger)
            assert "Manage Server" in said(refused), (person, command)
    assert dump(world) == before


async def test_organizers_of_a_roster_and_named_ones_may(world: World) -> None:
    await running(world)
    of_roster = await world.join(ORGANIZER)
    named = await world.join("helpful")
    assert "That is for organizers" in said(await world.run(named, "/cohort show"))
    done = await world.run(world.admin, "/organizers add", member=named)
    assert "can run cohorts here now" in said(done)
    for person in (of_roster, named):
        assert "Session 4" in said(await world.run(person, "/cohort show"))
        created = await world.run(
            person, "/cohort create", name=f"By {person.username}", start="2027-05-03"
        )
        assert "is created" in said(created)
        before = dump(world)
        refused = await world.run(person, "/organizers add", member=person)
        assert "Manage Server" in said(refused), "organizers do not name organizers"
        assert dump(world) == before
    shown = await world.run(world.admin, "/organizers show")
    assert f"<@{named.id}>" in said(shown)
    assert f"<@{of_roster.id}>" not in said(shown)
    await world.run(world.admin, "/organizers remove", member=named)
    assert "That is for organizers" in said(await world.run(named, "/cohort show"))
    again = await world.run(world.admin, "/organizers remove", member=named)
    assert "was not named here" in said(again)


async def test_confirming_is_for_organizers_whoever_presses(world: World) -> None:
    await world.cohort()
    asked = await world.run(world.admin, "/cohort launch")
    launch = asked.messages[-1].button("Launch Session 4").custom_id
    stranger = await world.join("passer_by")
    mentee = await world.onboard(MENTEE)
    before, channels = dump(world), len(world.guild.channels)
    for person in (stranger, mentee):
        refused = await press(world, person, launch or "")
        assert "That is for organizers" in said(refused)
    assert (dump(world), len(world.guild.channels)) == (before, channels)
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    closing = await world.run(world.admin, "/cohort close")
    close = closing.messages[-1].button("Close Session 4").custom_id
    before = dump(world)
    for person in (stranger, mentee):
        assert "That is for organizers" in said(await press(world, person, close or ""))
    assert dump(world) == before
    organizer = await world.join(ORGANIZER)
    assert "is closed" in said(await press(world, organizer, close or ""))


async def test_a_cohort_of_another_server_is_out_of_reach(world: World) -> None:
    await running(world)
    cohort = number(world, "SELECT id FROM cohort")
    elsewhere = world.sandbox.create_guild("Elsewhere", owner=world.person("owner_there"))
    owner = world.people["owner_there"]
    world.sandbox.invite_bot(world.application, elsewhere, 1 << 10)
    await world.settle()
    before = dump(world)
    shown = await owner.run("/cohort show", guild=elsewhere, name="Session 4")
    assert "no cohort named “Session 4”" in said(shown)
    place = elsewhere.channels[0]
    for action in ("launchyes", "closeyes"):
        message = forged(world, owner, f"lo:cohort:{action}:{cohort}", place)
        refused = await world.click(owner, message, "Press")
        assert "not on this server" in said(refused)
    assert dump(world) == before


@pytest.mark.parametrize(
    ("roster", "people", "teams"), [("pilot.csv", 12, 2), ("session.csv", 33, 6)]
)
async def test_the_examples_are_imported(
    world: World, roster: str, people: int, teams: int
) -> None:
    await world.cohort(roster)
    assert number(world, "SELECT count(*) FROM person") == people
    assert number(world, "SELECT count(*) FROM team") == teams
    shown = said(await world.run(world.admin, "/cohort show"))
    assert "not launched yet" in shown
    assert shown.count("\n- **") == teams
    if roster == "session.csv":
        assert "18 mentees, 8 navigators, 4 captains and 3 organizers" in shown
    assert "@example.org" not in "\n".join(dump(world)), "e-mail addresses are not kept"


BROKEN = {
    "png": (Upload("roster.png", b"\x89PNG\r\n\x1a\n" + bytes(200), "image/png"), "CSV"),
    "binary": (Upload("roster.csv", bytes(range(256)), "text/csv"), "roster.csv"),
    "text": (Upload("notes.txt", b"Dear all,\nhere is nothing.\n", "text/plain"), "column"),
    "empty": (Upload("roster.csv", b"", "text/csv"), "roster.csv"),
    "huge": (Upload("roster.csv", b"a,b\n" * 2_600_000, "text/csv"), "larger than any roster"),
    "large": (Upload("roster.csv", b"a,b\n" * 300_000, "text/csv"), "MB"),
}


async def test_a_file_that_is_no_roster_is_refused(world: World) -> None:
    await world.run(world.admin, "/cohort create", **GOOD)
    before = dump(world)
    for name, (upload, word) in BROKEN.items():
        refused = await world.run(world.admin, "/cohort import", file=upload)
        assert word in said(refused), name
        assert "Something went wrong" not in said(refused), name
        assert only_for(refused, world.admin), name
        assert dump(world) == before, name


async def test_every_bad_row_is_listed_and_nothing_is_imported(world: World) -> None:
    await world.run(world.admin, "/cohort create", **GOOD)
    before = dump(world)
    rows = [
        row("good_one", "mentee", "Ursa"),
        row("good_one", "mentee", "Ursa"),
        row("first_captain", "captain", "Ursa"),
        row("second_captain", "captain", "Ursa"),
        row("nowhere", "mentee", "Ursa", timezone="Atlantis"),
        row("loud", "mentee", "Ursa", name="@everyone"),
        row("odd", "wizard", "Ursa"),
        row("busy", "mentee", "Ursa", availability="Mon 25:00-26:00"),
    ]
    refused = said(await world.run(world.admin, "/cohort import", file=csv_file(rows)))
    assert "Nothing was imported" in refused
    for line, reason in (
        (3, "good"),
        (5, "one captain"),
        (6, "Atlantis"),
        (7, "@\u200beveryone"),
        (8, "no role"),
        (9, "25:00"),
    ):
        assert any(
            text.startswith(f"- line {line}:") and reason in text for text in refused.split("\n")
        ), (line, refused)
    assert "- line 2:" not in refused
    assert dump(world) == before


async def test_too_many_mistakes_come_as_a_file(world: World) -> None:
    await world.run(world.admin, "/cohort create", **GOOD)
    rows = [row(f"person{n}", "mentee", "Ursa", timezone=f"Nowhere/{n}") for n in range(80)]
    refused = await world.run(world.admin, "/cohort import", file=csv_file(rows))
    assert "the file below has them all" in said(refused)
    listed = refused.messages[0].attachments[0].content.decode()
    assert all(f"line {n + 2}: " in listed for n in range(80))
    assert number(world, "SELECT count(*) FROM person") == 0


async def test_importing_again_adds_late_joiners_and_nothing_else(world: World) -> None:
    await running(world, MENTEE)
    tables = ("fact", "delivery")
    before = dump(world, without=tables)
    rows = roster_rows()
    same = await world.run(world.admin, "/cohort import", file=csv_file(rows))
    assert "People: 0 new, 0 updated, 12 as they were. New teams: 0." in said(same)
    assert dump(world, without=tables) == before
    states = sql(world, "SELECT id, state, not_before FROM delivery ORDER BY id")
    late = [*rows, row("late_joiner", "mentee", "Venus")]
    more = await world.run(world.admin, "/cohort import", file=csv_file(late))
    assert "People: 1 new, 0 updated, 12 as they were." in said(more)
    assert number(world, "SELECT count(*) FROM person") == 13
    assert sql(world, "SELECT id, state, not_before FROM delivery ORDER BY id")[: len(states)] == (
        states
    )
    person = await world.onboard("late_joiner")
    assert "venus" in {channel.name for channel in person.channels(world.guild)}


async def test_what_people_said_themselves_outlives_an_import(world: World) -> None:
    await running(world)
    await world.onboard(MENTEE, **{"Your city or timezone": "Tokyo"})
    await world.run(world.admin, "/cohort import", file=csv_file(roster_rows()))
    assert sql(world, "SELECT timezone FROM person WHERE username = ?", MENTEE) == [("Asia/Tokyo",)]


async def test_an_import_replaces_a_captain(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    captain = world.people[CAPTAIN]
    assert "mercury" in {channel.name for channel in captain.channels(world.guild)}
    rows = roster_rows()
    for one in rows:
        if one["discord_username"] == CAPTAIN:
            one["team"] = "Venus"
    rows.append(row("new_captain", "captain", "Mercury"))
    await world.run(world.admin, "/cohort import", file=csv_file(rows))
    new = await world.onboard("new_captain")
    assert "mercury" in {channel.name for channel in new.channels(world.guild)}
    seen = {channel.name for channel in captain.channels(world.guild)}
    assert "mercury" not in seen
    assert "venus" in seen
    assert "new" in said(await world.run(world.admin, "/cohort show")).lower()


async def test_showing_names_the_cohort_when_there_are_several(world: World) -> None:
    none = await world.run(world.admin, "/cohort show")
    assert "no open cohort here yet" in said(none)
    await world.run(world.admin, "/cohort create", **GOOD)
    await world.run(world.admin, "/cohort create", name="Session 5", start="2027-06-07")
    which = await world.run(world.admin, "/cohort show")
    assert "“Session 4”, “Session 5”" in said(which)
    assert "2027" in said(await world.run(world.admin, "/cohort show", name="Session 5"))
    assert "no cohort named" in said(await world.run(world.admin, "/cohort show", name="Nope"))


async def test_an_import_warns_of_thin_teams_and_goes_on(world: World) -> None:
    await world.run(world.admin, "/cohort create", **GOOD)
    rows = [
        row("early_bird", "navigator", "Ursa", availability="Mon 06:00-08:00"),
        row("night_owl", "mentee", "Ursa", availability="Mon 20:00-22:00"),
    ]
    done = said(await world.run(world.admin, "/cohort import", file=csv_file(rows)))
    assert "Team Ursa shares 0 hours in week 1" in done
    assert "no captain yet" in done
    assert number(world, "SELECT count(*) FROM person") == 2


def test_the_examples_are_the_ones_the_issue_counts() -> None:
    assert (ROSTERS / "session.csv").exists()
    roles = [one["role"] for one in roster_rows("session.csv")]
    assert [roles.count(role) for role in ("mentee", "navigator", "captain", "organizer")] == [
        18,
        8,
        4,
        3,
    ]
