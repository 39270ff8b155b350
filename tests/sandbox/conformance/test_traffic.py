"""All that goes over the wire in a whole cohort conforms, both ways."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.perform import Play, perform

ROSTERS = Path(__file__).parents[3] / "examples/rosters"


async def report_of(roster: str, weeks: int, out: Path) -> dict[str, Any]:
    """The report of a rehearsal that has to pass."""
    said = io.StringIO()
    play = Play(roster=ROSTERS / roster, weeks=weeks, start="2027-02-22", seed=1, out=out)
    status = await perform(play, said)
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["conformance"]["violations"] == []
    assert (status, report["errors"]) == (0, [])
    return report


async def test_a_pilot(openapi: Path, tmp_path: Path) -> None:
    report = await report_of("pilot.csv", 2, tmp_path)
    assert report["conformance"]["checked"] > 500


@pytest.mark.deep
async def test_a_session(openapi: Path, tmp_path: Path) -> None:
    report = await report_of("session.csv", 8, tmp_path)
    assert report["conformance"]["checked"] > 4_000
