"""One-on-ones between a captain and a mentee: offers, their times, and bookings."""

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Moment, Word

_BOOKED = text("state = 'booked'")


class OneOnOneOffer(Base):
    """Times offered to one mentee in one fortnight ("round", counted from 1)."""

    __tablename__ = "one_on_one_offer"
    __table_args__ = (UniqueConstraint("cohort_id", "mentee_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    captain_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[Word]
    made_at: Mapped[Moment]
    answered_at: Mapped[Moment | None]
    """When the mentee first reacted, in whatever way."""


class OneOnOneSlot(Base):
    """One offered time. Its id is what the button carries."""

    __tablename__ = "one_on_one_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("one_on_one_offer.id"), index=True)
    starts_at: Mapped[Moment]
    current: Mapped[bool] = mapped_column(default=True)
    """False once fresh times have replaced it."""


class OneOnOne(Base):
    """A booked meeting of 30 minutes. The indexes make a double booking impossible."""

    __tablename__ = "one_on_one"
    __table_args__ = (
        Index(
            "uq_one_on_one_captain_start",
            "captain_id",
            "starts_at",
            unique=True,
            sqlite_where=_BOOKED,
            postgresql_where=_BOOKED,
        ),
        Index(
            "uq_one_on_one_mentee_start",
            "mentee_id",
            "starts_at",
            unique=True,
            sqlite_where=_BOOKED,
            postgresql_where=_BOOKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("one_on_one_offer.id"))
    captain_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    state: Mapped[Word]
    sequence: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Rises with every change, as calendars expect."""
    booked_at: Mapped[Moment]
    told_by: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    """The message in which the captain was told of the booking."""
