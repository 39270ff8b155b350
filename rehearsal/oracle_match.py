"""Putting what was sent beside what was due.

First everything that came to the right place at the right time finds its item. What is left on
either side is then named: moved in time, sent to somebody else, sent twice, not due at all, lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.oracle_held import Shelf, stock
from rehearsal.oracle_items import (
    CANCELLED,
    DELIVERED,
    EXPIRED,
    FAILED,
    GRACE,
    KINDS,
    LOST,
    REGULAR,
    Due,
    has_buttons,
)
from rehearsal.oracle_mail import Mail
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import after_quiet, covers, next_week, stamp
from rehearsal.oracle_wire import Sent


@dataclass
class Ledger:
    """Matched items, and the messages that no item asked for."""

    story: Story
    mail: Mail
    items: list[Due] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    taken: dict[str, Due] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        self.shelf = stock(self.story)

    def settle(self, items: Iterable[Due]) -> None:
        """Match items, in order of time, and keep those that count."""
        for item in sorted(items, key=lambda one: one.due):
            if item.outcome != CANCELLED:
                if item.due > self.story.wire.end - GRACE:
                    self._early(item)
                    continue
                self._match(item)
                if item.optional and not item.outcome:
                    continue
            self.items.append(item)

    def _early(self, item: Due) -> None:
        """The recording ends too soon to demand this; it may have come all the same."""
        self._match(item)
        if item.outcome == DELIVERED:
            self.items.append(item)

    def _match(self, item: Due) -> None:
        life = self.story.lives.get(item.person) or self.story.strangers.get(item.person)
        if life is None:
            found = self._in_place(item)
            route = "thread" if item.code == "cs" else "channel"
        elif covers(life.closed, item.due):
            found, route = self._closed(item, life)
        else:
            found, route = self._in_person(item, life), "direct message"
        if found is not None:
            self.taken[found.id] = item
            self._deliver(item, found, route)

    def _deliver(self, item: Due, message: Sent, route: str) -> None:
        item.delivered, item.route, item.outcome = message.at, route, DELIVERED
        item.aside["message"], item.aside["sent"] = message.id, message
        if not has_buttons(item.code, message.buttons):
            self.errors.append(f"{item.title}: came without the buttons of its kind")
        for words in item.contains:
            if plain(words) not in plain(message.text):
                self.errors.append(f"{item.title}: does not contain {words[:60]!r}")

    def _pick(self, target: str, item: Due, begin: datetime, end: datetime) -> Sent | None:
        for message in self.mail.got(target, item.code):
            if message.id in self.taken or not begin <= message.at <= end:
                continue
            text = plain(message.text)
            if not item.mentions or any(plain(words) in text for words in item.mentions):
                return message
        return None

    def _in_place(self, item: Due) -> Sent | None:
        since = self.story.places.since.get(item.place, item.due)
        begin = max(item.due, since)
        outage = self.story.outage(begin)
        if outage is not None and outage > item.until:
            item.outcome = EXPIRED
            return None
        end = item.until if outage else begin + GRACE
        return self._pick(item.place, item, begin, max(end, begin))

    def _in_person(self, item: Due, life: Life) -> Sent | None:
        for moment in self.moments(item, life):
            outage = self.story.outage(moment)
            if outage is not None and self._too_late(item, life, outage):
                item.outcome = EXPIRED
                return None
            end = item.until if outage else moment + GRACE
            found = self._pick(f"dm {life.username}", item, moment, end)
            if found is not None or outage:
                return found
        return None

    @staticmethod
    def _too_late(item: Due, life: Life, back: datetime) -> bool:
        """Whether something has become useless when the bot is back from an outage."""
        if item.courtesy == "regular":
            back = after_quiet(back, life.zone_at(back))
        return back > item.until

    def moments(self, item: Due, life: Life) -> Iterator[datetime]:
        """When courtesy lets it come: at once or after quiet hours, over the cap a week later."""
        moment = item.due
        if item.courtesy == "answer":
            yield moment
            return
        if not (item.code == "oc" and item.optional):
            moment = after_quiet(moment, life.zone_at(moment))
        while moment <= item.until:
            if moment >= self.story.closed or moment > self.story.wire.end - GRACE:
                # Put off until nobody is waiting for it any more.
                item.outcome = CANCELLED
                return
            yield moment
            if item.courtesy != "regular" or item.code not in REGULAR:
                return
            if not self.mail.may_yield(life, moment, item.code):
                return
            moment = next_week(moment, life.zone_at(moment))
        # Nothing more is useful: it has expired by the rules.
        item.outcome = item.outcome or EXPIRED

    def _closed(self, item: Due, life: Life) -> tuple[Sent | None, str]:
        if item.code == "gr":
            item.mentions = (f"<@{life.user_id}>", f"<@!{life.user_id}>")
            begin = max(item.due, self.story.places.since.get("#welcome", item.due))
            return self._pick("#welcome", item, begin, begin + GRACE), "#welcome"
        open_again = [end for begin, end in life.closed if begin <= item.due < end <= item.until]
        for moment in open_again:
            found = self._pick(f"dm {life.username}", item, moment, item.until)
            if found is not None:
                return found, "direct message"
        visits = self.shelf.visits_of(life.username, item.due, item.until)
        for visit in visits:
            shown = visit.take(item)
            if shown is not None:
                return shown, "My messages"
        if not visits:
            item.outcome = EXPIRED
        return None, ""

    def finish(self) -> None:
        """Name what is left on either side."""
        left = [m for m in self.story.wire.sent if m.id not in self.taken]
        for message in left:
            self._explain(message)
        for item in self.items:
            if item.outcome:
                continue
            target = f"dm {item.person}" if item.person else item.place
            tries = [m for m in self.story.wire.refused if m.code == item.code and not m.closed]
            near = [m for m in tries if item.due <= m.at <= item.until]
            item.outcome = FAILED if any(self._target(m) == target for m in near) else LOST
            self.errors.append(f"{item.title}: {item.outcome}")

    def _target(self, message: Sent) -> str:
        wire = self.story.wire
        if message.channel in wire.owners:
            return f"dm {wire.username(wire.owners[message.channel])}"
        return self.story.places.meaning.get(message.channel, message.channel)

    def _explain(self, message: Sent) -> None:
        target = self.mail.where[message.id]
        if not message.code and self._prompted(message, target):
            return
        kind = KINDS.get(message.code, "message of no kind")
        what = f"{kind} to {target.removeprefix('dm ')} at {stamp(message.at)}"
        same = [i for i in self.items if i.code == message.code]
        here = [i for i in same if target in (f"dm {i.person}", i.place)]
        twins = [i for i in here if i.outcome == DELIVERED and _close(i, message)]
        missed = [i for i in here if not i.outcome and not i.aside.get("moved")]
        astray = [
            i for i in same if not i.outcome and abs(i.due - message.at) <= GRACE and i not in here
        ]
        if missed and min(abs(i.due - message.at) for i in missed) <= 36 * 12 * GRACE:
            item = min(missed, key=lambda one: abs(one.due - message.at))
            item.aside["moved"] = True
            self.errors.append(f"{what} came at the wrong time: it was due {stamp(item.due)}")
        elif twins:
            twins[0].duplicated += 1
            self.errors.append(f"{what} is sent twice: {twins[0].title}")
        elif astray:
            self.errors.append(f"{what} is misdirected: it was due to {astray[0].target}")
        else:
            self.errors.append(f"{what} was not due to anybody")

    def _prompted(self, message: Sent, target: str) -> bool:
        """Whether it answers what somebody has just written to the bot."""
        return any(
            act.what == "write"
            and target == f"dm {act.who}"
            and act.at <= message.at <= act.at + GRACE
            for act in self.story.acts
        )


def _close(item: Due, message: Sent) -> bool:
    return item.due - GRACE <= message.at <= max(item.until, item.due + GRACE)


def plain(text: str) -> str:
    """A text without escapes, invisible characters and layout, for comparison only."""
    for mark in ("\\", "\u200b", "\u2060", "\ufeff"):
        text = text.replace(mark, "")
    # Only at a line's start is it a quotation; elsewhere it may end a mention.
    lines = [line.removeprefix("> ") for line in text.splitlines()]
    return " ".join(" ".join(lines).split())
