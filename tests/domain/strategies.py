"""Values that the domain's tests draw."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.availability import Availability, WeeklyRange

WEEK = 7 * 24 * 60

# Offsets of quarter and half hours, clock changes in March and April 2027 in both directions,
# changes by half an hour (Lord Howe), at midnight (Cairo, Santiago), and none at all.
ZONES = (
    "UTC",
    "Africa/Cairo",
    "America/Los_Angeles",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)

zones = st.sampled_from(ZONES).map(ZoneInfo)

# Weeks with a clock change somewhere, and weeks without; not only Mondays.
week_starts = st.dates(date(2027, 2, 15), date(2027, 4, 20)) | st.sampled_from(
    [date(2027, 3, 8), date(2027, 3, 22), date(2027, 3, 29)]
)
moments_2027 = st.datetimes(datetime(2027, 2, 20), datetime(2027, 4, 25))  # noqa: DTZ001


@st.composite
def weekly_ranges(draw: st.DrawFn, step: int = 1) -> WeeklyRange:
    """A range of a few hours, now and then of days; it may go on into Monday."""
    start = draw(st.integers(0, WEEK // step - 1)) * step
    longest = draw(st.sampled_from([4 * 60, 4 * 60, 14 * 60, WEEK]))
    return WeeklyRange(start, start + draw(st.integers(1, longest // step)) * step)


def availabilities(
    step: int = 1, min_size: int = 0, max_size: int = 8
) -> st.SearchStrategy[Availability]:
    ranges = st.lists(weekly_ranges(step), min_size=min_size, max_size=max_size)
    return ranges.map(lambda found: Availability(tuple(found)))


def minutes(hours: Availability) -> set[int]:
    """The free minutes of the circular week, counted one by one."""
    return {
        minute % WEEK
        for part in hours.ranges
        for minute in range(part.start_minute, part.end_minute)
    }


def each(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """Moments from `start` up to, not including, `end`."""
    return [start + step * n for n in range(-((start - end) // step))]
