"""Who behaves how. A table of personas, and their casting over the people of a roster."""

from __future__ import annotations

import random
from dataclasses import dataclass

from rehearsal.oracle_roster import Roster

Hours = tuple[float, float]


@dataclass(frozen=True)
class Persona:
    """A way to behave. `note` tells a reader of the page; durations are hours.

    `answers` is how long after the prompt they answer it, `skips` how often they press "Skip this
    week", `silent` how often they do neither; `audiences` are drawn from for each answer;
    `awake` is when they look at Discord, on their own clock.
    """

    key: str
    note: str
    answers: Hours = (3, 44)
    skips: float = 0.0
    silent: float = 0.08
    edits: bool = False
    audiences: tuple[str, ...] = ("team", "team", "team", "mentors", "mentors", "captain")
    meetings: str = "books"
    awake: Hours = (9, 20)
    closed_dms: bool = False
    late: bool = False
    leaves: bool = False
    pauses: bool = False


CLOSED = Persona(
    "closed-dms",
    "takes no direct messages; looks behind “My messages” twice a week",
    silent=0.0,
    closed_dms=True,
)
LEAVES = Persona("leaves", "leaves in week 3, without explaining", silent=0.0, leaves=True)
LATE = Persona("late", "joins in week 2", silent=0.0, late=True)
PAUSES = Persona(
    "pauses",
    "cancels a meeting when reminded of it; takes a break of about two weeks in week 4",
    meetings="cancels-late",
    pauses=True,
)
SKIPPER = Persona("skipper", "skips most weeks with one click", skips=0.7, meetings="declines")
SLOW = Persona(
    "slow",
    "answers two or three days later, and then changes the answer once",
    answers=(48, 72),
    silent=0.0,
    edits=True,
    audiences=("team", "mentors"),
    meetings="cancels",
)
PROMPT = Persona(
    "prompt",
    "answers within the hour",
    answers=(0.1, 0.9),
    silent=0.0,
    audiences=("team", "team", "team", "mentors"),
)
PRIVATE = Persona(
    "private", "tells only their captain", audiences=("captain",), silent=0.0, answers=(4, 30)
)
SHY = Persona(
    "shy",
    "leaves two offers of a meeting unanswered, then asks for one",
    meetings="ignores",
    audiences=("mentors", "captain", "team"),
)
CHANGES = Persona("changes-plans", "cancels a booked meeting a day later", meetings="cancels")
STEADY = Persona("steady", "answers at their own pace")

MENTEES = (
    CLOSED,
    LEAVES,
    LATE,
    PAUSES,
    SKIPPER,
    SLOW,
    PROMPT,
    PRIVATE,
    SHY,
    CHANGES,
    STEADY,
    PROMPT,
    SLOW,
)
"""In the order in which they are cast: a small roster gets the first ones."""

REGULAR = Persona("regular", "looks in during the day")
EMPLOYED = Persona("employed", "looks in before and after work", awake=(17.5, 20.5))
AWAY = Persona("away", "is away for four days in week 5, and cancels what was booked", pauses=True)
ORGANIZER = Persona("organizer", "runs the cohort")
HELPER = Persona("helper", "an organizer who helps")


def cast(roster: Roster, rng: random.Random) -> dict[str, Persona]:
    """Gives everybody of the roster a persona; the same for the same seed."""
    parts: dict[str, Persona] = {}
    mentees = list(roster.holding("mentee"))
    rng.shuffle(mentees)
    cycle = [*MENTEES, *(STEADY for _ in mentees)]
    parts.update(zip(mentees, cycle, strict=False))
    captains = [name for name in roster.holding("captain") if roster.teams_of(name, "captain")]
    if captains:
        parts[rng.choice(captains)] = AWAY
    for number, name in enumerate(roster.holding("organizer")):
        parts.setdefault(name, HELPER if number else ORGANIZER)
    for name in roster.people:
        parts.setdefault(name, rng.choice((REGULAR, REGULAR, EMPLOYED)))
    return parts
