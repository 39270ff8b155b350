"""What docs/deliveries.md promises for what was due while the bot was away, held against what came.

Nothing here asks the bot: the table is read from the document, the moments from the oracle, and
what was given up from the database file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rehearsal.oracle_items import DELIVERED, EXPIRED
from rehearsal.oracle_time import after_quiet, instant
from tests.crash.outages import Absence
from tests.crash.wire import records

TABLE = Path(__file__).parents[2] / "docs" / "deliveries.md"
WAITING = ("regular", "nudge")
"""Classes that wait for the morning even if they are lost by it."""
AS_USUAL = timedelta(hours=1)
SAYS_SO = re.compile(r"\blater? than (planned|usual)\b|\bis late\b", re.IGNORECASE)
LAST_USEFUL = re.compile(r"(\d+) days?")


def promised(table: Path = TABLE) -> dict[str, tuple[timedelta | None, str]]:
    """How long each kind is useful, and its class; None where a meeting's start ends it.

    Raises ValueError when the document has no such table any more.
    """
    found: dict[str, tuple[timedelta | None, str]] = {}
    columns: list[str] = []
    for line in table.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if "last useful" in cells and "class" in cells:
            columns = cells
        elif columns and (kind := re.fullmatch(r"`(\w+)`", cells[0])):
            row = dict(zip(columns, cells, strict=True))
            days = LAST_USEFUL.match(row["last useful"])
            found[kind[1]] = (timedelta(days=int(days[1])) if days else None, row["class"])
        elif not line.startswith("|"):
            columns = []
    if "checkin_prompt" not in found:
        raise ValueError(f"{table.name} has no table of kinds with “last useful” and “class”")
    return found


def lateness_errors(
    absence: Absence, items: list[dict[str, Any]], wire: Path, zones: dict[str, str]
) -> Iterator[str]:
    """Sentences about what was due in an outage and did not become what the table says.

    `items` are the oracle's; `zones` say on whose clock regular messages wait for the morning.
    """
    table = promised()
    given_up: Counter[str] = Counter()
    for item in items:
        due, until = instant(item["due"]), instant(item["until"])
        if not absence.begin <= due < absence.end or item["outcome"] == "cancelled":
            continue
        useful, courtesy = table[item["kind"]]
        what = f"{item['kind']} to {item.get('person') or item.get('channel')}, due {item['due']}"
        if useful is not None and until - due != useful:
            yield f"{what}: the oracle finds it useful for {until - due}, the table for {useful}"
        back = absence.end
        if courtesy in WAITING:
            back = after_quiet(back, zones[str(item.get("person"))])
        fate = DELIVERED if back <= until else EXPIRED
        given_up[item["kind"]] += fate == EXPIRED
        if item["outcome"] != fate:
            yield f"{what}: should be {fate} after an outage until {absence.end}"
        elif fate == DELIVERED and item["kind"] == "checkin_prompt":
            yield from _apology(what, due, instant(item["delivered"]), wire)
    rows = Counter(absence.expired.values())
    if rows != +given_up:
        yield f"expired after the outage until {absence.end}: {dict(rows)}, due {dict(+given_up)}"


def _apology(what: str, due: datetime, came: datetime, wire: Path) -> Iterator[str]:
    """A late prompt says so."""
    if came - due <= AS_USUAL:
        return
    texts = [
        str(record["body"].get("content"))
        for _, record in records(wire)
        if record["kind"] == "request"
        and str(
            (record["body"] or {}).get("nonce", "") if isinstance(record["body"], dict) else ""
        ).startswith("cp-")
        and instant(record["t"]) == came
    ]
    if not any(SAYS_SO.search(text) for text in texts):
        yield f"{what}: came {came - due} late and does not say so"
