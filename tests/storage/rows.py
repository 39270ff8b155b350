"""Rows that tests of storage and delivery start from."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.storage.tables import (
    Base,
    Cohort,
    Guild,
    Membership,
    OneOnOneOffer,
    Person,
    ServerObject,
    Team,
)

GUILD = 1_000_000_000_000_000_001
"""Longer than 32 bits, as Discord's ids are."""

NOW = datetime(2027, 2, 15, 9, tzinfo=UTC)


async def add(session: AsyncSession, *rows: Base) -> None:
    """Writes rows in this order."""
    for row in rows:
        session.add(row)
        await session.flush()


def guild(guild_id: int = GUILD) -> Guild:
    return Guild(id=guild_id, name="Djangonaut Space", created_at=NOW)


def channel(key: str, guild_id: int = GUILD) -> ServerObject:
    """A channel that the bot has made."""
    return ServerObject(guild_id=guild_id, key=key, discord_id=77, intended_at=NOW)


def person(username: str, timezone: str = "UTC", guild_id: int = GUILD, **more: Any) -> Person:
    return Person(
        guild_id=guild_id, username=username, name=username.title(), timezone=timezone, **more
    )


def cohort(guild_id: int = GUILD, **more: Any) -> Cohort:
    facts: dict[str, Any] = {
        "guild_id": guild_id,
        "name": "Session 4",
        "start": date(2027, 2, 22),
        "weeks": 8,
        "timezone": "UTC",
        "prompt_weekday": 0,
        "prompt_time": time(9),
        "state": "running",
        "created_at": NOW,
    }
    return Cohort(**(facts | more))


def team(in_cohort: Cohort, name: str = "Mercury", position: int = 0) -> Team:
    return Team(cohort_id=in_cohort.id, name=name, project="Django", position=position)


def membership(
    in_cohort: Cohort, who: Person, role: str, of: Team | None, position: int = 0
) -> Membership:
    return Membership(
        cohort_id=in_cohort.id,
        person_id=who.id,
        role=role,
        team_id=of.id if of else None,
        position=position,
        preferences="",
    )


def offer(in_cohort: Cohort, mentee: Person, captain: Person, number: int) -> OneOnOneOffer:
    return OneOnOneOffer(
        cohort_id=in_cohort.id,
        mentee_id=mentee.id,
        captain_id=captain.id,
        round=number,
        state="open",
        made_at=NOW,
    )


def plan(occurrence: str = "once:1", **more: Any) -> DeliveryPlan:
    """Something due at NOW in a channel, unless said otherwise."""
    facts: dict[str, Any] = {
        "kind": "trial",
        "subject": "guild:1",
        "occurrence": occurrence,
        "guild_id": GUILD,
        "due_at": NOW,
        "last_useful_at": NOW + timedelta(days=2),
        "rule": "at once",
        "courtesy": Courtesy.POST,
    }
    if not {"person_id", "user_id", "place"} & more.keys():
        facts["place"] = "hall"
    return DeliveryPlan(**(facts | more))
