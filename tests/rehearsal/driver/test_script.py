"""Casting, the script and the lines: the same for the same seed, and complete."""

import random
from datetime import UTC, date, datetime
from pathlib import Path

from rehearsal.lines import Lines
from rehearsal.oracle_roster import read_roster
from rehearsal.personas import MENTEES, cast
from rehearsal.restarts import action_of
from rehearsal.script import Play, Script

ROSTERS = Path(__file__).parents[3] / "examples/rosters"


def script(name: str, seed: int = 1) -> Script:
    path = ROSTERS / name
    roster = read_roster(path)
    play = Play(path, 8, "2027-02-22", seed, Path("out"))
    return Script.of(play, date(2027, 2, 22), roster, cast(roster, random.Random(seed)))


def test_everybody_has_a_part_and_a_large_roster_has_all_personas() -> None:
    told = script("session.csv")
    assert set(told.personas) == set(told.roster.people)
    mentees = {told.personas[name] for name in told.roster.holding("mentee")}
    assert mentees == {*MENTEES, *mentees}


def test_a_small_roster_has_the_ones_that_matter_most() -> None:
    told = script("pilot.csv")
    keys = {told.personas[name].key for name in told.roster.holding("mentee")}
    assert keys == {"closed-dms", "leaves", "late", "pauses", "skipper", "slow"}


def test_a_seed_decides_who_plays_what() -> None:
    assert script("session.csv", 5).personas == script("session.csv", 5).personas
    assert script("session.csv", 5).personas != script("session.csv", 6).personas


def test_only_one_leaves_one_is_late_and_one_is_closed() -> None:
    parts = list(script("session.csv").personas.values())
    assert sum(part.leaves for part in parts) == 1
    assert sum(part.late for part in parts) == 1
    assert sum(part.closed_dms for part in parts) == 1


def test_the_first_roster_is_the_whole_one_without_the_latecomer() -> None:
    told = script("session.csv")
    (late,) = told.latecomers
    gone = set(told.source.splitlines()) - set(told.first_roster.splitlines())
    assert len(gone) == 1
    assert gone.pop().startswith(f"{late},".encode())


def test_the_great_moments_lie_on_the_organizers_clock() -> None:
    told = script("pilot.csv")
    assert told.zone == "Africa/Harare"
    assert told.first_moment == datetime(2027, 2, 15, 4, tzinfo=UTC)
    assert told.closing == datetime(2027, 4, 19, 15, tzinfo=UTC)


def test_people_repeat_neither_themselves_nor_others() -> None:
    said = []
    for seed in range(40):
        lines = Lines(random.Random(f"1:{seed}"))
        said += [lines.done() for _ in range(8)] + [lines.about()]
    assert len(set(said)) == len(said)
    assert all(len(text) >= 12 for text in said)
    assert all(not set(text) & set("*_`~|<>#@") for text in said)


def test_an_action_is_the_middle_of_a_custom_id() -> None:
    assert action_of("lo:meetings:book:17") == "meetings:book"
    assert action_of("lo:messages:mine:") == "messages:mine"
