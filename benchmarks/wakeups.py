"""What looking for due messages costs beside many others: 1,000 and 1,000,000 of them.

Half of them are due later, half were sent long ago.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta

from sqlalchemy import text

from benchmarks.playground import Playground
from bot.clock import SystemClock
from bot.delivery.claims import Claims
from bot.delivery.judge import Policy
from bot.domain.courtesy import Caps
from bot.domain.wallclock import Quiet
from bot.storage.engine import Database
from bot.storage.tables import Guild

SIZES = (1_000, 1_000_000)
GUILD = 7110


_FILL = """
INSERT INTO delivery (guild_id, kind, subject, occurrence, place, courtesy, rule, state, attempts,
                      stale, due_at, last_useful_at, not_before, sent_at)
WITH RECURSIVE other(number) AS (
    SELECT 0 UNION ALL SELECT number + 1 FROM other WHERE number + 1 < :rows
), timed AS (
    SELECT number, number % 2 AS was_sent, CASE number % 2
        WHEN 1 THEN datetime('now', '-' || (86400 + number * 31 % 31536000) || ' seconds')
        ELSE datetime('now', '+' || (86400 + number * 31 % 31536000) || ' seconds')
    END || '.000000' AS due FROM other
)
SELECT :guild, 'organizer_note', 'stranger:' || number, 'bench:1', 'channel:' || (number % 500),
       'post', 'bench', CASE was_sent WHEN 1 THEN 'sent' ELSE 'planned' END, 0, 0, due, due,
       CASE was_sent WHEN 0 THEN due END, CASE was_sent WHEN 1 THEN due END
FROM timed
"""


async def fill(db: Database, rows: int) -> None:
    """Writes messages that are due over the next year, and as many that were sent."""
    async with db.write() as uow:
        uow.session.add(Guild(id=GUILD, name="Bench", created_at=SystemClock().now()))
        await uow.session.flush()
        await uow.session.execute(text(_FILL), {"rows": rows, "guild": GUILD})
        await uow.commit()


async def wake_ups(times: int = 300, rounds: int = 7) -> list[str]:
    """Milliseconds of one wake-up with nothing due, at both sizes in turns."""
    policy = Policy(Caps(), 2, Quiet(), timedelta(seconds=60))
    took: dict[int, list[float]] = {size: [] for size in SIZES}
    async with Playground() as small, Playground() as large:
        asked = {}
        for size, here in zip(SIZES, (small, large), strict=True):
            await fill(here.db, size)
            asked[size] = Claims(here.db, SystemClock(), policy)
        for _ in range(rounds):
            for size, claims in asked.items():
                began = time.perf_counter()
                for _ in range(times):
                    await claims.due()
                    await claims.next_moment()
                took[size].append((time.perf_counter() - began) * 1000 / times)
                await asyncio.sleep(0)
    medians = {size: statistics.median(each) for size, each in took.items()}
    lines = [
        f"wake-up with {size:,} rows that are not due: median {medians[size]:.3f} ms"
        for size in SIZES
    ]
    ratio = medians[SIZES[1]] / medians[SIZES[0]]
    return [*lines, f"wake-up, large against small: {ratio:.2f} (aim: 0.8 to 1.2)"]
