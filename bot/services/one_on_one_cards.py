"""Cards of one-on-ones: an offer as the mentee sees it, a meeting as one of its two sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.lookup import Seat
from bot.services.one_on_one_times import BOOKED, away_time
from bot.storage.tables import OneOnOne, OneOnOneOffer, OneOnOneSlot, Person

UNANSWERED_BEFORE_SILENCE = 2


class OfferState(StrEnum):
    """Where an offer stands, as its card shows it."""

    OPEN = "open"
    BOOKED = "booked"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NO_TIME = "no time"


@dataclass(frozen=True)
class OfferedTime:
    """One time on a card; the id is what its button carries."""

    slot_id: int
    starts_at: datetime


@dataclass(frozen=True)
class MeetingCard:
    """A meeting as one of its two people sees it. Times are UTC."""

    meeting_id: int
    cohort_id: int
    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    state: str
    changed_at: datetime
    reader_zone: ZoneInfo
    other_name: str
    other_user_id: int | None
    other_zone: ZoneInfo
    reader_is_captain: bool


@dataclass(frozen=True)
class OfferCard:
    """An offer as the mentee sees it, in whatever state it is."""

    offer_id: int
    cohort_id: int
    state: OfferState
    captain: str
    captain_zone: ZoneInfo
    mentee: str
    zone: ZoneInfo
    times: tuple[OfferedTime, ...]
    meeting: MeetingCard | None
    notice: str = ""
    """Something that must be said first, e.g. that a time has just been taken."""


async def offer_card(session: AsyncSession, offer: OneOnOneOffer, notice: str = "") -> OfferCard:
    captain = await session.get_one(Person, offer.captain_id)
    mentee = await session.get_one(Person, offer.mentee_id)
    slots = await session.scalars(
        select(OneOnOneSlot)
        .where(OneOnOneSlot.offer_id == offer.id, OneOnOneSlot.current)
        .order_by(OneOnOneSlot.starts_at)
    )
    meeting = None
    if offer.state in (OfferState.BOOKED, OfferState.CANCELLED):
        row = await session.scalar(
            select(OneOnOne)
            .where(OneOnOne.offer_id == offer.id)
            .order_by(OneOnOne.id.desc())
            .limit(1)
        )
        meeting = meeting_card(row, captain, mentee, for_captain=False) if row else None
    return OfferCard(
        offer_id=offer.id,
        cohort_id=offer.cohort_id,
        state=OfferState(offer.state),
        captain=captain.name,
        captain_zone=ZoneInfo(captain.timezone),
        mentee=mentee.name,
        zone=ZoneInfo(mentee.timezone),
        times=tuple(OfferedTime(slot.id, slot.starts_at) for slot in slots),
        meeting=meeting,
        notice=notice,
    )


def meeting_card(
    meeting: OneOnOne, captain: Person, mentee: Person, *, for_captain: bool
) -> MeetingCard:
    """A meeting as one of the two sees it."""
    reader, other = (captain, mentee) if for_captain else (mentee, captain)
    return MeetingCard(
        meeting_id=meeting.id,
        cohort_id=meeting.cohort_id,
        uid=f"one-on-one-{meeting.cohort_id}-{meeting.id}@liftoff",
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        state=meeting.state,
        changed_at=meeting.booked_at,
        reader_zone=ZoneInfo(reader.timezone),
        other_name=other.name,
        other_user_id=other.user_id,
        other_zone=ZoneInfo(other.timezone),
        reader_is_captain=for_captain,
    )


async def clashes(
    session: AsyncSession,
    start: datetime,
    length: timedelta,
    captain: Person,
    mentee: Person,
    now: datetime,
) -> bool:
    """Whether either of the two has a meeting booked that overlaps, or is away then."""
    for person in (captain, mentee):
        away = away_time(person, now)
        if away is not None and start < away[1]:
            return True
    both = (captain.id, mentee.id)
    clash = await session.scalar(
        select(OneOnOne.id).where(
            OneOnOne.state == BOOKED,
            OneOnOne.starts_at < start + length,
            OneOnOne.ends_at > start,
            or_(OneOnOne.captain_id.in_(both), OneOnOne.mentee_id.in_(both)),
        )
    )
    return clash is not None


async def stayed_unanswered(session: AsyncSession, seat: Seat, number: int) -> bool:
    """True when the two latest offers stayed unanswered: then only a button is left."""
    latest = await session.scalars(
        select(OneOnOneOffer)
        .where(
            OneOnOneOffer.cohort_id == seat.cohort.id,
            OneOnOneOffer.mentee_id == seat.person.id,
            OneOnOneOffer.round < number,
            OneOnOneOffer.state != OfferState.NO_TIME,
        )
        .order_by(OneOnOneOffer.round.desc())
        .limit(UNANSWERED_BEFORE_SILENCE)
    )
    offers = list(latest)
    return len(offers) == UNANSWERED_BEFORE_SILENCE and not any(o.answered_at for o in offers)


async def latest_round(session: AsyncSession, seat: Seat) -> int:
    """The last round for which a mentee was offered times, 0 for none."""
    latest = select(func.max(OneOnOneOffer.round)).where(
        OneOnOneOffer.cohort_id == seat.cohort.id, OneOnOneOffer.mentee_id == seat.person.id
    )
    return await session.scalar(latest) or 0


async def find_offer(session: AsyncSession, seat: Seat, number: int) -> OneOnOneOffer | None:
    return await session.scalar(
        select(OneOnOneOffer).where(
            OneOnOneOffer.cohort_id == seat.cohort.id,
            OneOnOneOffer.mentee_id == seat.person.id,
            OneOnOneOffer.round == number,
        )
    )
