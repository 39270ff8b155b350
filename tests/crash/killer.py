"""Kills the bot where the aims say, looks at what is left, and starts it again.

Nothing in the bot helps: it is met at its requests, which the server holds, and at the events that
the server sends; which step of a delivery it had reached is read from what it leaves.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from rehearsal.stage import Stage
from tests.crash.aims import ANSWER, EVENT, MOMENT, REQUEST, START, Aim
from tests.crash.ambush import Trap
from tests.crash.evidence import RECORDED, SENT, STEPS, Book, row_of, step_reached
from tests.crash.process import Mortal

SEND = ("POST", "/channels/{channel_id}/messages")
RECORDED_WITHIN = 3.0
SETTLED_WITHIN = 5.0
PATIENCE = 60.0
"""Wall seconds, each."""


async def until(something: Callable[[], bool], *, within: float = SETTLED_WITHIN) -> None:
    """Waits for what nobody announces, or until so many wall seconds have passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not something():  # noqa: ASYNC110
                await asyncio.sleep(0.001)


@dataclass(frozen=True)
class Kill:
    """What was done. `step` is what the evidence says, empty when it says nothing."""

    where: str
    what: str
    step: str
    at: str


class Killer:
    """Carries out a list of aims on a bot. `forgetful`: no nonce outlives a kill."""

    def __init__(
        self,
        stage: Stage,
        bot: Mortal,
        book: Book,
        aims: list[Aim],
        rng: random.Random,
        *,
        forgetful: bool,
    ) -> None:
        self.stage = stage
        self.bot = bot
        self.book = book
        self.aims = aims
        self.kills: list[Kill] = []
        self._rng = rng
        self._forgetful = forgetful
        self._taken: Counter[str] = Counter()
        self._busy = False
        self._later: set[asyncio.Task[None]] = set()
        self._emit = stage.sandbox.world.emit
        stage.sandbox.world.emit = self._at_event

    @property
    def steps(self) -> Counter[str]:
        """How often each step was hit, by the evidence."""
        return Counter(kill.step for kill in self.kills if kill.step)

    # -- occasions ------------------------------------------------------------------------

    def at_request(self, method: str, route: str, body: Any) -> Trap | None:
        """Whether a request of the bot is the end of it."""
        if not self._ready:
            return None
        row = row_of(body) if (method, route) == SEND else None
        wheres = (*STEPS, REQUEST, ANSWER, MOMENT) if row is not None else (REQUEST, ANSWER, MOMENT)
        what = f"{method} {route}"
        aim = self._choose(wheres, what)
        if aim is None:
            return None
        if aim.where == MOMENT:
            self._soon(self._shoot(aim, what, delay=aim.delay))
            return None
        if aim.where == RECORDED:
            return Trap(partial(self._once_recorded, aim, what, row or 0), after_effect=True)
        after_effect = aim.where in (SENT, ANSWER)
        return Trap(partial(self._shoot, aim, what, row), after_effect=after_effect)

    def _at_event(self, event: str, body: Any, **about: Any) -> int:
        """Sends an event on; perhaps it is the last that the bot gets, or does not get."""
        reached: int = self._emit(event, body, **about)
        if self._ready and reached:
            aim = self._choose((EVENT, MOMENT), event)
            if aim is not None:
                self._soon(self._shoot(aim, event, delay=aim.delay))
        elif event == "INTERACTION_CREATE" and not self.bot.up.is_set():
            # Who clicks while the bot is down is told so at once: the three seconds would only
            # make the test slow.
            asyncio.get_running_loop().call_soon(self._nobody_answers)
        return reached

    @property
    def _ready(self) -> bool:
        return not self._busy and self.bot.up.is_set() and bool(self.aims)

    def _choose(self, wheres: tuple[str, ...], what: str) -> Aim | None:
        """The aim that this is the occasion for. What was hit often already is hit less often."""
        now = self.stage.timeline.now()
        owed = [aim for aim in self.aims if aim.moment <= now]
        # With several to be done there is no time to be choosy.
        choosy = len([aim for aim in owed if aim.where != START]) == 1
        for aim in owed:
            if aim.where not in wheres:
                continue
            key = f"{aim.where} {what}"
            often = 0 if aim.where in STEPS else self._taken[key]
            if choosy and self._rng.random() * (1 + often) > 1:
                continue
            if choosy and aim.skip:
                aim.skip -= 1
                continue
            self.aims.remove(aim)
            self._taken[key] += 1
            self._busy = True
            return aim
        return None

    # -- killing --------------------------------------------------------------------------

    async def _once_recorded(self, aim: Aim, what: str, row: int) -> None:
        """Lets the answer go, and kills the bot as soon as its file has it."""
        self._soon(self._watch(aim, what, row))

    async def _watch(self, aim: Aim, what: str, row: int) -> None:
        await until(lambda: self.book.state(row) == "sent", within=RECORDED_WITHIN)
        await self._shoot(aim, what, row)

    async def _shoot(self, aim: Aim, what: str, row: int | None = None, delay: float = 0) -> None:
        if delay:
            await asyncio.sleep(delay)
        await self.bot.kill()
        self._nobody_answers()
        step = step_reached(self.book, self.stage.sandbox, row) if row is not None else ""
        self._note(aim, what, step)
        self.stage.timeline.start(self._revive(), "who starts the bot again")

    def _note(self, aim: Aim, what: str, step: str = "") -> None:
        at = f"{self.stage.timeline.now():%Y-%m-%dT%H:%M:%SZ}"
        self.kills.append(Kill(aim.where, what, step, at))

    def _nobody_answers(self) -> None:
        """Everybody who waits for an answer of the dead is told that there will be none."""
        for one in self.stage.sandbox.world.interactions.values():
            if not one.answered:
                one.dead = True
            one.acknowledged.set()
            one.completed.set()

    async def _revive(self) -> None:
        # What the dead has asked for still happens, and it happens before its successor looks.
        await until(lambda: not self.stage.sandbox.in_flight)
        if self._forgetful:
            self.stage.sandbox.world.nonces.clear()
        for aim in self.aims:
            if aim.moment > self.stage.timeline.now():
                break
            if aim.where == START:
                self.aims.remove(aim)
                self._soon(self._shoot_newborn(aim))
                break
        await self.bot.start()
        self._busy = False

    async def _shoot_newborn(self, aim: Aim) -> None:
        await until(lambda: self.bot.breathes)
        await asyncio.sleep(aim.delay)
        if not self.bot.up.is_set():
            self._note(aim, "before it was ready")
            await self.bot.kill()
        elif self._busy:
            self.aims.insert(0, aim)
        else:
            self._busy = True
            await self._shoot(aim, "just after it was ready")

    def _soon(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if not task.cancelled() and (error := task.exception()):
            raise error

    async def finish(self, moment: datetime) -> None:
        """At `moment` (UTC) kills it as often as there are aims that found no occasion."""
        await self.stage.timeline.until(moment)
        while self.aims:
            await self.rest()
            await self._shoot(self.aims.pop(), "at rest")
            await until(lambda: not self._busy, within=PATIENCE)

    async def rest(self) -> None:
        """Leaves the bot alone, once what is going on is done."""
        await until(lambda: not self._busy, within=PATIENCE)
        self._busy = True

    def go_on(self) -> None:
        """After :meth:`rest`."""
        self._busy = False

    async def close(self) -> None:
        """Forgets what was still to come."""
        self.aims.clear()
        for task in list(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        self.stage.sandbox.world.emit = self._emit
