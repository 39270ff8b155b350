"""Check-ins as people sent them: which week, and who may read what they said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rehearsal.oracle_acts import Act
from rehearsal.oracle_time import WEEK, reach

if TYPE_CHECKING:
    from rehearsal.oracle_story import Story

AUDIENCES = ("team", "mentors", "captain")
_WEEK = re.compile(r"\bweek\s+(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """One sent check-in. `readers` is frozen at the moment of sending."""

    at: datetime
    n: int
    author: str
    team: str
    week: int
    audience: str
    texts: tuple[str, ...]
    readers: frozenset[str]


def find_answers(story: Story) -> list[Answer]:
    """All check-ins that somebody was entitled to send, in order."""
    forms = [
        (reply.at, str(reply.shown.get("custom_id")), str(reply.shown.get("title") or ""))
        for replies in story.wire.replies.values()
        for reply in replies
        if reply.callback and reply.body.get("type") == 9
    ]
    answers = []
    for act in story.acts:
        if act.what != "submit" or not act.name.startswith("lo:checkin:"):
            continue
        life = story.lives.get(act.who)
        team = next(iter(story.roster.teams_of(act.who, "mentee")), None)
        audience = act.field("may read", "who").lower()
        if life is None or team is None or audience not in AUDIENCES or not act.answered:
            continue
        if not life.onboarded <= act.at < life.left or act.at >= story.closed:
            continue
        titles = [title for at, form, title in forms if form == act.name and at <= act.at]
        answers.append(_answer(story, act, team, audience, titles))
    return answers


def _answer(story: Story, act: Act, team: str, audience: str, titles: list[str]) -> Answer:
    said = _WEEK.search(titles[-1]) if titles else None
    return Answer(
        at=act.at,
        n=act.n,
        author=act.who,
        team=team,
        week=int(said.group(1)) if said else running_week(story, team, act.at),
        audience=audience,
        texts=tuple(filter(None, (act.field("did", "learn"), act.field("way")))),
        readers=_readers(story, act, team, audience),
    )


def _readers(story: Story, act: Act, team: str, audience: str) -> frozenset[str]:
    def present(names: tuple[str, ...]) -> set[str]:
        return {name for name in names if name in story.lives and act.at < story.lives[name].left}

    captain = present(story.roster.holding("captain", team))
    if audience == "captain":
        return frozenset(captain | {act.who})
    if audience == "mentors":
        return frozenset(captain | present(story.roster.holding("navigator", team)) | {act.who})
    return story.roster.crew(team)


def prompt_moment(story: Story, team: str, week: int) -> datetime:
    """When a team is asked in a week: the first prompt weekday on or after its day 1."""
    weekday, clock = story.prompt
    first = story.day(week, 1)
    ahead = (weekday - first.weekday()) % 7
    return reach(story.day(week, 1 + ahead), clock, story.roster.team_zone(team, story.zone))


def running_week(story: Story, team: str, moment: datetime) -> int:
    """The week whose prompt was the last before a moment; 1 before the first."""
    asked = [w for w in range(1, story.weeks + 1) if prompt_moment(story, team, w) <= moment]
    return (
        max(asked, default=1)
        if moment < prompt_moment(story, team, story.weeks) + WEEK
        else (story.weeks)
    )
