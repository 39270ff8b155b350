"""The weeks of a mentee: check-ins, one-on-ones, breaks, and whatever their persona adds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from rehearsal.arrivals import OPEN
from rehearsal.cast import Actor, newest
from rehearsal.lines import Lines
from rehearsal.oracle_meetings import reminder_moment
from rehearsal.oracle_time import HOUR, reach, stamps_in
from sandbox import Message, Outcome

CHECK_IN = "lo:checkin:open:"
CURRENT = "lo:checkin:current:"
SKIP = "lo:checkin:skip:"
BOOK = "lo:meetings:book:"
DECLINE = "lo:meetings:decline:"
CANCEL = "lo:meetings:cancel:"
OFFER = "lo:meetings:offer:"
MINE = "lo:meetings:mine:"
WAITING = "lo:messages:mine:"
BREAK = "lo:people:break:"
RESUME = "lo:people:resume:"
WHO = "lo:teams:who:"


class Mentee:
    """One mentee after their first steps."""

    def __init__(self, actor: Actor, team: str) -> None:
        self.actor = actor
        self.team = team
        self.lines = Lines(actor.rng)
        self.handled: set[int] = set()
        self.cancelled = 0
        self.ignored = 0

    # -- check-ins ----------------------------------------------------------------------

    async def check_ins(self) -> None:
        """Answers the prompts of all weeks, each in the manner of the persona."""
        actor = self.actor
        for week in range(1, actor.play.weeks + 1):
            least, most = actor.persona.answers
            asked = actor.play.prompt(self.team, week)
            delay = timedelta(seconds=actor.rng.randrange(int(least * 3600), int(most * 3600)))
            await actor.awake(asked + delay)
            if actor.onboarded is None or actor.resting:
                continue
            await self._check_in()

    async def _check_in(self) -> None:
        actor, persona = self.actor, self.actor.persona
        fate = actor.rng.random()
        if fate < persona.silent:
            return
        prompt = actor.posted(actor.play.stage.team_channel(self.team), CHECK_IN)
        await actor.moments(0.3, 2)
        if fate < persona.silent + persona.skips:
            await actor.press(prompt, SKIP, "the check-in")
            return
        opened = await actor.press(prompt, CHECK_IN, "the check-in")
        await self._answer(opened, actor.rng.choice(persona.audiences))
        if persona.edits:
            await actor.hours(1, 5)
            if not actor.resting:
                again = await actor.press(prompt, CHECK_IN, "the check-in")
                await self._answer(again, actor.rng.choice(persona.audiences))

    async def _answer(self, opened: Outcome | None, audience: str) -> None:
        if opened is None:
            return
        energy = self.lines.energy()
        kept = await self.actor.submit(
            opened.modal,
            what_did=self.lines.done(),
            what_is=self.lines.stuck(),
            how_is=[energy] if energy else [],
            who_may=audience,
        )
        self.actor.play.did["check-ins"] += kept is not None

    # -- one-on-ones --------------------------------------------------------------------

    async def meetings(self) -> None:
        """Looks at each offer within a day or two, and does with it what the persona would."""
        actor = self.actor
        for week in range(1, actor.play.weeks + 1, 2):
            due = reach(actor.play.day(week, 2), time(10), actor.zone)
            await actor.awake(due + timedelta(seconds=actor.rng.randrange(600, 36 * 3600)))
            for _ in range(3):
                if actor.resting or actor.persona.closed_dms:
                    break
                offer = actor.direct(BOOK)
                if offer is not None and offer.id not in self.handled:
                    await self._decide(offer)
                    break
                await actor.hours(18, 30)

    async def _decide(self, offer: Message) -> None:
        actor = self.actor
        self.handled.add(offer.id)
        habit = actor.persona.meetings
        if habit == "ignores" and self.ignored < 2:
            self.ignored += 1
            if self.ignored == 2:
                await actor.hours(40, 60)
                await self._ask()
            return
        if habit == "declines" or actor.rng.random() < 0.12:
            await actor.press(offer, DECLINE, "the offer")
            return
        await self._book(offer)

    async def _book(self, offer: Message) -> None:
        actor = self.actor
        for _ in range(2):
            times = [b for b in offer.buttons if (b.custom_id or "").startswith(BOOK)]
            if not times:
                return
            wanted = actor.rng.choice(times)
            if await actor.press(offer, wanted.custom_id or "", "a time") is None:
                return
            # A time that has come too close is answered with others: most try once more.
            if newest([offer], CANCEL) or actor.rng.random() < 0.3:
                break
            await actor.moments()
        if not newest([offer], CANCEL):
            return
        actor.play.did["meetings"] += 1
        if actor.persona.meetings == "cancels-late" and not self.cancelled:
            await self._cancel_when_reminded(offer)
        elif actor.persona.meetings == "cancels" and not self.cancelled:
            self.cancelled += 1
            await actor.hours(20, 26)
            card = offer if newest([offer], CANCEL) else actor.direct(CANCEL)
            if not actor.resting and card is not None:
                await actor.press(card, CANCEL, "the meeting")
                await self._find_another(card)

    async def _find_another(self, card: Message) -> None:
        """Asks for another time from the card of a meeting that was cancelled."""
        actor = self.actor
        await actor.hours(2, 20)
        if not actor.resting and newest([card], OFFER):
            offered = await actor.press(card, OFFER, "another time")
            times = newest(offered.messages, BOOK) if offered else None
            if times is not None:
                await actor.moments()
                await self._book(times)

    async def _cancel_when_reminded(self, card: Message) -> None:
        """Reads the reminder, in the evening before or two hours ahead, and cancels."""
        actor = self.actor
        stamps = stamps_in(card.content)
        if not stamps:
            actor.play.trouble(actor.name, "a booked card tells no time")
            return
        await actor.until(reminder_moment(stamps[0], actor.zone) + HOUR / 6)
        reminders = [m for m in actor.person.inbox() if str(m.nonce or "").startswith("or-")]
        if not actor.resting and reminders:
            self.cancelled += 1
            await actor.press(newest(reminders, CANCEL), CANCEL, "the reminder")

    async def _ask(self) -> None:
        """Asks for a time from the home message."""
        actor = self.actor
        if actor.resting:
            return
        shown = await actor.home(MINE)
        offered = await actor.confirm(shown, "meetings:offer")
        card = newest(offered.messages, BOOK) if offered else None
        if card is not None:
            await actor.moments()
            await self._book(card)

    # -- direct messages that do not come -------------------------------------------------

    async def visits(self) -> None:
        """Looks behind "My messages" twice a week, and acts on what is there."""
        actor = self.actor
        day = actor.play.day(1, 3)
        last = actor.play.day(actor.play.weeks, 7)
        while day <= last:
            await actor.some_hour(day)
            day += timedelta(days=3 if day.weekday() % 2 else 4)
            if actor.onboarded is None or actor.resting:
                continue
            seen = await actor.home(WAITING)
            card = newest(seen.messages, BOOK) if seen else None
            if card is not None:
                await actor.moments()
                await self._book(card)

    # -- going and coming back ------------------------------------------------------------

    async def leave(self) -> None:
        """Leaves in week 3 (or the last, if that is earlier), from the direct messages."""
        actor = self.actor
        await actor.some_hour(actor.play.day(min(3, actor.play.weeks), 4))
        asked = await actor.run("leave")
        if await actor.confirm(asked, "leave") is not None:
            actor.left = True

    async def rest(self) -> None:
        """Pauses for about two weeks from week 4 on (or as the length allows), and comes back."""
        actor = self.actor
        weeks = actor.play.weeks
        await actor.some_hour(actor.play.day(min(4, weeks), 3))
        back = min(actor.today + timedelta(days=13), actor.play.day(weeks, 6))
        if back > actor.today:
            await self.pause(back)

    async def pause(self, back: date) -> None:
        """Is away until a local date, and answers the welcome on that day."""
        actor = self.actor
        if await actor.run("pause", until=back.isoformat()) is None:
            return
        actor.away_until = reach(back, time(9), actor.zone)
        await actor.awake(actor.away_until + HOUR / 4)
        await actor.moments()
        welcome = actor.direct("lo:checkin:current:")
        for _ in range(3):
            if welcome is None:
                await actor.hours(18, 24)
                welcome = actor.direct("lo:checkin:current:")
        if not actor.resting:
            opened = await actor.press(welcome, CURRENT, "the welcome back")
            await self._answer(opened, "mentors")

    # -- small things --------------------------------------------------------------------

    async def looks_around(self) -> None:
        """Tries the buttons of the home message and the welcome of the team, in week 1."""
        actor = self.actor
        await actor.some_hour(actor.play.day(1, 2))
        if actor.resting:
            return
        channel = actor.play.stage.team_channel(self.team)
        await actor.press(actor.posted(channel, WHO), WHO, "the team's welcome")
        await actor.moments()
        await actor.home(MINE)
        await actor.moments()
        shown = await actor.home(BREAK)
        await actor.confirm(shown, "people:resume")

    async def uses_home(self) -> None:
        """Corrects their words about themselves, checks in from home, and asks for help."""
        actor = self.actor
        await actor.some_hour(actor.play.day(1, 5))
        if actor.resting or actor.onboarded is None:
            return
        opened = await actor.home(OPEN)
        if opened is not None:
            await actor.submit(opened.modal, one_line=self.lines.about())
        await actor.moments()
        again = await actor.home(CURRENT)
        await self._answer(again, "team")
        await actor.moments()
        await actor.run("help")

    async def says_goodbye(self, close: datetime) -> None:
        """Looks once more who was in the team, the day after the cohort was closed."""
        actor = self.actor
        await actor.awake(close + 3 * HOUR)
        if not actor.left:
            farewell = actor.posted(actor.play.stage.team_channel(self.team), WHO)
            await actor.press(farewell, WHO, "the farewell")
