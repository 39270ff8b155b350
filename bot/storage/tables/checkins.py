"""Weekly check-ins: what was told, and to whom."""

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Moment, Word
from bot.storage.types import EncryptedText


class CheckIn(Base):
    """One person's answer (or skip) for one week. All that they wrote is encrypted."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    week: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[Word]
    audience: Mapped[Word | None]
    progress: Mapped[str | None] = mapped_column(EncryptedText)
    obstacles: Mapped[str | None] = mapped_column(EncryptedText)
    energy: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[Moment]
    shares: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How often it was newly shared with the team; each time is a message of its own."""


class CheckInReader(Base):
    """Who may read a check-in, frozen when it was sent: a later captain does not see it."""

    __tablename__ = "check_in_reader"

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    told_by: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    """The weekly message in which this reader was told of it."""
