"""Who can read which channel, by Discord's own rule, and who should, by the programme's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.oracle_items import GRACE
from rehearsal.oracle_story import FOREVER, Life, Story
from rehearsal.oracle_time import stamp
from rehearsal.oracle_world import (
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    TEXT_CHANNELS,
    VIEW_CHANNEL,
    World,
    worlds,
)


@dataclass
class Access:
    """How many pairs of person and channel were looked at, and what was wrong."""

    checked: int = 0
    wrong: list[str] = field(default_factory=list)


def check_access(story: Story) -> Access:
    """Look after launch, after each arrival in the cohort and each farewell, and at the end."""
    access = Access()
    if story.launched == FOREVER:
        return access
    turns = _turns(story)
    end = story.wire.end
    settled = {min(turn + GRACE, end) for turn in turns if turn >= story.launched} | {end}
    seen: set[str] = set()
    for moment, world in worlds(story.wire, story.guild_id, settled):
        recent = _unsettled(story, moment, end)
        for life in [*story.lives.values(), *story.strangers.values()]:
            if life.user_id not in world.members or life.username in recent:
                continue
            for channel in _channels(world):
                access.checked += 1
                for fault in _faults(story, world, life, channel, moment):
                    if fault not in seen:
                        seen.add(fault)
                        access.wrong.append(f"access: {fault} at {stamp(moment)}")
    return access


def _turns(story: Story) -> set[datetime]:
    turns = {story.launched}
    if story.closed != FOREVER:
        turns.add(story.closed)
    for life in story.lives.values():
        turns |= {moment for moment in (life.onboarded, life.left) if moment != FOREVER}
        turns |= set(life.joined)
    for record in story.wire.of("event"):
        # A change of a channel or role may open what was closed, at any time.
        if record.text("event") in ("CHANNEL_UPDATE", "GUILD_ROLE_UPDATE"):
            turns.add(record.at)
    return turns


def _unsettled(story: Story, moment: datetime, end: datetime) -> set[str]:
    """People about whom something changed so shortly before that roles may still be under way."""
    since = moment - GRACE
    return {
        life.username
        for life in story.lives.values()
        if moment != end
        and any(since < turn <= moment for turn in (life.onboarded, life.left, *life.joined))
    }


def _channels(world: World) -> list[str]:
    return [key for key, one in world.channels.items() if one.get("type") in TEXT_CHANNELS]


def _faults(
    story: Story, world: World, life: Life, channel: str, moment: datetime
) -> Iterator[str]:
    meaning = story.places.meaning.get(channel, "")
    name = meaning or f"#{world.channels[channel].get('name')}"
    can = world.may(life.user_id, channel, VIEW_CHANNEL)
    should = _should(story, world, life, meaning, moment)
    if can and not should:
        yield f"{life.username} can read {name} and should not"
    elif should and not (can and world.may(life.user_id, channel, READ_MESSAGE_HISTORY)):
        yield f"{life.username} cannot read {name} and should"
    # Closing takes its time, too.
    if meaning.startswith("team ") and moment >= story.closed + GRACE:
        writes = any(
            world.may(life.user_id, channel, bit)
            for bit in (SEND_MESSAGES, SEND_MESSAGES_IN_THREADS)
        )
        if writes and not world.admin(life.user_id):
            yield f"{life.username} can write in {name} though the cohort is closed"


def _should(story: Story, world: World, life: Life, meaning: str, moment: datetime) -> bool:
    if world.admin(life.user_id):
        return True
    organizes = world.holds(life.user_id, "organizer") and _may_organize(story, life)
    if meaning == "#organizers":
        return organizes or _due_organizer(story, life, moment)
    if meaning.startswith("team "):
        crew = story.roster.crew(meaning.removeprefix("team "))
        member = life.username in crew and life.onboarded <= moment < life.left
        return member or organizes or _due_organizer(story, life, moment)
    return True


def _due_organizer(story: Story, life: Life, moment: datetime) -> bool:
    return "organizer" in story.roster.roles(life.username) and (
        life.onboarded <= moment < life.left
    )


def _may_organize(story: Story, life: Life) -> bool:
    if "organizer" in story.roster.roles(life.username):
        return True
    return any(
        act.what == "run"
        and act.name in ("organizers add", "cohort create")
        and (life.user_id in str(act.body) or act.who == life.username)
        for act in story.acts
    )
