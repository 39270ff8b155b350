"""Counts of deliveries and how late they came, by kind: never about whom or what."""

from prometheus_client import CollectorRegistry, Counter, Histogram

_LATE_SECONDS = (1, 5, 30, 60, 300, 3600, 6 * 3600, 86400, 2 * 86400)


class Meter:
    """Keeps the figures of one bot in a registry of its own (docs/metrics.md)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._outcomes = Counter(
            "liftoff_deliveries",
            "Deliveries by kind and by what became of them",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._late = Histogram(
            "liftoff_delivery_late_seconds",
            "Seconds between the due time and the moment a message was there",
            ("kind",),
            buckets=_LATE_SECONDS,
            registry=self.registry,
        )

    def sent(self, kind: str, late_seconds: float) -> None:
        """A message is there, so many seconds after it was due."""
        self._outcomes.labels(kind, "sent").inc()
        self._late.labels(kind).observe(late_seconds)

    def ended(self, kind: str, outcome: str) -> None:
        """A delivery ended, or waits, otherwise: cancelled, expired, held, parked."""
        self._outcomes.labels(kind, outcome).inc()
