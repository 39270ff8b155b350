"""The course of the play, and what goes with messages: pins, edits, calendar files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rehearsal.oracle_checkins import Answer
from rehearsal.oracle_items import DELIVERED, GRACE
from rehearsal.oracle_match import Ledger, plain
from rehearsal.oracle_meetings import calendar_starts, calendars, slot_faults
from rehearsal.oracle_story import FOREVER, Story
from rehearsal.oracle_time import stamp, stamps_in
from rehearsal.oracle_wire import strings


def course_errors(story: Story) -> Iterator[str]:
    """The play must have been played to its end."""
    for what, moment in (
        ("created", story.created),
        ("imported", story.imported),
        ("launched", story.launched),
        ("closed", story.closed),
    ):
        if moment == FOREVER:
            yield f"the cohort was never {what}"
    last = story.day(story.weeks, 5)
    if story.closed.date() < last or story.wire.end.date() < last:
        yield f"the play ended before {last}, the fifth day of its last week"
    for place in ("#welcome", "#organizers", "#introductions"):
        if place not in story.places.channel:
            yield f"there is no channel {place}"
    for team in story.roster.teams:
        if f"team {team}" not in story.places.channel:
            yield f"there is no channel for team {team}"
    for username in story.roster.people:
        if username not in story.lives:
            yield f"{username} is on the roster but not in the play"
    rows: dict[str, str] = {}
    for message in story.wire.sent:
        if message.code and rows.setdefault(message.nonce, message.id) != message.id:
            yield f"the delivery {message.nonce} was sent twice, again at {stamp(message.at)}"


def meeting_errors(story: Story, ledger: Ledger) -> Iterator[str]:
    """Booked times were possible, and both were told, with a calendar file."""
    for meeting in story.meetings:
        yield from slot_faults(meeting, story.meetings, story.lives)
        if meeting.start not in calendars(meeting.card.answers):
            yield f"{meeting.title}: the mentee got no calendar file with its start"
        if meeting.cancelled is not None or meeting.start >= story.closed:
            continue
        told = [
            message
            for message in ledger.mail.boxes.get(f"dm {meeting.captain}", [])
            if meeting.booked <= message.at < meeting.start
            and meeting.start in stamps_in(message.text)
        ]
        closed = any(b <= meeting.booked < e for b, e in story.lives[meeting.captain].closed)
        if closed:
            continue
        if not told:
            yield f"{meeting.title}: the captain was never told before it began"
        elif not any(meeting.start in calendar_starts(message.files) for message in told):
            yield f"{meeting.title}: the captain got no calendar file with its start"


def edit_errors(story: Story, ledger: Ledger) -> Iterator[str]:
    """What the team sees of a check-in follows what its author sends later."""
    shared: dict[tuple[str, int], list[tuple[datetime, str]]] = {}
    for item in ledger.items:
        if item.code == "cs" and item.outcome == DELIVERED and item.delivered:
            key = (item.aside["author"], item.aside["week"])
            shared.setdefault(key, []).append((item.due, item.aside["message"]))
    for answer in story.answers:
        messages = shared.get((answer.author, answer.week), [])
        before = [message for due, message in messages if due < answer.at]
        if not before or any(due == answer.at for due, _ in messages):
            continue
        if not _followed(story, answer, before[-1]):
            yield (
                f"the shared check-in of {answer.author} for week {answer.week} does not follow "
                f"the answer of {stamp(answer.at)} for {answer.audience}"
            )


def _followed(story: Story, answer: Answer, message: str) -> bool:
    """Whether a shared message was changed to an answer, or taken away when it is private."""
    for record in story.wire.of("request"):
        soon = answer.at <= record.at <= answer.at + GRACE
        if not soon or not record.text("path").endswith(f"/messages/{message}"):
            continue
        text = plain("\n".join(strings(record.data.get("body"))))
        if answer.audience == "team" and record.text("method") == "PATCH":
            if all(plain(words) in text for words in answer.texts):
                return True
        elif answer.audience != "team" and record.text("method") in ("DELETE", "PATCH"):
            return True
    withdrawn = answer.audience != "team"
    # Changed once to something private, it is gone already.
    return withdrawn and any(
        other.author == answer.author
        and other.week == answer.week
        and other.audience != "team"
        and other.at < answer.at
        for other in story.answers
    )


def pin_errors(story: Story, ledger: Ledger) -> Iterator[str]:
    """The home message is pinned."""
    for item in ledger.items:
        if item.code != "hm" or item.outcome != DELIVERED:
            continue
        pinned = any(
            record.text("method") == "PUT"
            and "/pins/" in record.text("path")
            and record.text("path").endswith(str(item.aside["message"]))
            for record in story.wire.of("request")
        )
        if not pinned:
            yield f"{item.title}: is not pinned"
