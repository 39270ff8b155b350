"""The stable face of the bot for its features: what a cog is given (docs/cogs.md).

A cog package has `async def setup(client)`, as discord.py extensions do, and takes what it needs
from the client: `services`, `kinds`, `router`, `provisioner`, `role_keeper`.
"""

from collections.abc import Awaitable, Callable, Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock
from bot.delivery.kinds import Kinds
from bot.delivery.pace import Pace
from bot.delivery.trouble import CLOSED
from bot.domain.policy import Actor
from bot.provisioning.apply import Provisioner
from bot.provisioning.keeper import ServerKeeper
from bot.provisioning.roles import RoleKeeper
from bot.services import Services
from bot.ui.actions import ActionButton, Router
from bot.ui.answers import Interaction
from bot.ui.errors import present_error

__all__ = ["CLOSED", "Liftoff", "actor_of"]


class _Tree(app_commands.CommandTree["Liftoff"]):
    """Slash commands whose errors end where all errors end."""

    async def on_error(
        self, interaction: discord.Interaction["Liftoff"], error: app_commands.AppCommandError
    ) -> None:
        cause: Exception = error
        if isinstance(error, app_commands.CommandInvokeError):
            cause = error.original
        await present_error(interaction, cause)


class Liftoff(commands.Bot):
    """The Discord client, with everything that features need hanging on it."""

    def __init__(
        self,
        *,
        services: Services,
        kinds: Kinds,
        clock: Clock,
        role_names: Mapping[str, str],
        set_up: Callable[[], Awaitable[None]],
        pace: Pace,
        guild_ready_timeout: float,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        intents.members = True
        intents.dm_messages = True
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=_Tree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=guild_ready_timeout,
            max_messages=None,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self.services = services
        self.kinds = kinds
        self.role_names = role_names
        self.router = Router(clock)
        self.provisioner = Provisioner(self, services.server)
        self.role_keeper = RoleKeeper(self, services.server, clock)
        self.server_keeper = ServerKeeper(
            self, services.troubles, services.server.place, self.provisioner, role_names, clock
        )
        self._pace = pace
        self._mentions: dict[str, str] = {}
        self._set_up = set_up
        self.add_dynamic_items(ActionButton)

    async def setup_hook(self) -> None:
        """Once, before the gateway: loads the features."""
        await self._set_up()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Forms are found by their id alone, so that they outlive a restart of the bot."""
        self._pace.asked(_Question(interaction))
        if interaction.type is discord.InteractionType.modal_submit:
            await self.router.submit(interaction)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """What the bot made and somebody deleted by hand is made again."""
        await self.server_keeper.deleted(channel)

    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, _after: discord.abc.GuildChannel
    ) -> None:
        """The bot may be allowed again what it was not."""
        self.server_keeper.ring()

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """The bot itself may have been given another role."""
        if self.user is not None and after.id == self.user.id:
            self.server_keeper.ring()

    async def on_guild_role_update(self, _before: discord.Role, _after: discord.Role) -> None:
        """As for channels."""
        self.server_keeper.ring()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing is read as a command: features listen for what they want."""

    def command_mention(self, name: str) -> str:
        """A command as a mention that people can tap; its plain name before it is known."""
        return self._mentions.get(name, f"`/{name}`")

    def know_commands(self, mentions: Mapping[str, str]) -> None:
        """Takes over the ids that Discord gave to the commands."""
        self._mentions = dict(mentions)


class _Question:
    """An interaction that somebody waits for."""

    def __init__(self, interaction: Interaction) -> None:
        self._response = interaction.response

    @property
    def answered(self) -> bool:
        """Whether it has its first answer."""
        return self._response.is_done()


def actor_of(interaction: Interaction) -> Actor:
    """Who asks, from which server, with what Discord says of their permissions there."""
    if interaction.guild_id is None:
        raise RuntimeError("an organizer's command was used outside a server")
    return Actor(
        guild_id=interaction.guild_id,
        user_id=interaction.user.id,
        manage_guild=interaction.permissions.manage_guild,
    )
