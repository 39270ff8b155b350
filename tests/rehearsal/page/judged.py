"""A report as the judge writes it, for a play that went well."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.page.lines import START
from tests.rehearsal.page.play import Play


def report_of(play: Play) -> dict[str, Any]:
    """What the judge would say of a play."""
    kinds: dict[str, dict[str, int]] = {}
    for item in play.items:
        zero = dict.fromkeys(
            ("due", "delivered", "cancelled", "expired", "failed", "duplicated", "lost"), 0
        )
        row_ = kinds.setdefault(item["kind"], zero)
        row_["due"] += 1
        row_[item["outcome"]] += 1
    roles = {"mentee": (2, 3), "navigator": (1, 2), "captain": (3, 5), "organizer": (0, 1)}
    return {
        "people": len(play.names), "teams": len(play.teams), "weeks": play.weeks,
        "wall_seconds": 41.37, "deliveries": kinds, "errors": [], "passed": True,
        "direct_messages_per_week": {
            role: {"median": median, "maximum": most} for role, (median, most) in roles.items()
        },
        "requests": {"POST /channels/{channel_id}/messages": len(play.items)},
        "interactions": {"count": 214, "slowest_ms": 118.4},
        "access": {"checked": 420, "wrong": 0}, "start": START.isoformat(), "items": play.items,
    }  # fmt: skip
