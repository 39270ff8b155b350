"""What is due to people by the calendar and by what they did: everything but the meetings' own.

The rules are the programme's (docs/oracle.md lists them). "Optional" items are ones that the rules
leave open; they are neither missed when absent nor unexpected when they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rehearsal.oracle_common import has_half_hour
from rehearsal.oracle_items import CANCELLED, Due
from rehearsal.oracle_mail import Mail
from rehearsal.oracle_story import Life, Story
from rehearsal.oracle_time import DAY, WEEK, clock_time, covers, reach

FORTNIGHT = 2 * WEEK


def people_dues(story: Story, mail: Mail) -> Iterator[Due]:
    """Greetings, notes to strangers, weekly letters, offers and welcomes back."""
    yield from _arrivals(story)
    for life in story.lives.values():
        yield from _captain_weeks(story, life)
        yield from _navigator_weeks(story, mail, life)
        yield from _returns(story, life)
        if story.roster.teams_of(life.username, "mentee"):
            yield from offers(story, life)


def fallen(story: Story, life: Life, moment: datetime) -> bool:
    """Whether what is regular at a moment falls away: rest, farewell, absence or the close."""
    away = life.paused(moment) or moment >= life.left or moment >= story.closed
    return away or not any(begin <= moment < end for begin, end in life.here)


def _arrivals(story: Story) -> Iterator[Due]:
    for life in story.lives.values():
        present = any(begin < life.listed < end for begin, end in life.here)
        moments = [life.listed] if present else []
        moments += [at for at in life.joined if at >= life.listed]
        for at in moments:
            if at >= story.closed or life.onboarded <= at or life.left <= at:
                continue
            # Who comes a second time may, but need not, be greeted again.
            again = at != moments[0]
            yield Due("gr", "arrival", at, at + FORTNIGHT, person=life.username, optional=again)
    for life in story.strangers.values():
        for at in life.joined:
            if story.created <= at < story.closed:
                early = at < story.imported
                yield Due("sn", "arrival", at, at + DAY, person=life.username, optional=early)


def _captain_weeks(story: Story, life: Life) -> Iterator[Due]:
    if not story.roster.teams_of(life.username, "captain"):
        return
    for week in range(1, story.weeks + 1):
        due = story.wall(life, story.day(week, 1), 9)
        yield from _weekly(story, life, "cw", week, due)


def _weekly(story: Story, life: Life, code: str, week: int, due: datetime) -> Iterator[Due]:
    until = due + 3 * DAY
    item = Due(code, f"week {week}", due, until, person=life.username, courtesy="regular")
    if story.launched > until:
        return
    item.due = max(due, story.launched)
    if fallen(story, life, item.due):
        _perhaps_later(story, life, item)
    item.optional = item.optional or life.onboarded > item.due
    yield item


def _perhaps_later(story: Story, life: Life, item: Due) -> None:
    """What falls away may still come when the person is back before it is useless."""
    back = [p.end for p in life.pauses if p.begin <= item.due < p.end <= item.until]
    back += [at for at in life.joined if item.due < at <= item.until]
    if back and not fallen(story, life, min(back)):
        item.due, item.optional = min(back), True
    else:
        item.outcome = CANCELLED


def _navigator_weeks(story: Story, mail: Mail, life: Life) -> Iterator[Due]:
    teams = story.roster.teams_of(life.username, "navigator")
    last = story.launched
    for week in range(1, story.weeks + 1) if teams else ():
        due = story.wall(life, story.day(week, 5), 16)
        addressed = [
            answer
            for answer in story.answers
            if answer.team in teams and last < answer.at < due and answer.audience != "captain"
        ]
        if not addressed:
            continue
        # Who has changed an answer to the captain alone has taken it back.
        standing = [a for a in addressed if not _withdrawn(story, a.author, a.week, a.at, due)]
        for item in _weekly(story, life, "nw", week, due):
            item.optional = item.optional or not standing
            sent = [m.at for m in mail.got(f"dm {life.username}", "nw") if m.at <= item.until]
            if item.outcome != CANCELLED and (not item.optional or sent[-1:] >= [due]):
                last = due
            yield item


def _withdrawn(story: Story, author: str, week: int, after: datetime, by: datetime) -> bool:
    return any(
        answer.author == author
        and answer.week == week
        and after < answer.at < by
        and answer.audience == "captain"
        for answer in story.answers
    )


def _returns(story: Story, life: Life) -> Iterator[Due]:
    for pause in life.pauses:
        if pause.returns is None:
            continue
        zone = life.zone_at(pause.begin)
        due = reach(pause.returns, clock_time("09:00"), zone)
        item = Due(
            "wb",
            f"return on {pause.returns}",
            due,
            due + 3 * DAY,
            person=life.username,
            courtesy="regular",
        )
        if pause.resumed or fallen(story, life, due):
            item.outcome = CANCELLED
        yield item


def offers(story: Story, life: Life) -> Iterator[Due]:
    """Offers of a one-on-one to one mentee, every two weeks, until two went unanswered."""
    team = story.roster.teams_of(life.username, "mentee")[0]
    if story.roster.captain(team) is None:
        return
    made: list[datetime] = []
    for week in range(1, story.weeks + 1, 2):
        calendar = story.wall(life, story.day(week, 2), 10)
        until = calendar + 5 * DAY
        due = max(calendar, life.onboarded, story.launched)
        item = Due("oo", f"week {week}", due, until, person=life.username, courtesy="regular")
        if due > until:
            item.due, item.outcome = until, CANCELLED
        elif fallen(story, life, due):
            _perhaps_later(story, life, item)
        elif len(made) >= 2 and not any(at > made[-2] for at in _replies(story, life, due)):
            # Offers that wait behind closed doors have hardly been left unanswered.
            item.optional = covers(life.closed, due)
            item.outcome = "" if item.optional else CANCELLED
        if not item.outcome:
            captain = story.lives.get(story.roster.captain(team) or "")
            if captain is not None and captain.left <= item.due:
                item.outcome = CANCELLED
            elif captain is not None and not has_half_hour(story, life, captain, item.due, week):
                # Nothing can be offered: the captain sees it in their week.
                item.outcome = CANCELLED
            elif _asked(story, life, story.wall(life, story.day(week, 1), 0), item.due):
                # Who found a time themselves needs no offer.
                item.optional = True
            else:
                made.append(item.due)
                # What waited behind "My messages" may have no time left when it is looked at.
                item.optional |= (
                    covers(life.closed, due)
                    and captain is not None
                    and not has_half_hour(story, life, captain, until, week)
                )
        yield item


def _asked(story: Story, life: Life, begin: datetime, end: datetime) -> bool:
    """Whether somebody asked for a time of their own accord between two moments."""
    return any(
        act.who == life.username
        and act.name.startswith("lo:meetings:offer:")
        and begin <= act.at < end
        for act in story.acts
    )


def _replies(story: Story, life: Life, by: datetime) -> list[datetime]:
    prefixes = ("lo:meetings:book:", "lo:meetings:decline:", "lo:meetings:offer:")
    return [
        act.at
        for act in story.acts
        if act.who == life.username and act.name.startswith(prefixes) and act.at < by
    ]
