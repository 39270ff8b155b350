"""Performs a whole cohort: builds the stage, lets everybody live through it, and has it judged."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Mapping
from datetime import date
from typing import Any, TextIO

from rehearsal.oracle import judge
from rehearsal.oracle_roster import read_roster
from rehearsal.page import write_page
from rehearsal.personas import cast
from rehearsal.progress import Progress
from rehearsal.script import Play, Script, write_script
from rehearsal.stage import Stage, bot_logs, clear
from rehearsal.story import Cohort
from rehearsal.timeline import Stuck, Timeline

__all__ = ["Play", "perform"]


async def perform(play: Play, stream: TextIO | None = None) -> int:
    """Performs `play` and writes its results to `play.out`.

    Returns the exit status: 0 when everything due came, 1 when not, 2 for a play that cannot be
    performed. Progress goes to `stream` (standard output by default).
    """
    progress = Progress(stream or sys.stdout, play.weeks)
    try:
        start = date.fromisoformat(play.start)
        roster = read_roster(play.roster)
        if not roster.holding("organizer") or not roster.teams:
            raise ValueError("it needs at least one organizer and one team")
    except (OSError, ValueError, KeyError) as error:
        progress.line(f"This cannot be rehearsed: {error}")
        return 2
    clear(play.out)
    began = time.perf_counter()
    rng = random.Random(play.seed)
    script = Script.of(play, start, roster, cast(roster, rng))
    timeline = Timeline(script.first_moment)
    try:
        stage = Stage(play.out, roster, timeline, own_process=play.own_process)
    except (OSError, ValueError) as error:
        progress.line(f"This cannot be rehearsed: {error}")
        return 2
    cohort: Cohort | None = None
    failure = ""
    progress.note("Building the stage")
    try:
        await stage.build(script.names, script.organizer)
        write_script(play.out / "script.json", script.as_dict(stage))
        with bot_logs(play.out / "bot.log", stage.settings, timeline, own=play.own_process):
            await stage.bot.start()
            cohort = Cohort(stage, script)
            await cohort.play(progress)
            await stage.bot.stop()
    except (Stuck, RuntimeError, OSError) as error:
        failure = f"the rehearsal broke off: {error}"
    finally:
        await timeline.close()
        await stage.close()
    if cohort is None:
        progress.line(failure)
        return 1
    progress.note("Judging")
    report = _report(play, script.as_dict(stage), cohort, failure, began)
    return _finish(play, report, script, stage, progress, began)


def _report(
    play: Play, script: Mapping[str, Any], cohort: Cohort, failure: str, began: float
) -> dict[str, Any]:
    """The oracle's report, with what went wrong on the stage itself."""
    report: dict[str, Any] = judge(
        play.roster, script, play.out / "wire.jsonl", time.perf_counter() - began
    ).as_dict()
    troubles = [f"the play: {trouble}" for trouble in cohort.troubles]
    troubles += [f"the server: {violation}" for violation in cohort.stage.sandbox.violations]
    report["errors"] = [*([failure] if failure else []), *troubles, *report["errors"]]
    report["passed"] = not report["errors"]
    report["seed"] = play.seed
    report["restarts"] = cohort.restarts.as_dict()
    report["jumps"] = cohort.stage.timeline.jumps
    checked = cohort.stage.sandbox.conformance
    report["conformance"] = {
        "checked": checked.checked if checked else 0,
        "violations": [str(violation) for violation in cohort.stage.sandbox.violations],
    }
    return report


def _finish(
    play: Play,
    report: dict[str, Any],
    script: Script,
    stage: Stage,
    progress: Progress,
    began: float,
) -> int:
    page = play.out / "index.html"
    people = script.as_dict(stage)["personas"]
    progress.note("Drawing the page")
    report["wall_seconds"] = round(time.perf_counter() - began, 1)
    write_page(
        page, play.out / "wire.jsonl", report, play.roster, people, f"{script.cohort}: rehearsal"
    )
    report["wall_seconds"] = round(time.perf_counter() - began, 1)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    (play.out / "report.json").write_text(text + "\n", encoding="utf-8")
    progress.verdict(report, str(page))
    return 0 if report["passed"] else 1
