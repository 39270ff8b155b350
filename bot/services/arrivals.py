"""Linking an account to a person of a roster, and making the greeting due."""

from datetime import datetime, timedelta

from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.storage.engine import Topic, UnitOfWork
from bot.storage.tables import Cohort, Person

GREETING_USEFUL = timedelta(days=14)


async def link(uow: UnitOfWork, person: Person, user_id: int, now: datetime) -> None:
    """Notes that somebody of the roster is on the server with this account."""
    if person.user_id != user_id:
        person.user_id = user_id
        person.dms_closed = False
    if person.joined_at is None:
        person.joined_at = now
        person.roles_stale = True
        uow.touch(Topic.ROLES)
    await uow.session.flush()


async def greet(
    uow: UnitOfWork, outbox: Outbox, cohort: Cohort, person: Person, now: datetime
) -> None:
    """Makes a greeting due at once, unless the person has been through it already."""
    if person.onboarded_at is not None:
        return
    await outbox.put(
        uow,
        DeliveryPlan(
            kind="greeting",
            subject=f"person:{person.id}",
            occurrence=f"cohort:{cohort.id}",
            guild_id=cohort.guild_id,
            cohort_id=cohort.id,
            person_id=person.id,
            due_at=now,
            last_useful_at=now + GREETING_USEFUL,
            rule="at once",
            courtesy=Courtesy.ANSWER,
        ),
    )
