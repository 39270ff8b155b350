"""People who do again what met a dead bot, once it is back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from rehearsal.stage import Stage
from rehearsal.timeline import Timeline
from sandbox import Guild, Message, Modal, Outcome, Person
from sandbox.model import Channel, Json
from tests.crash.process import Mortal

MORE_WITHIN = 0.3
"""Wall seconds after which nothing more is believed to follow."""


class Fate:
    """What all people share: the bot they talk to, and what was in vain."""

    def __init__(self, bot: Mortal, timeline: Timeline, rng: random.Random) -> None:
        self.bot = bot
        self.in_vain: set[int] = set()
        """Interactions that nothing was seen of, so that their people made them again."""
        self.looked_again: list[datetime] = []
        """When somebody was shown the rest of what a dead bot had begun to show, UTC."""
        self._timeline = timeline
        self._rng = rng

    async def insist(self, act: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Does something until the bot lives long enough to answer."""
        while True:
            deaths, up = self.bot.deaths, self.bot.up.is_set()
            outcome = await act()
            if _announces(outcome):
                await self._listen(outcome, deaths)
                if deaths == self.bot.deaths:
                    return outcome
                self.looked_again.append(self._timeline.now())
            elif (up and deaths == self.bot.deaths) or _answered(outcome):
                return outcome
            if len(outcome.messages) <= 1:
                self.in_vain.add(outcome.interaction_id)
            await self._patience()

    async def _listen(self, outcome: Outcome, deaths: int) -> None:
        """Waits for what was announced: until no more comes, or the bot has died of it."""
        seen = -1
        while len(outcome.messages) != seen and deaths == self.bot.deaths:
            seen = len(outcome.messages)
            await asyncio.sleep(MORE_WITHIN)

    async def _patience(self) -> None:
        until = self.bot.away_until
        if until is not None:
            # Time runs: somebody who finds the bot away looks in again later.
            await self._timeline.until(until + timedelta(seconds=self._rng.randrange(60, 7200)))
        await self.bot.up.wait()


def _answered(outcome: Outcome) -> bool:
    """Whether somebody sees that something came of what they did."""
    shown = outcome.messages or outcome.modal or outcome.updated or outcome.choices
    return outcome.failed is None and bool(shown)


def _announces(outcome: Outcome) -> bool:
    """Whether the first words say that more is to follow, as “My messages” does."""
    return outcome.message is not None and outcome.message.content.rstrip().endswith(":")


class Stubborn(Person):
    """A person whose clicks, commands and forms are made again when the bot died of them."""

    fate: Fate

    async def run(
        self,
        command: str,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        options: Json | None = None,
        **named: Any,
    ) -> Outcome:
        """Uses a command until it is answered."""
        first = super().run
        return await self.fate.insist(
            lambda: first(command, guild=guild, channel=channel, options=options, **named)
        )

    async def click(self, message: Message, button: str) -> Outcome:
        """Presses a button until something comes of it."""
        first = super().click
        return await self.fate.insist(lambda: first(message, button))

    async def choose(self, message: Message, select: str, values: list[Any]) -> Outcome:
        """Chooses in a menu until something comes of it."""
        first = super().choose
        return await self.fate.insist(lambda: first(message, select, values))

    async def submit(self, modal: Modal | None, values: dict[str, Any] | None = None) -> Outcome:
        """Sends a form until it is taken; it stays open meanwhile."""
        first = super().submit
        return await self.fate.insist(lambda: first(modal, values))


def move_in(stage: Stage, fate: Fate) -> None:
    """Puts such people in the place of everybody on the stage, before the play begins."""
    for name, person in stage.people.items():
        stubborn = Stubborn(stage.sandbox, person.user)
        stubborn.fate = fate
        stage.people[name] = stage.sandbox.people[name] = stubborn
