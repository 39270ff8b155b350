"""The life of one delivery, and the vocabulary around it.

The diagram in docs/deliveries.md is made from :data:`TRANSITIONS`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARKED = "parked"
    STOPPED = "stopped"


class Event(StrEnum):
    """What can happen to a delivery."""

    CLAIM = "claim"
    SENT = "sent"
    POSTPONE = "postpone"
    HOLD = "hold"
    SHOW = "show"
    CANCEL = "cancel"
    EXPIRE = "expire"
    PARK = "park"
    PLAN_AGAIN = "plan again"
    WITHDRAW = "withdraw"
    STOP = "stop"
    RELEASE = "release"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PLANNED, Event.CLAIM): State.CLAIMED,
    (State.PLANNED, Event.POSTPONE): State.PLANNED,
    (State.PLANNED, Event.CANCEL): State.CANCELLED,
    (State.PLANNED, Event.EXPIRE): State.EXPIRED,
    (State.PLANNED, Event.HOLD): State.HELD,
    (State.PLANNED, Event.PARK): State.PARKED,
    (State.PLANNED, Event.STOP): State.STOPPED,
    (State.CLAIMED, Event.SENT): State.SENT,
    (State.CLAIMED, Event.POSTPONE): State.PLANNED,
    (State.CLAIMED, Event.HOLD): State.HELD,
    (State.CLAIMED, Event.CANCEL): State.CANCELLED,
    (State.CLAIMED, Event.EXPIRE): State.EXPIRED,
    (State.CLAIMED, Event.PARK): State.PARKED,
    (State.HELD, Event.SHOW): State.SENT,
    (State.HELD, Event.CANCEL): State.CANCELLED,
    (State.HELD, Event.EXPIRE): State.EXPIRED,
    (State.SENT, Event.WITHDRAW): State.CANCELLED,
    (State.CANCELLED, Event.PLAN_AGAIN): State.PLANNED,
    (State.PARKED, Event.PLAN_AGAIN): State.PLANNED,
    (State.PARKED, Event.CANCEL): State.CANCELLED,
    (State.STOPPED, Event.RELEASE): State.PLANNED,
    (State.STOPPED, Event.CANCEL): State.CANCELLED,
    (State.STOPPED, Event.EXPIRE): State.EXPIRED,
}


class ImpossibleTransition(Exception):
    """A delivery was asked to do what its state does not allow: a defect, not a bad input."""


def after(state: State, event: Event) -> State:
    """The state that follows. Raises ImpossibleTransition where the table has no entry."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleTransition(f"a delivery that is {state} cannot {event}") from None


class Courtesy(StrEnum):
    """How a kind of message may claim attention (the programme's courtesy rules).

    ANSWER follows directly on something the person just did and is never counted or delayed.
    MUST always comes and counts. REGULAR counts and waits when the week's cap is reached.
    NUDGE counts and is the first to give way: it is dropped when the week has no place to spare.
    POST goes to a channel.
    """

    ANSWER = "answer"
    MUST = "must"
    REGULAR = "regular"
    NUDGE = "nudge"
    POST = "post"


class Late(StrEnum):
    """What becomes of a message of some kind that could not be sent when it was due.

    All of them end with the last useful time. AS_USUAL is sent like any other. SAYS_SO is sent, and
    its text says that it is late. NEWEST is sent unless a newer one of the same kind and subject
    is due as well: of several that were missed, one comes.
    """

    AS_USUAL = "as usual"
    SAYS_SO = "says so"
    NEWEST = "newest only"


LATE = timedelta(hours=1)
"""From when on a message counts as late."""


@dataclass(frozen=True)
class DeliveryPlan:
    """A message that will be due. Kind, subject and occurrence together are unique.

    Exactly one of `person_id`, `user_id` and `place` says where it goes. `due_at` and
    `last_useful_at` are in UTC; `rule` is the wall-clock rule they came from, in words.
    """

    kind: str
    subject: str
    occurrence: str
    guild_id: int
    due_at: datetime
    last_useful_at: datetime
    rule: str
    courtesy: Courtesy
    cohort_id: int | None = None
    person_id: int | None = None
    user_id: int | None = None
    place: str | None = None
    zone: str | None = None
    """The timezone (IANA) of a team's channel; caps for posts count weeks in it."""


@dataclass(frozen=True)
class Due:
    """One delivery that is about to be written, as its renderer sees it. Times are UTC."""

    id: int
    kind: str
    guild_id: int
    cohort_id: int | None
    subject: str
    occurrence: str
    person_id: int | None
    user_id: int | None
    due_at: datetime
    now: datetime
    edit: bool = False
    """True when the message is there already and is brought up to date."""
    public: bool = False
    """True when a greeting goes to the welcome channel because direct messages are closed."""

    @property
    def subject_id(self) -> int:
        """The number in the subject: 5 for `team:5`."""
        return int(self.subject.partition(":")[2])

    @property
    def number(self) -> int:
        """The number in the occurrence: 3 for `week:3`."""
        return int(self.occurrence.partition(":")[2])

    @property
    def late(self) -> bool:
        """True when it comes more than an hour after it was due, and should say so."""
        return self.now - self.due_at > LATE
