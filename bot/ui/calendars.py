"""Calendar files for meetings: they update and cancel instead of multiplying."""

import io
from datetime import date, timedelta
from functools import cache

import discord
from icalendar import Alarm, Calendar, Event, Timezone

from bot.services.one_on_one_cards import MeetingCard

ALARM_BEFORE = timedelta(minutes=15)


@cache
def _timezone(key: str, year: int) -> Timezone:
    """The rules of a timezone around a year; making them takes a while, so they are kept."""
    return Timezone.from_tzid(key, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))


def calendar_file(meeting: MeetingCard) -> discord.File:
    """A meeting (or its cancellation) as an iCalendar file in the reader's own timezone.

    The UID stays, SEQUENCE rises with every change; there is no e-mail address in it (RFC 5545).
    """
    cancelled = meeting.state != "booked"
    calendar = Calendar()
    calendar.add("prodid", "-//Liftoff//One-on-ones//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at)
    event.add("summary", f"One-on-one with {meeting.other_name}")
    event.add("dtstart", meeting.starts_at.astimezone(meeting.reader_zone))
    event.add("dtend", meeting.ends_at.astimezone(meeting.reader_zone))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if not cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"One-on-one with {meeting.other_name}")
        alarm.add("trigger", -ALARM_BEFORE)
        event.add_component(alarm)
    calendar.add_component(_timezone(meeting.reader_zone.key, meeting.starts_at.year))
    calendar.add_component(event)
    name = f"one-on-one-{meeting.meeting_id}{'-cancelled' if cancelled else ''}.ics"
    return discord.File(io.BytesIO(calendar.to_ical()), filename=name)
