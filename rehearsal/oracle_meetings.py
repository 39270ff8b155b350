"""One-on-ones as they were booked and cancelled, and when they are remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Protocol

from rehearsal.oracle_acts import Act
from rehearsal.oracle_roster import Free, Roster, is_free
from rehearsal.oracle_time import DAY, HOUR, is_quiet, reach, stamp, wall
from rehearsal.oracle_wire import Json, Reply

MEETING_MINUTES = 30
# Captains are reminded by their evening list instead.
REMINDED = ("mentee",)
CANCEL = "lo:meetings:cancel:"
_STAMP = re.compile(r"<t:(\d+):F>")
_BEGIN = re.compile(r"^DTSTART[^:\r\n]*:(\d{8}T\d{6})(Z?)", re.MULTILINE)
_BEGIN_ZONE = re.compile(r"^DTSTART;TZID=([^:;\r\n]+)[^:\r\n]*:(\d{8}T\d{6})\s*$", re.MULTILINE)


class Clocked(Protocol):
    """What is needed of a person here: their zone, hours, pauses and farewell."""

    left: datetime

    def zone_at(self, moment: datetime) -> str: ...
    def free_at(self, moment: datetime) -> Free: ...
    def paused(self, moment: datetime) -> bool: ...


@dataclass
class Meeting:
    """A booked one-on-one; moments in UTC."""

    id: str
    mentee: str
    captain: str
    start: datetime
    booked: datetime
    card: Act
    cancelled: datetime | None = None
    cancelled_by: str = ""

    @property
    def title(self) -> str:
        """How errors call it."""
        return f"the one-on-one of {self.mentee} with {self.captain} at {stamp(self.start)}"

    def stands(self, moment: datetime) -> bool:
        """Whether it is booked and not cancelled at a moment."""
        return self.booked <= moment and (self.cancelled is None or moment < self.cancelled)

    def other(self, one: str) -> str:
        """The one of the two who is not `one`."""
        return self.captain if one == self.mentee else self.mentee


def find_meetings(acts: list[Act], roster: Roster, lives: Mapping[str, Clocked]) -> list[Meeting]:
    """All meetings, in the order of booking."""
    meetings: list[Meeting] = []
    for act in acts:
        if act.what == "click" and act.name.startswith("lo:meetings:book:"):
            team = next(iter(roster.teams_of(act.who, "mentee")), None)
            captain = roster.captain(team) if team is not None else None
            fresh = _booked(act, act.who, captain) if captain else None
            if fresh is not None and fresh.id not in [meeting.id for meeting in meetings]:
                meetings.append(fresh)
        elif act.what == "click" and act.name.startswith(CANCEL) and act.answered:
            for meeting in meetings:
                named = meeting.id == act.name.removeprefix(CANCEL)
                if named and meeting.stands(act.at) and act.at < meeting.start:
                    meeting.cancelled, meeting.cancelled_by = act.at, act.who
    for meeting in meetings:
        for who in (meeting.mentee, meeting.captain):
            _fall(meeting, who, lives[who])
    return meetings


def _booked(act: Act, mentee: str, captain: str) -> Meeting | None:
    for answer in act.answers:
        ids = [button for button in answer.buttons if button.startswith(CANCEL)]
        stamps = _STAMP.findall(answer.text)
        if ids and stamps:
            start = datetime.fromtimestamp(int(stamps[0]), UTC)
            return Meeting(ids[0].removeprefix(CANCEL), mentee, captain, start, act.at, act)
    return None


def _fall(meeting: Meeting, who: str, life: Clocked) -> None:
    """A meeting falls when one of the two leaves, or begins a pause that covers it."""
    moments = [life.left]
    moments += [p.begin for p in getattr(life, "pauses", ()) if p.begin <= meeting.start < p.end]
    # A pause that was ended early has cancelled what it covered when it began.
    for pause in getattr(life, "pauses", ()):
        if pause.resumed and pause.begin <= meeting.start:
            until = pause.returns
            zone = life.zone_at(pause.begin)
            if until is None or meeting.start < reach(until, time(9), zone):
                moments.append(pause.begin)
    for moment in moments:
        if meeting.booked <= moment < meeting.start and meeting.stands(moment):
            meeting.cancelled, meeting.cancelled_by = moment, who


def reminder_moment(start: datetime, zone: str) -> datetime:
    """Two hours before, or 20:00 on the evening before when that is outside 08:00-21:00 local."""
    before = start - 2 * HOUR
    if not is_quiet(before, zone):
        return before
    return reach(wall(start, zone).date() - DAY, time(20), zone)


def slot_faults(meeting: Meeting, others: list[Meeting], lives: Mapping[str, Clocked]) -> list[str]:
    """Sentences about a booked start that should never have been offered."""
    faults = []
    for who in (meeting.mentee, meeting.captain):
        life = lives[who]
        zone, free = life.zone_at(meeting.booked), life.free_at(meeting.booked)
        if not is_free(free, zone, meeting.start, MEETING_MINUTES):
            faults.append(f"{meeting.title} lies outside the availability of {who}")
    shown = wall(meeting.start, lives[meeting.captain].zone_at(meeting.booked))
    if shown.minute not in (0, 30) or shown.second:
        faults.append(f"{meeting.title} begins at {shown:%H:%M} on the captain's clock")
    if meeting.start <= meeting.booked:
        faults.append(f"{meeting.title} was over when it was booked")
    for other in others:
        if other is meeting or other.captain != meeting.captain or other.booked > meeting.booked:
            continue
        gap = abs(other.start - meeting.start)
        if other.stands(meeting.booked) and gap < MEETING_MINUTES * HOUR / 60:
            faults.append(f"{meeting.title} collides with {other.title}")
    return faults


def calendar_starts(files: list[Json]) -> set[datetime]:
    """Starts of the events in the calendar files among these attachments, in UTC."""
    starts: set[datetime] = set()
    for file in files:
        if not str(file.get("name")).endswith(".ics"):
            continue
        text = re.sub(r"\r?\n[ \t]", "", str(file.get("text") or ""))
        for digits, utc in _BEGIN.findall(text):
            if utc:
                starts.add(datetime.strptime(digits, "%Y%m%dT%H%M%S").replace(tzinfo=UTC))
        for zone, digits in _BEGIN_ZONE.findall(text):
            shown = datetime.strptime(digits, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            starts.add(reach(shown.date(), shown.time(), zone))
    return starts


def calendars(answers: tuple[Reply, ...]) -> set[datetime]:
    """Starts in all calendar files attached to the answers."""
    return {start for answer in answers for start in calendar_starts(answer.files)}
