"""Days without the bot, in which time goes on; and what has to become of what was due then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Self

from rehearsal.oracle_time import DAY, WEEK, reach
from rehearsal.script import Script
from rehearsal.stage import Stage
from tests.crash.evidence import Book
from tests.crash.process import Mortal

if TYPE_CHECKING:
    from tests.crash.killer import Killer


@dataclass(frozen=True)
class Outage:
    """From an hour (UTC) of a day of a week (both from 1), for so many hours."""

    week: int
    day: int
    hour: int
    hours: int


@dataclass
class Absence:
    """An outage on the calendar of a play. Moments are UTC."""

    begin: datetime
    end: datetime
    stage: Stage
    bot: Mortal
    book: Book
    expired: dict[int, str] = field(default_factory=dict)
    """What the bot gave up when it was back: kinds by row."""

    @classmethod
    def of(cls, outage: Outage, script: Script, stage: Stage, bot: Mortal, book: Book) -> Self:
        """The moments of an outage in a play."""
        day = script.start + (outage.week - 1) * WEEK + (outage.day - 1) * DAY
        begin = reach(day, time(outage.hour), "UTC")
        return cls(begin, begin + outage.hours * DAY / 24, stage, bot, book)

    def as_dict(self) -> dict[str, str]:
        """As the script of a play has it."""
        return {"from": self.begin.isoformat(), "until": self.end.isoformat()}

    async def happens(self, killer: Killer) -> None:
        """Kills the bot, lets the time go by without it, and starts it again."""
        timeline = self.stage.timeline
        await timeline.until(self.begin)
        await killer.rest()
        with timeline.allow_outage():
            self.bot.away_until = self.end
            await self.bot.kill()
            before = self.book.expired()
            await timeline.until(self.end)
            self.bot.away_until = None
            await self.bot.start()
        killer.go_on()
        await timeline.until(self.end + DAY / 24 / 12)
        self.expired = {r: kind for r, kind in self.book.expired().items() if r not in before}
