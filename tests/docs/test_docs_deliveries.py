"""docs/deliveries.md and docs/courtesy.md say what the loaded cogs and the settings say."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.dispatcher import DATABASE_PATIENCE
from bot.delivery.kinds import Kind
from bot.delivery.sender import LONGEST_BACKOFF_SECONDS
from bot.domain import rhythm
from bot.domain.deliveries import Courtesy, State
from bot.services import arrivals, checkins, onboarding, people, planning, presence
from bot.settings import Settings
from tests.support.world import World

DOCS = Path(__file__).parents[2] / "docs"
CELLS = re.compile(r"^\| (.+) \|$", re.MULTILINE)

USEFUL = {
    "captain_bookings": rhythm.WEEKLY_USEFUL,
    "captain_week": rhythm.WEEKLY_USEFUL,
    "checkin_prompt": rhythm.PROMPT_USEFUL,
    "checkin_shared": checkins.SHARED_USEFUL,
    "greeting": arrivals.GREETING_USEFUL,
    "home": planning.NOTE_USEFUL,
    "introduction": onboarding.INTRODUCTION_USEFUL,
    "navigator_week": rhythm.WEEKLY_USEFUL,
    "one_on_one_offer": rhythm.OFFER_USEFUL,
    "organizer_note": planning.NOTE_USEFUL,
    "stranger_note": presence.STRANGER_USEFUL,
    "team_farewell": planning.TEAM_POST_USEFUL,
    "team_welcome": planning.TEAM_POST_USEFUL,
    "welcome_back": people.BACK_USEFUL,
}
UNTIL_THE_MEETING = {"captain_day", "one_on_one_change", "one_on_one_reminder"}


def section(document: str, heading: str) -> str:
    text = (DOCS / document).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(text: str) -> list[list[str]]:
    """The rows of the first table, without its head."""
    rows = [row.split(" | ") for row in CELLS.findall(text)]
    return [[cell.strip("` ") for cell in row] for row in rows[2:]]


def documented() -> dict[str, list[str]]:
    return {row[0]: row for row in table(section("deliveries.md", "Kinds"))}


async def test_every_kind_has_its_row_and_no_other_has(world: World) -> None:
    assert world.app is not None
    kinds: list[Kind] = world.app.kinds.all()
    assert list(documented()) == [kind.name for kind in kinds]
    for kind in kinds:
        _, code, to, due, useful, courtesy, late, private = documented()[kind.name]
        assert (code, courtesy) == (kind.code, kind.courtesy.value), kind.name
        assert late == kind.late.value, kind.name
        assert private == ("yes" if kind.private else "no"), kind.name
        assert to, kind.name
        assert due, kind.name
        assert useful, kind.name


@pytest.mark.parametrize("name", sorted(USEFUL))
def test_the_last_useful_time_is_the_codes(name: str) -> None:
    number, unit = documented()[name][4].split()
    assert unit in {"day", "days"}
    assert timedelta(days=int(number)) == USEFUL[name]


def test_every_kind_has_a_last_useful_time_of_one_sort() -> None:
    assert {*USEFUL, *UNTIL_THE_MEETING} == set(documented())
    for name in UNTIL_THE_MEETING:
        assert "start" in documented()[name][4]


def test_the_table_of_lateness_has_every_kind_once() -> None:
    rows = table(section("deliveries.md", "Late"))
    named = [
        name
        for row in rows
        for name in re.findall(r"\w+_\w+|\b(?:home|greeting|introduction)\b", row[0])
    ]
    assert sorted(named) == sorted(documented())


def test_every_state_is_explained_in_order() -> None:
    text = section("deliveries.md", "The life of a delivery")
    assert [row[0] for row in table(text)] == [state.value for state in State]


def test_the_numbers_of_patience_are_the_codes() -> None:
    text = section("deliveries.md", "How one is sent")
    assert f"at most {LONGEST_BACKOFF_SECONDS} seconds" in text
    assert f"after {DATABASE_PATIENCE.seconds} seconds" in text


def test_every_class_is_explained() -> None:
    rows = table(section("courtesy.md", "Classes"))
    assert [row[0] for row in rows] == [courtesy.value for courtesy in Courtesy]


def test_the_numbers_of_courtesy_are_the_defaults() -> None:
    programme = Settings().programme
    told = {row[0]: int(row[1]) for row in table(section("courtesy.md", "Caps"))}
    caps = programme.caps.model_dump()
    posts = caps.pop("team_channel_posts")
    assert told == caps
    assert f"at most {posts} posts" in section("courtesy.md", "Caps")
    quiet = section("courtesy.md", "Quiet hours")
    hours = programme.quiet_hours
    assert f"between {hours.start:%H:%M} and {hours.end:%H:%M}" in quiet
