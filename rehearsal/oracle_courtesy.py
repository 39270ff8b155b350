"""Whether people were left in peace: weekly caps, quiet hours, posts in team channels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from statistics import median

from rehearsal.oracle_items import KINDS, UNPROMPTED
from rehearsal.oracle_mail import CAPS
from rehearsal.oracle_match import Ledger
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import is_quiet, local_week, stamp, wall
from rehearsal.oracle_wire import Sent

POSTS_A_WEEK = 2


def courtesy_errors(ledger: Ledger) -> Iterator[str]:
    """Sentences about every message that came too often or too late at night."""
    for life in ledger.story.lives.values():
        yield from _caps(ledger, life)
    for team in ledger.story.roster.teams:
        yield from _posts(ledger, team)


def _must(ledger: Ledger, message: Sent) -> bool:
    item = ledger.taken.get(message.id)
    return item is not None and item.courtesy == "must"


def _caps(ledger: Ledger, life: Life) -> Iterator[str]:
    had: Counter[date] = Counter()
    cap = ledger.mail.cap(life.username)
    for message in ledger.mail.unprompted(life.username):
        zone = life.zone_at(message.at)
        week = local_week(message.at, zone)
        what = f"{KINDS[message.code]} to {life.username} at {stamp(message.at)}"
        had[week] += 1
        if had[week] > cap and not _must(ledger, message):
            yield f"{what} is number {had[week]} of the week {week}, over the weekly cap of {cap}"
        item = ledger.taken.get(message.id)
        excused = item is not None and item.code == "oc" and item.optional
        if is_quiet(message.at, zone) and not excused:
            yield f"{what} came in quiet hours, at {wall(message.at, zone):%H:%M} in {zone}"


def _posts(ledger: Ledger, team: str) -> Iterator[str]:
    zone = ledger.story.roster.team_zone(team, ledger.story.zone)
    posts = Counter(local_week(m.at, zone) for m in ledger.mail.boxes.get(f"team {team}", []))
    for week, number in sorted(posts.items()):
        if number > POSTS_A_WEEK:
            yield f"team {team} had {number} posts in the week {week}, over {POSTS_A_WEEK}"


def per_week(ledger: Ledger) -> dict[str, dict[str, float]]:
    """Unprompted direct messages per person and local week of the cohort, by role."""
    story = ledger.story
    figures: dict[str, dict[str, float]] = {}
    for role in CAPS:
        counts: list[int] = []
        for username in story.roster.holding(role):
            if username in story.lives:
                counts += _weeks(story, ledger, story.lives[username])
        if counts:
            figures[role] = {"median": median(counts), "maximum": max(counts)}
    return figures


def _weeks(story: Story, ledger: Ledger, life: Life) -> list[int]:
    weeks = {story.day(week, 1) for week in range(1, story.weeks + 1)}
    mondays = {day.fromordinal(day.toordinal() - day.weekday()) for day in weeks}
    had = Counter(
        local_week(message.at, life.zone_at(message.at))
        for message in ledger.mail.boxes.get(f"dm {life.username}", [])
        if message.code in UNPROMPTED
    )
    return [had[week] for week in sorted(mondays | set(had))]
