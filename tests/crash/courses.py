"""The plays of `make test-crash`, and the short one of `make test`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.crash.outages import Outage
from tests.crash.play import Course

ROSTERS = Path(__file__).parents[2] / "examples" / "rosters"
SMALL = Path(__file__).parent / "small.csv"
"""One team, and everybody a team needs."""

KILLS = 200
SEED = 1

AWAY = (
    # A stranger looks in meanwhile, and offers of one-on-ones wait.
    Outage(week=1, day=3, hour=0, hours=30),
    # The week's prompts are late, but not too late.
    Outage(week=2, day=1, hour=3, hours=44),
    # They are too late; letters to mentors and offers are not.
    Outage(week=2, day=7, hour=12, hours=90),
)

_PILOT = Course(ROSTERS / "pilot.csv", weeks=2, kills=0, seed="")
_FORGOTTEN = replace(_PILOT, forgetful=True)
COURSES = {
    "outages": replace(_PILOT, weeks=4, outages=AWAY),
    "longer": replace(_PILOT, weeks=4),
    **{f"pilot {number}": _PILOT for number in (1, 2, 3)},
    **{f"forgotten nonces {number}": _FORGOTTEN for number in (1, 2, 3)},
}
"""The kills are shared out among them; each play has its own dice."""

QUICK = Course(SMALL, weeks=2, kills=5, seed="quick")


def seed() -> int:
    """What the dice of all plays begin with: `SEED`."""
    return int(os.environ.get("SEED") or SEED)


def kills() -> int:
    """How many kills there are in all: `KILLS`."""
    return int(os.environ.get("KILLS") or KILLS)


def course(name: str) -> Course:
    """A play with its share of the kills."""
    number = list(COURSES).index(name)
    share, more = divmod(kills(), len(COURSES))
    return replace(COURSES[name], kills=share + (number < more), seed=f"{seed()}:{name}")
