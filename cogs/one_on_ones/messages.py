"""The words of one-on-ones."""

from collections.abc import Sequence

from bot.services.checkin_reading import SharedCheckIn
from bot.services.crews import CaptainDay, CaptainWeek, CrewMember, MyMeetings
from bot.services.one_on_one_cards import MeetingCard, OfferCard, OfferState
from bot.ui.text import joined, moment_label, pages, plain, quoted, shortened, stamp, wall

TEXT_LIMIT = 1900


def offer(card: OfferCard) -> str:
    """A mentee's card, in whatever state the offer is."""
    captain = plain(card.captain)
    first = f"{card.notice}\n" if card.notice else ""
    if card.state is OfferState.BOOKED and card.meeting:
        return (
            f"**One-on-one with {captain}**\n{_when(card.meeting)}\n{_where(card.meeting)}\n"
            "The file puts it into your calendar. If you cannot come, please cancel: that is fine."
        )
    if card.state is OfferState.DECLINED:
        return (
            f"**One-on-one with {captain}**\nNot this time, and that is fine. "
            "“My meetings” finds a time whenever you like."
        )
    if card.state is OfferState.CANCELLED:
        return (
            f"**One-on-one with {captain}**\nThis meeting was cancelled. "
            "If you would like another time, press the button."
        )
    if not card.times:
        return (
            f"{first}**One-on-one with {captain}**\nI found no half hour in which you are both "
            "free in these two weeks. You can write to your captain directly, or change your "
            "hours with “Get started” in the welcome channel."
        )
    times = "\n".join(
        f"- {stamp(time.starts_at)}, {wall(time.starts_at, card.captain_zone)} for {captain}"
        for time in card.times
    )
    return (
        f"{first}**Half an hour with {captain}, your captain?**\n"
        "It is optional, and it is for you: how you are, what you wonder about, what is hard.\n"
        f"{times}"
    )


def _when(meeting: MeetingCard) -> str:
    return (
        f"{stamp(meeting.starts_at)} ({stamp(meeting.starts_at, 'R')}), half an hour. "
        f"That is {wall(meeting.starts_at, meeting.other_zone)} for {plain(meeting.other_name)}."
    )


def _where(meeting: MeetingCard) -> str:
    who = f"<@{meeting.other_user_id}>" if meeting.other_user_id else plain(meeting.other_name)
    return f"Meet in a call here with {who}, or wherever you both like."


def reminder(meeting: MeetingCard) -> str:
    """Shortly before a meeting, to the mentee."""
    return (
        f"**Soon: one-on-one with {plain(meeting.other_name)}**\n"
        f"{_when(meeting)}\n{_where(meeting)}"
    )


def change(meeting: MeetingCard) -> str:
    """To the other side of a cancelled meeting."""
    follow = (
        "They can find another time whenever they like, so there is nothing you need to do."
        if meeting.reader_is_captain
        else "If you would like another time, press the button."
    )
    return (
        f"**Cancelled: one-on-one with {plain(meeting.other_name)}**\n"
        f"It was planned for {stamp(meeting.starts_at)}. "
        f"The file takes it out of your calendar. {follow}"
    )


def cancelled(meeting: MeetingCard) -> str:
    """To whoever cancelled a meeting."""
    return (
        f"Your meeting with {plain(meeting.other_name)} on {stamp(meeting.starts_at)} is "
        "cancelled. Thank you for saying so."
    )


def captain_day(day: CaptainDay) -> str:
    """A captain's evening: tomorrow, and what was booked."""
    lines = []
    new = {meeting.meeting_id for meeting in day.new}
    if day.ahead:
        lines.append("**Today**" if day.today else "**Tomorrow**")
        lines += [
            _line(meeting) + (" (newly booked)" if meeting.meeting_id in new else "")
            for meeting in day.ahead
        ]
    shown = {meeting.meeting_id for meeting in day.ahead}
    later = [meeting for meeting in day.new if meeting.meeting_id not in shown]
    if later:
        lines.append("**Newly booked**")
        lines += [_line(meeting) for meeting in later]
    if len(day.new) == 1:
        lines.append("The file puts the new one into your calendar.")
    elif day.new:
        lines.append("The files put the new ones into your calendar.")
    return "\n".join(lines)


