"""What a server should look like for its cohorts. Pure: nothing here talks to Discord."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

EVERYONE = "everyone"
BOT = "bot"

CHANNELS_PER_CATEGORY = 50

_SEE = discord.Permissions(view_channel=True)
_WRITE = discord.Permissions(
    send_messages=True, send_messages_in_threads=True, create_public_threads=True
)
_BOT_NEEDS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    pin_messages=True,
)

INVITE_PERMISSIONS = _BOT_NEEDS | discord.Permissions(manage_channels=True, manage_roles=True)
"""Exactly what the bot needs on a server; the invite link in the README asks for this."""


@dataclass(frozen=True)
class DesiredRole:
    """A role by what it is for. It carries no permissions of its own."""

    key: str
    name: str


@dataclass(frozen=True)
class Overwrite:
    """What a role (by key, or EVERYONE or BOT) may and may not do in one channel."""

    subject: str
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True)
class DesiredChannel:
    """A channel or category by what it is for."""

    key: str
    name: str
    category: bool = False
    parent: str | None = None
    topic: str = ""
    overwrites: tuple[Overwrite, ...] = ()


@dataclass(frozen=True)
class TeamPlace:
    """What the server needs to know of a team."""

    id: int
    name: str
    project: str


@dataclass(frozen=True)
class CohortPlace:
    """What the server needs to know of a cohort."""

    id: int
    name: str
    teams: tuple[TeamPlace, ...]
    archived: bool = False


@dataclass(frozen=True)
class Desired:
    """Everything that should be there, in an order in which it can be made."""

    roles: tuple[DesiredRole, ...]
    channels: tuple[DesiredChannel, ...]


@dataclass(frozen=True)
class RolesWanted:
    """The bot's roles that an account should have; ids of Discord roles."""

    wanted: frozenset[int]
    owned: frozenset[int]
    """All roles that are the bot's to give and take: it never touches another."""


@dataclass(frozen=True)
class StalePerson:
    """Somebody whose roles on the server may differ from what they should be."""

    person_id: int
    guild_id: int
    user_id: int


def desired_server(cohort: CohortPlace, role_names: Mapping[str, str]) -> Desired:
    """What one cohort needs: the server's shared places, and its own.

    `role_names` gives the roles their names here: mentee, navigator, captain, organizer, alumni.
    """
    roles = [DesiredRole(f"role:{key}", name) for key, name in role_names.items()]
    roles += [
        DesiredRole(team_role(team.id), f"{team.name} ({cohort.name})"[:100])
        for team in cohort.teams
    ]
    shared = (
        DesiredChannel(
            "welcome",
            "welcome",
            topic="Start here. The pinned message leads to everything you need.",
            overwrites=(
                Overwrite(EVERYONE, allow=_SEE.value, deny=_WRITE.value),
                Overwrite(BOT, allow=_BOT_NEEDS.value),
            ),
        ),
        DesiredChannel("introductions", "introductions", topic="Say hello, in your own words."),
        DesiredChannel(
            "organizers",
            "organizers",
            topic="For organizers: notes about things that need a person.",
            overwrites=_only("role:organizer"),
        ),
    )
    return Desired(tuple(roles), shared + tuple(_team_channels(cohort)))


def team_role(team_id: int) -> str:
    """The key of a team's role."""
    return f"team:{team_id}:role"


def team_channel(team_id: int) -> str:
    """The key of a team's channel."""
    return f"team:{team_id}:channel"


def _team_channels(cohort: CohortPlace) -> list[DesiredChannel]:
    channels: list[DesiredChannel] = []
    suffix = " (archive)" if cohort.archived else ""
    for start in range(0, len(cohort.teams), CHANNELS_PER_CATEGORY):
        part = start // CHANNELS_PER_CATEGORY
        number = f" {part + 1}" if part else ""
        category = f"cohort:{cohort.id}:category:{part}"
        channels.append(
            DesiredChannel(
                category,
                f"{cohort.name[:80]}{number}{suffix}",
                category=True,
                overwrites=_only("role:organizer"),
            )
        )
        channels += [
            DesiredChannel(
                team_channel(team.id),
                f"{'archive-' if cohort.archived else ''}{slug(team.name)}",
                parent=category,
                topic=f"Team {team.name}"
                + (f", working on {team.project}" if team.project else ""),
                overwrites=_only(team_role(team.id), "role:organizer", read_only=cohort.archived),
            )
            for team in cohort.teams[start : start + CHANNELS_PER_CATEGORY]
        ]
    return channels


def _only(*role_keys: str, read_only: bool = False) -> tuple[Overwrite, ...]:
    """Hidden from everybody but these roles and the bot, which would shut itself out otherwise."""
    hidden = _SEE | _WRITE if read_only else _SEE
    return (
        Overwrite(EVERYONE, deny=hidden.value),
        *(Overwrite(key, allow=_SEE.value) for key in role_keys),
        Overwrite(BOT, allow=_BOT_NEEDS.value),
    )


def slug(name: str) -> str:
    """A name as Discord writes it for a text channel: lower case, hyphens, no accents."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:90] or "team"


def describe(roles: Sequence[DesiredRole], channels: Sequence[DesiredChannel]) -> list[str]:
    """What will be made, in words for the organizer who is asked."""
    lines = [f"role {role.name}" for role in roles]
    return lines + [describe_channel(channel) for channel in channels]


def describe_channel(channel: DesiredChannel) -> str:
    """One channel or category, in words."""
    return f"category {channel.name}" if channel.category else f"channel #{channel.name}"
