"""The words of check-ins."""

from bot.services.checkin_reading import SharedCheckIn
from bot.services.checkins import Receipt, Skipped
from bot.ui.text import joined, pages, plain, quoted, shortened

TEXT_LIMIT = 1900


def prompt(week: int, weeks: int, *, late: bool) -> str:
    """The weekly question in a team's channel."""
    if week == 1:
        opening = "Welcome to week 1! How did your first days go?"
    elif week == weeks:
        opening = "This is the last week. Looking back, what will you take with you?"
    elif week == (weeks + 1) // 2 and weeks >= 4:
        opening = "You are half-way. How is it going, and is your pace sustainable?"
    else:
        opening = "How is your week going?"
    lines = [f"**Check-in, week {week} of {weeks}**"]
    if late:
        lines.append("This comes later than planned, because I was away. Sorry!")
    lines.append(opening)
    lines.append(
        "Everything in the form is optional, and you choose who reads it. "
        "Some weeks are slow: that is fine, and so is skipping one."
    )
    return "\n".join(lines)


def who_reads(navigators: tuple[str, ...], captain: str | None) -> tuple[str, str]:
    """Who the mentors are and who the captain is, in words for the form."""
    mentors = joined([*navigators, *([captain] if captain else [])])
    return mentors or "nobody yet", captain or "nobody yet"


def receipt(what: Receipt) -> str:
    """What the person is told once their check-in is kept."""
    if what.audience == "team":
        readers = f"your team, in the thread below the check-in, and {joined(list(what.readers))}"
        if not what.readers:
            readers = "your team, in the thread below the check-in"
    else:
        readers = f"only {joined(list(what.readers))}"
    return (
        f"Thank you, {plain(what.name)}. Your check-in for week {what.week} is kept.\n"
        f"Who can read it: {plain(readers)}.\n"
        "You can change it: press “Check in” again."
    )


def skipped(what: Skipped) -> str:
    """What the person is told who skips a week."""
    if what.answered:
        return (
            f"You have answered week {what.week} already, and that stays as it is. "
            "To change it, or who reads it, press “Check in”."
        )
    return (
        f"That is fine. Week {what.week} is skipped, and nobody is told. "
        "If you change your mind, press “Check in”."
    )


def shared(what: SharedCheckIn) -> str:
    """A check-in in the team's thread."""
    return shortened(
        "\n".join([f"**{plain(what.name)}** shares week {what.week}:", *_answers(what)]), TEXT_LIMIT
    )


def digest(week: int, told: list[SharedCheckIn]) -> str:
    """A navigator's weekly message. What does not fit is said to be behind the button."""
    lines = [f"**Check-ins for you, week {week}**"]
    return _fitting(lines, told)


def told(checkins: list[SharedCheckIn]) -> list[str]:
    """The same check-ins once more, on a click: all of them, in as many messages as it takes."""
    if not checkins:
        return ["Those check-ins were changed since; what they say now comes in your next message."]
    return pages(["**The check-ins of that message**", *map(_one, checkins)], TEXT_LIMIT)


def _one(what: SharedCheckIn) -> str:
    return "\n".join([f"**{plain(what.name)}**, week {what.week}:", *_answers(what)])


def _fitting(lines: list[str], told: list[SharedCheckIn]) -> str:
    text = "\n".join(lines)
    for number, what in enumerate(told):
        part = f"\n{_one(what)}"
        rest = len(told) - number
        if len(text) + len(part) > TEXT_LIMIT:
            short = shortened(part, 300)
            if len(text) + len(short) > TEXT_LIMIT:
                return f"{text}\n\nAnd {rest} more: the button shows all of them, in full."
            part = short
        text += "\n" + part
    return text


def _answers(what: SharedCheckIn) -> list[str]:
    lines = []
    if what.progress:
        lines += ["Done or learnt:", quoted(what.progress)]
    if what.obstacles:
        lines += ["In the way:", quoted(what.obstacles)]
    if what.energy:
        lines.append(f"Energy: {what.energy}")
    return lines or ["Here, and saying hello."]
