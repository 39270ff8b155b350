"""The script of a play: who is in it, how they behave, and when the great moments are.

`script.json` is this as data, for the judge and the page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from rehearsal.oracle_roster import Roster
from rehearsal.oracle_time import reach
from rehearsal.personas import Persona
from rehearsal.stage import STRANGER, Stage

DAYS_BEFORE = 7


@dataclass(frozen=True)
class Play:
    """What to perform, as the command line says it. `start` is day 1 of week 1, ISO."""

    roster: Path
    weeks: int
    start: str
    seed: int
    out: Path
    own_process: bool = False


@dataclass(frozen=True)
class Script:
    """Everything that is settled before the play begins."""

    roster: Roster
    source: bytes
    start: date
    weeks: int
    seed: int
    cohort: str
    organizer: str
    personas: dict[str, Persona]

    @classmethod
    def of(cls, play: Play, start: date, roster: Roster, personas: dict[str, Persona]) -> Self:
        """The script of a play."""
        return cls(
            roster=roster,
            source=play.roster.read_bytes(),
            start=start,
            weeks=play.weeks,
            seed=play.seed,
            cohort=f"Session {start.year}",
            organizer=roster.holding("organizer")[0],
            personas=personas,
        )

    @property
    def zone(self) -> str:
        """The cohort's timezone: the organizer's."""
        return self.roster.row(self.organizer).zone

    @property
    def first_moment(self) -> datetime:
        """When the play begins, UTC: early in the organizer's morning, a week before the start."""
        return reach(self.start - timedelta(days=DAYS_BEFORE), time(6), self.zone)

    @property
    def closing(self) -> datetime:
        """When the organizer closes the cohort: the afternoon after its last day."""
        return reach(self.start + timedelta(weeks=self.weeks), time(17), self.zone)

    @property
    def names(self) -> dict[str, str]:
        """Everybody's display name, the stranger's included."""
        known = {name: self.roster.row(name).name for name in self.roster.people}
        return {**known, STRANGER: "Curious Visitor"}

    @property
    def latecomers(self) -> list[str]:
        """Who is not on the first roster."""
        return [name for name, persona in self.personas.items() if persona.late]

    @property
    def first_roster(self) -> bytes:
        """The roster file without the latecomers."""
        lines = self.source.splitlines(keepends=True)
        late = tuple(f"{name},".encode() for name in self.latecomers)
        return b"".join(line for line in lines if not line.lower().startswith(late or (b"\0",)))

    def as_dict(self, stage: Stage) -> dict[str, Any]:
        """The script as data."""
        return {
            "cohort": {
                "name": self.cohort,
                "start": self.start.isoformat(),
                "weeks": self.weeks,
                "timezone": self.zone,
                "prompt_weekday": "Monday",
                "prompt_hour": "09:00",
            },
            "guild_id": str(stage.guild.id),
            "organizer": self.organizer,
            "seed": self.seed,
            "personas": {
                name: {
                    "persona": persona.key,
                    "note": persona.note,
                    "closed_dms": persona.closed_dms,
                    "late": persona.late,
                    "leaves": persona.leaves,
                    "pauses": persona.pauses,
                }
                for name, persona in self.personas.items()
            },
            "outages": [],
        }


def write_script(path: Path, script: dict[str, Any]) -> None:
    """Writes `script.json`."""
    path.write_text(json.dumps(script, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
