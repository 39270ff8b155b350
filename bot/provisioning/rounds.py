"""A loop that makes a round when it is rung, and sleeps otherwise."""

import asyncio

import structlog

from bot.clock import Clock

_log = structlog.get_logger(__name__)


class Rounds:
    """What the keepers of roles and of servers share. `make_round` is theirs."""

    patience_seconds = 5.0
    """Wall time from a round that failed as a whole to the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wanted = asyncio.Event()

    def ring(self) -> None:
        """There may be something to do."""
        self._wanted.set()

    @property
    def pending(self) -> bool:
        """True when it has been rung and has not begun."""
        return self._wanted.is_set()

    async def run(self) -> None:
        """Works until cancelled; the first round comes unasked, for what happened before."""
        self.ring()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if not await self._made():
                # Such as a database that somebody else holds: the loop must outlive it.
                await asyncio.sleep(self.patience_seconds)
                self.ring()

    async def _made(self) -> bool:
        with self._clock.working():
            try:
                await self.make_round()
            except Exception:  # noqa: BLE001
                _log.exception("a round failed, another follows", keeper=type(self).__name__)
                return False
            return True

    async def make_round(self) -> None:
        """Does all there is to do. One thing's trouble must not keep the next waiting."""
        raise NotImplementedError
