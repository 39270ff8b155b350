"""The words of breaks and goodbyes."""

from collections.abc import Mapping

from bot.services.people import CohortSeat, Pause
from bot.ui.text import joined, plain

BREAK = (
    "**Take a break**\nYou can pause and come back without explaining anything. While you are "
    "away I send you nothing and offer no meetings; your captain and navigators see only that "
    "you are away, and until when if you said so."
)

LEAVE = (
    "If you leave, I stop writing to you, your meetings are cancelled, and your team's channel "
    "closes for you. Organizers get a short note that you left, without a reason. "
    "The door stays open: an organizer can bring you back at any time."
)

NOT_PAUSED = "You were not paused, so everything simply goes on."

RESUMED = "Welcome back! Everything goes on from here; nothing that you missed comes afterwards."


def paused(pause: Pause) -> str:
    """What somebody is told whose pause begins."""
    until = (
        f"until {pause.until.day} {pause.until:%B}, and then everything resumes by itself"
        if pause.until
        else "until you press “I am back” or use the command `/resume`"
    )
    meetings = ""
    if pause.cancelled_meetings:
        count = pause.cancelled_meetings
        what = f"{count} meetings in that time are" if count > 1 else "Your meeting in that time is"
        meetings = f" {what} cancelled."
    return f"You are away {until}.{meetings} Take good care of yourself."


def welcome_back(name: str) -> str:
    """The one line on the day of return."""
    return (
        f"Welcome back, {plain(name)}! Your break is over, and everything goes on from here. "
        "If you need longer, “Take a break” in the welcome channel works again."
    )


def left(cohort: str) -> str:
    """What somebody is told who has left."""
    return (
        f"You have left **{plain(cohort)}**. Thank you for having been here; whenever you like "
        "to come back, tell an organizer."
    )


def leave_label(seat: CohortSeat) -> str:
    """A confirming button, complete in itself."""
    return f"Yes, leave {seat.name}"


def leaving(seats: list[CohortSeat], role_names: Mapping[str, str]) -> str:
    """The one question before leaving."""
    lines = [LEAVE]
    lines += [
        f"- **{plain(seat.name)}**, as {joined([role_names[role].lower() for role in seat.roles])}"
        for seat in seats
    ]
    return "\n".join(lines)
