"""Deliveries as organizers see them. Private kinds appear as counts, never as rows."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.kinds import Kinds
from bot.delivery.outbox import NO_CHANNEL
from bot.delivery.records import UNWRITABLE, refused
from bot.delivery.rows import thread_starter
from bot.domain.deliveries import Courtesy, State
from bot.storage.tables import Delivery, ServerObject, Team

_TEAM = re.compile(r"team:([0-9]+)\b")
_SAID_BY_DISCORD = re.compile(r"[0-9]{3} [0-9]+: (?P<words>.*)", re.DOTALL)


class Trouble(StrEnum):
    """Why a delivery was set aside."""

    NOT_ALLOWED = "not allowed"
    UNWRITABLE = "unwritable"
    UNKNOWN_KIND = "unknown kind"
    REFUSED = "refused"
    OTHER = "other"


@dataclass(frozen=True)
class Failure:
    """What happened to a delivery that was set aside.

    `missing` are discord.py's names of the permissions that the channel does not give;
    `words` is what Discord said, empty for private kinds.
    """

    trouble: Trouble
    channel_id: int | None = None
    missing: frozenset[str] = frozenset()
    words: str = ""


@dataclass(frozen=True)
class Entry:
    """One delivery of a kind that is not private. Times are UTC."""

    id: int
    kind: str
    state: State
    week: int | None
    team: str | None
    place: str
    channel_id: int | None
    """Where it goes, or below which message's channel; None where that is not made yet."""
    due_at: datetime
    next_at: datetime
    """When it goes if nothing is in its way: the due time, or later when it had to wait."""
    last_useful_at: datetime
    waits_for_channel: bool
    reworded: bool
    wordable: bool
    failure: Failure | None


@dataclass(frozen=True)
class PrivateCount:
    """How many messages of a private kind are coming, and around which day the first is due.

    The day is given as its noon in UTC: with the minute, one message would tell of one person.
    """

    kind: str
    count: int
    first_day: datetime


@dataclass(frozen=True)
class PrivateFailures:
    """How many messages of a private kind were set aside, and why. `handle` stands for them."""

    kind: str
    count: int
    handle: int
    reasons: tuple[tuple[Failure, int], ...]


@dataclass(frozen=True)
class Page:
    """A part of a list; `number` counts from 0."""

    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Coming:
    """What is coming in a server."""

    page: Page
    entries: tuple[Entry, ...]
    private: tuple[PrivateCount, ...]
    waiting: int
    """How many messages wait behind "My messages" of people without direct messages."""
    held: int
    failed: int


@dataclass(frozen=True)
class Held:
    """What organizers hold back in a server."""

    page: Page
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Failed:
    """What was set aside in a server, and how many messages of which kind expired lately."""

    page: Page
    groups: tuple[PrivateFailures, ...]
    entries: tuple[Entry, ...]
    expired: tuple[tuple[str, int], ...]


def public_kinds(kinds: Kinds) -> frozenset[str]:
    """The kinds of which organizers may see each message.

    What no cog has registered is not among them: nobody can say that it is not private.
    """
    return frozenset(kind.name for kind in kinds.all() if not kind.private)


def wordable_kinds(kinds: Kinds) -> frozenset[str]:
    """The kinds whose text is the bot's own: posts. An ANSWER in a channel is what people wrote."""
    posts = (kind for kind in kinds.all() if kind.courtesy is Courtesy.POST)
    return frozenset(kind.name for kind in posts if not kind.private)


