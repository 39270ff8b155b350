"""The bot's messages sorted by who got them, and how many of them came unasked in a week."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from rehearsal.oracle_items import GRACE, UNPROMPTED
from rehearsal.oracle_meetings import REMINDED, reminder_moment
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import DAY, local_week, reach, wall
from rehearsal.oracle_wire import Sent

CAPS = {"mentee": 3, "navigator": 3, "captain": 5, "organizer": 3}


@dataclass
class Mail:
    """Messages by target: `dm <username>`, a place's meaning, `thread <starter id>`, or its id."""

    story: Story
    boxes: dict[str, list[Sent]] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)

    def got(self, target: str, *codes: str) -> list[Sent]:
        """Messages of these kinds that reached a target, in order."""
        return [message for message in self.boxes.get(target, []) if message.code in codes]

    def unprompted(self, username: str) -> list[Sent]:
        """Direct messages to a person that count against the weekly cap."""
        return [m for m in self.boxes.get(f"dm {username}", []) if m.code in UNPROMPTED]

    def in_week(self, life: Life, moment: datetime) -> list[Sent]:
        """The counted messages of a person's local week up to and beyond a moment."""
        zone = life.zone_at(moment)
        week = local_week(moment, zone)
        return [m for m in self.unprompted(life.username) if local_week(m.at, zone) == week]

    def had(self, life: Life, moment: datetime, code: str) -> int:
        """How many counted messages a person had this local week by a moment.

        A message cannot give way to itself: those of its kind sent that day are left out.
        """
        return sum(
            message.at <= moment and not (message.code == code and abs(message.at - moment) < DAY)
            for message in self.in_week(life, moment)
        )

    def cap(self, username: str) -> int:
        """The cap of a person: the highest among their roles."""
        return max((CAPS.get(role, 3) for role in self.story.roster.roles(username)), default=3)

    def to_come(self, life: Life, moment: datetime) -> int:
        """Messages ahead this local week that must come, as far as bookings tell at a moment."""
        zone = life.zone_at(moment)
        week = local_week(moment, zone)
        ahead: set[tuple[str, datetime]] = set()
        for meeting in self.story.meetings:
            if life.username not in (meeting.mentee, meeting.captain) or not meeting.stands(moment):
                continue
            if life.username in [getattr(meeting, role) for role in REMINDED]:
                ahead.add((meeting.id, reminder_moment(meeting.start, zone)))
            if life.username == meeting.captain:
                evening = wall(meeting.start, zone).date() - DAY
                ahead.add(("list", reach(evening, time(18), zone)))
        return sum(at > moment and local_week(at, zone) == week for _, at in ahead)

    def may_yield(self, life: Life, moment: datetime, code: str) -> bool:
        """Whether a regular message of a kind has to, or may, give way at a moment."""
        soon = moment + GRACE
        taken = self.had(life, soon, code) + self.to_come(life, soon)
        return taken >= self.cap(life.username)


def sort_mail(story: Story) -> Mail:
    """Sort all messages that were sent."""
    mail = Mail(story)
    wire = story.wire
    for message in wire.sent:
        if message.channel in wire.owners:
            target = f"dm {wire.username(wire.owners[message.channel])}"
        elif message.channel in wire.threads:
            target = f"thread {wire.threads[message.channel][1]}"
        else:
            target = story.places.meaning.get(message.channel, message.channel)
        mail.where[message.id] = target
        mail.boxes.setdefault(target, []).append(message)
    return mail
