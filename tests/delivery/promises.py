"""What must be true whatever happens to deliveries: a model that a person would write.

It knows what was planned, what people then read, and the rules of courtesy as they are told. It
knows nothing of leases, attempts or transitions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.storage.tables import Delivery
from sandbox.faults import Fault
from tests.delivery.stage import ZONE, Stage

HERE = ZoneInfo(ZONE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECOVERED = timedelta(minutes=20)
"""So long after the last trouble nothing waits for another attempt."""
CAP, POSTS = 3, 2
COUNTED = ("must", "regular", "nudge")

# As the diagram in docs/deliveries.md has it, copied by hand.
ALLOWED = {
    ("", "planned"),
    ("planned", "claimed"),
    ("planned", "cancelled"),
    ("planned", "expired"),
    ("planned", "held"),
    ("planned", "parked"),
    ("planned", "stopped"),
    ("claimed", "sent"),
    ("claimed", "planned"),
    ("claimed", "held"),
    ("claimed", "cancelled"),
    ("claimed", "expired"),
    ("claimed", "parked"),
    ("held", "sent"),
    ("held", "cancelled"),
    ("held", "expired"),
    ("sent", "cancelled"),
    ("cancelled", "planned"),
    ("parked", "planned"),
    ("parked", "cancelled"),
    ("stopped", "planned"),
    ("stopped", "cancelled"),
    ("stopped", "expired"),
}


@dataclass
class Plan:
    """What the model knows of one message."""

    kind: str
    due: datetime
    useful: datetime
    wanted: bool = True
    stopped: bool = False
    version: int = 1

    def useful_at(self, now: datetime) -> bool:
        return self.wanted and not self.stopped and self.due <= now <= self.useful


class Promises(RuleBasedStateMachine):
    """Looked at after each step of a game; `stage` is where it is played."""

    stage: Stage
    plans: dict[str, Plan]
    paused: bool
    dms_open: bool
    """Whether the bot may believe so: refused once, it does not try again."""
    unanswered: list[Fault]
    """What has happened to requests that took effect all the same."""
    well_since: datetime
    """Since when nothing stands in the way."""

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    def states(self) -> dict[str, str]:
        rows = self.stage.sql("SELECT kind || ' ' || occurrence, state FROM delivery")
        return dict(rows)

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "plans"):
            return
        self.nothing_comes_twice()
        self.every_message_carries_its_number()
        self.only_the_table_leads_from_state_to_state()
        self.nobody_is_written_to_at_night()
        self.the_week_has_its_caps()
        self.what_can_be_there_is_there()

    def nothing_comes_twice(self) -> None:
        keys = [message.key for message in self.stage.read()] + self.stage.shown
        assert len(keys) == len(set(keys)), f"twice: {sorted(keys)}"
        assert set(keys) <= set(self.plans), "nobody planned it"

    def every_message_carries_its_number(self) -> None:
        rows = self.stage.sql("SELECT kind || ' ' || occurrence, id FROM delivery")
        numbers = dict(rows)
        for message in self.stage.read():
            assert message.number == numbers[message.key], message

    def only_the_table_leads_from_state_to_state(self) -> None:
        seen = set(self.stage.sql("SELECT DISTINCT before, after FROM seen"))
        assert seen <= ALLOWED, seen - ALLOWED

    def nobody_is_written_to_at_night(self) -> None:
        for message in self.stage.read():
            kind = message.key.partition(" ")[0]
            if kind in ("regular", "nudge"):
                assert 8 <= message.at.astimezone(HERE).hour < 21, message
            if kind == "must" and not 8 <= message.at.astimezone(HERE).hour < 21:
                useful = self.plans[message.key].useful
                assert next_morning(message.at) > useful, "it could have waited"

    def the_week_has_its_caps(self) -> None:
        """Of messages the bot knows of: one whose answer never came counts once it is found."""
        unknown = sum(fault.happened for fault in self.unanswered)
        direct: dict[object, int] = {}
        posts: dict[object, int] = {}
        for message in sorted(self.stage.read(), key=lambda one: one.at):
            kind, week = message.key.partition(" ")[0], week_of(message.at)
            if kind in ("regular", "nudge"):
                assert direct.get(week, 0) < CAP + unknown, message
            if kind in COUNTED:
                direct[week] = direct.get(week, 0) + 1
            if kind == "post":
                assert posts.get(week, 0) < POSTS + unknown, message
                posts[week] = posts.get(week, 0) + 1

    def what_can_be_there_is_there(self) -> None:
        """Nothing is lost: once all is well, whatever may come has come, and is up to date."""
        if not self.stage.up or self.now - self.well_since < RECOVERED:
            return
        messages = {message.key: message for message in self.stage.read()}
        there = messages.keys() | set(self.stage.shown)
        for key, plan in self.plans.items():
            if key not in there and plan.useful_at(self.now - RECOVERED):
                assert not self.must_be_there(plan), f"lost: {key}, {self.states()[key]}"
            if key in messages and self.states()[key] == "sent":
                assert messages[key].version == plan.version, f"out of date: {key}"

    def must_be_there(self, plan: Plan) -> bool:
        """Whether nothing stood in the way of a message that was useful, for a while now."""
        begin = max(self.well_since, plan.due)
        if self.now - begin < RECOVERED or not plan.useful_at(self.now):
            return False
        if plan.kind == "post":
            weeks = week_of(begin), week_of(self.now)
            sent = [m for m in self.stage.read() if week_of(m.at) in weeks and not m.direct]
            return weeks[0] == weeks[1] and not sent
        if not self.dms_open:
            return False
        if plan.kind == "answer":
            return True
        by_day = [begin.astimezone(HERE), self.now.astimezone(HERE)]
        if (
            any(not 8 <= moment.hour < 21 for moment in by_day)
            or by_day[0].date() != by_day[1].date()
        ):
            return False
        if plan.kind == "must":
            return True
        # What may wait: only where nothing else wants a place this week.
        others = [one for one in self.plans.values() if one.kind in COUNTED]
        return plan.kind == "regular" and not self.paused and len(others) <= CAP


def by_key(key: str) -> Any:
    kind, _, occurrence = key.partition(" ")
    return (Delivery.kind == kind) & (Delivery.occurrence == occurrence)


def week_of(moment: datetime) -> tuple[int, int]:
    """The local week, Monday to Sunday."""
    return moment.astimezone(HERE).isocalendar()[:2]


def next_morning(moment: datetime) -> datetime:
    """08:00 by the person's clock, whose zone has no clock changes."""
    here = moment.astimezone(HERE)
    morning = here.replace(hour=8, minute=0, second=0, microsecond=0)
    return morning if morning > here else morning + DAY
