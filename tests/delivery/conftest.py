"""A running bot with one person and one channel, and deliveries written by hand."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan
from bot.storage.engine import Database
from bot.storage.tables import Delivery, Guild, Person, ServerObject
from rehearsal.timeline import Timeline
from sandbox import Message, Sandbox
from sandbox import Person as Account
from sandbox.faults import Fault
from sandbox.rest.routing import known_routes
from tests.support.conformance import said_properly
from tests.support.world import PATIENCE, START, World

Renderer = Callable[[Due], Awaitable[OutMessage | Nothing]]
HALL = "hall"
"""The provisioning key of #general in these tests."""
MESSAGES = "/channels/{channel_id}/messages"
ONE_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


async def plainly(due: Due) -> OutMessage:
    """What a delivery of these tests says: its kind and occurrence, and whether it is late."""
    where = " in public" if due.public else ""
    return OutMessage(f"{due.kind} {due.occurrence}{where}{' (late)' if due.late else ''}")


class Desk:
    """Writes deliveries, and looks at what became of them."""

    def __init__(self, world: World, wire: Path) -> None:
        self.world = world
        self.sandbox = world.sandbox
        self._wire = wire

    def fail(
        self, what: int | str, *, method: str = "POST", route: str = MESSAGES, **more: Any
    ) -> Fault:
        """What goes wrong with the next request of this kind, or with `count` of them."""
        return self.sandbox.faults.add(what, method=method, route=route, **{"count": 1, **more})

    def requests(self) -> list[dict[str, Any]]:
        """Everything that the bot asked for, what failed included."""
        self.sandbox.flush()
        lines = map(json.loads, self._wire.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line["kind"] == "request"]

    def asked(self, method: str = "POST", route: str = MESSAGES) -> list[dict[str, Any]]:
        """The bodies of such requests."""
        assert (method, route) in known_routes(), "no request could ever be found"
        fits = (line for line in self.requests() if line["route"] == route)
        return [line["body"] or {} for line in fits if line["method"] == method]

    @property
    def db(self) -> Database:
        assert self.world.app is not None
        return self.world.app.db

    @property
    def now(self) -> datetime:
        return self.world.timeline.now()

    def kind(
        self,
        name: str,
        courtesy: Courtesy = Courtesy.POST,
        render: Renderer = plainly,
        **more: Any,
    ) -> None:
        """Registers a kind of delivery, as a cog does. A bot that is started later has it too."""
        assert self.world.app is not None
        code = f"{len(self.world.kinds):02}"
        kind = Kind(name, code, courtesy, render, private=False, late=Late.AS_USUAL)
        self.world.kinds.append(replace(kind, **more))
        self.world.app.kinds.register(self.world.kinds[-1])

    async def person(self, username: str, zone: str = "UTC", **more: Any) -> tuple[Account, int]:
        """Somebody on the server who is on a roster: their account and their row's id."""
        account = await self.world.join(username)
        async with self.db.write() as uow:
            row = Person(
                guild_id=self.world.guild.id,
                username=username,
                user_id=account.id,
                name=username.title(),
                timezone=zone,
                joined_at=self.now,
                onboarded_at=self.now,
                **more,
            )
            uow.session.add(row)
            await uow.commit()
        return account, row.id

    async def put(
        self,
        kind: str,
        occurrence: str = "once:1",
        *,
        to: int | None = None,
        due: datetime | None = None,
        useful: timedelta = timedelta(days=2),
        settle: bool = True,
        **more: Any,
    ) -> int:
        """Writes one delivery down, to a person or into #general, and lets it be sent."""
        assert self.world.app is not None
        known = self.world.app.kinds.get(kind).courtesy if kind != "unknown" else Courtesy.POST
        due = due or self.now
        plan = DeliveryPlan(
            kind=kind,
            subject=f"person:{to or 0}",
            occurrence=occurrence,
            guild_id=self.world.guild.id,
            due_at=due,
            last_useful_at=due + useful,
            rule="in a test",
            courtesy=known,
            person_id=to,
            place=None if to else HALL,
        )
        async with self.db.write() as uow:
            number = await Outbox(self.world.app.clock).put(uow, replace(plan, **more))
            await uow.commit()
        assert number is not None
        if settle:
            await self.world.settle()
        return number

    async def row(self, number: int) -> Delivery:
        """A delivery as it stands."""
        async with self.db.read() as session:
            return await session.get_one(Delivery, number)

    async def change(self, number: int, **values: Any) -> None:
        """Writes into a row by hand, as no code of the bot's would."""
        async with self.db.write() as uow:
            row = await uow.session.get_one(Delivery, number)
            for name, value in values.items():
                setattr(row, name, value)
            await uow.commit()

    async def refresh(self, number: int) -> None:
        """Says that a sent message is out of date, and lets it be edited."""
        assert self.world.app is not None
        async with self.db.write() as uow:
            await Outbox(self.world.app.clock).refresh(uow, Delivery.id == number)
            await uow.commit()
        await self.world.settle()

    def hall(self) -> list[str]:
        """What stands in #general."""
        return [message.content for message in self.posts()]

    def posts(self) -> list[Message]:
        return self.world.posts("general")


async def _furnished(here: Desk) -> Desk:
    """The server is known to the bot, and #general is a place to post to."""
    async with here.db.write() as uow:
        uow.session.add(Guild(id=here.world.guild.id, name="Home", created_at=START))
        await uow.session.flush()
        general = here.sandbox.channel(here.world.guild, "general").id
        for key in (HALL, "welcome"):
            uow.session.add(
                ServerObject(
                    guild_id=here.world.guild.id, key=key, discord_id=general, intended_at=START
                )
            )
        await uow.commit()
    return here


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, rates: str | float) -> AsyncIterator[Desk]:
    """A bot on a server that it knows. No cohort, so nothing else is due."""
    timeline, wire = Timeline(START, PATIENCE), tmp_path / "wire.jsonl"
    sandbox = Sandbox(timeline.now, record=wire, rates=rates)
    async with sandbox:
        timeline.serve(sandbox)
        world = World(timeline, sandbox, database_url)
        await world.start()
        try:
            yield await _furnished(Desk(world, wire))
        finally:
            sandbox.faults.clear()
            await world.stop()
            await timeline.close()
    assert not sandbox.unplanned, sandbox.unplanned
    said_properly(sandbox)
