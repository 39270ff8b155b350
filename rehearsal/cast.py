"""What everybody on the stage can do: wait for a good hour, look, press, and fill in forms."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from rehearsal.oracle_roster import Row
from rehearsal.oracle_time import reach, wall
from rehearsal.personas import Persona
from rehearsal.restarts import Restarts
from rehearsal.stage import Stage
from sandbox import Channel, Message, Modal, Outcome, Refused


@dataclass
class Performance:
    """What all actors share. Dates are local ones, wherever somebody is."""

    stage: Stage
    restarts: Restarts
    start: date
    weeks: int
    seed: int
    cohort: str
    zone: str
    closing: datetime
    prompt_weekday: int = 0
    prompt_hour: time = time(9)
    troubles: list[str] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def day(self, week: int, number: int) -> date:
        """Day `number` (from 1) of week `week` (from 1)."""
        return self.start + timedelta(days=7 * (week - 1) + number - 1)

    def prompt(self, team: str, week: int) -> datetime:
        """When a team is asked in a week."""
        first = self.day(week, 1)
        day = first + timedelta(days=(self.prompt_weekday - first.weekday()) % 7)
        return reach(day, self.prompt_hour, self.stage.roster.team_zone(team, self.zone))

    @property
    def over(self) -> bool:
        """Whether the cohort is closed, or about to be."""
        return self.stage.timeline.now() > self.closing - timedelta(hours=1)

    def trouble(self, who: str, what: str) -> None:
        """Notes that somebody could not do what they wanted."""
        self.troubles.append(f"{who} at {self.stage.timeline.now():%Y-%m-%dT%H:%M:%SZ}: {what}")


class Actor:
    """Somebody with a persona, on their own clock."""

    def __init__(self, play: Performance, row: Row, persona: Persona) -> None:
        self.play = play
        self.row = row
        self.persona = persona
        self.zone = row.zone
        self.person = play.stage.people[row.username]
        self.rng = random.Random(f"{play.seed}:{row.username}")
        self.left = False
        self.away_until: datetime | None = None
        self.onboarded: datetime | None = None

    @property
    def name(self) -> str:
        """The username."""
        return self.row.username

    @property
    def now(self) -> datetime:
        """The present moment, UTC."""
        return self.play.stage.timeline.now()

    @property
    def today(self) -> date:
        """The date on this person's calendar."""
        return wall(self.now, self.zone).date()

    @property
    def resting(self) -> bool:
        """Whether this person does nothing at the moment: gone, done, or on a break."""
        return (
            self.left
            or self.play.over
            or (self.away_until is not None and self.now < self.away_until)
        )

    # -- time ---------------------------------------------------------------------------

    async def until(self, moment: datetime) -> None:
        """Sleeps until a moment."""
        await self.play.stage.timeline.until(moment)

    async def awake(self, moment: datetime) -> None:
        """Sleeps until `moment`, or until the next good hour on this person's clock after it."""
        await self.until(self.good(moment))

    def good(self, moment: datetime) -> datetime:
        """`moment` if this person looks in then, else a minute soon after they next do."""
        shown = wall(moment, self.zone)
        hour = shown.hour + shown.minute / 60
        begin, end = self.persona.awake
        if begin <= hour < end:
            return moment
        day = shown.date() if hour < begin else shown.date() + timedelta(days=1)
        morning = reach(day, time(int(begin), int(begin % 1 * 60)), self.zone)
        return morning + timedelta(seconds=self.rng.randrange(60, 5400))

    async def some_hour(self, day: date) -> None:
        """Sleeps until some good hour of a local date."""
        begin, end = self.persona.awake
        morning = reach(day, time(int(begin), int(begin % 1 * 60)), self.zone)
        await self.until(morning + timedelta(seconds=self.rng.randrange(int((end - begin) * 3600))))

    async def moments(self, least: float = 1.0, most: float = 4.0) -> None:
        """Sleeps some minutes, as long as it takes to read or type."""
        seconds = self.rng.randrange(int(least * 60), int(most * 60))
        await self.until(self.now + timedelta(seconds=seconds))

    async def hours(self, least: float, most: float) -> None:
        """Sleeps some hours, and until a good one."""
        seconds = self.rng.randrange(int(least * 3600), int(most * 3600))
        await self.awake(self.now + timedelta(seconds=seconds))

    # -- looking ------------------------------------------------------------------------

    def direct(self, prefix: str) -> Message | None:
        """The newest direct message with a button whose custom id begins with `prefix`."""
        return newest(self.person.inbox(), prefix)

    def posted(self, channel: Channel | None, prefix: str) -> Message | None:
        """The newest message in a channel with such a button; notes trouble if it is hidden."""
        if channel is None:
            return None
        try:
            return newest(self.person.read(channel), prefix)
        except Refused as refused:
            self.play.trouble(self.name, str(refused))
            return None

    # -- doing --------------------------------------------------------------------------

    async def press(self, message: Message | None, prefix: str, what: str = "") -> Outcome | None:
        """Presses the first button with such a custom id; None (and trouble) when it fails."""
        if message is None:
            self.play.trouble(self.name, f"found nothing to press for {what or prefix}")
            return None
        await self.play.restarts.before_click(message)
        found = [b for b in message.buttons if (b.custom_id or "").startswith(prefix)]
        try:
            if not found:
                raise Refused(f"no button {prefix} on a message that had one")
            outcome = await self.person.click(message, found[0].custom_id or "")
        except Refused as refused:
            self.play.trouble(self.name, str(refused))
            return None
        if not message.ephemeral:
            self.play.restarts.clicked(message, found[0].custom_id or "")
        return self._well(outcome, f"pressing “{found[0].label}”")

    async def home(self, prefix: str) -> Outcome | None:
        """Presses a button of the home message."""
        return await self.press(self.play.stage.home, prefix, "the home message")

    async def submit(self, modal: Modal | None, **values: Any) -> Outcome | None:
        """Sends a form after some minutes; `values` by the beginning of the label, lower case."""
        if modal is None:
            self.play.trouble(self.name, "no form opened")
            return None
        await self.moments(1.5, 6)
        filled: dict[str, Any] = {}
        for word, value in values.items():
            begin = word.replace("_", " ")
            named = [f for f in modal.fields if f.label.lower().startswith(begin)]
            if not named:
                self.play.trouble(self.name, f"the form {modal.title!r} asks for no {begin!r}")
                continue
            filled[named[0].label] = value
        try:
            outcome = await self.person.submit(modal, filled)
        except Refused as refused:
            self.play.trouble(self.name, str(refused))
            return None
        return self._well(outcome, f"sending “{modal.title}”")

    async def run(self, command: str, *, here: bool = False, **options: Any) -> Outcome | None:
        """Uses a command: in direct messages, or `here` on the server."""
        guild = self.play.stage.guild if here else None
        try:
            outcome = await self.person.run(command, guild=guild, **options)
        except Refused as refused:
            self.play.trouble(self.name, f"/{command}: {refused}")
            return None
        return self._well(outcome, f"/{command}")

    async def confirm(self, outcome: Outcome | None, verb: str) -> Outcome | None:
        """Presses what an answer offers for going on: a button whose custom id has the verb."""
        for message in outcome.messages if outcome else ():
            for button in message.buttons:
                if verb in (button.custom_id or "").partition(":")[2]:
                    await self.moments(0.3, 1.5)
                    return await self.press(message, button.custom_id or "")
        self.play.trouble(self.name, f"was not asked to confirm: {verb}")
        return None

    def _well(self, outcome: Outcome, what: str) -> Outcome | None:
        if outcome.failed is not None:
            self.play.trouble(self.name, f"{what}: {outcome.failed}")
            return None
        wrong = [m for m in outcome.messages if m.content.startswith("Something went wrong")]
        if wrong:
            self.play.trouble(self.name, f"{what}: {wrong[0].content}")
        return outcome


def newest(messages: Iterable[Message], prefix: str) -> Message | None:
    """The last of these messages that has an enabled button with such a custom id."""
    found = None
    for message in messages:
        if message.deleted:
            continue
        if any((b.custom_id or "").startswith(prefix) and not b.disabled for b in message.buttons):
            found = message
    return found
