"""Whether two people have any half hour for a one-on-one: found by trying them all."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from rehearsal.oracle_meetings import MEETING_MINUTES
from rehearsal.oracle_roster import is_free
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import DAY, WEEK, reach, wall

NOTICE = DAY
QUARTER = timedelta(minutes=15)


def has_half_hour(story: Story, mentee: Life, captain: Life, due: datetime, week: int) -> bool:
    """Whether something can be offered at `due` for the fortnight that begins with `week`."""
    last = min(week + 1, story.weeks)
    end = reach(story.day(last, 1) + WEEK, time(0), mentee.zone_at(due))
    taken = [
        meeting.start
        for meeting in story.meetings
        if meeting.stands(due) and {meeting.captain, meeting.mentee} & {captain.username}
    ]
    start = due + NOTICE
    start += -(start - datetime.min.replace(tzinfo=start.tzinfo)) % QUARTER
    length = timedelta(minutes=MEETING_MINUTES)
    while start + length <= end:
        clear = all(start >= at + length or at >= start + length for at in taken)
        if clear and _suits(mentee, captain, start, due):
            return True
        start += QUARTER
    return False


def _suits(mentee: Life, captain: Life, start: datetime, due: datetime) -> bool:
    if wall(start, captain.zone_at(due)).minute not in (0, 30):
        return False
    return all(
        is_free(life.free_at(due), life.zone_at(due), start, MEETING_MINUTES)
        and not any(pause.begin <= due and start < pause.end for pause in life.pauses)
        for life in (captain, mentee)
    )
