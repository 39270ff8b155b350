"""The small play and its page, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.page import write_page
from rehearsal.page.cohort import Cohort
from rehearsal.page.roster import read_roster
from rehearsal.page.wire import read_story
from tests.rehearsal.page.document import Document
from tests.rehearsal.page.judged import report_of
from tests.rehearsal.page.lines import ROWS, SCRIPT
from tests.rehearsal.page.play import Play


@dataclass(frozen=True)
class Made:
    """What the tests look at."""

    play: Play
    cohort: Cohort
    path: Path
    html: str
    document: Document


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("page")
    roster = folder / "roster.csv"
    roster.write_text(ROWS, encoding="utf-8")
    play = Play(roster)
    wire = play.perform().save(folder / "wire.jsonl")
    report = report_of(play)
    write_page(folder, wire, report, roster, SCRIPT, "Rehearsal <of> Session 8")
    cohort = Cohort(read_story(wire), read_roster(roster, SCRIPT), report)
    path = folder / "index.html"
    html = path.read_text(encoding="utf-8")
    return Made(play, cohort, path, html, Document.parse(html))
