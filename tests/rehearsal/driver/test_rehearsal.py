"""A whole rehearsal, with the real bot: small, but with everything in it."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from rehearsal.perform import Play, perform
from rehearsal.stage import clear

PILOT = Path(__file__).parents[3] / "examples/rosters/pilot.csv"
ALWAYS_CLICKED = {
    "checkin:open",
    "meetings:book",
    "meetings:crew",
    "meetings:mine",
    "messages:mine",
    "onboarding:open",
    "people:break",
    "teams:who",
}


def play(out: Path, **changes: Any) -> Play:
    facts: dict[str, Any] = {"roster": PILOT, "weeks": 2, "start": "2027-02-22", "seed": 1}
    return Play(**{**facts, "out": out, **changes})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_pilot_of_two_weeks_passes(tmp_path: Path) -> None:
    handlers = logging.getLogger().handlers[:]
    said = io.StringIO()
    status = await perform(play(tmp_path), said)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["errors"] == []
    assert status == 0
    assert (report["people"], report["teams"], report["weeks"]) == (12, 2, 2)
    assert report["deliveries"]["checkin_prompt"] == {
        "due": 4,
        "delivered": 4,
        "cancelled": 0,
        "expired": 0,
        "failed": 0,
        "lost": 0,
        "duplicated": 0,
    }

    assert report["restarts"]["count"] >= len(report["restarts"]["kinds"]) >= 8
    assert set(report["restarts"]["clicked"]) >= ALWAYS_CLICKED

    assert (tmp_path / "index.html").read_text(encoding="utf-8").startswith("<!")
    script = json.loads((tmp_path / "script.json").read_text(encoding="utf-8"))
    assert script["cohort"]["weeks"] == 2
    assert script["organizer"] == "alexspace68"
    parts = {part["persona"] for part in script["personas"].values()}
    assert parts >= {"closed-dms", "leaves", "late", "pauses", "skipper", "slow", "organizer"}

    moments = [record["t"] for record in lines(tmp_path / "wire.jsonl")]
    assert moments == sorted(moments)
    assert all(entry["level"] != "error" for entry in lines(tmp_path / "bot.log"))

    text = said.getvalue()
    assert "Before the start" in text
    assert "Week 1 of 2" in text
    assert "Week 2 of 2" in text
    assert "It passed." in text
    assert str(tmp_path / "index.html") in text
    assert "\r" not in text
    assert "\x1b" not in text
    assert logging.getLogger().handlers == handlers


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"start": "next Monday"}, "next Monday"),
        ({"roster": Path("/nowhere/roster.csv")}, "No such file"),
    ],
)
async def test_what_cannot_be_performed_is_said(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    said = io.StringIO()
    assert await perform(play(tmp_path, **changes), said) == 2
    assert "cannot be rehearsed" in said.getvalue()
    assert says in said.getvalue()
    assert left_in(tmp_path) == []


async def test_a_roster_without_organizers_is_refused(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    kept = [
        line for line in PILOT.read_text(encoding="utf-8").splitlines() if "organizer" not in line
    ]
    roster.write_text("\n".join(kept) + "\n", encoding="utf-8")
    said = io.StringIO()
    assert await perform(play(tmp_path / "out", roster=roster), said) == 2
    assert "at least one organizer" in said.getvalue()


def test_only_what_a_rehearsal_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "wire.jsonl").write_text("old")
    (tmp_path / "holiday.jpg").write_text("mine")
    clear(tmp_path)
    assert left_in(tmp_path) == ["holiday.jpg"]


@pytest.mark.deep
async def test_it_also_passes_with_the_bot_in_a_process_of_its_own(tmp_path: Path) -> None:
    status = await perform(play(tmp_path, own_process=True), io.StringIO())
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["errors"] == []
    assert status == 0
    assert report["restarts"]["count"] >= 8
    starts = [entry for entry in lines(tmp_path / "bot.log") if entry.get("event") == "ready"]
    assert len(starts) == report["restarts"]["count"] + 1


@pytest.mark.deep
@pytest.mark.parametrize(
    ("weeks", "start", "seed"), [(4, "2027-02-22", 2), (5, "2027-03-08", 3), (8, "2027-09-27", 4)]
)
async def test_other_lengths_starts_and_seeds_pass(
    tmp_path: Path, weeks: int, start: str, seed: int
) -> None:
    said = io.StringIO()
    status = await perform(play(tmp_path, weeks=weeks, start=start, seed=seed), said)
    assert status == 0, said.getvalue()
