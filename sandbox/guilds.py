"""What happens to a server whoever does it: members, roles, channels."""

from __future__ import annotations

from sandbox import payloads, permissions
from sandbox.model import CATEGORY, TEXT, Channel, Guild, Json, Member, Role, User
from sandbox.world import World


def create_guild(world: World, name: str, owner: User) -> Guild:
    """A new server: @everyone with Discord's defaults, one text channel "general"."""
    guild = Guild(world.ids.next(), name, owner.id)
    world.guilds[guild.id] = guild
    guild.role_map[guild.id] = Role(guild.id, guild.id, "@everyone", permissions.EVERYONE, 0)
    guild.member_map[owner.id] = Member(owner, guild.id, world.now())
    add_channel(world, guild, Channel(world.ids.next(), TEXT, "general", guild.id))
    return guild


def add_member(
    world: World, guild: Guild, user: User, *, role_ids: list[int] | None = None
) -> Member:
    """Somebody comes in; who is there already stays as they are."""
    if user.id in guild.member_map:
        return guild.member_map[user.id]
    member = Member(user, guild.id, world.now(), role_ids or [])
    guild.member_map[user.id] = member
    world.tell_member("GUILD_MEMBER_ADD", member)
    return member


def remove_member(world: World, guild: Guild, user: User) -> None:
    """Somebody goes, by themselves or kicked."""
    if guild.member_map.pop(user.id, None) is None:
        return
    for thread in guild.threads:
        thread.thread_members.pop(user.id, None)
    body = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.emit("GUILD_MEMBER_REMOVE", body, guild=guild)
    app = world.application_of(user)
    if app is not None:
        # Without `unavailable`: the bot is out.
        world.emit("GUILD_DELETE", {"id": str(guild.id)}, app=app)


def tell_role(world: World, event: str, guild: Guild, role: Role) -> None:
    """Sends GUILD_ROLE_CREATE or GUILD_ROLE_UPDATE."""
    body = {"guild_id": str(guild.id), "role": payloads.role(role)}
    world.emit(event, body, guild=guild)


def add_role(world: World, guild: Guild, role: Role, *, position: int = 1) -> Role:
    """A new role at ``position``; those from there on move up by one."""
    for other in guild.roles:
        if other.position >= position and other.id != guild.id:
            other.position += 1
    role.position = position
    guild.role_map[role.id] = role
    tell_role(world, "GUILD_ROLE_CREATE", guild, role)
    return role


def remove_role(world: World, guild: Guild, role: Role) -> None:
    """Deletes a role, also from members and overwrites; those above move down by one."""
    del guild.role_map[role.id]
    for other in guild.role_map.values():
        if other.position > role.position:
            other.position -= 1
    for channel in guild.channel_map.values():
        channel.overwrites.pop(role.id, None)
    for member in guild.members:
        if role.id in member.role_ids:
            member.role_ids.remove(role.id)
            world.tell_member("GUILD_MEMBER_UPDATE", member)
    body = {"guild_id": str(guild.id), "role_id": str(role.id)}
    world.emit("GUILD_ROLE_DELETE", body, guild=guild)


def add_channel(world: World, guild: Guild, channel: Channel) -> Channel:
    """Puts a channel into a server, last among its kind unless it has a position."""
    if not channel.position:
        channel.position = sum(
            1
            for one in guild.channels
            if one.parent_id == channel.parent_id
            and (one.type == CATEGORY) == (channel.type == CATEGORY)
        )
    guild.channel_map[channel.id] = channel
    world.channels[channel.id] = channel
    world.tell_channel("CHANNEL_CREATE", channel)
    return channel


def remove_channel(world: World, guild: Guild, channel: Channel) -> None:
    """Deletes a channel or thread; a category's channels stay, a channel's threads go."""
    if channel.is_thread:
        body: Json = {
            "id": str(channel.id),
            "guild_id": str(guild.id),
            "parent_id": str(channel.parent_id),
            "type": channel.type,
        }
        world.tell_channel("THREAD_DELETE", channel, body)
        parent = world.channels.get(channel.parent_id or 0)
        starter = parent.messages.get(channel.id) if parent else None
        if starter is not None:
            starter.thread = None
    guild.channel_map.pop(channel.id)
    world.channels.pop(channel.id)
    for one in list(guild.channel_map.values()):
        if one.parent_id != channel.id:
            continue
        if one.is_thread:
            guild.channel_map.pop(one.id)
            world.channels.pop(one.id)
        else:
            one.parent_id = None
            world.tell_channel("CHANNEL_UPDATE", one)
    if not channel.is_thread:
        world.tell_channel("CHANNEL_DELETE", channel)
