"""What waits behind "My messages" for people whose direct messages are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rehearsal.oracle_items import Due, has_buttons
from rehearsal.oracle_story import Story
from rehearsal.oracle_time import stamp
from rehearsal.oracle_wire import Reply, Sent

MESSAGES = "lo:messages:mine:"


@dataclass
class Visit:
    """One look behind "My messages", with the messages shown there."""

    who: str
    at: datetime
    shown: list[Reply]
    used: set[int] = field(default_factory=set)

    def take(self, item: Due) -> Sent | None:
        """The shown message that can be the one that was due, once."""
        for reply in self.shown:
            if reply.n in self.used or not has_buttons(item.code, reply.buttons):
                continue
            if any(words not in reply.text for words in item.contains):
                continue
            self.used.add(reply.n)
            return Sent(
                id=f"reply {reply.n}",
                at=self.at,
                n=reply.n,
                channel="",
                body=reply.shown,
                files=reply.files,
                nonce="",
                code=item.code,
            )
        return None


@dataclass
class Shelf:
    """All visits of all people."""

    visits: list[Visit] = field(default_factory=list)

    def visits_of(self, who: str, begin: datetime, end: datetime) -> list[Visit]:
        """Visits of one person between two moments, both included."""
        return [v for v in self.visits if v.who == who and begin <= v.at <= end]

    def leftovers(self) -> list[str]:
        """Sentences about messages with buttons that were shown though nothing was due."""
        return [
            f"{visit.who} was shown a message behind My messages at {stamp(visit.at)} "
            f"that was not due"
            for visit in self.visits
            for reply in visit.shown
            if reply.n not in visit.used and _delivery(reply)
        ]


def _delivery(reply: Reply) -> bool:
    return any(has_buttons(code, reply.buttons) for code in ("gr", "cp", "oo", "or", "nw", "cw"))


def stock(story: Story) -> Shelf:
    """Read all visits: clicks on the home message's button, and runs of `/messages`."""
    visits = []
    for act in story.acts:
        asked = act.what == "click" and act.name.startswith(MESSAGES)
        asked = asked or (act.what == "run" and act.name == "messages")
        if asked and act.answered:
            soon = [r for r in act.answers if r.at <= act.at + timedelta(minutes=15)]
            visits.append(Visit(act.who, act.at, soon))
    return Shelf(visits)
