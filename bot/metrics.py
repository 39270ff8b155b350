"""The bot's figures, served on this machine alone in the format that Prometheus reads.

Nothing here, and nothing in the figures, says whom or what a message is about (docs/metrics.md).
"""

import os
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import choose_encoder
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.domain.deliveries import State
from bot.storage.engine import Database
from bot.storage.tables import Delivery, Guild

if TYPE_CHECKING:
    from aiohttp import web

HOST = "127.0.0.1"
"""No other machine may ask: whoever wants that puts something in between that knows who asks."""
PATH = "/metrics"

_log = structlog.get_logger(__name__)


class PortTaken(ConnectionError):
    """Another program has the port. The message is the sentence for whoever starts the bot."""


class Metrics:
    """Serves a registry, and counts what is due and what is set aside whenever it is asked."""

    def __init__(self, registry: CollectorRegistry, db: Database, clock: Clock) -> None:
        self._registry = registry
        self._db = db
        self._clock = clock
        self._due = Gauge(
            "liftoff_deliveries_due",
            "Deliveries that are to be worked on now",
            registry=registry,
        )
        self._parked = Gauge(
            "liftoff_deliveries_parked",
            "Deliveries that were set aside and wait for an organizer",
            registry=registry,
        )
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        """Serves from now on. Raises PortTaken."""
        # A web server costs time and memory, which a bot that serves nothing need not pay.
        from aiohttp import web

        app = web.Application()
        app.router.add_get(PATH, self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError as error:
            await self.stop()
            why = os.strerror(error.errno) if error.errno else error
            raise PortTaken(
                f"Port {port}, which metrics.port names, cannot be used on this machine ({why}); "
                "please choose another."
            ) from error
        _log.info("serving metrics", port=port)

    async def stop(self) -> None:
        """Ends serving; stopping twice is fine."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer(self, request: "web.Request") -> "web.Response":
        from aiohttp import web

        await self._look()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})

    async def _look(self) -> None:
        """Counts through indexes: the work grows with what is counted, not with the table."""
        due = select(func.count()).where(Delivery.not_before <= self._clock.now())
        parked = select(func.count()).where(
            Delivery.guild_id.in_(select(Guild.id)), Delivery.state == State.PARKED
        )
        try:
            async with self._db.read() as session:
                self._due.set(await session.scalar(due) or 0)
                self._parked.set(await session.scalar(parked) or 0)
        except SQLAlchemyError as error:
            _log.warning("figures without the database", error=type(error).__name__)
            self._due.set(float("nan"))
            self._parked.set(float("nan"))
