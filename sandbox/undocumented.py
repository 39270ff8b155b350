"""Limits that Discord does not document and bot authors report. Off unless switched on.

Their windows are hours and days, so they follow the given clock (UTC), not wall time.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.errors import ApiError, refuse

RENAMES, RENAME_WINDOW = 2, timedelta(minutes=10)
ROLES, ROLE_WINDOW = 250, timedelta(hours=48)
DIRECTS, DIRECT_WINDOW = 40, timedelta(minutes=10)
STUBBORN = 10
"""How many refusals (40003) within the window put a bot into quarantine (20026)."""


class Waiting(ApiError):
    """429 for one resource; ``retry_after`` is in seconds of the given clock."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(429, 0, "You are being rate limited.")
        self.retry_after = round(retry_after, 3)
        self.headers = {
            "Retry-After": str(math.ceil(retry_after)),
            "X-RateLimit-Scope": "user",
        }

    @property
    def body(self) -> dict[str, Any]:
        """The body of a 429: it also says how long to wait."""
        return {**super().body, "retry_after": self.retry_after, "global": False}


class Undocumented:
    """Counts what is limited. ``on`` switches it; ``quarantined`` holds application ids."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.on = False
        self.quarantined: set[int] = set()
        self._now = now
        self._seen: dict[tuple[str, int], deque[datetime]] = {}
        self._opened: set[tuple[int, int]] = set()

    def _recent(self, what: str, one: int, window: timedelta) -> deque[datetime]:
        found = self._seen.setdefault((what, one), deque())
        while found and self._now() - found[0] >= window:
            found.popleft()
        return found

    def _wait(self, what: str, one: int, most: int, window: timedelta) -> None:
        if not self.on:
            return
        recent = self._recent(what, one, window)
        if len(recent) >= most:
            raise Waiting((recent[0] + window - self._now()).total_seconds())
        recent.append(self._now())

    def renamed(self, channel_id: int) -> None:
        """Counts a new name or topic: 2 in 10 minutes for a channel, then 429."""
        self._wait("rename", channel_id, RENAMES, RENAME_WINDOW)

    def role_made(self, guild_id: int) -> None:
        """Counts a new role: 250 in 48 hours for a guild, then 429."""
        self._wait("role", guild_id, ROLES, ROLE_WINDOW)

    def direct_opened(self, app_id: int, user_id: int) -> None:
        """Counts a first direct message channel: 40 in 10 minutes, then 40003, then 20026."""
        key = (app_id, user_id)
        if not self.on or key in self._opened:
            return
        if app_id in self.quarantined:
            raise refuse(20026)
        recent = self._recent("direct", app_id, DIRECT_WINDOW)
        if len(recent) >= DIRECTS:
            refused = self._recent("refused", app_id, DIRECT_WINDOW)
            refused.append(self._now())
            if len(refused) >= STUBBORN:
                self.quarantined.add(app_id)
            raise refuse(40003)
        recent.append(self._now())
        self._opened.add(key)
