"""Each channel as its members see it: who can read it, its messages, its threads in their place."""

from __future__ import annotations

from typing import Any

from rehearsal.page import timestamps
from rehearsal.page.cohort import Cohort, grouped
from rehearsal.page.draw import iso
from rehearsal.page.guild import CATEGORY, THREADS, Guild
from rehearsal.page.story import Message

_THREAD_STARTER = 21


def channel_sections(cohort: Cohort) -> list[dict[str, Any]]:
    """The views of all text channels, in Discord's order."""
    messages: dict[str, list[Message]] = {}
    for message in cohort.story.messages.values():
        if not cohort.owner(message):
            messages.setdefault(message.channel_id, []).append(message)
    for ones in messages.values():
        ones.sort(key=lambda one: one.versions[0].number)
    return [_section(cohort, guild, channel, messages) for guild, channel in cohort.channels()]


def _section(
    cohort: Cohort, guild: Guild, channel: dict[str, Any], messages: dict[str, list[Message]]
) -> dict[str, Any]:
    number = str(channel["id"])
    zone = cohort.channel_zone(number)
    category = guild.channels.get(str(channel.get("parent_id"))) or {}
    threads = {
        str(one["id"]): one
        for one in (*guild.channels.values(), *guild.deleted.values())
        if one.get("type") in THREADS and str(one.get("parent_id")) == number
    }
    entries = [_entry(cohort, one, zone) for one in messages.get(number, [])]
    by_message = {entry["message"]: entry for entry in entries}
    count = len(entries)
    for thread_id, thread in threads.items():
        inner = [
            _entry(cohort, one, zone)
            for one in messages.get(thread_id, [])
            if one.versions[0].body.get("type") != _THREAD_STARTER
        ]
        count += len(inner)
        drawn = {"name": str(thread.get("name", "")), "entries": inner}
        if thread_id in by_message:
            by_message[thread_id]["thread"] = drawn
        elif inner:
            entries.append({**inner[0], "kind": "thread", "thread": drawn})
    entries.sort(key=lambda entry: entry["n"])
    return {
        "anchor": cohort.anchors[number],
        "name": str(channel.get("name", "")),
        "topic": str(channel.get("topic") or ""),
        "group": str(category.get("name", "")) if category.get("type") == CATEGORY else "",
        "guild": guild.name,
        "team": cohort.channel_team(number) or "",
        "zone": str(zone),
        "gone": number in guild.deleted,
        "private": guild.is_private(number),
        "readers": _readers(cohort, guild, number),
        "count": count,
        "weeks": grouped(cohort, entries, zone),
    }


def _entry(cohort: Cohort, message: Message, zone: Any) -> dict[str, Any]:
    last = message.versions[-1]
    card = cohort.pen.message(message, last, zone)
    card["earlier"] = [
        cohort.pen.message(message, version, zone) for version in message.versions[:-1]
    ]
    card["removed"] = (
        timestamps.short_text(message.deleted.at, zone) if message.deleted is not None else ""
    )
    first = message.versions[0]
    return {
        "n": first.number,
        "when": first.at,
        "iso": iso(first.at),
        "kind": "message",
        "anchor": f"m-{message.id}",
        "message": message.id,
        "card": card,
        "edits": 0,
    }


def _readers(cohort: Cohort, guild: Guild, channel_id: str) -> dict[str, Any]:
    """Who can read the channel now: people by their role in the cohort, bots, others."""
    groups: dict[str, list[dict[str, str]]] = {}
    readers = guild.readers(channel_id)
    for user_id in readers:
        person = cohort.people.get(user_id)
        user = cohort.story.users.get(user_id, {})
        if user.get("bot"):
            group = "Bots"
        elif person is None or not person.parts:
            group = "Others"
        else:
            team = cohort.channel_team(channel_id)
            here = [role for role, teams in person.parts if team in teams]
            role = (here or [role for role, _ in person.parts])[0]
            group = role.capitalize() + "s"
            if team and not here and role != "organizer":
                group = "Of other teams"
        href = f"#{cohort.person_anchor(user_id)}" if person is not None else ""
        name = person.name if person is not None else cohort.story.name(user_id)
        groups.setdefault(group, []).append({"name": name, "href": href})
    people = [one for one in readers if not cohort.story.users.get(one, {}).get("bot")]
    members = [one for one in guild.members if not cohort.story.users.get(one, {}).get("bot")]
    order = ("Mentees", "Navigators", "Captains", "Organizers", "Of other teams", "Others", "Bots")
    return {
        "count": len(people),
        "everyone": bool(people) and len(people) == len(members),
        "groups": [(name, groups[name]) for name in order if name in groups],
    }
