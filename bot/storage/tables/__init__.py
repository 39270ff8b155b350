"""All tables, typed. docs/storage.md describes each."""

from bot.storage.tables.base import Base
from bot.storage.tables.checkins import CheckIn, CheckInReader
from bot.storage.tables.cohorts import Cohort, CohortChange, Membership, Team
from bot.storage.tables.deliveries import Delivery, Fact, ServerObject
from bot.storage.tables.meetings import OneOnOne, OneOnOneOffer, OneOnOneSlot
from bot.storage.tables.people import (
    AvailabilityRange,
    FormDraft,
    Guild,
    GuildOrganizer,
    Person,
)

__all__ = [
    "AvailabilityRange",
    "Base",
    "CheckIn",
    "CheckInReader",
    "Cohort",
    "CohortChange",
    "Delivery",
    "Fact",
    "FormDraft",
    "Guild",
    "GuildOrganizer",
    "Membership",
    "OneOnOne",
    "OneOnOneOffer",
    "OneOnOneSlot",
    "Person",
    "ServerObject",
    "Team",
]
