"""Cohorts, their teams, and who belongs to them in which role."""

from datetime import date, time

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Moment, Name, Snowflake, Word


class Cohort(Base):
    """One run of the programme in one server. Several may run at once."""

    __tablename__ = "cohort"
    __table_args__ = (UniqueConstraint("guild_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake] = mapped_column(ForeignKey("guild.id"))
    name: Mapped[Name]
    start: Mapped[date]
    """Day 1 of week 1: a local date, the same date in every zone."""
    weeks: Mapped[int] = mapped_column(SmallInteger)
    timezone: Mapped[str] = mapped_column(String(64))
    """For what belongs to no team and no person."""
    prompt_weekday: Mapped[int] = mapped_column(SmallInteger)
    """0 is Monday."""
    prompt_time: Mapped[time]
    """Wall-clock time in each team's own timezone."""
    state: Mapped[Word]
    created_at: Mapped[Moment]
    launched_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]


class Team(Base):
    """About three mentees with their navigators and a captain."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("cohort_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    name: Mapped[Name]
    project: Mapped[Name] = mapped_column(default="")
    position: Mapped[int] = mapped_column(SmallInteger)


class Membership(Base):
    """One role of one person in one cohort; a captain has a row for each team."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id", "role", "team_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    role: Mapped[Word]
    position: Mapped[int] = mapped_column(SmallInteger)
    """Order in the roster: a team's timezone is that of its first navigator."""
    preferences: Mapped[str] = mapped_column(String(300), default="")
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    score: Mapped[float | None]
    left_at: Mapped[Moment | None]
