"""The weeks of navigators, captains and organizers."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from rehearsal.cast import Actor, newest
from rehearsal.oracle_time import HOUR, reach
from sandbox import Outcome, Upload

CREW = "lo:meetings:crew:"
DIGEST = "lo:checkin:digest:"

BROKEN = (
    "discord_username,name,role,team\n"
    "somebody,Somebody Somewhere,wizard,Mercury\n"
    "somebody,Somebody Somewhere,wizard,Mercury\n"
)


async def reads_digests(actor: Actor) -> None:
    """A navigator looks at the weekly message, and now and then asks for it again."""
    play = actor.play
    for week in range(1, play.weeks + 1):
        due = reach(play.day(week, 5), time(16), actor.zone)
        await actor.awake(due + timedelta(seconds=actor.rng.randrange(600, 20 * 3600)))
        letter = actor.direct(DIGEST)
        if letter is not None and (week < 3 or actor.rng.random() < 0.4):
            await actor.press(letter, DIGEST, "the check-ins")


async def cares(actor: Actor) -> None:
    """A captain looks twice a week at what came, and asks who is due."""
    play = actor.play
    for week in range(1, play.weeks + 1):
        due = reach(play.day(week, 1), time(9), actor.zone)
        await actor.awake(due + timedelta(seconds=actor.rng.randrange(900, 30 * 3600)))
        if not actor.resting and (week < 3 or actor.rng.random() < 0.5):
            await actor.press(actor.direct(CREW), CREW, "the captain's week")
        evening = reach(play.day(week, 4), time(18), actor.zone)
        await actor.awake(evening + timedelta(seconds=actor.rng.randrange(900, 20 * 3600)))
        latest = actor.direct(CREW)
        if latest is not None and not actor.resting and actor.rng.random() < 0.6:
            await actor.press(latest, CREW, "the captain's evening")


async def is_away(actor: Actor) -> None:
    """A captain takes four days off in week 5, or in the last week of a shorter cohort."""
    play = actor.play
    week = min(5, play.weeks)
    await actor.some_hour(play.day(week, 3))
    back = actor.today + timedelta(days=4)
    if await actor.run("pause", until=back.isoformat()) is None:
        return
    actor.away_until = reach(back, time(9), actor.zone)
    await actor.awake(actor.away_until + HOUR)


class Organizer:
    """The one who runs the cohort."""

    def __init__(self, actor: Actor, whole: bytes, first: bytes) -> None:
        self.actor = actor
        self.whole = whole
        self.first = first

    async def opens(self) -> None:
        """Creates the cohort, imports the roster without the latecomers, and launches."""
        actor, play = self.actor, self.actor.play
        facts = {
            "name": play.cohort,
            "weeks": play.weeks,
            "timezone": play.zone,
        }
        await actor.run("cohort create", here=True, start="31 February", **facts)
        await actor.moments()
        await actor.run("cohort create", here=True, start=play.start.isoformat(), **facts)
        await actor.moments(3, 8)
        await self._import("applicants.csv", BROKEN.encode())
        await actor.moments(5, 15)
        await self._import("roster.csv", self.first)
        await actor.moments()
        await actor.run("cohort show", here=True, name=play.cohort)
        await actor.moments()
        asked = await actor.run("cohort launch", here=True, name=play.cohort)
        await actor.confirm(asked, "launch")

    async def brings_latecomers(self, moment: datetime) -> None:
        """Imports the whole roster."""
        await self.actor.awake(moment)
        await self._import("roster.csv", self.whole)

    async def closes(self, moment: datetime) -> None:
        """Says goodbye to everybody."""
        actor = self.actor
        await actor.until(moment)
        await actor.run("cohort show", here=True, name=actor.play.cohort)
        await actor.moments()
        asked = await actor.run("cohort close", here=True, name=actor.play.cohort)
        await actor.confirm(asked, "close")

    async def _import(self, name: str, content: bytes) -> Outcome | None:
        file = Upload(name, content, "text/csv")
        return await self.actor.run(
            "cohort import", here=True, name=self.actor.play.cohort, file=file
        )


async def finds_another_time(actor: Actor) -> None:
    """A mentee whose captain had to cancel looks at the message and asks for another time."""
    play = actor.play
    day = play.day(min(5, play.weeks), 3)
    handled: set[int] = set()
    for _ in range(4):
        await actor.some_hour(day)
        day += timedelta(days=1)
        news = [m for m in actor.person.inbox() if str(m.nonce or "").startswith("oc-")]
        fresh = newest([m for m in news if m.id not in handled], "lo:meetings:offer:")
        if fresh is not None and not actor.resting:
            handled.add(fresh.id)
            offered = await actor.press(fresh, "lo:meetings:offer:", "another time")
            card = newest(offered.messages, "lo:meetings:book:") if offered else None
            if card is not None:
                await actor.moments()
                await actor.press(card, "lo:meetings:book:", "a time")
