"""The judge of a rehearsal: what was due, to whom and when, who may read what, and what came.

It works from the roster, the personas' script and the recording alone. It shares no code with the
bot and never sees its database, so that a rule misunderstood there is not misunderstood here, too.
docs/oracle.md lists the rules it applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.oracle_access import Access, check_access
from rehearsal.oracle_course import course_errors, edit_errors, meeting_errors, pin_errors
from rehearsal.oracle_courtesy import courtesy_errors, per_week
from rehearsal.oracle_due import people_dues
from rehearsal.oracle_due_meetings import meeting_dues
from rehearsal.oracle_due_posts import post_dues, shared_dues
from rehearsal.oracle_items import CANCELLED, DELIVERED, EXPIRED, FAILED, KINDS, LOST, Due
from rehearsal.oracle_mail import sort_mail
from rehearsal.oracle_match import Ledger
from rehearsal.oracle_numbers import number_errors
from rehearsal.oracle_privacy import leaks
from rehearsal.oracle_requests import interactions, refusals, request_counts, silences
from rehearsal.oracle_roster import read_roster
from rehearsal.oracle_slots import offer_errors
from rehearsal.oracle_story import Story, tell
from rehearsal.oracle_wire import read_wire

OUTCOMES = (DELIVERED, CANCELLED, EXPIRED, FAILED, LOST)


@dataclass(frozen=True)
class Report:
    """The verdict. `passed` is false as soon as there is one error."""

    people: int
    teams: int
    weeks: int
    start: str
    wall_seconds: float
    deliveries: dict[str, dict[str, int]]
    direct_messages_per_week: dict[str, dict[str, float]]
    requests: dict[str, int]
    interactions: dict[str, float]
    access: dict[str, int]
    errors: list[str]
    items: list[dict[str, Any]]
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        """What `report.json` holds."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def judge(roster: Path, script: Mapping[str, Any], wire: Path, wall_seconds: float = 0.0) -> Report:
    """Judge one recording.

    `script` is what the personas were told to do; `wall_seconds` how long the play took.
    Raises OSError for missing files, ValueError or KeyError for ones that cannot be understood.
    """
    story = tell(read_roster(roster), script, read_wire(wire))
    ledger = Ledger(story, sort_mail(story))
    ledger.settle([*post_dues(story), *people_dues(story, ledger.mail)])
    ledger.settle(meeting_dues(story, ledger.mail))
    prompts = {
        (item.aside["team"], item.aside["week"]): (item.aside["message"], item.delivered)
        for item in ledger.items
        if item.code == "cp" and item.outcome == DELIVERED and item.delivered
    }
    ledger.settle(shared_dues(story, prompts))
    ledger.finish()
    access = check_access(story)
    errors = [*ledger.errors, *_more_errors(story, ledger, access)]
    return Report(
        people=len(story.roster.people),
        teams=len(story.roster.teams),
        weeks=story.weeks,
        start=story.start.isoformat(),
        wall_seconds=round(wall_seconds, 1),
        deliveries=_totals(ledger.items),
        direct_messages_per_week=per_week(ledger),
        requests=request_counts(story),
        interactions=interactions(story),
        access={"checked": access.checked, "wrong": len(access.wrong)},
        errors=errors,
        items=[item.as_item() for item in sorted(ledger.items, key=lambda one: one.due)],
        passed=not errors,
    )


def _totals(items: list[Due]) -> dict[str, dict[str, int]]:
    totals = {}
    for code, kind in KINDS.items():
        mine = [item for item in items if item.code == code]
        totals[kind] = {"due": len(mine)}
        totals[kind] |= {name: sum(i.outcome == name for i in mine) for name in OUTCOMES}
        totals[kind]["duplicated"] = sum(item.duplicated for item in mine)
    return totals


def _more_errors(story: Story, ledger: Ledger, access: Access) -> Iterator[str]:
    yield from ledger.shelf.leftovers()
    yield from courtesy_errors(ledger)
    yield from leaks(story)
    yield from access.wrong
    yield from refusals(story)
    yield from silences(story)
    yield from course_errors(story)
    yield from meeting_errors(story, ledger)
    yield from offer_errors(story, ledger)
    yield from edit_errors(story, ledger)
    yield from pin_errors(story, ledger)
    yield from number_errors(story.wire.sent)
