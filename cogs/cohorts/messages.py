"""The words of organizers' commands."""

from collections.abc import Collection, Mapping, Sequence

from bot.domain.roster import RosterProblems
from bot.services.overviews import CohortOverview, TeamOverview
from bot.services.rosters import ImportReport
from bot.ui.text import joined, plain, shortened

TEXT_LIMIT = 1900
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_STATES = {"draft": "not launched yet", "running": "running", "closed": "closed"}


def created(cohort: CohortOverview) -> str:
    """After `/cohort create`."""
    return (
        f"**{plain(cohort.name)}** is created.\n{_facts(cohort)}\n"
        "Next: `/cohort import` with its roster."
    )


def overview(cohort: CohortOverview, role_names: Mapping[str, str]) -> str:
    """After `/cohort show`."""
    lines = [f"**{plain(cohort.name)}**, {_STATES[cohort.state]}", _facts(cohort)]
    people = sum(cohort.counts.values())
    if people:
        counts = joined(
            [
                f"{count} {role_names[role].lower()}{'' if count == 1 else 's'}"
                for role, count in cohort.counts.items()
            ]
        )
        lines.append(
            f"People: {counts}. On the server: {cohort.joined}; ready: {cohort.onboarded}."
        )
    lines += [_team(team) for team in cohort.teams]
    return fitting(lines)


def _facts(cohort: CohortOverview) -> str:
    return (
        f"Week 1 begins on {cohort.start:%A} {cohort.start.day} {cohort.start:%B %Y}, "
        f"for {cohort.weeks} weeks. Check-ins on {_DAYS[cohort.prompt_weekday]}s at "
        f"{cohort.prompt_time:%H:%M} in each team's own timezone; otherwise {cohort.timezone}."
    )


def _many(word: str, people: Collection[str]) -> str:
    return word if len(people) == 1 else f"{word}s"


def _team(team: TeamOverview) -> str:
    project = f" ({plain(team.project)})" if team.project else ""
    people = [
        f"{_many('mentee', team.mentees)} {joined(list(team.mentees)) or 'none yet'}",
        f"{_many('navigator', team.navigators)} {joined(list(team.navigators)) or 'none yet'}",
        f"captain {joined(list(team.captains)) or 'none yet'}",
    ]
    dates = ""
    if team.dates is not None:
        start = team.dates.start
        dates = f", from {start.day} {start:%B} for {team.dates.weeks} weeks"
    return f"- **{plain(team.name)}**{project}{dates}: {plain('; '.join(people))}"


def fitting(lines: Sequence[str], more: str = "lines") -> str:
    """As many lines as fit one message, saying how many do not."""
    text = ""
    for number, line in enumerate(lines):
        piece = shortened(line, 600)
        if len(text) + len(piece) + 40 > TEXT_LIMIT:
            return f"{text}\nand {len(lines) - number} more {more}"
        text += ("\n" if text else "") + piece
    return text


def imported(report: ImportReport) -> str:
    """After a good import."""
    lines = [
        f"The roster of **{plain(report.cohort)}** is in. People: {report.people_added} new, "
        f"{report.people_updated} updated, {report.people_unchanged} as they were. "
        f"New teams: {report.teams_added}. On this server already: {report.already_here}.",
    ]
    if report.warnings:
        lines.append("Worth a look (nothing was held back because of it):")
        lines += [f"- {plain(warning)}" for warning in report.warnings]
    lines.append("Next: `/cohort show` to read it, `/cohort launch` when you are ready.")
    return fitting(lines, "remarks")


def problems(error: RosterProblems) -> str:
    """After a roster that has mistakes: each with its line and reason."""
    lines = [error.sentence]
    lines += [f"- line {problem.line}: {plain(problem.reason)}" for problem in error.problems]
    return fitting(lines, "lines with a mistake; the file below has them all")


def problem_file(error: RosterProblems) -> bytes:
    """All mistakes as plain text, for a list that is too long for a message."""
    text = "\n".join(f"line {problem.line}: {problem.reason}" for problem in error.problems)
    return f"{error.sentence}\n{text}\n".encode()


def launch_plan(cohort: CohortOverview, changes: Sequence[str], thin: Sequence[str]) -> str:
    """What a launch will do, before it does it."""
    if changes:
        lines = [
            f"**Launching {plain(cohort.name)}** will make {len(changes)} things on this server, "
            f"and post a welcome in the channels of its {len(cohort.teams)} teams:"
        ]
        lines += [f"- {plain(change)}" for change in changes]
    else:
        lines = [
            f"**{plain(cohort.name)}**: the server has everything it needs. "
            "Launching again only makes sure that roles and prompts are right."
        ]
    if thin:
        lines.append("Worth a look before you launch (it does not hold you back):")
        lines += [f"- {plain(warning)}" for warning in thin]
    lines.append("Nothing is made before you press the button.")
    return fitting(lines, "things")


def progress(done: int, total: int, what: str) -> str:
    """While a launch or a close is at work."""
    return f"Working: {done} of {total} ({plain(what)})"


def launched(cohort: CohortOverview) -> str:
    """After a launch."""
    return (
        f"**{plain(cohort.name)}** is launched: {len(cohort.teams)} teams have their channels. "
        f"On the server so far: {cohort.joined}; ready: {cohort.onboarded}. "
        "The others are greeted as they join. Running this again is always safe."
    )


def close_plan(cohort: CohortOverview) -> str:
    """What closing does, before it does it."""
    return (
        f"**Closing {plain(cohort.name)}** posts a farewell in each of the {len(cohort.teams)} "
        "team channels, archives them (their team can go on reading, nobody can write), gives "
        "mentees the alumni role, and ends all prompts and meetings of this cohort. "
        "Other cohorts notice nothing."
    )


def closed(cohort: CohortOverview) -> str:
    """After closing."""
    return f"**{plain(cohort.name)}** is closed. Thank you for having carried it."


def may_not(what: str) -> str:
    """When Discord refuses a change on the server."""
    return (
        f"Discord did not let me make {what}. Please check that my role has the permissions of "
        "the invite link and stands above the roles that I give, then run the command again: it "
        "goes on where it stopped."
    )
