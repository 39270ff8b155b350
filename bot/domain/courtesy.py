"""When a message that is due may really go: quiet hours and weekly caps, once for all kinds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Courtesy
from bot.domain.wallclock import Quiet, local_week, next_allowed


@dataclass(frozen=True)
class Caps:
    """How many unprompted direct messages a person gets in a local week (Monday to Sunday)."""

    mentee: int = 3
    navigator: int = 3
    captain: int = 5
    organizer: int = 3

    def for_roles(self, roles: Collection[str]) -> int:
        """The cap of somebody with these roles: the most generous of them, not their sum."""
        return max((getattr(self, role) for role in roles), default=self.mentee)


@dataclass(frozen=True)
class Attention:
    """What a person has had of the bot's attention this local week."""

    sent: int
    """Counted messages already sent."""
    must_ahead: int
    """Messages that must still come before the week ends."""
    cap: int


@dataclass(frozen=True)
class Go:
    """Send it now."""


@dataclass(frozen=True)
class Wait:
    """Not now; look again at `until` (UTC)."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Expire:
    """Its last useful time is over."""


Verdict = Go | Wait | Expire


def decide_post(
    now: datetime, last_useful_at: datetime, zone: ZoneInfo, sent: int, cap: int
) -> Verdict:
    """What to do at `now` (UTC) with a post due in a team's channel, whose week is `zone`'s.

    Channels have no quiet hours; over the cap a post waits for the next local week.
    """
    if now > last_useful_at:
        return Expire()
    if sent < cap:
        return Go()
    until = local_week(now, zone)[1]
    return Wait(until, "this week's posts are used up") if until <= last_useful_at else Expire()


def decide(
    now: datetime,
    courtesy: Courtesy,
    last_useful_at: datetime,
    zone: ZoneInfo,
    quiet: Quiet,
    attention: Attention,
) -> Verdict:
    """What to do at `now` (UTC) with a direct message that is due to somebody in `zone`.

    A regular message over the cap waits for the next local week.
    """
    if now > last_useful_at:
        return Expire()
    if courtesy is Courtesy.ANSWER:
        return Go()
    allowed = next_allowed(now, zone, quiet)
    if allowed > now:
        if allowed <= last_useful_at:
            return Wait(allowed, "quiet hours")
        # A meeting cancelled late in the evening for early next day: better awake than waiting
        # in vain.
        return Go() if courtesy is Courtesy.MUST else Expire()
    over = attention.sent + attention.must_ahead >= attention.cap
    if courtesy is Courtesy.REGULAR and over:
        until = next_allowed(local_week(now, zone)[1], zone, quiet)
        return (
            Wait(until, "this week's messages are used up") if until <= last_useful_at else Expire()
        )
    return Go()
