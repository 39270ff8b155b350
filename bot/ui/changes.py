"""The words for a change of dates or hours: what it will do, and what it did."""

from bot.services.change_effects import Change, Course
from bot.ui.text import joined, plain, stamp

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def subject(change: Change) -> str:
    """Whose dates or hours are changed."""
    return f"team {change.team}" if change.team else change.cohort


def shown(change: Change) -> str:
    """What a change will do, before it is made."""
    lines = [f"**Changing {plain(subject(change))}**", *_differences(change)]
    if change.running:
        lines += [f"{_counted(change)} {_next(change)}", *_remarks(change)]
        lines.append("What was sent stays as it is. I do not announce the change to anybody.")
    else:
        lines.append("It is not launched yet, so there is no message to move.")
    lines.append("Nothing is changed before you press the button.")
    return "\n".join(lines)


def made(change: Change) -> str:
    """What a change did."""
    lines = [f"**{plain(subject(change))}** is changed.", *_differences(change)]
    if change.running:
        lines += [f"{_counted(change)} {_next(change)}", *_remarks(change)]
    return "\n".join(lines)


def _differences(change: Change) -> list[str]:
    before, after = _facts(change.before), _facts(change.after)
    return [
        f"- {what}: {after[what]} (until now {before[what]})"
        for what in before
        if before[what] != after[what]
    ] or ["- The dates are the same; they only follow another rule."]


def _facts(course: Course) -> dict[str, str]:
    start = course.dates.start
    return {
        "Week 1 begins on": f"{start:%A} {start.day} {start:%B %Y}",
        "Weeks": str(course.dates.weeks),
        "Timezone of what belongs to no team": course.timezone,
        "Check-ins": f"{_DAYS[course.prompt_weekday]} at {course.prompt_time:%H:%M}",
    }


def _counted(change: Change) -> str:
    """How many messages it concerns, or that it concerns none."""
    what = change.messages
    counts = [
        f"{number} {words}"
        for number, words in (
            (what.moved, "move"),
            (what.fallen, "fall away"),
            (what.added, "are new"),
        )
        if number
    ]
    if not counts:
        return "No message that is planned moves."
    return f"Of the planned messages, {joined(counts)}."


def _next(change: Change) -> str:
    ahead = change.next_prompt
    if ahead is None:
        return "No check-in is ahead."
    return (
        f"The next check-in is that of week {ahead.week}, first for team {plain(ahead.team)} on "
        f"{stamp(ahead.due_at)}."
    )


def _remarks(change: Change) -> list[str]:
    """What somebody who reads only the dates would not expect."""
    lines = []
    if change.kept is not None:
        lines.append(
            f"The check-in of week {change.kept.week} keeps its time for team "
            f"{plain(change.kept.team)}, {stamp(change.kept.due_at)}: its new one is over already."
        )
    if change.missed:
        weeks = joined([str(week) for week in change.missed])
        lines.append(f"Not asked, because their time is over: the check-ins of week {weeks}.")
    return lines
