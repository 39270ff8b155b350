"""A row of the table `delivery` as the rest of the bot sees it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func

from bot.domain.deliveries import Due, State
from bot.storage.tables import Delivery

THREAD = "thread:"
"""Begins the place of what goes into the thread below another delivery: `thread:<its id>`."""


def due_of(row: Delivery, now: datetime, *, user_id: int | None = None) -> Due:
    """What a renderer is told of a row at `now` (UTC). `user_id` where the row names none."""
    return Due(
        id=row.id,
        kind=row.kind,
        guild_id=row.guild_id,
        cohort_id=row.cohort_id,
        subject=row.subject,
        occurrence=row.occurrence,
        person_id=row.person_id,
        user_id=row.user_id or user_id,
        due_at=row.due_at,
        now=now,
        edit=row.state == State.SENT,
        public=row.route == "public",
    )


def lane_of(person_id: int | None, user_id: int | None, place: str | None, row_id: int) -> str:
    """Where a row goes. What goes to the same place is sent one after another, in order."""
    if person_id is not None:
        return f"person:{person_id}"
    if user_id is not None:
        return f"user:{user_id}"
    return place or f"row:{row_id}"


def elsewhere(lanes: Collection[str]) -> ColumnElement[bool]:
    """Rows that go to none of these places (see `lane_of`)."""
    numbers = {
        word: [int(lane.removeprefix(word)) for lane in lanes if lane.startswith(word)]
        for word in ("person:", "user:", "row:")
    }
    return and_(
        func.coalesce(Delivery.person_id.not_in(numbers["person:"]), True),
        func.coalesce(Delivery.user_id.not_in(numbers["user:"]), True),
        func.coalesce(Delivery.place.not_in(lanes), True),
        Delivery.id.not_in(numbers["row:"]),
    )


def thread_starter(place: str | None) -> int | None:
    """The delivery whose thread a place is; None for other places."""
    if place is None or not place.startswith(THREAD):
        return None
    return int(place.removeprefix(THREAD))
