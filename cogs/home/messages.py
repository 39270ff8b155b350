"""The words of the home message, the help, and answers to plain text."""

from collections.abc import Callable, Mapping

from bot.services.teams import Contact
from bot.ui.text import plain

HOME = (
    "**Everything starts here**\n"
    "Each button answers only you; nobody else sees what you press.\n"
    "- **Get started**: your name, your timezone and when you are free\n"
    "- **Check in**: this week's check-in, if you like\n"
    "- **My meetings**: your one-on-ones, and times for a new one\n"
    "- **My messages**: what I could not send you directly\n"
    "- **Take a break**: pause, come back, or leave, without explaining"
)

NO_MESSAGES = "Nothing is waiting for you."


def waiting(count: int) -> str:
    """Before the waiting messages."""
    many = "One message is" if count == 1 else f"{count} messages are"
    return f"{many} waiting for you:"


def help_text(mention: Callable[[str], str]) -> str:
    """What there is, for those who like commands."""
    return "\n".join(
        [
            "**What I can do for you**",
            "The buttons of the pinned message in the welcome channel do all of this, too.",
            f"- {mention('start')}: your name, timezone and free hours",
            f"- {mention('checkin')}: this week's check-in",
            f"- {mention('meetings')}: your one-on-ones, and times for a new one",
            f"- {mention('messages')}: what could not be delivered to you",
            f"- {mention('pause')}, {mention('resume')}, {mention('leave')}: breaks and goodbyes",
            f"- {mention('crew')}: for captains, who is booked and who is due",
            f"For organizers: {mention('cohort show')} and the other commands beside it; "
            f"{mention('deliveries')} shows what I am about to send.",
        ]
    )


def nobody_reads(contacts: list[Contact], role_names: Mapping[str, str]) -> str:
    """The answer to plain text: who would read it instead."""
    lines = ["Nobody reads what is written here, and I have kept nothing of it."]
    if contacts:
        people = ", ".join(
            f"<@{contact.user_id}> ({plain(contact.name)}, your {role_names[contact.role].lower()})"
            for contact in contacts
        )
        lines.append(f"A person who would like to hear it: {people}.")
    else:
        lines.append("An organizer on the server will gladly hear it.")
    lines.append("What I can do myself is behind the buttons in the welcome channel.")
    return "\n".join(lines)
