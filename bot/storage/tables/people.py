"""Guilds, the people in them, and when those people are free."""

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.storage.tables.base import Base, Moment, Name, Snowflake, Word
from bot.storage.types import EncryptedText


class Guild(Base):
    """A Discord server that the bot serves. Everything else belongs to exactly one."""

    __tablename__ = "guild"

    id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Name]
    created_at: Mapped[Moment]


class GuildOrganizer(Base):
    """Somebody named organizer of a server by `/organizers add`, whatever the rosters say."""

    __tablename__ = "guild_organizer"

    guild_id: Mapped[Snowflake] = mapped_column(ForeignKey("guild.id"), primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    named_at: Mapped[Moment]


class Person(Base):
    """Somebody from a roster, in one server. Linked to an account once they join it."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("guild_id", "username"),
        UniqueConstraint("guild_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake] = mapped_column(ForeignKey("guild.id"))
    username: Mapped[Name]
    user_id: Mapped[Snowflake | None] = mapped_column(index=True)
    name: Mapped[Name]
    timezone: Mapped[str] = mapped_column(String(64))
    languages: Mapped[str] = mapped_column(String(100), default="")
    about: Mapped[str] = mapped_column(String(300), default="")
    locale: Mapped[str | None] = mapped_column(String(10))
    joined_at: Mapped[Moment | None]
    onboarded_at: Mapped[Moment | None]
    paused_at: Mapped[Moment | None]
    resumes_at: Mapped[Moment | None]
    dms_closed: Mapped[bool] = mapped_column(default=False)
    roles_stale: Mapped[bool] = mapped_column(default=False, index=True)
    """True while the person's roles on the server may differ from what they should be."""

    availability: Mapped[list["AvailabilityRange"]] = relationship(
        cascade="all, delete-orphan",
        order_by="AvailabilityRange.start_minute",
        lazy="raise_on_sql",
    )
    """Loaded only where it is asked for (`bot.services.lookup.with_hours`)."""

    def paused(self, now: datetime) -> bool:
        """Whether the person is away at `now`. A pause with an end is over then by itself."""
        if self.paused_at is None:
            return False
        return self.resumes_at is None or now < self.resumes_at


class AvailabilityRange(Base):
    """Free time every week: minutes since Monday 00:00 on the person's own wall clock."""

    __tablename__ = "availability"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    start_minute: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    end_minute: Mapped[int] = mapped_column(SmallInteger)


class FormDraft(Base):
    """What somebody typed into a form that was refused, so that it need not be typed again."""

    __tablename__ = "form_draft"

    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    form: Mapped[Word] = mapped_column(primary_key=True)
    values: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[Moment]
