"""A small cohort, performed straight onto a wire: enough of everything that the page draws."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.rehearsal.page.lines import NASTY, START, checkin_form, home
from tests.rehearsal.page.wires import BOT, GUILD, READ, Wire, button, question, row


class Play:
    """The performance; `hour` moves the clock to a local moment of a week's day."""

    def __init__(self, roster: Path, weeks: int = 8) -> None:
        self.weeks = weeks
        with roster.open(encoding="utf-8") as lines:
            self.rows = list(csv.DictReader(lines))
        self.names = {one["discord_username"]: one["name"] for one in self.rows}
        self.zones = {one["discord_username"]: ZoneInfo(one["timezone"]) for one in self.rows}
        self.teams = dict.fromkeys(
            one["team"] for one in self.rows if one["role"] in ("mentee", "navigator")
        )
        self.wire = Wire(datetime(2027, 2, 15, 9, tzinfo=UTC))
        self.rowid = count(1)
        self.items: list[dict[str, Any]] = []
        self.channels: dict[str, str] = {}

    def perform(self) -> Wire:
        wire = self.wire
        wire.start({**self.names, "passer_by": "Passer By"})
        wire.write("gateway", what="identify", session="a")
        wire.write("gateway", what="ready", session="a")
        self._server()
        self._joins()
        self._launch()
        for week in range(1, self.weeks + 1):
            self._week(week)
        self._close()
        return wire

    def hour(self, week: int, day: int, hour: int, zone: ZoneInfo) -> datetime:
        """Day 1 to 7 of a week at a local hour."""
        local = START + timedelta(days=7 * (week - 1) + day - 1)
        self.wire.at = datetime.combine(local, time(hour), zone).astimezone(UTC)
        return self.wire.at

    def deliver(self, kind: str, code: str, to: str, body: dict[str, Any], **more: Any) -> str:
        """A delivery to a person (by username) or a channel (by id)."""
        row_id = next(self.rowid)
        nonce = f"{code}-{row_id}"
        item: dict[str, Any] = {"kind": kind, "due": self._now(), "delivered": self._now()}
        person = to in self.names or to == "passer_by"
        item |= {"person" if person else "channel": to, "outcome": "delivered"}
        self.items.append({**item, "route": "direct" if person else "channel"})
        send = self.wire.send if person else self.wire.post
        return send(to, body, nonce, **more)

    def _now(self) -> str:
        return self.wire.at.isoformat()

    def _server(self) -> None:
        wire = self.wire
        self.organizers = wire.role("Organizers")
        hall = wire.channel("Common room", 4)
        self.welcome = wire.channel("welcome", parent=hall, topic="Start here")
        self.intros = wire.channel("introductions", parent=hall)
        self.office = wire.private("organizers", hall, self.organizers)
        for one in self.rows:
            if one["role"] == "organizer":
                wire.join(one["discord_username"])
                wire.roles(one["discord_username"], self.organizers)
        self.boss = next(r["discord_username"] for r in self.rows if r["role"] == "organizer")
        number = wire.run(
            self.boss, self.office, "cohort create",
            name="Session 8", start="2027-02-22", weeks=self.weeks, timezone="Europe/London",
        )  # fmt: skip
        wire.whisper(
            number, self.office, {"content": "Created **Session 8**. Next: </cohort import:77>"}
        )

    def _joins(self) -> None:
        wire = self.wire
        for place, username in enumerate(self.names):
            if username == self.boss:
                continue
            wire.at = datetime(2027, 2, 16, 8, tzinfo=UTC) + timedelta(minutes=97 * place)
            wire.join(username)
            name = self.names[username]
            greeting = {
                "content": f"Hello **{name}**, it is lovely that you are here! 🚀\n\n"
                f"The cohort starts <t:1803456000:F>. One step now: tell us about yourself.\n"
                f"- it takes two minutes\n- you can change it later with </start:12>",
                "components": row(button("Get started", "lo:onboarding:open:1", 1)),
            }
            if username == "jan_orbit33":
                wire.person(username, "close_dms", {})
                wire.refuse(username, greeting)
                mention = f"<@{wire.users[username]['id']}> your first step is here."
                body = {**greeting, "content": mention, "mentions": [wire.users[username]]}
                message = self.deliver("greeting", "gr", self.welcome, body)
            else:
                message = self.deliver("greeting", "gr", username, greeting)
            self._onboard(username, message)
        wire.at += timedelta(hours=3)
        wire.join("passer_by")
        self.deliver(
            "stranger_note",
            "sn",
            "passer_by",
            {"content": "Welcome! You are not on our roster yet; an organizer knows."},
        )
        self.deliver(
            "organizer_note", "on", self.office,
            {"embeds": [{"title": "Somebody new", "color": 0xF0A35A,
                         "description": "Passer By (`passer_by`) is on no roster.",
                         "footer": {"text": "Note 7"}}]},
        )  # fmt: skip

    def _onboard(self, username: str, message: str) -> None:
        wire = self.wire
        wire.at += timedelta(minutes=7)
        channel = str(wire.last[message]["channel_id"])
        modal = {
            "custom_id": f"lo:onboarding:form:1:{next(self.rowid)}",
            "title": "About you",
            "components": [
                question("What should we call you?", "name"),
                question("Your city or timezone", "zone", description="For example **Lagos**"),
                question("When are you usually free?", "free", style=2),
                question("One line about you", "line", required=False),
            ],
        }
        opened = wire.click(username, message, "Get started", "lo:onboarding:open:1")
        wire.answer(opened, {"type": 9, "data": modal})
        wire.at += timedelta(minutes=2)
        line = NASTY if username == "anika.codes97" else "I like maps, bread and green tests."
        zone = str(self.zones[username])
        sent = wire.submit(
            username, channel, modal, self.names[username], zone, "Mon 18:00-20:00", line
        )
        receipt = {
            "content": "Thank you! Saved.",
            "embeds": [{"title": "Your card", "color": 0x4B3B9C, "fields": [
                {"name": "Name", "value": self.names[username], "inline": True},
                {"name": "Your clock", "value": zone, "inline": True},
                {"name": "About you", "value": line}]}],
            "components": row(button("Post it for me", "lo:onboarding:introduce:1", 3)),
        }  # fmt: skip
        whispered = wire.whisper(sent, channel, receipt)
        wire.at += timedelta(minutes=1)
        pressed = wire.click(username, whispered, "Post it for me", "lo:onboarding:introduce:1")
        wire.answer(pressed, {"type": 6})
        text = f"> {line}\n— <@{wire.users[username]['id']}>"
        self.deliver("introduction", "in", self.intros, {"content": text})
        done = row(button("Posted", "lo:onboarding:introduce:1", 2, disabled=True))
        wire.follow(pressed, whispered, {"components": done})

    def _launch(self) -> None:
        wire = self.wire
        self.hour(0, 6, 10, ZoneInfo("Europe/London"))
        wire.run(self.boss, self.office, "cohort launch")
        pinned = self.deliver("home", "hm", self.welcome, home())
        wire.edit(pinned, {"pinned": True})
        for team in self.teams:
            role = wire.role(f"Team {team}")
            category = wire.channel(f"Team {team}", 4)
            self.channels[team] = wire.private(
                f"team-{team.lower()}", category, role, self.organizers
            )
            for one in self.rows:
                if team in one["team"].split(";"):
                    wire.roles(one["discord_username"], role)
            welcome = {
                "content": f"## Welcome, team {team}!\nIt is <#{self.channels[team]}>, <@&{role}>."
            }
            self.deliver("team_welcome", "tw", self.channels[team], welcome)
        # Somebody outside the team reads along by an overwrite of their own.
        wire.event("CHANNEL_UPDATE", {**wire.channels[self.office], "permission_overwrites": [
            {"id": GUILD, "type": 0, "allow": "0", "deny": str(READ)},
            {"id": self.organizers, "type": 0, "allow": str(READ), "deny": "0"},
            {"id": BOT, "type": 1, "allow": str(READ), "deny": "0"}]})  # fmt: skip

    def _week(self, week: int) -> None:
        for team, channel in self.channels.items():
            zone = next(
                self.zones[one["discord_username"]] for one in self.rows
                if one["team"] == team and one["role"] == "navigator"
            )  # fmt: skip
            unix = int(self.hour(week, 3, 18, zone).timestamp())
            self.hour(week, 1, 9, zone)
            prompt = self.deliver("checkin_prompt", "cp", channel, {
                "embeds": [{"title": f"Week {week} check-in", "color": 0x8C7BD0, "description":
                    f"How was it? Your team meets <t:{unix}:F>, <t:{unix}:R>.\n"
                    "Slow is *fine*. __Nobody__ counts.", "footer": {"text": "Skip if you like"}}],
                "components": row(button("Check in", "lo:checkin:open:1", 1),
                                  button("Skip this week", "lo:checkin:skip:1")),
            })  # fmt: skip
            self._answers(week, team, prompt)
        for one in self.rows:
            if one["role"] == "mentee" and week % 2:
                self._offer(week, one["discord_username"])
            if one["role"] == "captain":
                self.hour(week, 1, 9, self.zones[one["discord_username"]])
                text = f"Your crew in week {week}:\n1. Anika, *met last week*\n2. Niamh"
                self.deliver("captain_week", "cw", one["discord_username"], {"content": text})
        self.wire.write("gateway", what="closed", session="a")
        self.wire.write("gateway", what="ready", session="b")
        if week == 3 and "joao.codes91" in self.names:
            number = self.wire.run("joao.codes91", self.wire.open("joao.codes91"), "leave")
            self.wire.whisper(
                number, self.wire.open("joao.codes91"), {"content": "Thank you, João."}
            )
            self.wire.leave("joao.codes91")
            late = {"kind": "one_on_one_offer", "person": "joao.codes91", "to": "joao.codes91"}
            gone = {"due": self._now(), "delivered": None, "outcome": "cancelled", "route": ""}
            self.items.append({**late, **gone})

    def _answers(self, week: int, team: str, prompt: str) -> None:
        wire, channel = self.wire, self.channels[team]
        mentees = [
            r["discord_username"] for r in self.rows if r["team"] == team and r["role"] == "mentee"
        ]
        for username in mentees:
            wire.at += timedelta(hours=5)
            if username == "joao.codes91" and week > 2:
                continue
            opened = wire.click(username, prompt, "Check in", "lo:checkin:open:1")
            modal = checkin_form(week, next(self.rowid))
            wire.answer(opened, {"type": 9, "data": modal})
            wire.at += timedelta(minutes=9)
            text = (
                "Read the docs about `QuerySet`.\n```py\nprint('hello')\n```" if week > 1 else NASTY
            )
            sent = wire.submit(username, channel, modal, text, "", ["2"], "team")
            wire.whisper(
                sent, channel, {"content": "Shared with your team. You can edit it any time."}
            )
            thread = next(
                (number for number, one in wire.channels.items() if number == prompt), None
            )
            if thread is None:
                body = {"id": prompt, "type": 11, "parent_id": channel, "guild_id": GUILD}
                wire.channels[prompt] = {**body, "name": f"Week {week} check-ins"}
                wire.event("THREAD_CREATE", wire.channels[prompt])
            shared = {"content": f"**{self.names[username]}**\n{text}"}
            message = self.deliver("checkin_shared", "cs", prompt, shared)
            if username == mentees[0]:
                wire.at += timedelta(minutes=30)
                wire.edit(message, {"content": shared["content"] + "\nAnd I ~~broke~~ fixed it."})
        if week == 2:
            wire.say(
                mentees[0], channel, f"Who knows about forms? {NASTY} https://example.org/a?b=1&c=2"
            )

    def _offer(self, week: int, username: str) -> None:
        if username in ("jan_orbit33",) or (username == "joao.codes91" and week > 2):
            return
        wire, zone = self.wire, self.zones[username]
        moment = self.hour(week, 4, 19, zone)
        unix = int(moment.timestamp())
        self.hour(week, 2, 10, zone)
        labels = ["Thu 4 Mar 19:00", "Fri 5 Mar 18:30", "Sun 7 Mar 17:45"]
        times = [
            button(label, f"lo:meetings:book:{place}", 2) for place, label in enumerate(labels)
        ]
        body = {
            "content": "Your captain would like to hear how you are. Three times for both of you:",
            "components": row(*times, button("Not this time", "lo:meetings:decline:1", 4)),
        }
        message = self.deliver("one_on_one_offer", "oo", username, body)
        wire.at += timedelta(hours=2)
        pressed = wire.click(username, message, labels[0], "lo:meetings:book:0")
        wire.answer(pressed, {"type": 6})
        booked = {
            "content": f"Booked: <t:{unix}:F> with your captain.",
            "components": row(button("Cancel this meeting", "lo:meetings:cancel:1", 4)),
        }
        wire.edit(message, booked)
        ics = {"name": "meeting.ics", "size": 312, "content_type": "text/calendar",
               "text": "BEGIN:VCALENDAR\r\nSUMMARY:One-on-one\r\nEND:VCALENDAR\r\n"}  # fmt: skip
        wire.send(username, {"content": "For your calendar:"}, files=(ics,))
        wire.at = moment - timedelta(hours=2)
        self.deliver("one_on_one_reminder", "or", username, {"content": f"You meet <t:{unix}:R>."})

    def _close(self) -> None:
        wire = self.wire
        self.hour(self.weeks, 7, 18, ZoneInfo("Europe/London"))
        wire.run(self.boss, self.office, "cohort close")
        for team, channel in self.channels.items():
            panel = {"type": 17, "accent_color": 0xF0875A, "components": [
                {"type": 10, "content": f"### Farewell, team {team}\nKeep coming back."},
                {"type": 14, "divider": True},
                *row(button("Who is in my team", "lo:teams:who:1"))]}  # fmt: skip
            self.deliver("team_farewell", "tf", channel, {"components": [panel], "flags": 1 << 15})
