"""The untouched small play, and a judge for what tests make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.oracle import Report, judge
from tests.rehearsal.oracle import smallplay as play
from tests.rehearsal.oracle.wiremaker import Record, write


@pytest.fixture
def records() -> list[Record]:
    return play.new_play().perform()


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., Report]:
    def judged(records: list[Record], **more: Any) -> Report:
        path = write(records, tmp_path / "wire.jsonl")
        return judge(play.ROSTER, {**play.script(), **more}, path, 1.25)

    return judged
