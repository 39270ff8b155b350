"""What an admin does by hand in the server's settings, behind the bot's back.

Bots are told by the usual events. ``ApiError`` is raised for what Discord would not take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import guilds, messaging
from sandbox.errors import Problems, Refused
from sandbox.model import DM, SUPPRESS_EMBEDS, Channel, Guild, Json, Message, Overwrite, Role, User
from sandbox.validation.names import check_channel, check_role, check_thread, permission_bits
from sandbox.validation.shapes import check_shape

if TYPE_CHECKING:
    from sandbox.server import Sandbox

CHANNEL = frozenset({"name", "topic", "nsfw", "rate_limit_per_user", "position", "parent_id"})
THREAD = frozenset({"name", "rate_limit_per_user", "archived", "locked"})
ROLE = frozenset({"name", "permissions", "color", "hoist", "mentionable", "position"})
MESSAGE = frozenset({"pinned", "suppress_embeds"})
NULLABLE = frozenset({"topic", "parent_id"})
_NAMED = {"rate_limit_per_user": "slowmode"}


class Admin:
    """The hands of the server's owner. Keys of changes are those of Discord's API."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def _did(self, action: str, **body: Any) -> None:
        self.sandbox.wire.begin()
        self.sandbox.actions += 1
        self.sandbox.wire.write("admin", {"action": action, "body": body})

    def _guild(self, channel: Channel) -> Guild:
        if channel.guild_id is None:
            raise Refused("direct messages are nobody's to administer")
        return self.sandbox.world.guilds[channel.guild_id]

    # -- channels -----------------------------------------------------------------------

    def edit_channel(self, channel: Channel, changes: Json) -> None:
        """Changes a channel or thread."""
        guild = self._guild(channel)
        _known(changes, THREAD if channel.is_thread else CHANNEL)
        _shaped(changes)
        (check_thread if channel.is_thread else check_channel)(changes, new=False)
        changes = dict(changes)
        if "parent_id" in changes:
            parent = guild.channel_map.get(int(changes["parent_id"] or 0))
            if changes["parent_id"] is not None and (parent is None or parent.type != 4):
                raise Refused("that is no category of this server")
            changes["parent_id"] = parent.id if parent else None
        self._did("edit-channel", channel_id=str(channel.id), changes=changes)
        for key, value in changes.items():
            setattr(channel, _NAMED.get(key, key), value)
        if "archived" in changes:
            channel.archive_changed = self.sandbox.world.now()
        event = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        self.sandbox.world.tell_channel(event, channel)

    def delete_channel(self, channel: Channel) -> None:
        """Deletes a channel or thread."""
        guild = self._guild(channel)
        self._did("delete-channel", channel_id=str(channel.id), name=channel.name)
        guilds.remove_channel(self.sandbox.world, guild, channel)

    def overwrite(
        self, channel: Channel, target: Role | User, *, allow: int = 0, deny: int = 0
    ) -> None:
        """Sets what a channel allows and denies a role or member; without both it is removed."""
        guild = self._guild(channel)
        is_role = isinstance(target, Role)
        if target.id not in (guild.role_map if is_role else guild.member_map):
            raise Refused("that role or person is not of this server")
        self._did(
            "overwrite",
            channel_id=str(channel.id),
            id=str(target.id),
            allow=str(allow),
            deny=str(deny),
        )
        channel.overwrites.pop(target.id, None)
        if allow or deny:
            channel.overwrites[target.id] = Overwrite(target.id, int(not is_role), allow, deny)
        self.sandbox.world.tell_channel("CHANNEL_UPDATE", channel)

    # -- roles and members --------------------------------------------------------------

    def edit_role(self, role: Role, changes: Json) -> None:
        """Changes a role; ``position`` moves those in between."""
        guild = self.sandbox.world.guilds[role.guild_id]
        _known(changes, ROLE)
        _shaped(changes)
        check_role(changes)
        self._did("edit-role", role_id=str(role.id), changes=changes)
        for key, value in changes.items():
            if key == "permissions":
                value = permission_bits(value, "permissions")
            if key != "position":
                setattr(role, key, value)
        if "position" in changes and role.id != guild.id:
            order = [one for one in guild.roles if one.id not in (role.id, guild.id)]
            order.insert(max(changes["position"] - 1, 0), role)
            for position, one in enumerate(order, start=1):
                if one.position != position and one is not role:
                    one.position = position
                    guilds.tell_role(self.sandbox.world, "GUILD_ROLE_UPDATE", guild, one)
                one.position = position
        guilds.tell_role(self.sandbox.world, "GUILD_ROLE_UPDATE", guild, role)

    def delete_role(self, role: Role) -> None:
        """Deletes a role; a bot's own and @everyone cannot be deleted."""
        if role.managed or role.id == role.guild_id:
            raise Refused(f"the role {role.name!r} cannot be deleted")
        self._did("delete-role", role_id=str(role.id), name=role.name)
        guild = self.sandbox.world.guilds[role.guild_id]
        guilds.remove_role(self.sandbox.world, guild, role)

    def set_role(self, guild: Guild, user: User, role: Role, *, holds: bool) -> None:
        """Gives a member a role, or takes it."""
        member = guild.member_map.get(user.id)
        if member is None:
            raise Refused(f"{user.username} is not in {guild.name}")
        if role.managed or role.id == guild.id:
            raise Refused(f"the role {role.name!r} is not given by hand")
        self._did("set-role", user_id=str(user.id), role_id=str(role.id), holds=holds)
        if holds != (role.id in member.role_ids):
            (member.role_ids.append if holds else member.role_ids.remove)(role.id)
            self.sandbox.world.tell_member("GUILD_MEMBER_UPDATE", member)

    def kick(self, guild: Guild, user: User) -> None:
        """Removes somebody from the server."""
        if user.id == guild.owner_id:
            raise Refused("the owner cannot be removed")
        self._did("kick", user_id=str(user.id), guild_id=str(guild.id))
        guilds.remove_member(self.sandbox.world, guild, user)

    # -- messages -----------------------------------------------------------------------

    def edit_message(self, message: Message, changes: Json) -> None:
        """What can be changed on others' messages: ``pinned`` and ``suppress_embeds``."""
        channel = self._channel_of(message)
        _known(changes, MESSAGE)
        _typed(changes, {"pinned": bool, "suppress_embeds": bool})
        self._did("edit-message", message_id=str(message.id), changes=changes)
        if "pinned" in changes:
            message.pinned_at = self.sandbox.world.now() if changes["pinned"] else None
        if "suppress_embeds" in changes:
            rest = message.flags & ~SUPPRESS_EMBEDS
            message.flags = rest | (SUPPRESS_EMBEDS if changes["suppress_embeds"] else 0)
        self.sandbox.world.tell_message("MESSAGE_UPDATE", message, channel)

    def delete_message(self, message: Message) -> None:
        """Deletes anybody's message in a server."""
        channel = self._channel_of(message)
        body = {"message_id": str(message.id), "channel_id": str(channel.id)}
        self._did("delete-message", **body)
        messaging.delete(self.sandbox.world, message, channel)

    def _channel_of(self, message: Message) -> Channel:
        channel = self.sandbox.world.channels.get(message.channel_id)
        if channel is None or message.deleted or channel.type == DM or message.ephemeral:
            raise Refused("that message is not there for an admin")
        return channel


def _known(changes: Json, allowed: frozenset[str]) -> None:
    if unknown := sorted(set(changes) - allowed):
        raise Refused(f"{unknown} cannot be changed by hand; {sorted(allowed)} can")


def _shaped(changes: Json) -> None:
    """50035 for a value of the wrong kind, or for none where there has to be one."""
    check_shape(changes)
    problems = Problems()
    for key, value in changes.items():
        if value is None and key not in NULLABLE:
            problems.required((key,))
    problems.raise_if_any()


def _typed(changes: Json, kinds: dict[str, type]) -> None:
    problems = Problems()
    for key, kind in kinds.items():
        if key in changes and type(changes[key]) is not kind:
            problems.add((key,), "BASE_TYPE_BAD_TYPE", f"Value is not {kind.__name__}.")
    problems.raise_if_any()
