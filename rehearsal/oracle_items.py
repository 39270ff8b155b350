"""The unit of judgement: one message due to one person or channel at one time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rehearsal.oracle_time import stamp

# How late a message may come without being late.
GRACE = timedelta(minutes=5)
KINDS = {
    "gr": "greeting",
    "sn": "stranger_note",
    "on": "organizer_note",
    "hm": "home",
    "tw": "team_welcome",
    "cp": "checkin_prompt",
    "cs": "checkin_shared",
    "oo": "one_on_one_offer",
    "or": "one_on_one_reminder",
    "oc": "one_on_one_change",
    "cw": "captain_week",
    "cd": "captain_day",
    "cb": "captain_bookings",
    "nw": "navigator_week",
    "in": "introduction",
    "wb": "welcome_back",
    "tf": "team_farewell",
}
# Which buttons make a message of a kind recognisable and usable: each group needs one of its own.
BUTTONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "gr": (("lo:onboarding:open:",),),
    "hm": (
        ("lo:onboarding:open:",),
        ("lo:checkin:current:",),
        ("lo:meetings:mine:",),
        ("lo:messages:mine:",),
        ("lo:people:break:",),
    ),
    "tw": (("lo:teams:who:",),),
    "tf": (("lo:teams:who:",),),
    "cp": (("lo:checkin:open:",), ("lo:checkin:skip:",)),
    "oo": (("lo:meetings:book:",), ("lo:meetings:decline:",)),
    "or": (("lo:meetings:cancel:",),),
    "oc": (("lo:meetings:offer:", "lo:meetings:crew:"),),
    "cw": (("lo:meetings:crew:",),),
    "cd": (("lo:meetings:crew:",),),
    "cb": (("lo:meetings:crew:",),),
    "nw": (("lo:checkin:digest:",),),
    "wb": (("lo:checkin:current:",),),
}
REGULAR = frozenset({"oo", "cw", "cb", "nw", "wb"})
MUST = frozenset({"or", "oc", "cd"})
UNPROMPTED = REGULAR | MUST

CANCELLED = "cancelled"
DELIVERED = "delivered"
EXPIRED = "expired"
FAILED = "failed"
LOST = "lost"


def has_buttons(code: str, ids: list[str]) -> bool:
    """Whether a message carries every button its kind must have."""
    return all(any(i.startswith(group) for i in ids) for group in BUTTONS.get(code, ()))


@dataclass
class Due:
    """What was due, to whom and when. Moments in UTC; exactly one of person and place is set."""

    code: str
    occurrence: str
    due: datetime
    until: datetime
    person: str = ""
    place: str = ""
    courtesy: str = "answer"
    optional: bool = False
    mentions: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    outcome: str = ""
    delivered: datetime | None = None
    route: str = ""
    duplicated: int = 0
    aside: dict[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Username or channel."""
        return self.person or self.place

    @property
    def title(self) -> str:
        """How errors call it."""
        what = f"{KINDS[self.code]} to {self.target}"
        return f"{what} ({self.occurrence}), due {stamp(self.due)}"

    def as_item(self) -> dict[str, Any]:
        """Its line in the report."""
        return {
            "kind": KINDS[self.code],
            "code": self.code,
            "person" if self.person else "channel": self.target,
            "occurrence": self.occurrence,
            "due": stamp(self.due),
            "until": stamp(self.until),
            "delivered": stamp(self.delivered) if self.delivered else None,
            "route": self.route or None,
            "outcome": self.outcome,
        }
