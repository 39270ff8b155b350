"""The traffic itself: what the server refused, and what the bot left unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rehearsal.oracle_story import Story
from rehearsal.oracle_time import covers, stamp
from rehearsal.oracle_wire import DMS_CLOSED, Record

UNKNOWN_MESSAGE = 10008


def request_counts(story: Story) -> dict[str, int]:
    """Requests per method and route."""
    counts = Counter(f"{r.text('method')} {r.text('route')}" for r in story.wire.of("request"))
    return dict(sorted(counts.items()))


def refusals(story: Story) -> Iterator[str]:
    """Sentences about requests that were refused without being planned."""
    withdrawn: set[str] = set()
    for record in story.wire.of("request"):
        code = record.part("response").get("code")
        path = record.text("path")
        # A bot that never heard the answer asks again for what is gone by then.
        again = code == UNKNOWN_MESSAGE and record.text("method") == "DELETE" and path in withdrawn
        if record.text("method") == "DELETE":
            withdrawn.add(path)
        if record.status < 400 or again or _planned(story, record):
            continue
        yield (
            f"refused: {record.text('method')} {path} was answered "
            f"{record.status} (code {code}) at {stamp(record.at)}"
        )


def _planned(story: Story, record: Record) -> bool:
    if record.text("fault") or (record.status >= 500 and story.outage(record.at)):
        return True
    if record.status != 403 or record.part("response").get("code") != DMS_CLOSED:
        return False
    parts = record.text("path").strip("/").split("/")
    owner = story.wire.owners.get(parts[1]) or str(record.part("body").get("recipient_id") or "")
    username = story.wire.username(owner)
    life = story.lives.get(username) or story.strangers.get(username)
    return life is not None and covers(life.closed, record.at)


def interactions(story: Story) -> dict[str, float]:
    """How many there were, and the slowest acknowledgement in wall milliseconds."""
    waits = [
        float(record.data.get("acknowledged_ms") or record.data.get("ms") or 0)
        for record in story.wire.of("request")
        if record.text("path").startswith("/interactions/")
    ]
    return {"count": len(_asked(story)), "slowest_ms": round(max(waits, default=0.0), 1)}


def _asked(story: Story) -> list[Record]:
    return [r for r in story.wire.of("event") if r.text("event") == "INTERACTION_CREATE"]


def silences(story: Story) -> Iterator[str]:
    """Sentences about interactions that nobody acknowledged."""
    for record in _asked(story):
        body = record.part("body")
        interaction = str(body.get("id"))
        taken = any(reply.callback for reply in story.wire.answers(interaction))
        if taken or story.outage(record.at):
            continue
        user = (body.get("member") or {}).get("user") or body.get("user") or {}
        data = body.get("data") or {}
        what = data.get("custom_id") or data.get("name") or "an interaction"
        yield f"unanswered: {what} of {user.get('username')} at {stamp(record.at)}"
