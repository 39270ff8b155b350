"""What booked one-on-ones make due: reminders, news of a change, and the captain's evening list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rehearsal.oracle_due import fallen
from rehearsal.oracle_items import CANCELLED, Due
from rehearsal.oracle_mail import Mail
from rehearsal.oracle_meetings import REMINDED, Meeting, reminder_moment
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import DAY, HOUR, after_quiet, wall

# How long before a meeting its captain has to know of it.
WARNING = 2 * HOUR


def meeting_dues(story: Story, mail: Mail) -> Iterator[Due]:
    """Everything that follows from the meetings of the story."""
    for meeting in story.meetings:
        for role in REMINDED:
            yield from _reminder(story, meeting, getattr(meeting, role))
        if meeting.cancelled is not None and meeting.cancelled < meeting.start:
            yield _change(story, mail, meeting)
    for life in story.lives.values():
        if story.roster.teams_of(life.username, "captain"):
            yield from captain_days(story, life)


def _mark(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}"


def _reminder(story: Story, meeting: Meeting, who: str) -> Iterator[Due]:
    life = story.lives[who]
    due = reminder_moment(meeting.start, life.zone_at(meeting.booked))
    if meeting.booked >= due:
        return
    item = Due(
        "or",
        f"meeting {meeting.id}",
        due,
        meeting.start,
        person=who,
        courtesy="must",
        contains=(_mark(meeting.start),),
    )
    absent = not any(begin <= due < end for begin, end in life.here)
    if not meeting.stands(due) or due >= story.closed or absent:
        item.outcome = CANCELLED
    yield item


def _change(story: Story, mail: Mail, meeting: Meeting) -> Due:
    assert meeting.cancelled is not None
    other = meeting.other(meeting.cancelled_by)
    life = story.lives[other]
    item = Due(
        "oc",
        f"meeting {meeting.id}",
        meeting.cancelled,
        meeting.start,
        person=other,
        courtesy="must",
        contains=(_mark(meeting.start),),
    )
    zone = life.zone_at(meeting.cancelled)
    # When the morning comes too late, both silence and the message at once are understandable.
    item.optional = after_quiet(meeting.cancelled, zone) >= meeting.start
    # Nobody needs to take back what the captain has never heard of.
    heard = [m.at for m in mail.got(f"dm {other}", "cd", "cb") if _mark(meeting.start) in m.text]
    if other == meeting.captain and not any(at <= meeting.cancelled for at in heard):
        item.optional = True
    if meeting.cancelled >= life.left:
        item.outcome = CANCELLED
    return item


def captain_days(story: Story, life: Life) -> Iterator[Due]:
    """A captain's evenings: before each day with meetings, and once a week the new bookings."""
    mine = [meeting for meeting in story.meetings if meeting.captain == life.username]
    if not mine:
        return
    hasty = [m for m in mine if _eve(story, life, m) <= m.booked]
    for meeting in hasty:
        yield _hasty(story, life, meeting)
    told = story.launched
    gathering = {story.day(week, 4): week for week in range(1, story.weeks + 1)}
    day = wall(mine[0].booked, life.zone_at(mine[0].booked)).date()
    last = wall(max(m.start for m in mine), life.zone).date()
    while day <= last:
        due, here = story.wall(life, day, 18), day
        day += DAY
        zone = life.zone_at(due)
        ahead = [m for m in mine if m.stands(due) and m.start > due]
        fresh = [m for m in ahead if m.booked > told and m not in hasty]
        tomorrow = [m for m in ahead if wall(m.start, zone).date() == day and m not in hasty]
        if tomorrow:
            item = _list(life, "cd", f"{here}", due, [*fresh, *tomorrow], "must")
            if _gone(story, life, due):
                item.outcome = CANCELLED
        elif fresh and here in gathering:
            item = _list(life, "cb", f"week {gathering[here]}", due, fresh, "regular")
            item.until = due + 3 * DAY
            if fallen(story, life, due):
                item.outcome = CANCELLED
        else:
            continue
        if not item.outcome:
            # What comes after an outage names what was booked until then.
            back = story.outage(due)
            told = after_quiet(back, zone) if back else due
        yield item


def _list(
    life: Life, code: str, occurrence: str, due: datetime, meetings: list[Meeting], courtesy: str
) -> Due:
    named = sorted({meeting.start for meeting in meetings})
    return Due(
        code,
        occurrence,
        due,
        named[0],
        person=life.username,
        courtesy=courtesy,
        contains=tuple(map(_mark, named)),
    )


def _gone(story: Story, life: Life, moment: datetime) -> bool:
    """Whether even what must come falls away: after leaving, or after the close."""
    here = any(begin <= moment < end for begin, end in life.here)
    return moment >= life.left or moment >= story.closed or not here


def _eve(story: Story, life: Life, meeting: Meeting) -> datetime:
    """18:00 on the day before a meeting, on the captain's clock."""
    day = wall(meeting.start, life.zone_at(meeting.booked)).date()
    return story.wall(life, day - DAY, 18)


def _evening(story: Story, life: Life, moment: datetime) -> datetime:
    """The next 18:00 on a person's clock."""
    day = wall(moment, life.zone_at(moment)).date()
    today = story.wall(life, day, 18)
    return today if today > moment else story.wall(life, day + DAY, 18)


def _hasty(story: Story, life: Life, meeting: Meeting) -> Due:
    """A booking after the evening before: the next evening tells it, or at once if that is late."""
    evening = _evening(story, life, meeting.booked)
    due = evening if evening <= meeting.start - WARNING else meeting.booked
    return _list(life, "cd", f"meeting {meeting.id}", due, [meeting], "must")
