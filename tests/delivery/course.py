"""A whole bot on the system's clock, with places and people to write to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.clock import SystemClock
from bot.delivery.kinds import Due, Kind, Late, OutMessage
from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Courtesy
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.settings import Database as DatabaseSettings
from bot.settings import Discord, Security, Settings
from bot.settings_model import Delivery as DeliverySettings
from bot.storage.tables import Delivery, ServerObject
from bot.ui.actions import ActionButton, buttons
from sandbox import Channel, Person, Sandbox
from sandbox.guilds import add_channel
from tests.storage.rows import add, guild, person, plan
from tests.support.database import KEY

PATIENCE = 60.0
"""Wall seconds within which everything on the wire happens."""


class Course:
    """A whole bot on the system's clock, with places and people to write to."""

    def __init__(self, sandbox: Sandbox, url: str, wire: Path) -> None:
        self.sandbox = sandbox
        self.url = url
        self.wire = wire
        self.application = sandbox.create_application("Liftoff")
        self.guild = sandbox.create_guild("Djangonaut Space")
        sandbox.invite_bot(self.application, self.guild, INVITE_PERMISSIONS.value)
        self.app: App | None = None

    async def start(self, per_second: int = 45, openings: int = 60) -> App:
        """Logs in; returns before anything is due."""
        settings = Settings(
            discord=Discord(
                token=SecretStr(self.application.token),
                api_base=self.sandbox.api_base,
                gateway_url=self.sandbox.gateway_url,
            ),
            database=DatabaseSettings(url=self.url),
            security=Security(encryption_keys=(SecretStr(KEY),)),
            delivery=DeliverySettings(
                requests_per_second=per_second, first_messages_per_minute=openings
            ),
        )
        self.app = App(settings, SystemClock())
        for name, courtesy in (("trial", Courtesy.ANSWER), ("base", Courtesy.ANSWER)):
            render = with_button if name == "base" else plainly
            kind = Kind(name, f"z{name[0]}", courtesy, render, private=False, late=Late.AS_USUAL)
            self.app.kinds.register(kind)
        await self.app.start()
        async with self.app.db.write() as uow:
            await add(uow.session, guild(self.guild.id))
            await uow.commit()
        return self.app

    async def place(self, key: str) -> Channel:
        """A channel to write to."""
        assert self.app is not None
        world = self.sandbox.world
        made = Channel(world.ids.next(), 0, name=key.replace(":", "-"), guild_id=self.guild.id)
        add_channel(world, self.guild, made)
        async with self.app.db.write() as uow:
            here = ServerObject(
                guild_id=self.guild.id, key=key, discord_id=made.id, intended_at=SystemClock().now()
            )
            await add(uow.session, here)
            await uow.commit()
        return made

    async def person(self, username: str) -> tuple[Person, int]:
        """Somebody who was never written to."""
        assert self.app is not None
        account = self.sandbox.create_person(username)
        await account.join(self.guild)
        async with self.app.db.write() as uow:
            row = person(username, guild_id=self.guild.id, user_id=account.id)
            await add(uow.session, row)
            await uow.commit()
        return account, row.id

    async def put(self, *rows: dict[str, Any]) -> list[int]:
        """Writes down what is due now, all in one transaction, in this order."""
        assert self.app is not None
        outbox, begin = Outbox(SystemClock()), SystemClock().now()
        numbers = []
        async with self.app.db.write() as uow:
            for n, row in enumerate(rows):
                usual: dict[str, Any] = {
                    "guild_id": self.guild.id,
                    "courtesy": Courtesy.ANSWER,
                    "due_at": begin - timedelta(minutes=30) + timedelta(milliseconds=n),
                    "last_useful_at": begin + timedelta(days=1),
                }
                number = await outbox.put(uow, plan(**(usual | row)))
                assert number is not None
                numbers.append(number)
            await uow.commit()
        return numbers

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            # Nobody tells when a row has changed.
            while not await true():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def row(self, number: int) -> Delivery:
        assert self.app is not None
        async with self.app.db.read() as session:
            return await session.get_one(Delivery, number)

    async def sent(self, *numbers: int) -> None:
        """Returns once all of them are recorded as sent."""

        async def all_sent() -> bool:
            return all([(await self.row(n)).state == "sent" for n in numbers])

        await self.until(all_sent)

    def arrived(self, method: str, route: str) -> list[datetime]:
        """When such requests arrived (UTC), the earliest first."""
        self.sandbox.flush()
        lines = map(json.loads, self.wire.read_text(encoding="utf-8").splitlines())
        return sorted(
            datetime.fromisoformat(line["t"]) - timedelta(milliseconds=line["ms"])
            for line in lines
            if line["kind"] == "request" and (line["method"], line["route"]) == (method, route)
        )

    async def stop(self) -> None:
        self.sandbox.faults.clear()
        if self.app is not None:
            await self.app.stop()


async def plainly(due: Due) -> OutMessage:
    if due.occurrence.endswith(":slow"):
        await asyncio.sleep(0.5)
    return OutMessage(f"{due.kind} {due.occurrence}")


async def with_button(due: Due) -> OutMessage:
    return OutMessage("base", view=buttons(ActionButton("trial:think", label="Think")))
