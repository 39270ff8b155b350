"""The times on offer: each button names one that suits both, and says so completely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from rehearsal.oracle_items import DELIVERED, Due
from rehearsal.oracle_match import Ledger
from rehearsal.oracle_meetings import MEETING_MINUTES
from rehearsal.oracle_roster import is_free
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import DAY, MONTHS, reach, wall, weekday_number
from rehearsal.oracle_wire import Sent

BOOK = "lo:meetings:book:"
CHOICES = 3
_LABEL = re.compile(r"^([A-Za-z]{3,}) (\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{1,2}):(\d{2}) (\S.*)$")


def offer_errors(story: Story, ledger: Ledger) -> Iterator[str]:
    """Sentences about offered times that do not suit, or that a label does not tell."""
    for item in ledger.items:
        message = item.aside.get("sent")
        if item.code != "oo" or item.outcome != DELIVERED or not isinstance(message, Sent):
            continue
        mentee = story.lives[item.person]
        team = story.roster.teams_of(item.person, "mentee")[0]
        captain = story.lives[story.roster.captain(team) or ""]
        labels = [
            str(button.get("label"))
            for button in _buttons(message.body.get("components"))
            if str(button.get("custom_id")).startswith(BOOK)
        ]
        if len(labels) > CHOICES:
            yield f"{item.title}: offers {len(labels)} times"
        for label in labels:
            yield from _faults(item, label, mentee, captain)


def _faults(item: Due, label: str, mentee: Life, captain: Life) -> Iterator[str]:
    assert item.delivered is not None
    start = _moment(label, item.delivered, mentee)
    if start is None:
        yield f"{item.title}: the button {label!r} is not complete alone"
        return
    if start <= item.delivered:
        yield f"{item.title}: {label!r} is over already"
    for life in (mentee, captain):
        zone, free = life.zone_at(item.delivered), life.free_at(item.delivered)
        if not is_free(free, zone, start, MEETING_MINUTES):
            yield f"{item.title}: {label!r} is outside the availability of {life.username}"
    if wall(start, captain.zone_at(item.delivered)).minute not in (0, 30):
        yield f"{item.title}: {label!r} is not on the captain's half hours"


def _moment(label: str, sent: datetime, mentee: Life) -> datetime | None:
    shape = _LABEL.match(label)
    if shape is None or shape.group(3).lower() not in MONTHS:
        return None
    zone = mentee.zone_at(sent)
    today = wall(sent, zone).date()
    month = MONTHS.index(shape.group(3).lower()) + 1
    try:
        day = date(today.year, month, int(shape.group(2)))
        if day < today - DAY:
            day = day.replace(year=today.year + 1)
        weekday = weekday_number(shape.group(1))
        clock = time(int(shape.group(4)), int(shape.group(5)))
    except ValueError:
        return None
    return reach(day, clock, zone) if day.weekday() == weekday else None


def _buttons(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for inner in value:
            yield from _buttons(inner)
    elif isinstance(value, Mapping):
        if "custom_id" in value:
            yield value
        yield from _buttons(value.get("components"))
