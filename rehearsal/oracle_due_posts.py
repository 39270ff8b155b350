"""What is due in channels: the home message, team posts, shared answers, notes, introductions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rehearsal.oracle_checkins import prompt_moment
from rehearsal.oracle_items import CANCELLED, Due
from rehearsal.oracle_story import FOREVER, Story
from rehearsal.oracle_time import DAY, WEEK


def post_dues(story: Story) -> Iterator[Due]:
    """Everything due in channels but the shared answers, whose thread is not known yet."""
    if story.launched != FOREVER:
        yield Due("hm", "launch", story.launched, story.launched + 2 * WEEK, place="#welcome")
    for team in story.roster.teams:
        yield from _team(story, team)
    yield from _notes(story)
    for life in story.lives.values():
        if life.introduced is not None:
            names = (f"<@{life.user_id}>", f"<@!{life.user_id}>", *filter(None, [life.line]))
            yield Due(
                "in",
                f"by {life.username}",
                life.introduced,
                life.introduced + WEEK,
                place="#introductions",
                mentions=names,
            )


def _team(story: Story, team: str) -> Iterator[Due]:
    place = f"team {team}"
    if story.launched == FOREVER:
        return
    yield Due("tw", "launch", story.launched, story.launched + WEEK, place=place)
    if story.closed != FOREVER:
        yield Due("tf", "close", story.closed, story.closed + WEEK, place=place)
    for week in range(1, story.weeks + 1):
        due = prompt_moment(story, team, week)
        until = due + 2 * DAY
        if story.launched > until:
            continue
        item = Due("cp", f"week {week}", max(due, story.launched), until, place=place)
        item.aside = {"team": team, "week": week}
        if item.due >= story.closed:
            item.outcome = CANCELLED
        yield item


def _notes(story: Story) -> Iterator[Due]:
    def note(what: str, username: str, user_id: str) -> Due:
        return Due(
            "on",
            f"{what} of {username}",
            at,
            at + 2 * WEEK,
            place="#organizers",
            mentions=(f"<@{user_id}>", f"<@!{user_id}>", username, user_id),
        )

    for life in [*story.lives.values(), *story.strangers.values()]:
        known = life.username in story.lives
        for at in life.joined if not known else ():
            if story.created <= at < story.closed:
                item = note("arrival", life.username, life.user_id)
                item.optional = at < story.imported
                yield item
        for at in life.went:
            if story.created <= at:
                item = note("departure", life.username, life.user_id)
                # The second farewell of the same person is no news, nor is a stranger's.
                item.optional = not known or life.left <= at or not story.imported <= at
                item.optional = item.optional or at >= story.closed
                yield item
        if known and life.left != FOREVER:
            at = life.left
            yield note("farewell", life.username, life.user_id)


def shared_dues(
    story: Story, prompts: dict[tuple[str, int], tuple[str, datetime]]
) -> Iterator[Due]:
    """Answers that become readable for the team, in the thread under that week's prompt.

    `prompts` has the message of each team's prompt that was delivered, and when: an answer given
    before it waits for the thread. An answer that follows another one for the team changes the
    shared message and is no new one.
    """
    latest: dict[tuple[str, int], str] = {}
    for answer in story.answers:
        key = (answer.author, answer.week)
        before, latest[key] = latest.get(key), answer.audience
        if answer.audience != "team" or before == "team":
            continue
        starter, asked = prompts.get((answer.team, answer.week), (None, answer.at))
        due = max(answer.at, asked)
        item = Due(
            "cs",
            f"week {answer.week} by {answer.author}",
            due,
            due + WEEK,
            place=f"thread {starter}" if starter else f"team {answer.team}",
            contains=answer.texts,
            mentions=(f"<@{story.lives[answer.author].user_id}>", *answer.texts[:1]),
        )
        item.aside = {"team": answer.team, "week": answer.week, "author": answer.author}
        item.optional = starter is None
        yield item
