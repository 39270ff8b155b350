"""Moments as people read them: wall-clock text in a viewer's timezone, the zone always visible.

All moments are timezone-aware; texts are English and do not depend on the machine's locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_UNITS = (
    ("year", 365 * 86400),
    ("month", 30 * 86400),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
    ("second", 1),
)


def parse_moment(text: str) -> datetime:
    """An ISO-8601 moment with an offset or Z; a moment without one is taken as UTC.

    Raises ValueError when the text is no moment.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=1)
def _zones_by_city() -> dict[str, str]:
    """A zone's city, in lower case, to the zone; cities that two zones share are out."""
    cities: dict[str, str] = {}
    shared: set[str] = set()
    for name in sorted(available_timezones()):
        if "/" not in name or name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/")):
            continue
        city = name.rsplit("/", 1)[1].replace("_", " ").lower()
        if city in cities:
            shared.add(city)
        cities[city] = name
    return {city: name for city, name in cities.items() if city not in shared}


def find_zone(text: str) -> ZoneInfo | None:
    """The zone a person named by its IANA name or by its city; None when that is not clear."""
    wanted = " ".join(text.replace("_", " ").split()).lower()
    if not wanted:
        return None
    for name in available_timezones():
        if name.replace("_", " ").lower() == wanted:
            return ZoneInfo(name)
    city = _zones_by_city().get(wanted.split(",")[0].strip())
    return ZoneInfo(city) if city else None


def zone_city(zone: tzinfo) -> str:
    """The short name of a zone: Kathmandu for Asia/Kathmandu."""
    return str(zone).rsplit("/", 1)[-1].replace("_", " ")


def offset_text(moment: datetime, zone: tzinfo) -> str:
    """The offset in force at that moment: UTC, UTC+5:45, UTC-3."""
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    sign = "+" if minutes > 0 else "-"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def zone_text(moment: datetime, zone: tzinfo) -> str:
    """City and offset together: Kathmandu, UTC+5:45."""
    city, offset = zone_city(zone), offset_text(moment, zone)
    return offset if city == offset else f"{city}, {offset}"


def clock_text(moment: datetime, zone: tzinfo) -> str:
    """The wall clock, 24 hours: 09:05."""
    local = moment.astimezone(zone)
    return f"{local.hour:02d}:{local.minute:02d}"


def day_text(day: date, *, year: bool = False) -> str:
    """A short date: Mon 1 Mar, with the year when asked for."""
    text = f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"
    return f"{text} {day.year}" if year else text


def short_text(moment: datetime, zone: tzinfo) -> str:
    """Day and wall clock in the zone: Mon 1 Mar 09:05."""
    return f"{day_text(moment.astimezone(zone).date())} {clock_text(moment, zone)}"


def relative_text(moment: datetime, now: datetime) -> str:
    """How far away a moment is, seen from `now`: in 3 days, 2 hours ago."""
    seconds = (moment - now).total_seconds()
    for unit, size in _UNITS:
        count = int(abs(seconds) // size)
        if count:
            amount = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {amount}" if seconds > 0 else f"{amount} ago"
    return "now"


def discord_text(moment: datetime, style: str, zone: tzinfo, now: datetime) -> tuple[str, str]:
    """What Discord draws for `<t:unix:style>`: the text and the zone to name beside it.

    The zone is empty for the styles without a time of day. Styles are those of Discord's
    message formatting reference; an unknown style reads as the default one, `f`.
    """
    local = moment.astimezone(zone)
    clock = clock_text(moment, zone)
    full_date = f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    numbers = f"{local.day:02d}/{local.month:02d}/{local.year}"
    where = zone_text(moment, zone)
    texts = {
        "t": (clock, where),
        "T": (f"{clock}:{local.second:02d}", where),
        "d": (numbers, ""),
        "D": (full_date, ""),
        "F": (f"{DAYS[local.weekday()]}, {full_date} {clock}", where),
        "s": (f"{numbers}, {clock}", where),
        "S": (f"{numbers}, {clock}:{local.second:02d}", where),
        "R": (relative_text(moment, now), ""),
    }
    return texts.get(style, (f"{full_date} {clock}", where))


def clock_changes(
    zone: tzinfo, first: datetime, last: datetime
) -> list[tuple[datetime, timedelta]]:
    """The moments (UTC) between first and last when this zone's clocks change, and by how much."""
    changes: list[tuple[datetime, timedelta]] = []
    low = first.astimezone(UTC)
    while low < last:
        high = low + timedelta(days=1)
        change = _offset(high, zone) - _offset(low, zone)
        if change:
            before, after = low, high
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) / 2
                if _offset(middle, zone) == _offset(low, zone):
                    before = middle
                else:
                    after = middle
            changes.append((after.replace(microsecond=0), change))
        low = high
    return changes


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
