"""How often a bot may do what on the gateway."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

SENDS, SENDS_SECONDS = 120, 60.0
"""Frames a connection may send in so many seconds of wall time; more is 4008."""
IDENTIFY_SECONDS = 5.0
"""``max_concurrency`` sessions may start in so many seconds."""
MEMBERS_SECONDS = 30.0
"""All members of a guild may be asked for once in so many seconds, by a bot."""
FRAME_BYTES = 4096
"""Longer frames from a client are 4002."""


class SessionStarts:
    """IDENTIFYs of each application: 1000 in 24 hours (of ``now``), counted from the first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._windows: dict[int, tuple[datetime, int]] = {}
        self.total = 1000
        self.window = timedelta(hours=24)
        self.max_concurrency = 1
        self.guilds_per_shard = 2500
        """A session with more guilds than this is 4011."""

    def _window(self, app_id: int) -> tuple[datetime, int]:
        began, used = self._windows.get(app_id, (self._now(), 0))
        return (began, used) if self._now() < began + self.window else (self._now(), 0)

    def take(self, app_id: int) -> bool:
        """Counts an IDENTIFY; False when there was none left."""
        began, used = self._window(app_id)
        if used >= self.total:
            return False
        self._windows[app_id] = (began, used + 1)
        return True

    def forget(self, app_id: int) -> None:
        """Begins to count anew (the token was reset)."""
        self._windows.pop(app_id, None)

    def limit(self, app_id: int) -> dict[str, int]:
        """The session start limit object of GET /gateway/bot."""
        began, used = self._window(app_id)
        left = began + self.window - self._now() if used else timedelta()
        return {
            "total": self.total,
            "remaining": self.total - used,
            "reset_after": left // timedelta(milliseconds=1),
            "max_concurrency": self.max_concurrency,
        }

    def shards(self, guilds: int) -> int:
        """How many shards GET /gateway/bot recommends for so many guilds."""
        return max(1, -(-guilds // self.guilds_per_shard))


class Pace:
    """How long ago something was done, by key (wall seconds)."""

    def __init__(self) -> None:
        self._times: dict[tuple[int, int], deque[float]] = {}

    def wait(self, key: tuple[int, int], now: float, seconds: float, times: int = 1) -> float:
        """0 when it may be done (and then it counts), or how many seconds it is too early."""
        done = self._times.setdefault(key, deque())
        while done and done[0] <= now - seconds:
            done.popleft()
        if seconds > 0 and len(done) >= times:
            return done[0] + seconds - now
        done.append(now)
        return 0.0


def too_many(sent: deque[float], now: float) -> bool:
    """Counts a frame of a connection; whether it is one too many."""
    sent.append(now)
    while sent[0] <= now - SENDS_SECONDS:
        sent.popleft()
    return len(sent) > SENDS
