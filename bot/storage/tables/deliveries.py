"""Messages that are due, and what the bot owns on a server."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.deliveries import Event, State, after
from bot.storage.tables.base import Base, Moment, Name, Snowflake, Word

REASON_LENGTH = 200


class Delivery(Base):
    """One message due to one person or one channel at one time."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "occurrence"),
        Index("ix_delivery_not_before", "not_before"),
        Index("ix_delivery_person_sent", "person_id", "sent_at"),
        Index("ix_delivery_place_sent", "place", "sent_at"),
        Index("ix_delivery_guild_state", "guild_id", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake] = mapped_column(ForeignKey("guild.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    kind: Mapped[Word]
    subject: Mapped[Name]
    """What it is about, e.g. `team:5`. With kind and occurrence it is unique."""
    occurrence: Mapped[Name]
    """Which one of its kind, e.g. `week:3`."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whose direct messages it goes to; else `place` says where."""
    user_id: Mapped[Snowflake | None]
    """The account, for somebody who is on no roster."""
    place: Mapped[Name | None]
    """A channel by its provisioning key, or `thread:<delivery id>`."""
    courtesy: Mapped[Word]
    due_at: Mapped[Moment]
    rule: Mapped[Name]
    """The wall-clock rule that the due time came from, in words."""
    zone: Mapped[str | None] = mapped_column(String(64))
    """The timezone whose wall clock the rule is about; weeks are counted in it."""
    not_before: Mapped[Moment | None]
    """When to look at it (again): the due time, or later for quiet hours, caps and retries.

    Empty when nothing is to be done, so that looking for what is due costs nothing for the rest.
    """
    last_useful_at: Mapped[Moment]
    state: Mapped[Word]
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    lease_until: Mapped[Moment | None]
    unsure_since: Mapped[Moment | None]
    """Since when it has been unknown whether the message exists: the answer to a request that may
    have made it never came. It is looked for before it is sent again."""
    wording: Mapped[str | None] = mapped_column(String(2000))
    """What an organizer wants it to say instead of what the bot would write."""
    route: Mapped[Word | None]
    channel_id: Mapped[Snowflake | None]
    message_id: Mapped[Snowflake | None]
    sent_at: Mapped[Moment | None]
    stale: Mapped[bool] = mapped_column(default=False)
    """True while the message on Discord is older than what it shows."""

    def go(
        self, event: Event, *, reason: str | None = None, not_before: datetime | None = None
    ) -> None:
        """Takes the row to the state that follows `event`; a lease ends with it.

        `not_before` (UTC) has to be given when it stays or becomes planned. Raises
        ImpossibleTransition.
        """
        self.state = after(State(self.state), event)
        self.reason = None if reason is None else reason[:REASON_LENGTH]
        self.lease_until = None
        self.not_before = not_before


class ServerObject(Base):
    """A role, channel or category that the bot made, by what it is for.

    `discord_id` is empty between the intention and the answer of Discord.
    """

    __tablename__ = "server_object"

    guild_id: Mapped[Snowflake] = mapped_column(ForeignKey("guild.id"), primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    discord_id: Mapped[Snowflake | None]
    intended_at: Mapped[Moment]


class Fact(Base):
    """Something the bot remembers about itself, e.g. which commands Discord knows."""

    __tablename__ = "fact"

    key: Mapped[Name] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
