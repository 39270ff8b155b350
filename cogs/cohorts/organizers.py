"""`/organizers`: who may run cohorts on this server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.face import Liftoff, actor_of
from bot.ui.answers import Interaction, answer


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Organizers(
    commands.GroupCog, group_name="organizers", group_description="Who may run cohorts here"
):
    """Add, remove, show. Naming is for people with the Manage Server permission."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.organizers
        self._client = client

    @app_commands.command(name="add", description="Name somebody organizer of this server")
    @app_commands.describe(member="Who")
    async def add(self, interaction: Interaction, member: discord.Member) -> None:
        """`/organizers add`: lets somebody run cohorts here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        name = interaction.guild.name if interaction.guild else ""
        await self._service.name(actor_of(interaction), name, member.id)
        missed = await self._sync(member)
        await answer(interaction, f"{member.mention} can run cohorts here now.{missed}")

    @app_commands.command(name="remove", description="Take the naming of an organizer back")
    @app_commands.describe(member="Who")
    async def remove(self, interaction: Interaction, member: discord.Member) -> None:
        """`/organizers remove`: takes a naming back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._service.unname(actor_of(interaction), member.id)
        missed = await self._sync(member)
        await answer(interaction, f"{member.mention} is not named organizer any more.{missed}")

    async def _sync(self, member: discord.Member) -> str:
        """Makes their roles right. Who may do what does not hang on it, so it may be put right
        later; returns what is to be said then.
        """
        try:
            await self._client.role_keeper.sync(member.guild.id, member.id)
        except discord.Forbidden:
            return (
                " Discord did not let me change their roles: please move my role above the roles "
                "that I give, then repeat this command."
            )
        return ""

    @app_commands.command(name="show", description="Who is named organizer of this server")
    async def show(self, interaction: Interaction) -> None:
        """`/organizers show`: those named here, besides organizers from rosters."""
        users = await self._service.named(actor_of(interaction))
        named = ", ".join(f"<@{user}>" for user in users) or "nobody"
        await answer(
            interaction,
            f"Named here: {named}. Organizers on the roster of an open cohort count, too.",
        )
