"""Permissions in a channel, case by case, by Discord's documented algorithm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox import permissions as p
from sandbox.model import TEXT, THREAD, Channel, Guild, Member, Overwrite, Role, User

EVERYONE, TEAM, OTHER, ME, CHANNEL = 1, 2, 3, 10, 20
READ = p.VIEW_CHANNEL | p.READ_MESSAGE_HISTORY
WRITE = READ | p.SEND_MESSAGES
FULL = WRITE | p.ATTACH_FILES | p.SEND_MESSAGES_IN_THREADS


def world(base: int, overwrites: list[tuple[int, int, int]]) -> tuple[Guild, Member, Channel]:
    """A guild whose member has TEAM and OTHER, and a channel with overwrites."""
    guild = Guild(EVERYONE, "guild", owner_id=99)
    for role_id, held in ((EVERYONE, base), (TEAM, 0), (OTHER, 0)):
        guild.role_map[role_id] = Role(role_id, EVERYONE, "role", held, role_id - 1)
    member = Member(User(ME, "me"), EVERYONE, datetime(2027, 1, 1, tzinfo=UTC), [TEAM, OTHER])
    guild.member_map[ME] = member
    channel = Channel(CHANNEL, TEXT, "channel", EVERYONE)
    for target, allow, deny in overwrites:
        channel.overwrites[target] = Overwrite(target, int(target == ME), allow, deny)
    guild.channel_map[CHANNEL] = channel
    return guild, member, channel


@pytest.mark.parametrize(
    ("base", "overwrites", "result"),
    [
        (FULL, [], FULL),
        (FULL, [(EVERYONE, 0, p.VIEW_CHANNEL)], 0),
        (FULL, [(EVERYONE, 0, p.VIEW_CHANNEL), (TEAM, p.VIEW_CHANNEL, 0)], FULL),
        (FULL, [(TEAM, 0, p.VIEW_CHANNEL), (OTHER, p.VIEW_CHANNEL, 0)], FULL),
        (FULL, [(TEAM, p.VIEW_CHANNEL, 0), (ME, 0, p.VIEW_CHANNEL)], 0),
        (FULL, [(EVERYONE, 0, p.SEND_MESSAGES)], FULL & ~p.SEND_MESSAGES & ~p.ATTACH_FILES),
        (READ, [(ME, p.SEND_MESSAGES, 0)], WRITE),
        (READ, [(TEAM, 0, p.READ_MESSAGE_HISTORY)], p.VIEW_CHANNEL),
        (p.ADMINISTRATOR, [(ME, 0, p.VIEW_CHANNEL)], p.ALL),
    ],
)
def test_channel(base: int, overwrites: list[tuple[int, int, int]], result: int) -> None:
    guild, member, channel = world(base, overwrites)
    assert p.in_channel(guild, member, channel) == result


def test_the_owner_may_everything() -> None:
    guild, member, channel = world(0, [(ME, 0, p.VIEW_CHANNEL)])
    guild.owner_id = ME
    assert p.in_channel(guild, member, channel) == p.ALL


def test_threads_inherit() -> None:
    guild, member, channel = world(FULL, [(EVERYONE, 0, p.SEND_MESSAGES)])
    thread = Channel(21, THREAD, "thread", EVERYONE, CHANNEL)
    assert p.in_channel(guild, member, thread) == FULL & ~p.SEND_MESSAGES
    channel.overwrites[EVERYONE].deny = p.SEND_MESSAGES_IN_THREADS
    assert p.in_channel(guild, member, thread) == READ
    channel.overwrites[EVERYONE].deny = p.VIEW_CHANNEL
    assert p.in_channel(guild, member, thread) == 0


def test_of_equal_positions_the_older_role_is_higher() -> None:
    older, younger = Role(5, 1, "older", 0, 3), Role(6, 1, "younger", 0, 3)
    assert p.rank(older) > p.rank(younger)
    assert p.rank(Role(7, 1, "higher", 0, 4)) > p.rank(older)
