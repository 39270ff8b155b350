"""When a message that is due may really go: quiet hours and weekly caps, once for all kinds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.deliveries import LATE, Courtesy
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
    regular_ahead: int = 0
    """Regular messages that are planned before the week ends."""


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


@dataclass(frozen=True)
class Drop:
    """It gives way to what matters more; it does not come later."""

    reason: str


Verdict = Go | Wait | Expire | Drop

LATE_POSTS_APART = timedelta(hours=1)
"""Posts that were missed come one by one: a channel that was quiet for days is not flooded."""


def decide_late_post(
    now: datetime, due_at: datetime, last_useful_at: datetime, newest_post: datetime | None
) -> Verdict:
    """What to do at `now` (UTC) with a post that may be late; `newest_post` in its channel, UTC."""
    if now - due_at <= LATE or newest_post is None:
        return Go()
    until = newest_post + LATE_POSTS_APART
    if until <= now:
        return Go()
    return Wait(until, "posts that are late come one by one") if until <= last_useful_at else Go()


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

    A regular message over the cap waits for the next local week. A nudge takes no place that a
    message already planned for this week needs: it is dropped.
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
    taken = attention.sent + attention.must_ahead
    if courtesy is Courtesy.NUDGE:
        full = taken + attention.regular_ahead >= attention.cap
        return Drop("gave way to what matters more this week") if full else Go()
    over = taken >= attention.cap
    if courtesy is Courtesy.REGULAR and over:
        until = next_allowed(local_week(now, zone)[1], zone, quiet)
        return (
            Wait(until, "this week's messages are used up") if until <= last_useful_at else Expire()
        )
    return Go()
