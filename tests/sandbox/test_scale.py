"""Ten thousand members. Figures are `make bench`'s; here only what happens counts."""

from __future__ import annotations

import discord
import pytest

from tests.sandbox.bot import Bot, started
from tests.sandbox.conftest import Scene

CROWD = 10_000


@pytest.mark.deep
@pytest.mark.usefixtures("pointed")
async def test_discord_py_learns_all_members(scene: Scene) -> None:
    scene.sandbox.fill(scene.guild, CROWD)
    everybody = CROWD + 3  # and the owner, somebody who manages the server, the bot
    sizes: list[int] = []

    def count(event: str, body: dict[str, object]) -> None:
        members = body.get("members")
        if event == "GUILD_MEMBERS_CHUNK" and isinstance(members, list):
            sizes.append(len(members))

    scene.sandbox.gateway.inspect = count
    async with started(scene.app.token) as bot:
        guild = known(scene, bot)
        if not guild.chunked:
            await guild.chunk()
        assert (guild.member_count, len(guild.members)) == (everybody, everybody)
        assert max(sizes) == 1000
        assert sum(sizes) >= everybody
        last = guild.get_member_named(f"member{CROWD - 1:05}")
        assert last is not None
        found = await guild.query_members("member0999", limit=50)
        assert len(found) == 10
        listed = [member async for member in guild.fetch_members(limit=None)]
        assert len(listed) == everybody
    assert scene.sandbox.unplanned == []


@pytest.mark.deep
async def test_a_crowd_in_a_channel_still_sees_what_it_may(scene: Scene, bot: Bot) -> None:
    scene.sandbox.fill(scene.guild, CROWD)
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    for number in range(200):
        await channel.send(str(number))
    assert len(scene.ana.read(scene.sandbox.channel(scene.guild, "general"))) == 200


def known(scene: Scene, bot: Bot) -> discord.Guild:
    """The guild as discord.py knows it."""
    guild = bot.get_guild(scene.guild.id)
    assert guild is not None
    return guild