def page_of(number: int, total: int, size: int) -> Page:
    """The page asked for, or the last one when the list has become shorter."""
    pages = max(1, -(-total // size))
    return Page(min(max(number, 0), pages - 1), pages, total)


def failure(reason: str | None) -> Failure:
    """What the reason of a parked delivery means."""
    if (not_allowed := refused(reason)) is not None:
        return Failure(Trouble.NOT_ALLOWED, *not_allowed)
    text = reason or ""
    if text == UNWRITABLE:
        return Failure(Trouble.UNWRITABLE)
    if text.startswith("no cog renders"):
        return Failure(Trouble.UNKNOWN_KIND)
    if found := _SAID_BY_DISCORD.match(text):
        return Failure(Trouble.REFUSED, words=found["words"])
    return Failure(Trouble.OTHER, words=text)


async def private_failures(
    session: AsyncSession, guild_id: int, rows: Sequence[tuple[str, str | None, int, int]]
) -> list[PrivateFailures]:
    """Groups (kind, reason, count, lowest id) by kind, and drops what could tell of a person.

    A channel stays only where it is one of the server's own: it could be somebody's direct
    messages otherwise.
    """
    ours = set(
        await session.scalars(
            select(ServerObject.discord_id).where(ServerObject.guild_id == guild_id)
        )
    )
    counts: dict[str, Counter[Failure]] = {}
    handles: dict[str, int] = {}
    for kind, reason, count, lowest in rows:
        found = replace(failure(reason), words="")
        if found.channel_id not in ours:
            found = replace(found, channel_id=None)
        counts.setdefault(kind, Counter())[found] += count
        handles[kind] = min(lowest, handles.get(kind, lowest))
    return [
        PrivateFailures(kind, reasons.total(), handles[kind], tuple(reasons.most_common()))
        for kind, reasons in sorted(counts.items())
    ]


async def entries(
    session: AsyncSession, rows: Sequence[Delivery], wordable: frozenset[str]
) -> tuple[Entry, ...]:
    """The rows as their lists show them; `wordable` are the kinds whose text may be changed."""
    starters = await _starters(session, rows)
    places = {row.id: _place(row, starters) for row in rows}
    teams = await _team_names(session, places.values())
    guilds = {row.guild_id for row in rows}
    made = await session.scalars(
        select(ServerObject).where(
            ServerObject.guild_id.in_(guilds), ServerObject.key.in_(set(places.values()))
        )
    )
    channels = {(one.guild_id, one.key): one.discord_id for one in made}
    return tuple(
        Entry(
            id=row.id,
            kind=row.kind,
            state=State(row.state),
            week=_week(row.occurrence),
            team=teams.get(_team_id(places[row.id])),
            place=row.place or "",
            channel_id=channels.get((row.guild_id, places[row.id])),
            due_at=row.due_at,
            next_at=max(row.due_at, row.not_before or row.due_at),
            last_useful_at=row.last_useful_at,
            waits_for_channel=row.state == State.PLANNED and row.reason == NO_CHANNEL,
            reworded=row.wording is not None,
            wordable=row.kind in wordable,
            failure=failure(row.reason) if row.state == State.PARKED else None,
        )
        for row in rows
    )


async def _starters(session: AsyncSession, rows: Sequence[Delivery]) -> dict[int, str]:
    """The places of the messages below whose threads some of the rows go, by delivery id."""
    ids = {starter for row in rows if (starter := thread_starter(row.place)) is not None}
    found = await session.execute(select(Delivery.id, Delivery.place).where(Delivery.id.in_(ids)))
    return {id_: place or "" for id_, place in found}


def _place(row: Delivery, starters: dict[int, str]) -> str:
    starter = thread_starter(row.place)
    return row.place or "" if starter is None else starters.get(starter, "")


async def _team_names(session: AsyncSession, places: Iterable[str]) -> dict[int, str]:
    ids = {_team_id(place) for place in places}
    found = await session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)))
    return dict(found.all())


def _team_id(place: str) -> int:
    """The team whose place it is; 0 where it is nobody's."""
    found = _TEAM.match(place)
    return int(found[1]) if found else 0


def _week(occurrence: str) -> int | None:
    name, _, number = occurrence.partition(":")
    return int(number) if name == "week" and number.isdigit() else None
