"""Rate limits: a bucket per route and major parameter, the global limit, the ban for bad requests.

"Rate Limits" in Discord's documentation; ``sandbox/buckets.py`` has the sizes. All of it is wall
time, whatever clock the sandbox has.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.buckets import Bucket, bucket_of
from sandbox.errors import ApiError, Refused

if TYPE_CHECKING:
    from sandbox.rest import Match

GLOBAL_LIMIT = 50
"""Requests a second and bot, interaction endpoints not counted."""
INVALID_LIMIT, INVALID_WINDOW = 10_000, 600.0
"""Answers 401, 403 and 429 in so many seconds until the address is shut out."""
SWEEP = 10_000
"""From so many buckets on, those that are full again are forgotten now and then."""

_WORDS = ("off", "real")
_MAJOR = ("channel_id", "guild_id", "interaction_token")


class Limited(ApiError):
    """A 429. Without ``via`` it looks as if Cloudflare had answered for Discord."""

    def __init__(
        self, retry_after: float, scope: str, *, code: int = 0, headers: dict[str, str], via: bool
    ) -> None:
        super().__init__(429, code, "You are being rate limited.", planned=True)
        self.retry_after = round(retry_after, 3)
        self.scope = scope
        self.headers = {"Retry-After": str(math.ceil(retry_after)), **headers}
        self.text: str | None = None
        if via:
            self.headers["X-RateLimit-Scope"] = scope
            self.headers["Via"] = "1.1 sandbox"
        else:
            self.text = "error code: 1015"
        if scope == "global" and via:
            self.headers["X-RateLimit-Global"] = "true"

    @property
    def body(self) -> dict[str, object]:
        """The JSON object that the client receives."""
        wide = self.scope == "global"
        return {**super().body, "retry_after": self.retry_after, "global": wide}


class _Level:
    """How much of a bucket is used."""

    def __init__(self, limit: int, window: float, fixed: bool, at: float) -> None:
        self.limit, self.window, self.fixed = limit, window, fixed
        self.used = 0.0
        self.at = at

    def fill(self, now: float) -> None:
        """Gives back what time has given back."""
        if not self.fixed:
            self.used = max(0.0, self.used - (now - self.at) * self.limit / self.window)
            self.at = now
        elif now >= self.at + self.window:
            self.used, self.at = 0.0, now

    @property
    def free(self) -> int:
        """Whole requests that are left (a hair less than one counts as one)."""
        return int(self.limit - self.used + 1e-6)

    def reset_after(self, now: float) -> float:
        """Seconds until it is full again."""
        if self.fixed:
            return self.at + self.window - now
        return self.used * self.window / self.limit

    def retry_after(self, now: float) -> float:
        """Seconds until one request more is allowed."""
        if self.fixed:
            return self.at + self.window - now
        return (self.used - self.limit + 1) * self.window / self.limit


@dataclass(frozen=True)
class Taken:
    """What a request has used up, and what is said of it."""

    headers: dict[str, str]
    levels: list[_Level]

    def give_back(self) -> None:
        """The request never reached what counts it."""
        for level in self.levels:
            level.used = max(0.0, level.used - 1)


class Rates:
    """``off``, or on with windows ``factor`` times as long as Discord's (1 is ``real``)."""

    def __init__(
        self, setting: str | float = "off", wall: Callable[[], datetime] | None = None
    ) -> None:
        self._wall = wall
        self.global_limit = GLOBAL_LIMIT
        self.invalid_limit = INVALID_LIMIT
        self.steady = False
        """Whether buckets fill up little by little, those that are ``fixed`` excepted."""
        self.refused: Counter[str] = Counter()
        """How many 429 there were, by bucket ("global", "banned" for the others)."""
        self.set(setting)

    def set(self, setting: str | float) -> None:
        """Changes the configuration and forgets what was used. Refused for what is none."""
        self.factor = _factor(setting)
        self._levels: dict[tuple[str, ...], _Level] = {}
        self._invalid: deque[float] = deque()
        self._banned_until = -math.inf

    @property
    def setting(self) -> str | float:
        """What is configured: "off", "real" or the factor."""
        return {0.0: "off", 1.0: "real"}.get(self.factor, self.factor)

    def check_ban(self) -> None:
        """Raises the 429 of an address that has sent too many bad requests."""
        if not self.factor:
            return
        left = self._banned_until - _monotonic()
        if left > 0:
            self.refused["banned"] += 1
            raise Limited(left, "global", headers={}, via=False)

    def take(self, method: str, match: Match, sender: str) -> Taken:
        """Counts a request of ``sender``; gives the headers of its answer or raises Limited."""
        bucket = bucket_of(method, match.template)
        if not self.factor:
            plenty = _headers(bucket, 1000, 999, 1.0, self._epoch()) if bucket else {}
            return Taken(plenty, [])
        now = _monotonic()
        used: list[_Level] = []
        if not match.template.startswith(("/interactions/", "/webhooks/")):
            level = self._level(("global", sender), self.global_limit, 1.0, True, now)
            if level.free < 1:
                self.refused["global"] += 1
                raise Limited(level.retry_after(now), "global", headers={}, via=True)
            level.used += 1
            used.append(level)
        if bucket is None:
            return Taken({}, used)
        key = (bucket.name, sender, *(match.params.get(name, "") for name in _MAJOR))
        fixed = bucket.fixed or not self.steady
        level = self._level(key, bucket.limit, bucket.window, fixed, now)
        if level.free < 1:
            self.refused[bucket.name] += 1
            wait = level.retry_after(now)
            headers = _headers(bucket, bucket.limit, 0, level.reset_after(now), self._epoch())
            scope = "shared" if bucket.shared else "user"
            raise Limited(wait, scope, code=bucket.code, headers=headers, via=True)
        level.used += 1
        used.append(level)
        after = level.reset_after(now)
        return Taken(_headers(bucket, bucket.limit, level.free, after, self._epoch()), used)

    def answered(self, status: int, error: ApiError | None) -> None:
        """Counts bad requests ("Invalid Request Limit")."""
        if not self.factor or status not in (401, 403, 429):
            return
        if isinstance(error, Limited) and (error.scope == "shared" or error.text is not None):
            return
        now = _monotonic()
        self._invalid.append(now)
        while self._invalid[0] < now - INVALID_WINDOW * self.factor:
            self._invalid.popleft()
        if len(self._invalid) >= self.invalid_limit:
            self._invalid.clear()
            self._banned_until = now + INVALID_WINDOW * self.factor

    def _level(
        self, key: tuple[str, ...], limit: int, window: float, fixed: bool, now: float
    ) -> _Level:
        level = self._levels.get(key)
        if level is None:
            if len(self._levels) >= SWEEP:
                self._sweep(now)
            level = self._levels[key] = _Level(limit, window * self.factor, fixed, now)
        level.fill(now)
        return level

    def _sweep(self, now: float) -> None:
        for key, level in list(self._levels.items()):
            level.fill(now)
            if not level.used:
                del self._levels[key]

    def _epoch(self) -> float:
        return self._wall().timestamp() if self._wall is not None else _monotonic()


def _factor(setting: str | float) -> float:
    try:
        factor = {"off": 0.0, "real": 1.0}[str(setting)] if setting in _WORDS else float(setting)
    except (TypeError, ValueError, OverflowError):
        factor = math.nan
    if not 0 <= factor < math.inf:
        raise Refused(f"rates are off, real or a number from 0 up, not {setting!r}")
    return factor


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


def _headers(bucket: Bucket, limit: int, free: int, after: float, now: float) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket.hash,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(free),
        "X-RateLimit-Reset": f"{now + after:.3f}",
        "X-RateLimit-Reset-After": f"{after:.3f}",
    }
