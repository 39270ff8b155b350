"""The cohort's weeks and what happened in them, in the cohort's timezone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from rehearsal.page import timestamps
from rehearsal.page.cohort import Cohort, options
from rehearsal.page.story import Deed

_MILESTONES = {
    "cohort create": "The cohort was created",
    "cohort import": "The roster was imported",
    "cohort launch": "The cohort was launched",
    "cohort close": "The cohort was closed",
}


def timeline(cohort: Cohort) -> list[dict[str, Any]]:
    """One entry a week, from before the start to after the end, each with its events in order."""
    found: dict[int, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
    for source in (_milestones, _joins, _pauses, _restarts, _clocks):
        for when, week, event in source(cohort):
            found[week].append((when, event))
    return [
        {
            "week": week,
            "label": cohort.week_label(week),
            "dates": cohort.week_dates(week),
            "events": [event for _, event in sorted(found[week], key=lambda pair: pair[0])],
        }
        for week in range(cohort.weeks + 2)
    ]


Found = Iterator[tuple[datetime, int, dict[str, Any]]]


def _event(tag: str, text: str, more: str = "", names: list[str] | None = None) -> dict[str, Any]:
    return {"tag": tag, "text": text, "more": more, "names": names or []}


def _at(cohort: Cohort, when: datetime) -> str:
    return timestamps.short_text(when, cohort.zone)


def _command(deed: Deed) -> str:
    return str(deed.body.get("command") or "").lstrip("/") if deed.kind == "run" else ""


def _milestones(cohort: Cohort) -> Found:
    last: dict[tuple[int, str], Deed] = {}
    for deed in cohort.story.deeds:
        if _command(deed) in _MILESTONES:
            last[cohort.week_of(deed.at, cohort.zone), _command(deed)] = deed
    for (week, command), deed in last.items():
        who = _name(cohort, deed.user_id)
        more = f"/{command} by {who}, {_at(cohort, deed.at)}"
        yield deed.at, week, _event("Milestone", _MILESTONES[command], more)


def _joins(cohort: Cohort) -> Found:
    weeks: dict[int, list[Deed]] = defaultdict(list)
    for deed in cohort.story.deeds:
        if deed.kind == "join":
            weeks[cohort.week_of(deed.at, cohort.zone)].append(deed)
    for week, deeds in weeks.items():
        names = [f"{_name(cohort, deed.user_id)}, {_at(cohort, deed.at)}" for deed in deeds]
        if len(deeds) == 1:
            name = _name(cohort, deeds[0].user_id)
            stranger = "" if cohort.people[deeds[0].user_id].parts else " (not on the roster)"
            text = f"{name}{stranger} joined the server"
            yield deeds[0].at, week, _event("Joined", text, _at(cohort, deeds[0].at))
        else:
            text = f"{len(deeds)} people joined the server"
            yield deeds[0].at, week, _event("Joined", text, names=names)


def _pauses(cohort: Cohort) -> Found:
    for deed in cohort.story.deeds:
        name, at = _name(cohort, deed.user_id), _at(cohort, deed.at)
        week, command = cohort.week_of(deed.at, cohort.zone), _command(deed)
        if command == "pause":
            until = next((f" until {value}" for value in options(deed).values() if value), "")
            yield deed.at, week, _event("Break", f"{name} takes a break{until}", f"/pause, {at}")
        elif command == "resume":
            yield deed.at, week, _event("Break", f"{name} is back", f"/resume, {at}")
        elif command == "leave":
            yield deed.at, week, _event("Left", f"{name} asked to leave the programme", at)
        elif deed.kind == "leave":
            yield deed.at, week, _event("Left", f"{name} left the server", at)
        elif deed.kind == "close_dms":
            text = f"{name} does not take direct messages from the server"
            yield deed.at, week, _event("Closed messages", text, at)


def _restarts(cohort: Cohort) -> Found:
    ready = [at for at, what in cohort.story.gateway if what == "ready"]
    if not ready:
        return
    first = ready[0]
    yield (
        first,
        cohort.week_of(first, cohort.zone),
        _event("Bot", "The bot came online", _at(cohort, first)),
    )
    weeks: dict[int, list[datetime]] = defaultdict(list)
    for at in ready[1:]:
        weeks[cohort.week_of(at, cohort.zone)].append(at)
    for week, moments in weeks.items():
        if len(moments) == 1:
            yield moments[0], week, _event("Bot", "The bot was restarted", _at(cohort, moments[0]))
        else:
            names = [_at(cohort, moment) for moment in moments]
            text = f"The bot was restarted {len(moments)} times"
            yield moments[0], week, _event("Bot", text, names=names)


def _clocks(cohort: Cohort) -> Found:
    """Clock changes in the zones that people of the roster live in."""
    first = datetime.combine(cohort.start - timedelta(days=7), time(0), UTC)
    last = first + timedelta(weeks=cohort.weeks + 2)
    people: dict[str, list[str]] = defaultdict(list)
    zones = {}
    for person in cohort.people.values():
        if person.parts:
            people[str(person.zone)].append(person.name)
            zones[str(person.zone)] = person.zone
    together: dict[tuple[int, str], list[tuple[datetime, str]]] = defaultdict(list)
    for key, zone in zones.items():
        for when, change in timestamps.clock_changes(zone, first, last):
            minutes = int(change.total_seconds() // 60)
            way = f"{_minutes(abs(minutes))} {'forward' if minutes > 0 else 'back'}"
            together[cohort.week_of(when, zone), way].append((when, key))
    for (week, way), changes in together.items():
        changes.sort()
        cities = ", ".join(timestamps.zone_city(zones[key]) for _, key in changes)
        count = sum(len(people[key]) for _, key in changes)
        names = [
            f"{key}, {timestamps.short_text(when, zones[key])}: {', '.join(people[key])}"
            for when, key in changes
        ]
        who = f"{count} {'person' if count == 1 else 'people'}"
        text = f"Clocks go {way} in {cities} ({who})"
        yield changes[0][0], week, _event("Clock change", text, names=names)


def _minutes(minutes: int) -> str:
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def _name(cohort: Cohort, user_id: str) -> str:
    person = cohort.people.get(user_id)
    return person.name if person is not None else cohort.story.name(user_id) or "Somebody"
