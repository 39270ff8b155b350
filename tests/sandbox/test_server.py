"""Channels, roles, threads, pins, events: what discord.py asks for and what it gets."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime, timedelta

import discord
import pytest

from sandbox import Refused
from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene

Target = discord.Role | discord.Member | discord.Object


def guild_of(scene: Scene, bot: Bot) -> discord.Guild:
    """The guild as discord.py knows it."""
    guild = bot.get_guild(scene.guild.id)
    assert guild is not None
    return guild


def general(scene: Scene, bot: Bot) -> discord.TextChannel:
    """#general as discord.py knows it."""
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def private_team(scene: Scene, bot: Bot) -> tuple[discord.Role, discord.TextChannel]:
    """A team's role and its channel, which only the team and the bot see."""
    guild = guild_of(scene, bot)
    role = await guild.create_role(name="mercury", permissions=discord.Permissions.none())
    show = discord.PermissionOverwrite(view_channel=True)
    overwrites: dict[Target, discord.PermissionOverwrite] = {}
    overwrites[guild.default_role] = discord.PermissionOverwrite(view_channel=False)
    overwrites[guild.me.top_role] = overwrites[role] = show
    category = await guild.create_category("Teams")
    channel = await guild.create_text_channel("Mercury", category=category, overwrites=overwrites)
    return role, channel


async def test_a_private_channel(scene: Scene, bot: Bot) -> None:
    role, made = await private_team(scene, bot)
    sandbox, guild = scene.sandbox, scene.guild
    await scene.ben.join(guild)
    channel = sandbox.channel(guild, "mercury")
    assert channel.id == made.id
    assert not sandbox.can_read(scene.ben, channel)
    with pytest.raises(Refused, match="cannot read"):
        scene.ben.read(channel)
    with pytest.raises(Refused, match="cannot write"):
        await scene.ben.write(channel, "hello")
    member = await guild_of(scene, bot).fetch_member(scene.ben.id)
    await member.add_roles(role)
    assert sandbox.can_read(scene.ben, channel)
    assert [one.name for one in scene.ben.channels(guild)] == ["general", "Teams", "mercury"]
    await scene.ben.write(channel, "hello")
    await bot.saw("")
    await member.remove_roles(role)
    assert not sandbox.can_read(scene.ben, channel)
    await made.edit(name="mercury-2027", topic="archived")
    assert (channel.name, channel.topic) == ("mercury-2027", "archived")
    await made.delete()
    with pytest.raises(Refused, match="no channel"):
        sandbox.channel(guild, "mercury-2027")
    await role.delete()
    assert role.id not in guild.role_map
    assert sandbox.unplanned == []


async def test_a_channel_can_hide_from_the_bot(scene: Scene, bot: Bot) -> None:
    guild = guild_of(scene, bot)
    hidden: dict[Target, discord.PermissionOverwrite] = {}
    hidden[guild.default_role] = discord.PermissionOverwrite(view_channel=False)
    channel = await guild.create_text_channel("hidden", overwrites=hidden)
    with pytest.raises(discord.Forbidden) as caught:
        await channel.send("hello")
    assert caught.value.code == 50001


async def test_overwrites_give_only_what_the_bot_holds(scene: Scene, bot: Bot) -> None:
    guild = guild_of(scene, bot)
    channel = general(scene, bot)
    with pytest.raises(discord.Forbidden) as caught:
        await channel.set_permissions(guild.default_role, mute_members=True)
    assert caught.value.code == 50013
    await channel.set_permissions(guild.default_role, send_messages=False)
    await scene.ben.join(scene.guild)
    with pytest.raises(Refused, match="cannot write"):
        await scene.ben.write(scene.sandbox.channel(scene.guild, "general"), "hello")
    await channel.set_permissions(guild.default_role, overwrite=None)
    await scene.ben.write(scene.sandbox.channel(scene.guild, "general"), "hello")


async def test_roles_follow_the_hierarchy(scene: Scene, bot: Bot) -> None:
    guild = guild_of(scene, bot)
    await scene.ben.join(scene.guild)
    first = await guild.create_role(name="first")
    second = await guild.create_role(name="second")
    names = [one.name for one in scene.guild.roles]
    assert names == ["@everyone", "second", "first", "Admin", "Liftoff"]
    member = await guild.fetch_member(scene.ben.id)
    managed = guild.me.top_role
    with pytest.raises(discord.Forbidden) as caught:
        await member.add_roles(managed)
    assert caught.value.code == 50013
    with pytest.raises(discord.Forbidden) as caught:
        await guild.create_role(name="boss", permissions=discord.Permissions(administrator=True))
    assert caught.value.code == 50013
    with pytest.raises(discord.NotFound) as missing:
        await member.add_roles(discord.Object(5))
    assert missing.value.code == 10011
    await member.edit(roles=[first, second])
    assert scene.guild.member_map[scene.ben.id].role_ids == [first.id, second.id]
    await scene.ana.leave(scene.guild)
    with pytest.raises(discord.NotFound) as gone:
        await guild.fetch_member(scene.ana.id)
    assert gone.value.code == 10007


async def test_equal_positions(scene: Scene, bot: Bot) -> None:
    """The older of two roles on one position is higher (Discord's documentation of roles)."""
    guild = guild_of(scene, bot)
    below = await guild.create_role(name="below")
    above = await guild.create_role(name="above")
    scene.guild.role_map[above.id].position = scene.guild.role_map[guild.me.top_role.id].position
    await below.edit(name="still below")
    await above.edit(name="younger, so below as well")
    scene.guild.role_map[above.id].position += 1
    with pytest.raises(discord.Forbidden):
        await above.edit(name="now above")


