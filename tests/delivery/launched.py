"""A running cohort on a server that the bot has furnished, and deliveries written by hand."""

from pathlib import Path

from sqlalchemy import select

from bot.storage.tables import Delivery, ServerObject
from sandbox import Channel, Message, Role
from tests.delivery.conftest import Desk
from tests.support.world import World

TEAM = "team:1:channel"
"""The provisioning key of the channel of the first team, Mercury."""


async def launched(world: World, wire: Path) -> Desk:
    """A desk whose server has a launched cohort; the channel of its first team is `TEAM`."""
    await world.cohort()
    await world.launch()
    return Desk(world, wire)


async def channel_of(desk: Desk, key: str) -> Channel:
    """The channel that the bot holds for `key` now."""
    async with desk.db.read() as session:
        found = await session.get_one(ServerObject, (desk.world.guild.id, key))
    assert found.discord_id is not None
    return desk.sandbox.world.channels[found.discord_id]


def bots_role(desk: Desk) -> Role:
    """The bot's own role on the server."""
    return next(role for role in desk.world.guild.roles if role.managed)


def said(channel: Channel, word: str) -> list[Message]:
    """Messages of a channel that contain a word, oldest first."""
    return [m for m in channel.messages.values() if m.type == 0 and word in m.content]


async def notes(desk: Desk) -> list[Delivery]:
    """What organizers are told about channels, oldest first, sent or not."""
    async with desk.db.read() as session:
        rows = await session.scalars(
            select(Delivery)
            .where(Delivery.kind == "organizer_note", Delivery.subject.startswith("channel:"))
            .order_by(Delivery.id)
        )
        return list(rows)
