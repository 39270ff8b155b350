"""The cohort a page is about: its story, its people and its weeks, and where messages are drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from rehearsal.page import timestamps
from rehearsal.page.draw import Pen, walk
from rehearsal.page.guild import TEXT, THREADS, Guild
from rehearsal.page.roster import Person, Roster
from rehearsal.page.story import Deed, Message, Story
from rehearsal.page.timestamps import find_zone


@dataclass
class Cohort:
    """Everything the sections read. Weeks are 1-based; 0 is before the start, `weeks`+1 after."""

    story: Story
    roster: Roster
    report: Mapping[str, Any]
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pen = Pen(self.story)
        self._gather_people()
        self._adopt_zones()

    @cached_property
    def weeks(self) -> int:
        """How many weeks the cohort has."""
        return int(self.report.get("weeks") or 8)

    @cached_property
    def start(self) -> date:
        """The first day of week 1, by the report; else the day of the first record's week."""
        if self.report.get("start"):
            return date.fromisoformat(str(self.report["start"])[:10])
        last = self.story.last or datetime.max.replace(tzinfo=UTC)
        return (last - timedelta(weeks=self.weeks)).date()

    @cached_property
    def zone(self) -> tzinfo:
        """The cohort's zone: what /cohort create was given, else UTC."""
        for deed in self.story.deeds:
            if deed.kind == "run" and "cohort create" in str(deed.body.get("command")):
                for name, value in options(deed).items():
                    if "zone" in name and (found := find_zone(str(value))):
                        return found
        return find_zone(str(self.report.get("timezone", ""))) or UTC

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Each channel that is shown, by id, with its unique name in the page."""
        names: Counter[str] = Counter()
        anchors = {}
        for _, channel in self.channels():
            name = slug(str(channel.get("name", "")))
            names[name] += 1
            anchors[str(channel["id"])] = f"channel-{name}" + (
                f"-{names[name]}" if names[name] > 1 else ""
            )
        return anchors

    def channels(self) -> list[tuple[Guild, dict[str, Any]]]:
        """All text channels, deleted ones last, in the order Discord lists them."""
        found: list[tuple[tuple[Any, ...], Guild, dict[str, Any]]] = []
        for guild in self.story.guilds.values():
            for gone, channels in ((False, guild.channels), (True, guild.deleted)):
                for channel in channels.values():
                    if int(channel.get("type") or 0) in TEXT:
                        category = channels.get(str(channel.get("parent_id"))) or {}
                        place = (int(category.get("position", -1)), str(category.get("id", "")))
                        key = (gone, place, int(channel.get("position") or 0), str(channel["id"]))
                        found.append((key, guild, channel))
        found.sort(key=lambda one: one[0])
        return [(guild, channel) for _, guild, channel in found]

    def week_of(self, moment: datetime, zone: tzinfo) -> int:
        """The week of a moment's local date, not below 0 nor above `weeks` + 1."""
        days = (moment.astimezone(zone).date() - self.start).days
        return min(max(days // 7 + 1, 0), self.weeks + 1)

    def week_label(self, week: int) -> str:
        """Before the start, Week 3, After the end."""
        if week <= 0:
            return "Before the start"
        return f"Week {week}" if week <= self.weeks else "After the end"

    def week_dates(self, week: int) -> str:
        """The days of a week: 8 to 14 Mar 2027."""
        first = self.start + timedelta(weeks=week - 1)
        last = first + timedelta(days=6)
        if week <= 0:
            return f"until {timestamps.day_text(last, year=True)}"
        if week > self.weeks:
            return f"from {timestamps.day_text(first, year=True)}"
        month = "" if first.month == last.month else f" {timestamps.MONTHS[first.month - 1][:3]}"
        return (
            f"{first.day}{month} to {last.day} {timestamps.MONTHS[last.month - 1][:3]} {last.year}"
        )

    def channel_zone(self, channel_id: str) -> tzinfo:
        """The zone of the team whose channel this is, else the cohort's."""
        team = self.channel_team(channel_id)
        return self.roster.zones.get(team or "", self.zone)

    def channel_team(self, channel_id: str) -> str | None:
        """The team whose channel or thread this is, by its name or its category's."""
        guild = self.story.guild_of(channel_id)
        if guild is None:
            return None
        known = {**guild.deleted, **guild.channels}
        channel = known[channel_id]
        if channel.get("type") in THREADS:
            return self.channel_team(str(channel.get("parent_id")))
        category = known.get(str(channel.get("parent_id"))) or {}
        return self.roster.team_of(str(channel.get("name")), str(category.get("name", "")))

    def shown_in(self, channel_id: str) -> str:
        """The shown channel that holds a channel or thread; "" for a direct message."""
        guild = self.story.guild_of(channel_id)
        if guild is None:
            return ""
        channel = guild.channels.get(channel_id) or guild.deleted[channel_id]
        return str(channel.get("parent_id")) if channel.get("type") in THREADS else channel_id

    def owner(self, message: Message) -> str:
        """The user whose view holds this message: direct or ephemeral; "" for a channel's."""
        return message.audience or self.story.direct.get(message.channel_id, "")

    def link(self, message: Message) -> str:
        """Where in the page a message is drawn; "" when nowhere."""
        owner = self.owner(message)
        drawn = owner in self.people if owner else self.shown_in(message.channel_id) in self.anchors
        return f"#m-{message.id}" if drawn and not message.loading else ""

    def person_anchor(self, user_id: str) -> str:
        """The name of a person's view in the page."""
        return f"person-{slug(self.people[user_id].username)}"

    def place(self, channel_id: str) -> str:
        """Where something happened, in words: #team-mercury, direct messages."""
        guild = self.story.guild_of(channel_id)
        if guild is None:
            return "direct messages"
        channel = guild.channels.get(channel_id) or guild.deleted[channel_id]
        if channel.get("type") in THREADS:
            parent = self.place(str(channel.get("parent_id")))
            return f"the thread “{channel.get('name')}” in {parent}"
        return f"#{channel.get('name')}"

    def values_of(self, deed: Deed) -> dict[str, Any]:
        """What a person put into a form, by custom id and by label."""
        values = dict(deed.body.get("values") or {})
        one = self.story.interactions.get(str(deed.body.get("interaction_id")))
        if one is not None:
            for inner in walk(one.body.get("data") or {}):
                if "custom_id" in inner:
                    values[str(inner["custom_id"])] = inner.get("value", inner.get("values"))
        return values

    def modal_id(self, deed: Deed) -> str:
        """The custom id of the form a person sent."""
        one = self.story.interactions.get(str(deed.body.get("interaction_id")))
        data = (one.body.get("data") or {}) if one is not None else {}
        return str(deed.body.get("custom_id") or data.get("custom_id"))

    def deeds_of(self, user_id: str) -> list[Deed]:
        """What one user did, in order."""
        return self._deeds.get(user_id, [])

    def answers_to(self, user_id: str) -> list[Message]:
        """The ephemeral messages that one user was shown."""
        return [one for one in self.story.messages.values() if one.audience == user_id]

    @cached_property
    def _deeds(self) -> dict[str, list[Deed]]:
        deeds: dict[str, list[Deed]] = {}
        for deed in self.story.deeds:
            deeds.setdefault(deed.user_id, []).append(deed)
        return deeds

    def modal_of(self, deed: Deed) -> dict[str, Any]:
        """The form a person sent; one made of its values when its opening is not on the wire."""
        values = deed.body.get("values") or {}
        bare = [{"label": label, "component": {"type": 4}} for label in values]
        return self.story.modals.get(self.modal_id(deed)) or {"title": "Form", "components": bare}

    def _gather_people(self) -> None:
        ids = {username: user_id for user_id, username in self.story.people.items()}
        for username, person in self.roster.people.items():
            person.user_id = ids.get(username, "")
            self.people[person.user_id or f"absent-{username}"] = person
        seen = {deed.user_id for deed in self.story.deeds} | set(self.story.direct.values())
        for user_id, username in self.story.people.items():
            if user_id not in self.people and user_id in seen:
                name = self.story.name(user_id) or username
                self.people[user_id] = Person(username, name, user_id=user_id)

    def _adopt_zones(self) -> None:
        """A person's own answer about their timezone goes before the roster's."""
        for deed in self.story.deeds:
            person = self.people.get(deed.user_id)
            if deed.kind != "submit" or person is None:
                continue
            values = self.values_of(deed)
            for one in self.modal_of(deed).get("components") or ():
                label = str(one.get("label") or "")
                if "timezone" not in label.lower():
                    continue
                inner = one.get("component") or {}
                answer = values.get(str(inner.get("custom_id")), values.get(label))
                zone = find_zone(str(answer or ""))
                person.zone = zone or person.zone


def options(deed: Deed) -> dict[str, Any]:
    """What a person gave a command, by the option's name."""
    given = deed.body.get("options") or {}
    if isinstance(given, Mapping):
        return dict(given)
    return {str(one.get("name")): one.get("value") for one in given if isinstance(one, Mapping)}


def slug(name: str) -> str:
    """A name as part of an address in the page."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-") or "x"


def grouped(
    cohort: Cohort, entries: Iterable[dict[str, Any]], zone: tzinfo
) -> list[dict[str, Any]]:
    """Entries (each with its moment as "when") in the weeks of their local dates."""
    groups: list[dict[str, Any]] = []
    for entry in entries:
        week = cohort.week_of(entry["when"], zone)
        if not groups or groups[-1]["week"] != week:
            groups.append(
                {
                    "week": week,
                    "label": cohort.week_label(week),
                    "dates": cohort.week_dates(week),
                    "entries": [],
                }
            )
        groups[-1]["entries"].append(entry)
    return groups
