"""The calendar of deliveries: weeks by kinds, and every delivery behind each number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from rehearsal.page import timestamps
from rehearsal.page.cohort import Cohort
from rehearsal.page.draw import iso
from rehearsal.page.kinds import OUTCOMES, kind_of_nonce, kind_order, kind_words
from rehearsal.page.story import Message

_NEAR, _SAME = 120.0, 2.0
_HEAT = (1, 4, 10, 20)


@dataclass
class Item:
    """One delivery: when, to whom or where (with their zone), how it ended, its message."""

    kind: str
    when: datetime
    zone: tzinfo
    to: str
    outcome: str
    route: str = ""
    message: Message | None = None


def calendar(cohort: Cohort) -> dict[str, Any]:
    """Rows of kinds with a cell for each week, totals, and the weeks' lists."""
    items = sorted(read_items(cohort), key=lambda item: item.when)
    cells: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for item in items:
        cells[item.kind, cohort.week_of(item.when, item.zone)].append(item)
    weeks = range(cohort.weeks + 2)
    kinds = sorted({item.kind for item in items}, key=kind_order)
    return {
        "weeks": [{"week": week, "short": _short(cohort, week)} for week in weeks],
        "rows": [
            {"name": kind_words(kind), "cells": [_cell(cells, kind, week) for week in weeks]}
            for kind in kinds
        ],
        "totals": [sum(_arrived(cells.get((kind, week), [])) for kind in kinds) for week in weeks],
        "lists": [
            _week_list(
                cohort,
                week,
                [(kind, cells[kind, week]) for kind in kinds if (kind, week) in cells],
            )
            for week in weeks
            if any((kind, week) in cells for kind in kinds)
        ],
    }


def read_items(cohort: Cohort) -> Iterator[Item]:
    """The report's deliveries; without them, the messages whose nonce names a kind."""
    posted: dict[str, list[Message]] = defaultdict(list)
    for message in cohort.story.messages.values():
        kind = kind_of_nonce(message.nonce)
        if kind:
            posted[kind].append(message)
    if cohort.report.get("items") is None:
        for kind, messages in posted.items():
            for message in messages:
                yield _from_message(cohort, kind, message)
        return
    people = {person.username: user_id for user_id, person in cohort.people.items()}
    for one in cohort.report["items"]:
        when = timestamps.parse_moment(str(one.get("delivered") or one["due"]))
        kind = str(one["kind"])
        user_id = people.get(str(one.get("person") or ""), "")
        found = _find(cohort, posted[kind], one, user_id, when)
        zone = cohort.zone
        if user_id:
            zone = cohort.people[user_id].zone
            to = cohort.people[user_id].name
        elif found is not None:
            zone, to = cohort.channel_zone(found.channel_id), cohort.place(found.channel_id)
        else:
            to = str(one.get("channel") or one.get("to") or "")
            zone = cohort.roster.zones.get(cohort.roster.team_of(to) or "", zone)
        outcome, route = str(one.get("outcome") or "delivered"), str(one.get("route") or "")
        yield Item(kind, when, zone, to, outcome, route, found)


def _from_message(cohort: Cohort, kind: str, message: Message) -> Item:
    when = message.versions[0].at
    person = cohort.people.get(cohort.owner(message))
    if person is not None:
        return Item(kind, when, person.zone, person.name, "delivered", "direct", message)
    zone, place = cohort.channel_zone(message.channel_id), cohort.place(message.channel_id)
    return Item(kind, when, zone, place, "delivered", "channel", message)


def _find(
    cohort: Cohort, messages: list[Message], item: dict[str, Any], user_id: str, when: datetime
) -> Message | None:
    """The message of a report's item: by its id, else of the same target and nearest in time.

    What waited behind "My messages" carries no nonce; there only the moment tells.
    """
    if item.get("message_id"):
        return cohort.story.messages.get(str(item["message_id"]))
    if not item.get("delivered"):
        return None
    channel = str(item.get("channel") or "")
    if user_id:
        found = _nearest([one for one in messages if _is_for(cohort, one, user_id)], when, _NEAR)
        return found or _nearest(cohort.answers_to(user_id), when, _SAME)
    return _nearest([one for one in messages if _is_in(cohort, one, channel)], when, _NEAR)


def _nearest(messages: list[Message], when: datetime, within: float) -> Message | None:
    near = [
        (abs((message.versions[0].at - when).total_seconds()), message.id, message)
        for message in messages
    ]
    best = min(near, default=None)
    return best[2] if best is not None and best[0] <= within else None


def _is_for(cohort: Cohort, message: Message, user_id: str) -> bool:
    """Whether a message went to a person: to their inbox, or to a channel with their mention."""
    mentions = message.versions[0].body.get("mentions") or ()
    return cohort.owner(message) == user_id or user_id in {str(one.get("id")) for one in mentions}


def _is_in(cohort: Cohort, message: Message, place: str) -> bool:
    """Whether a message is in a place: #welcome, team Mercury, thread 123, or a channel's id."""
    sort, _, name = place.partition(" ")
    if sort == "team":
        return cohort.channel_team(message.channel_id) == name
    number = name if sort == "thread" else place
    return message.channel_id == number or cohort.place(message.channel_id) == place


def _short(cohort: Cohort, week: int) -> str:
    return "Before" if week == 0 else "After" if week > cohort.weeks else str(week)


def _arrived(items: list[Item]) -> int:
    return sum(item.outcome in ("delivered", "duplicated") for item in items)


def _cell(cells: dict[tuple[str, int], list[Item]], kind: str, week: int) -> dict[str, Any]:
    items = cells.get((kind, week), [])
    others = Counter(item.outcome for item in items if item.outcome != "delivered")
    count = _arrived(items)
    words = [f"{count} arrived"] + [f"{n} {OUTCOMES.get(key, key)}" for key, n in others.items()]
    return {
        "count": count,
        "others": sum(n for key, n in others.items() if key != "duplicated"),
        "bad": any(key in ("lost", "duplicated", "failed") for key in others),
        "any": bool(items),
        "heat": sum(count >= level for level in _HEAT),
        "words": ", ".join(words),
        "anchor": f"week-{week}-{kind}",
    }


def _week_list(cohort: Cohort, week: int, kinds: list[tuple[str, list[Item]]]) -> dict[str, Any]:
    return {
        "anchor": f"week-{week}",
        "label": cohort.week_label(week),
        "dates": cohort.week_dates(week),
        "count": sum(_arrived(items) for _, items in kinds),
        "kinds": [
            {
                "anchor": f"week-{week}-{kind}",
                "name": kind_words(kind),
                "lines": [_line(cohort, item) for item in items],
            }
            for kind, items in kinds
        ],
    }


def _line(cohort: Cohort, item: Item) -> dict[str, Any]:
    message = item.message
    text = href = ""
    if message is not None:
        href = cohort.link(message)
        text = cohort.pen.line(message, message.versions[0], item.zone)
    outcome = "" if item.outcome == "delivered" else OUTCOMES.get(item.outcome, item.outcome)
    return {
        "at": timestamps.short_text(item.when, item.zone),
        "iso": iso(item.when),
        "zone": timestamps.zone_text(item.when, item.zone),
        "to": item.to,
        "text": text,
        "href": href,
        "outcome": outcome,
        "bad": item.outcome in ("lost", "duplicated", "failed"),
    }
