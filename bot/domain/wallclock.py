"""Wall-clock times: what a clock on the wall shows in some timezone, and the moment that is.

Moments are aware datetimes in UTC. Weekly times belong to a wall clock, so they stay put when
clocks change. A wall time that a clock change skips means the first valid moment after the gap;
one that comes twice means the first. The rules of every zone come from the locked tzdata
package: the package `bot` sees to that before this module can be imported.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.errors import Refusal, shown

WEEK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
# Placeholders of the tz database: valid keys, but nobody lives there.
_NO_PLACE = {"Factory", "localtime", "posixrules"}


@cache
def zone_names() -> frozenset[str]:
    """All IANA timezone names that can be used."""
    return frozenset(zoneinfo.available_timezones() - _NO_PLACE)


def zone(name: str) -> ZoneInfo:
    """The timezone of an IANA name, spelled exactly (see `timezones` for what people type).

    Raises Refusal where there is none of that name.
    """
    # Asked first, because ZoneInfo raises five kinds of error for odd names.
    if name not in zone_names():
        raise Refusal(f"I know no timezone {shown(name)}; please use a name such as Europe/Berlin.")
    return ZoneInfo(name)


def utc(moment: datetime) -> datetime:
    """`moment` in UTC. Raises ValueError if it has no timezone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a timezone: {moment!r}")
    return moment.astimezone(UTC)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the wall clock in `zone` shows at `moment`. Raises ValueError if it is naive."""
    return utc(moment).astimezone(zone)


def resolve(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which a clock in `zone` shows `at` on `day`.

    Skipped by a clock change: the first valid moment after the gap. Repeated: the first.
    Raises ValueError if `at` carries a timezone of its own.
    """
    if at.tzinfo is not None:
        raise ValueError(f"a wall-clock time has no timezone: {at!r}")
    wall = datetime.combine(day, at.replace(fold=0))
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap. Read with the offset that holds after it, the time lies before the change; read
    # with the offset from before it, at or after the change. Find the change in between.
    before = wall.replace(tzinfo=zone).utcoffset()
    high = moment.replace(microsecond=0)
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + ((high - low) // 2 // _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def local_week(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local week, Monday to Sunday, that contains `moment`: its start and its end in UTC."""
    day = local(moment, zone).date()
    monday = day - timedelta(days=day.weekday())
    return resolve(monday, time(0), zone), resolve(monday + WEEK, time(0), zone)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours by somebody's wall clock: from `start` up to, not including, `end`.

    The default is the programme's rule: messages are sent between 08:00 and 21:00 local, so 21:00
    itself is quiet and 08:00 is not. Equal times mean no quiet hours at all.
    """

    start: time = time(21)
    end: time = time(8)

    def covers(self, at: time) -> bool:
        """Whether the wall-clock time `at` is in the quiet hours."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


USUAL_QUIET = Quiet()


def is_allowed(moment: datetime, zone: ZoneInfo, quiet: Quiet = USUAL_QUIET) -> bool:
    """Whether a message may be sent at `moment` to somebody whose wall clock is `zone`'s."""
    return not quiet.covers(local(moment, zone).time())


def next_allowed(moment: datetime, zone: ZoneInfo, quiet: Quiet = USUAL_QUIET) -> datetime:
    """The first moment (UTC), at or after `moment`, outside the quiet hours."""
    now = utc(moment)
    if is_allowed(now, zone, quiet):
        return now
    here = now.astimezone(zone)
    ends = (resolve(here.date() + timedelta(days=days), quiet.end, zone) for days in range(3))
    end = next(end for end in ends if end > now)
    if end.astimezone(zone).utcoffset() == here.utcoffset():
        return end
    # A clock change on the way: the wall clock may have jumped past the end of the quiet hours,
    # or back to before their start. Rare enough to look at every minute.
    now = now.replace(second=0, microsecond=0) + _MINUTE
    while not is_allowed(now, zone, quiet):
        now += _MINUTE
    return now
