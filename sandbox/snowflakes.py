"""Discord's ids: milliseconds since 2015 in the upper bits, so they follow the given clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Snowflakes:
    """Makes ids that rise strictly, also while the clock stands still."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> int:
        """The next id; its time is the clock's (UTC), or a little later when many are made."""
        milliseconds = (self._now() - EPOCH) // timedelta(milliseconds=1)
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last


def created_at(snowflake: int) -> datetime:
    """When an id was made (UTC)."""
    return EPOCH + timedelta(milliseconds=snowflake >> 22)


def iso(moment: datetime) -> str:
    """A timestamp as Discord writes it in payloads."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
