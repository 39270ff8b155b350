"""What the tests need to spoil a recording and to look into the verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from rehearsal.oracle import Report
from tests.rehearsal.oracle.wiremaker import Record

Verdict = Callable[..., Report]


def sent(records: list[Record], code: str, *, status: int = 200) -> list[Record]:
    """Requests that sent a delivery of one kind."""
    return [
        record
        for record in records
        if record["kind"] == "request"
        and record["status"] == status
        and isinstance(record["body"], dict)
        and str(record["body"].get("nonce", "")).startswith(f"{code}-")
    ]


def shift(record: Record, by: timedelta) -> None:
    moved = datetime.fromisoformat(record["t"]) + by
    record["t"] = moved.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def dm_of(records: list[Record], name: str) -> str:
    for record in records:
        opened = record["kind"] == "request" and record["path"] == "/users/@me/channels"
        if opened and record["response"]["recipients"][0]["username"] == name:
            return str(record["response"]["id"])
    raise AssertionError(name)


def says(report: Report, *words: str) -> bool:
    return any(all(word in error for word in words) for error in report.errors)
