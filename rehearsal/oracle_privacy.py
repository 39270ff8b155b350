"""Whether what was told in confidence stayed there.

Every text that a person wrote into a check-in is looked for in everything the bot sent anywhere.
A find is a leak unless some check-in with these very words may be read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rehearsal.oracle_checkins import Answer
from rehearsal.oracle_match import plain
from rehearsal.oracle_story import Story
from rehearsal.oracle_time import stamp
from rehearsal.oracle_wire import Json, Record, strings

LEAST_LENGTH = 12
NEEDLE = 40
SHOWN = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


@dataclass(frozen=True)
class Sight:
    """Something the bot wrote: to one reader, into one team's thread, or in public."""

    at: datetime
    n: int
    reader: str
    thread_of: str
    where: str
    text: str


def leaks(story: Story) -> Iterator[str]:
    """A sentence for each text that somebody could read who should not."""
    sights = list(_sights(story))
    told: set[tuple[str, str, str]] = set()
    for answer in story.answers:
        for words in answer.texts:
            needle = plain(words)[:NEEDLE]
            if len(needle) < LEAST_LENGTH:
                continue
            owners = [a for a in story.answers if any(needle in plain(t) for t in a.texts)]
            for sight in sights:
                if sight.n < answer.n or needle not in sight.text:
                    continue
                if any(_allowed(owner, sight) for owner in owners):
                    continue
                key = (answer.author, needle, sight.where)
                if key not in told:
                    told.add(key)
                    yield (
                        f"leak: what {answer.author} wrote in week {answer.week} for "
                        f"{answer.audience} was shown to {sight.where} at {stamp(sight.at)}"
                    )


def _allowed(answer: Answer, sight: Sight) -> bool:
    if sight.reader:
        return sight.reader in answer.readers
    return answer.audience == "team" and sight.thread_of == answer.team


def _sights(story: Story) -> Iterator[Sight]:
    actors = {act.interaction: act.who for act in story.acts if act.interaction}
    people = set(story.wire.people.values())
    for record in story.wire.records:
        if record.kind == "request" and record.text("method") != "GET":
            files = [str(file.get("text") or "") for file in record.files]
            text = plain("\n".join([*strings(record.data.get("body")), *files]))
            if text:
                yield _sight(story, record, actors, text)
        elif record.kind == "event" and record.text("event") in SHOWN:
            # Answers to interactions that are not ephemeral are seen by everybody there.
            body = record.part("body")
            author = str((body.get("author") or {}).get("id"))
            if author not in people and str(body.get("channel_id")) not in story.wire.owners:
                yield _in_channel(story, record, str(body.get("channel_id")), body)


def _sight(story: Story, record: Record, actors: dict[str, str], text: str) -> Sight:
    wire = story.wire
    parts = record.text("path").strip("/").split("/")
    reader = thread_of = ""
    where = record.text("path")
    if parts[0] in ("interactions", "webhooks"):
        interaction = parts[1] if parts[0] == "interactions" else record.text("interaction_id")
        reader = actors.get(interaction, "")
        where = reader or where
    elif parts[0] == "channels":
        channel = parts[1]
        if channel in wire.owners:
            reader = where = wire.username(wire.owners[channel])
        else:
            thread_of, where = _thread_of(story, channel), _named(story, channel)
    return Sight(record.at, record.n, reader, thread_of, where, text)


def _in_channel(story: Story, record: Record, channel: str, body: Json) -> Sight:
    shown = [body.get(part) for part in ("content", "embeds", "components")]
    text = plain("\n".join(strings(shown)))
    where = _named(story, channel)
    return Sight(record.at, record.n, "", _thread_of(story, channel), where, text)


def _named(story: Story, channel: str) -> str:
    if channel in story.wire.threads:
        return f"a thread of {_thread_of(story, channel) or channel}"
    return story.places.meaning.get(channel, channel)


def _thread_of(story: Story, channel: str) -> str:
    parent = story.wire.threads.get(channel, ("", ""))[0]
    meaning = story.places.meaning.get(parent, "")
    return meaning.removeprefix("team ") if meaning.startswith("team ") else ""
