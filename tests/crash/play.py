"""A cohort on a stage where the bot keeps dying."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rehearsal.oracle import judge
from rehearsal.oracle_roster import read_roster
from rehearsal.oracle_time import DAY, stamp
from rehearsal.personas import cast
from rehearsal.progress import Progress
from rehearsal.restarts import Restarts
from rehearsal.script import Play, Script, write_script
from rehearsal.stage import Stage, clear
from rehearsal.story import Cohort
from rehearsal.timeline import Timeline
from sandbox import Message
from tests.crash.aims import draw
from tests.crash.ambush import Ambush, bad_weather, happened
from tests.crash.crowd import Fate, move_in
from tests.crash.evidence import Book
from tests.crash.killer import Kill, Killer
from tests.crash.lateness import lateness_errors
from tests.crash.outages import Absence, Outage
from tests.crash.process import Mortal
from tests.crash.wire import copies, without

START = "2027-02-22"
PATIENCE = 90.0
"""Wall seconds until somebody is believed to be stuck: several restarts may follow each other."""


@dataclass(frozen=True)
class Course:
    """What is to be played. `forgetful`: when the bot is back, no nonce is known any more."""

    roster: Path
    weeks: int
    kills: int
    seed: str
    forgetful: bool = False
    outages: tuple[Outage, ...] = ()


@dataclass
class Result:
    """What came of it. `copies` are messages that came again, by their nonce."""

    report: Mapping[str, Any] = field(repr=False)
    kills: list[Kill] = field(repr=False)
    steps: Mapping[str, int]
    copies: Mapping[str, int]
    in_vain: int
    faults: Mapping[str, int]
    absences: list[Absence] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def total(self, *outcomes: str) -> int:
        """How many messages that were due came to these ends."""
        kinds = self.report["deliveries"].values()
        return sum(kind[outcome] for kind in kinds for outcome in outcomes)

    @property
    def lost(self) -> int:
        """Messages that never came."""
        return self.total("lost", "failed")

    @property
    def doubled(self) -> int:
        """Messages too many: as the oracle counts them, or as the server does."""
        return max(self.total("duplicated"), sum(self.copies.values()))

    def write(self, path: Path) -> None:
        """Keeps it for whoever wants to know what happened."""
        said = {
            "kills": [asdict(kill) for kill in self.kills],
            "steps": dict(self.steps),
            "faults": dict(self.faults),
            "errors": self.errors,
        }
        path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class _NoRestarts(Restarts):
    """The bot is restarted often enough."""

    async def before_click(self, message: Message) -> None:
        """Nothing."""


async def perform(course: Course, out: Path) -> Result:
    """Plays a course and has it judged. What is left of it stands in `out`.

    Raises Stuck when the play does not go on, RuntimeError when the bot does not start.
    """
    clear(out)
    rng = random.Random(course.seed)
    roster = read_roster(course.roster)
    number = rng.randrange(1_000_000)
    play = Play(course.roster, course.weeks, START, number, out, own_process=True)
    script = Script.of(play, date.fromisoformat(START), roster, cast(roster, rng))
    timeline = Timeline(script.first_moment, PATIENCE)
    stage = Stage(out, roster, timeline, own_process=True)
    ambush = stage.sandbox.faults = Ambush(stage.sandbox.world, number)
    # A busy machine may take its time to answer people.
    stage.sandbox.acknowledge_within = 20.0
    await stage.build(script.names, script.organizer)
    bot = stage.bot = Mortal(stage.settings, timeline, out / "bot.log")
    fate = Fate(bot, timeline, rng)
    move_in(stage, fate)
    book = Book(out / "liftoff.db")
    aims = draw(rng, course.kills, script.first_moment + timedelta(minutes=1), script.closing)
    killer = Killer(stage, bot, book, aims, rng, forgetful=course.forgetful)
    ambush.lookout = killer
    bad_weather(ambush)
    try:
        await bot.start()
        cohort = Cohort(stage, script)
        cohort.shared.restarts = _NoRestarts(stage)
        absences = [Absence.of(outage, script, stage, bot, book) for outage in course.outages]
        for absence in absences:
            timeline.start(absence.happens(killer), "an outage")
        timeline.start(killer.finish(script.closing + DAY), "an end with kills that were left over")
        await cohort.play(Progress(io.StringIO(), course.weeks))
        await bot.stop()
    finally:
        await killer.close()
        await timeline.close()
        await stage.close()
    wire, judged = out / "wire.jsonl", out / "judged.jsonl"
    without(fate.in_vain, wire, judged)
    told = script.as_dict(stage)
    told["outages"] = [absence.as_dict() for absence in absences]
    write_script(out / "script.json", told)
    report = judge(course.roster, told, judged).as_dict()
    result = Result(
        report=report,
        kills=killer.kills,
        steps=killer.steps,
        copies=copies(wire),
        in_vain=len(fate.in_vain),
        faults=happened(ambush),
        absences=absences,
    )
    result.errors += [f"the play: {trouble}" for trouble in cohort.troubles]
    result.errors += [f"the server: {violation}" for violation in stage.sandbox.violations]
    result.errors += [error for error in report["errors"] if not _shown_again(error, fate)]
    result.errors += [f"the delivery {nonce} came again" for nonce in result.copies]
    zones = {name: roster.row(name).zone for name in roster.people}
    for absence in absences:
        result.errors += lateness_errors(absence, report["items"], judged, zones)
    result.write(out / "result.json")
    return result


def _shown_again(error: str, fate: Fate) -> bool:
    """Only the one who asks sees an ephemeral message, and nobody can look whether it was there.

    What a dying bot has shown and could not write down is shown once more.
    """
    return "behind My messages" in error and any(stamp(at) in error for at in fate.looked_again)