def _line(meeting: MeetingCard) -> str:
    return (
        f"- {plain(meeting.other_name)}: {stamp(meeting.starts_at)}, "
        f"{wall(meeting.starts_at, meeting.other_zone)} for them"
    )


_STATES = {
    "open": "Times are on offer",
    "declined": "Not this time",
    "cancelled": "Cancelled, and free to find another time",
    "booked": "Met this fortnight",
    "no time": "No half hour suits you both, please write to them",
    "": "No times offered yet this fortnight",
}


def captain_week(week: CaptainWeek) -> str:
    """A captain's week: who is booked, who is due, what was told to them."""
    lines = [f"**Your week {week.week} of {week.weeks}** in {plain(week.cohort)}"]
    lines += _apart(week) + _crew(week.crew)
    if not week.told:
        lines.append("Nobody is waiting for anything else from you. Have a good week.")
        return _within(lines)
    lines.append("**Told to you in check-ins** (only to those whom the person chose)")
    for what in week.told:
        lines.append(_told(what))
    return _within(lines)


def crew(weeks: list[CaptainWeek]) -> str:
    """A captain's crews at any time."""
    lines = []
    for week in weeks:
        lines.append(f"**Your crew in {plain(week.cohort)}**, week {week.week} of {week.weeks}")
        lines += _apart(week) + (_crew(week.crew) or ["No mentees at the moment."])
    return _within(lines)


def _apart(week: CaptainWeek) -> list[str]:
    """In which week each team is, where they have different dates."""
    weeks = [f"{plain(team)} is in week {number}" for team, number in week.apart]
    return [f"Team {joined(weeks)}."] if weeks else []


def _crew(crew: Sequence[CrewMember]) -> list[str]:
    """Who is booked, a line each; the others gathered by how it stands with them."""
    ahead = [(member.next_meeting, member) for member in crew if member.next_meeting]
    lines = [
        f"- {plain(member.name)} (team {plain(member.team)}): {stamp(start)}, "
        f"{wall(start, member.zone)}"
        for start, member in sorted(ahead, key=lambda pair: pair[0])
        if not member.away
    ]
    waiting = [member for member in crew if not member.next_meeting and not member.away]
    for state, words in _STATES.items():
        names = [plain(member.name) for member in waiting if member.state == state]
        if names:
            lines.append(f"- {words}: {joined(names)}")
    lines += [f"- Away {member.away}: {plain(member.name)}" for member in crew if member.away]
    return lines


def _told(what: SharedCheckIn, limit: int = 220) -> str:
    lines = [
        f"{plain(what.name)}, week {what.week}" + (f", energy {what.energy}" if what.energy else "")
    ]
    if what.progress:
        lines += ["Done or learnt:", quoted(shortened(what.progress, limit))]
    if what.obstacles:
        lines += ["In the way:", quoted(shortened(what.obstacles, limit))]
    return "\n".join(lines)


def told_in_full(told: Sequence[SharedCheckIn]) -> list[str]:
    """What a week's message could only show in short, in as many messages as it takes."""
    if not told:
        return []
    parts = [_told(what, TEXT_LIMIT) for what in told]
    return pages(["**Told to you in check-ins, in full**", *parts], TEXT_LIMIT)


def _within(lines: list[str]) -> str:
    text = ""
    for number, line in enumerate(lines):
        if len(text) + len(line) > TEXT_LIMIT:
            return f"{text}\nAnd {len(lines) - number} more; “My crew” shows everything in full."
        text += ("\n" if text else "") + line
    return text


def mine(meetings: MyMeetings) -> str:
    """What somebody has ahead."""
    if not meetings.ahead:
        hint = (
            "Would you like half an hour with your captain?"
            if meetings.may_request
            else "Nothing is planned for you right now."
        )
        return f"**Your meetings**\nNone ahead. {hint}"
    lines = ["**Your meetings**"]
    lines += [
        f"- {plain(meeting.other_name)}: {stamp(meeting.starts_at)}" for meeting in meetings.ahead
    ]
    return "\n".join(lines)


def cancel_label(meeting: MeetingCard) -> str:
    """A cancel button that is clear without the text around it."""
    return f"Cancel {moment_label(meeting.starts_at, meeting.reader_zone)}"
