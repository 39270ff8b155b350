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
    start: Mapped[date | None]
    """Day 1 of week 1, where the team does not begin with its cohort."""
    weeks: Mapped[int | None] = mapped_column(SmallInteger)
    """How many weeks, where they are not as many as its cohort's."""


class CohortChange(Base):
    """A change of dates or hours that an organizer was shown: the button that makes it has its id.

    A field that is empty stays as it is; with a team, it becomes the cohort's again.
    """

    __tablename__ = "cohort_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    start: Mapped[date | None]
    weeks: Mapped[int | None] = mapped_column(SmallInteger)
    timezone: Mapped[str | None] = mapped_column(String(64))
    prompt_weekday: Mapped[int | None] = mapped_column(SmallInteger)
    prompt_time: Mapped[time | None]
    state: Mapped[Word]
    """Shown, made, or outdated: another change was made meanwhile."""
    shown_at: Mapped[Moment]


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
