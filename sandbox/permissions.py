"""Who may do what where: the algorithm of Discord's documentation ("Permissions")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model import THREAD_PRIVATE

if TYPE_CHECKING:
    from sandbox.model import Channel, Guild, Member, Role

KICK_MEMBERS = 1 << 1
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CONNECT = 1 << 20
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_EVENTS = 1 << 33
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
MODERATE_MEMBERS = 1 << 40
CREATE_EVENTS = 1 << 44
PIN_MESSAGES = 1 << 51

ALL = (1 << 53) - 1
"""Every bit that exists so far."""

EVERYONE = 2248473465835073
"""What @everyone may do in a server that somebody has just created: view channels, send, embed,
attach, read history, mention everyone, react, threads, voice, commands, change nickname. It may
not pin, manage, kick or see the audit log."""

DIRECT = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | MENTION_EVERYONE
    | USE_APPLICATION_COMMANDS
    | PIN_MESSAGES
)
"""What both sides may do in a direct message channel."""

_TEXT_ONLY = (
    SEND_MESSAGES
    | MENTION_EVERYONE
    | EMBED_LINKS
    | ATTACH_FILES
    | ADD_REACTIONS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS
)


def base(guild: Guild, member: Member) -> int:
    """A member's permissions in the guild, before any channel."""
    if guild.owner_id == member.user.id:
        return ALL
    total = guild.role_map[guild.id].permissions
    for role_id in member.role_ids:
        total |= guild.role_map[role_id].permissions
    return ALL if total & ADMINISTRATOR else total


def in_channel(guild: Guild, member: Member, channel: Channel) -> int:
    """A member's permissions in a channel; a thread takes those of its parent."""
    total = base(guild, member)
    if total & ADMINISTRATOR:
        return ALL
    thread = channel.is_thread
    if thread and channel.parent_id is not None:
        channel = guild.channel_map[channel.parent_id]
    everyone = channel.overwrites.get(guild.id)
    if everyone is not None:
        total = total & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.role_ids:
        overwrite = channel.overwrites.get(role_id)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    total = total & ~deny | allow
    own = channel.overwrites.get(member.user.id)
    if own is not None:
        total = total & ~own.deny | own.allow
    if not total & VIEW_CHANNEL:
        return 0
    if thread:
        if not total & SEND_MESSAGES_IN_THREADS:
            total &= ~(_TEXT_ONLY & ~ADD_REACTIONS)
    elif not total & SEND_MESSAGES:
        total &= ~(MENTION_EVERYONE | EMBED_LINKS | ATTACH_FILES)
    return total


def held(guild: Guild, member: Member, channel: Channel) -> int:
    """As ``in_channel``, and nothing in a private thread that one is no part of.

    Who manages threads is part of all of them ("Permissions", inherited by threads).
    """
    total = in_channel(guild, member, channel)
    if channel.type == THREAD_PRIVATE and member.user.id not in channel.thread_members:
        return total if total & MANAGE_THREADS else 0
    return total


def rank(role: Role) -> tuple[int, int]:
    """Roles in order of power: position, and of equal positions the older one is higher."""
    return (role.position, -role.id)


def top(guild: Guild, member: Member) -> tuple[int, int]:
    """The rank of a member's highest role."""
    roles = [guild.role_map[role_id] for role_id in member.role_ids]
    return max((rank(role) for role in roles), default=rank(guild.role_map[guild.id]))


def outranks_role(guild: Guild, member: Member, role: Role) -> bool:
    """Whether a member may manage a role, as far as the order of roles goes."""
    return guild.owner_id == member.user.id or top(guild, member) > rank(role)


def outranks(guild: Guild, member: Member, other: Member) -> bool:
    """Whether a member stands above another."""
    if guild.owner_id == other.user.id:
        return False
    return guild.owner_id == member.user.id or top(guild, member) > top(guild, other)