async def test_threads(scene: Scene, bot: Bot) -> None:
    message = await general(scene, bot).send("Week 1")
    thread = await message.create_thread(name="Week 1 answers")
    assert thread.id == message.id
    await thread.send("a first answer")
    inside = scene.sandbox.channel(scene.guild, "Week 1 answers")
    assert [one.content for one in scene.ana.read(inside)] == ["a first answer"]
    with pytest.raises(discord.HTTPException) as caught:
        await message.create_thread(name="again")
    assert (caught.value.status, caught.value.code) == (400, 160004)
    await thread.edit(archived=True)
    assert [one.archived for one in scene.guild.threads] == [True]
    await thread.send("and it is open again")
    assert [one.archived for one in scene.guild.threads] == [False]
    assert (await bot.fetch_channel(thread.id)).id == thread.id


async def test_a_nonce_is_sent_once(scene: Scene, bot: Bot) -> None:
    channel = general(scene, bot)
    first = await channel.send("one", nonce="cp-41")
    again = await channel.send("two", nonce="cp-41")
    assert (again.id, again.content) == (first.id, "one")
    scene.clock.move(minutes=30)
    later = await channel.send("three", nonce="cp-41")
    assert later.id != first.id
    assert later.created_at == scene.clock.now


async def test_pins(scene: Scene, bot: Bot) -> None:
    channel = general(scene, bot)
    message = await channel.send("home")
    await message.pin()
    assert [one.id async for one in channel.pins()] == [message.id]
    posted = scene.ana.read(scene.sandbox.channel(scene.guild, "general"))
    assert posted[0].pinned
    assert [one.type for one in posted] == [0, 6]
    await message.unpin()
    assert not posted[0].pinned


async def test_messages(scene: Scene, bot: Bot) -> None:
    channel = general(scene, bot)
    file = discord.File(io.BytesIO(b"hi"), "notes.txt", description="Notes")
    message = await channel.send("with a file", file=file, embed=discord.Embed(title="A card"))
    kept = scene.ana.read(scene.sandbox.channel(scene.guild, "general"))[0]
    assert kept.attachments[0].content == b"hi"
    assert await message.attachments[0].read() == b"hi"
    await message.add_reaction("🚀")
    fetched = await channel.fetch_message(message.id)
    assert [(str(one.emoji), one.me) for one in fetched.reactions] == [("🚀", True)]
    reply = await message.reply("indeed")
    assert reply.reference is not None
    assert [one.content async for one in channel.history()] == ["indeed", "with a file"]
    await message.delete()
    assert kept.deleted
    with pytest.raises(discord.NotFound) as caught:
        await channel.fetch_message(message.id)
    assert caught.value.code == 10008
    async with channel.typing():
        pass
    assert len(scene.sandbox.unplanned) == 1


async def test_mentions_obey_allowed_mentions(scene: Scene, bot: Bot) -> None:
    channel = general(scene, bot)
    text = f"hello <@{scene.ana.id}> @everyone"
    assert (await channel.send(text)).mentions == []
    some = discord.AllowedMentions(users=[discord.Object(scene.ana.id)])
    sent = await channel.send(text, allowed_mentions=some)
    assert [one.id for one in sent.mentions] == [scene.ana.id]
    assert not sent.mention_everyone


async def test_people_of_others_may_not_be_edited(scene: Scene, bot: Bot) -> None:
    inside = scene.sandbox.channel(scene.guild, "general")
    message = await scene.ana.write(inside, "mine")
    handle = general(scene, bot).get_partial_message(message.id)
    with pytest.raises(discord.Forbidden) as caught:
        await handle.edit(content="yours")
    assert caught.value.code == 50005
    await handle.delete()
    assert scene.ana.read(inside) == []


async def test_scheduled_events(scene: Scene, bot: Bot) -> None:
    guild = guild_of(scene, bot)
    start = scene.clock.now + timedelta(days=1)

    async def create(end: datetime) -> discord.ScheduledEvent:
        return await guild.create_scheduled_event(
            name="Opening",
            start_time=start,
            end_time=end,
            location="a call",
            entity_type=discord.EntityType.external,
            privacy_level=discord.PrivacyLevel.guild_only,
        )

    event = await create(start + timedelta(hours=1))
    assert await guild.fetch_scheduled_event(event.id) == event
    await event.edit(name="Opening ceremony")
    assert next(iter(scene.guild.events.values()))["name"] == "Opening ceremony"
    with pytest.raises(discord.HTTPException) as caught:
        await create(start - timedelta(hours=1))
    assert caught.value.code == 50035
    await event.delete()
    assert scene.guild.events == {}
    with pytest.raises(discord.NotFound) as gone:
        await guild.fetch_scheduled_event(event.id)
    assert gone.value.code == 10070


async def test_members_come_and_go(scene: Scene, bot: Bot) -> None:
    await scene.ben.join(scene.guild)
    async with bot.changed, asyncio.timeout(5):
        await bot.changed.wait_for(lambda: bool(bot.joined))
    assert bot.joined[0].id == scene.ben.id
    guild = guild_of(scene, bot)
    fetched = {one.name async for one in guild.fetch_members()}
    assert fetched == {one.user.username for one in scene.guild.members}
    found = await guild.query_members("anika")
    assert [one.id for one in found] == [scene.ana.id]
