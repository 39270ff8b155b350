"""The story of one cohort: puts everybody's part together and lets time run."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import time, timedelta

from rehearsal.arrivals import arrive, first_steps, hello, visit
from rehearsal.cast import Actor, Performance
from rehearsal.mentees import Mentee
from rehearsal.mentors import Organizer, cares, finds_another_time, is_away, reads_digests
from rehearsal.oracle_roster import Row
from rehearsal.oracle_time import DAY, reach
from rehearsal.personas import AWAY, REGULAR
from rehearsal.progress import Progress
from rehearsal.restarts import Restarts
from rehearsal.script import Script
from rehearsal.stage import STRANGER, Stage

# Days before the start on which people join: helpers first, then those who welcome the others.
ARRIVAL = {"organizer": (6, 6), "navigator": (5, 5), "captain": (5, 4), "mentee": (4, 2)}


class Cohort:
    """All actors of a play."""

    def __init__(self, stage: Stage, script: Script) -> None:
        self.stage = stage
        self.script = script
        self.restarts = Restarts(stage)
        self.shared = Performance(
            stage,
            self.restarts,
            script.start,
            script.weeks,
            script.seed,
            script.cohort,
            script.zone,
            script.closing,
        )
        self.actors = {
            name: Actor(self.shared, script.roster.row(name), persona)
            for name, persona in script.personas.items()
        }

    @property
    def troubles(self) -> list[str]:
        """What people could not do."""
        return self.shared.troubles

    async def play(self, progress: Progress) -> None:
        """Lets it happen, week by week, and a day beyond the end."""
        for name, actor in self.actors.items():
            self.stage.timeline.start(self._life(actor), name)
        self.stage.timeline.start(self._stranger(), STRANGER)
        timeline, script = self.stage.timeline, self.script
        for week in range(script.weeks + 2):
            day = script.start + timedelta(days=7 * (week - 1))
            if week:
                await timeline.run_until(reach(day, time(0), script.zone))
            progress.week(week, day, self.stage, self.shared.did)
            progress.note("Time runs")
        await timeline.run_until(script.closing + 2 * DAY)

    # -- everybody's part -----------------------------------------------------------------

    async def _life(self, actor: Actor) -> None:
        roles = self.script.roster.roles(actor.name)
        if actor.name == self.script.organizer:
            await self._organizer(actor)
            return
        if "mentee" in roles:
            await self._mentee(actor)
            return
        await self._arrive(actor)
        if self.script.roster.teams_of(actor.name, "captain"):
            self._also(actor, cares(actor), "cares")
            if actor.persona is AWAY:
                self._also(actor, is_away(actor), "is away")
        if "navigator" in roles:
            self._also(actor, reads_digests(actor), "reads")

    async def _arrive(self, actor: Actor) -> None:
        early, late = ARRIVAL[actor.row.role]
        day = self.script.start - timedelta(days=actor.rng.randint(late, early))
        lost = actor.persona.key == "slow"
        await arrive(actor, day, lost=lost, introduces=actor.rng.random() < 0.6)

    async def _mentee(self, actor: Actor) -> None:
        play, persona = self.shared, actor.persona
        team = actor.row.teams[0]
        mentee = Mentee(actor, team)
        if persona.late:
            week = min(2, play.weeks)
            await arrive(actor, play.day(week, 3), introduces=True)
        else:
            await self._arrive(actor)
        self._also(actor, mentee.check_ins(), "checks in")
        self._also(actor, mentee.meetings(), "meets")
        self._also(actor, mentee.says_goodbye(self.script.closing), "says goodbye")
        captain = self.script.roster.captain(team)
        if captain is not None and self.actors[captain].persona is AWAY:
            self._also(actor, finds_another_time(actor), "finds another time")
        if persona.closed_dms:
            self._also(actor, mentee.visits(), "visits")
        if persona.leaves:
            self._also(actor, mentee.leave(), "leaves")
        if persona.pauses:
            self._also(actor, mentee.rest(), "rests")
        if persona.key in ("skipper", "private", "shy"):
            self._also(actor, mentee.looks_around(), "looks around")
        if persona.key in ("skipper", "prompt", "steady"):
            self._also(actor, mentee.uses_home(), "uses home")
        if not persona.late and actor.rng.random() < 0.5:
            self._also(actor, hello(actor, team), "says hello")

    async def _organizer(self, actor: Actor) -> None:
        script = self.script
        organizer = Organizer(actor, script.source, script.first_roster)
        await actor.some_hour(script.start - timedelta(days=7))
        await organizer.opens()
        await actor.hours(0.5, 6)
        await first_steps(actor, introduces=True)
        if script.latecomers:
            day = self.shared.day(min(2, script.weeks), 2)
            await organizer.brings_latecomers(reach(day, time(10), actor.zone))
        await organizer.closes(script.closing)

    async def _stranger(self) -> None:
        row = Row(STRANGER, "Curious Visitor", "", (), self.script.zone, frozenset())
        await visit(Actor(self.shared, row, REGULAR), self.shared.day(1, 3))

    def _also(self, actor: Actor, part: Coroutine[object, object, None], what: str) -> None:
        """Another thread of somebody's life, beside the one that starts it."""
        self.stage.timeline.start(part, f"{actor.name} {what}")
