"""`/cohort`: from the first date to the last farewell."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import Refusal
from bot.domain.roster import RosterProblems
from bot.face import Liftoff, actor_of
from bot.provisioning.desired import describe, desired_server
from bot.services.overviews import CohortOverview
from bot.ui import changes
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer, replace_card
from cogs.cohorts import messages

LAUNCH_YES = "cohort:launchyes"
CLOSE_YES = "cohort:closeyes"
CHANGE_YES = "cohort:changeyes"
LARGEST_FILE = 2_000_000
PROGRESS_EVERY = 5
MOST_CHOICES = 25


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Cohorts(commands.GroupCog, group_name="cohort", group_description="For organizers: cohorts"):
    """Create, show, import, launch, change, close."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.cohorts
        self._changes = client.services.changes
        self._rosters = client.services.rosters
        self._server = client.services.server
        self._organizers = client.services.organizers
        self._client = client

    async def cog_load(self) -> None:
        """Registers the confirming buttons."""
        self._client.router.button(LAUNCH_YES, self._launch_yes)
        self._client.router.button(CLOSE_YES, self._close_yes)
        self._client.router.button(CHANGE_YES, self._change_yes)

    @app_commands.command(name="create", description="Create a cohort; nobody is told yet")
    @app_commands.describe(
        name="What it is called, e.g. Session 4",
        start="Day 1 of week 1, e.g. 2027-02-22",
        weeks="How many weeks; usually 8",
        timezone="A city or timezone for what belongs to no team, e.g. Berlin; usually UTC",
        prompt_day="The weekday of the check-in; usually Monday",
        prompt_hour="The hour of the check-in in each team's own time; usually 09:00",
    )
    async def create(
        self,
        interaction: Interaction,
        name: str,
        start: str,
        weeks: int | None = None,
        timezone: str = "UTC",
        prompt_day: str | None = None,
        prompt_hour: str | None = None,
    ) -> None:
        """`/cohort create`: a cohort with its dates."""
        cohort = await self._service.create(
            actor_of(interaction),
            interaction.guild.name if interaction.guild else "",
            name=name,
            start=start,
            weeks=weeks,
            timezone=timezone,
            prompt_day=prompt_day,
            prompt_hour=prompt_hour,
        )
        await answer(interaction, messages.created(cohort))

    @app_commands.command(name="show", description="A cohort at a glance")
    @app_commands.describe(name="Which cohort; empty: the only open one")
    async def show(self, interaction: Interaction, name: str = "") -> None:
        """`/cohort show`: dates, people, teams."""
        cohort = await self._service.show(actor_of(interaction), name)
        await answer(interaction, messages.overview(cohort, self._client.role_names))

    @app_commands.command(
        name="import", description="Import a roster (a CSV file); can be repeated"
    )
    @app_commands.describe(
        file="The roster as a CSV file", name="Which cohort; empty: the only open one"
    )
    async def import_(
        self, interaction: Interaction, file: discord.Attachment, name: str = ""
    ) -> None:
        """`/cohort import`: all of a roster, or nothing and a list of what to correct."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if file.size > LARGEST_FILE:
            raise Refusal(
                "That file is much larger than any roster; please attach the CSV file itself."
            )
        data = await file.read()
        members = interaction.guild.members if interaction.guild else []
        try:
            report = await self._rosters.import_roster(
                actor_of(interaction),
                name,
                data,
                file.filename,
                {member.name: member.id for member in members if not member.bot},
            )
        except RosterProblems as error:
            text = messages.problems(error)
            files = []
            if "the file below" in text:
                content = io.BytesIO(messages.problem_file(error))
                files = [discord.File(content, filename="to-correct.txt")]
            await answer(interaction, text, files=files)
            return
        await answer(interaction, messages.imported(report))

    @app_commands.command(name="launch", description="Make roles and channels, and begin")
    @app_commands.describe(name="Which cohort; empty: the only open one")
    async def launch(self, interaction: Interaction, name: str = "") -> None:
        """`/cohort launch`: shows what it will make, and asks."""
        actor = actor_of(interaction)
        cohort = await self._service.begin_launch(actor, name)
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = await self._server.place(cohort.id)
        desired = desired_server(place, self._client.role_names)
        changes = await self._client.provisioner.compare(cohort.guild_id, desired)
        lines = describe(changes.roles, changes.channels)
        lines += [f"correct #{channel.name}" for channel in changes.edits]
        thin = await self._rosters.thin_teams(actor, cohort.id)
        await answer(
            interaction,
            messages.launch_plan(cohort, lines, thin),
            view=buttons(
                ActionButton(LAUNCH_YES, cohort.id, label=f"Launch {cohort.name}", primary=True)
            ),
        )

    async def _launch_yes(self, interaction: Interaction, arg: str) -> None:
        actor = actor_of(interaction)
        cohort = await self._service.begin_launch_of(actor, int(arg))
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._shape(interaction, cohort, archived=False)
        for user_id in await self._organizers.named(actor):
            try:
                await self._client.role_keeper.sync(cohort.guild_id, user_id)
            except discord.NotFound:
                continue  # has left the server; that must not keep a cohort from beginning
            except discord.Forbidden as error:
                raise Refusal(messages.may_not("organizers of those who are named")) from error
        done = await self._service.launched(actor, cohort.id)
        await interaction.edit_original_response(content=messages.launched(done))

    @app_commands.command(name="change", description="Change dates or check-in hours in mid-flight")
    @app_commands.describe(
        name="Which cohort; empty: the only open one",
        start="Day 1 of week 1, e.g. 2027-02-22",
        weeks="How many weeks",
        timezone="A city or timezone for what belongs to no team, e.g. Berlin",
        prompt_day="The weekday of the check-in, e.g. Tuesday",
        prompt_hour="The hour of the check-in in each team's own time, e.g. 18:00",
    )
    async def change(
        self,
        interaction: Interaction,
        name: str = "",
        start: str = "",
        weeks: int | None = None,
        timezone: str = "",
        prompt_day: str = "",
        prompt_hour: str = "",
    ) -> None:
        """`/cohort change`: shows what will move, and asks."""
        change = await self._changes.cohort(
            actor_of(interaction),
            name,
            start=start,
            weeks=weeks,
            timezone=timezone,
            prompt_day=prompt_day,
            prompt_hour=prompt_hour,
        )
        button = ActionButton(CHANGE_YES, change.id, label=f"Change {change.cohort}", primary=True)
        await answer(interaction, changes.shown(change), view=buttons(button))

    async def _change_yes(self, interaction: Interaction, arg: str) -> None:
        done = await self._changes.make(actor_of(interaction), int(arg))
        await replace_card(interaction, changes.made(done))

    @app_commands.command(name="close", description="End a cohort: farewell, archive, alumni")
    @app_commands.describe(name="Which cohort; empty: the only open one")
    async def close(self, interaction: Interaction, name: str = "") -> None:
        """`/cohort close`: says what it will do, and asks."""
        cohort = await self._service.begin_close(actor_of(interaction), name)
        await answer(
            interaction,
            messages.close_plan(cohort),
            view=buttons(
                ActionButton(CLOSE_YES, cohort.id, label=f"Close {cohort.name}", danger=True)
            ),
        )

    async def _close_yes(self, interaction: Interaction, arg: str) -> None:
        actor = actor_of(interaction)
        cohort = await self._service.say_goodbye(actor, int(arg))
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._shape(interaction, cohort, archived=True)
        done = await self._service.closed(actor, cohort.id)
        await interaction.edit_original_response(content=messages.closed(done))

    @show.autocomplete("name")
    @import_.autocomplete("name")
    @launch.autocomplete("name")
    @change.autocomplete("name")
    @close.autocomplete("name")
    async def _names(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The names of this server's cohorts that contain what was typed, open ones first."""
        names = await self._service.names(interaction.guild_id or 0)
        fitting = [name for name in names if typed.casefold() in name.casefold()]
        return [app_commands.Choice(name=name, value=name) for name in fitting[:MOST_CHOICES]]

    async def _shape(
        self, interaction: Interaction, cohort: CohortOverview, *, archived: bool
    ) -> None:
        """Brings the server into shape, showing how far it is."""
        place = await self._server.place(cohort.id, archived=archived)
        desired = desired_server(place, self._client.role_names)

        async def progress(done: int, total: int, what: str) -> None:
            if done % PROGRESS_EVERY == 0:
                await interaction.edit_original_response(
                    content=messages.progress(done, total, what)
                )

        reason = f"Liftoff: {'close' if archived else 'launch'} by {interaction.user.name}"
        try:
            await self._client.provisioner.apply(cohort.guild_id, desired, reason, progress)
        except discord.Forbidden as error:
            raise Refusal(messages.may_not("all roles and channels")) from error
