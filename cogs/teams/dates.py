"""`/team dates`: a team that does not run on its cohort's dates."""

from discord import app_commands
from discord.ext import commands

from bot.face import Liftoff, actor_of
from bot.ui import changes
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer, replace_card

DATES_YES = "teams:datesyes"
MOST_CHOICES = 25


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class TeamDates(commands.GroupCog, group_name="team", group_description="For organizers: teams"):
    """Dates of a team's own."""

    def __init__(self, client: Liftoff) -> None:
        self._changes = client.services.changes
        self._client = client

    async def cog_load(self) -> None:
        """Registers the confirming button."""
        self._client.router.button(DATES_YES, self._dates_yes)

    @app_commands.command(name="dates", description="Give a team dates of its own, or its cohort's")
    @app_commands.describe(
        team="Which team",
        start="Day 1 of its week 1, e.g. 2027-03-01; empty: the cohort's",
        weeks="How many weeks it has; empty: as many as the cohort",
        name="Which cohort; empty: the only open one",
    )
    async def dates(
        self,
        interaction: Interaction,
        team: str,
        start: str = "",
        weeks: int | None = None,
        name: str = "",
    ) -> None:
        """`/team dates`: shows what will move, and asks."""
        change = await self._changes.team_dates(
            actor_of(interaction), name, team, start=start, weeks=weeks
        )
        button = ActionButton(
            DATES_YES, change.id, label=f"Change team {change.team}", primary=True
        )
        await answer(interaction, changes.shown(change), view=buttons(button))

    @dates.autocomplete("team")
    async def _teams(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The teams of the cohort that contain what was typed."""
        name = str(getattr(interaction.namespace, "name", "") or "")
        teams = await self._changes.team_names(actor_of(interaction), name)
        fitting = [team for team in teams if typed.casefold() in team.casefold()]
        return [app_commands.Choice(name=team, value=team) for team in fitting[:MOST_CHOICES]]

    async def _dates_yes(self, interaction: Interaction, arg: str) -> None:
        done = await self._changes.make(actor_of(interaction), int(arg))
        await replace_card(interaction, changes.made(done))
