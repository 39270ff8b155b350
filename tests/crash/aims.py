"""Where the kills go: drawn by a seed before the play, spread over its time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.crash.evidence import STEPS

REQUEST, ANSWER, EVENT, MOMENT, START = "request", "answer", "event", "moment", "start"
WHERE = {
    REQUEST: "before any request of the bot takes effect",
    ANSWER: "after its effect, before the bot hears of it",
    EVENT: "when an event of the gateway is on its way to the bot, or just after",
    MOMENT: "some milliseconds after anything went over the wire",
    START: "while the bot is starting",
}
_WEIGHTS = {REQUEST: 4, ANSWER: 4, EVENT: 4, MOMENT: 3, START: 2}
STEP_SHARE = 0.1
"""Of all kills, for each of the named steps."""
PATIENCE = 0.85
"""The part of the play in which kills become due; the rest is for those that found no victim."""


@dataclass
class Aim:
    """One kill to come: from `moment` on (UTC), at a step or one of `WHERE`."""

    where: str
    moment: datetime
    skip: int
    """So many occasions that fit pass before."""
    delay: float
    """Wall seconds between the occasion and the kill, where it is not held meanwhile."""


def draw(rng: random.Random, kills: int, begin: datetime, end: datetime) -> list[Aim]:
    """So many aims between two moments, in the order of their moments."""
    aims = list(_wheres(rng, kills))
    rng.shuffle(aims)
    # Who wants to die while starting needs somebody who died before.
    aims[kills // 2 :] = sorted(aims[kills // 2 :], key=lambda where: where != START)
    span = (end - begin) * PATIENCE
    return [
        Aim(
            where,
            begin + span * ((number + rng.random()) / kills),
            skip=rng.randrange(3),
            delay=rng.uniform(0, 1.6) if where == START else rng.uniform(0, 0.08),
        )
        for number, where in enumerate(aims)
    ]


def _wheres(rng: random.Random, kills: int) -> Iterator[str]:
    each = min(max(1, round(kills * STEP_SHARE)), kills // len(STEPS))
    for step in STEPS:
        yield from [step] * each
    names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    yield from rng.choices(names, weights, k=kills - each * len(STEPS))
