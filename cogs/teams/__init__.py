"""Teams: what their channels hear besides check-ins, and dates of their own."""

from bot.face import Liftoff
from cogs.teams.cog import Teams
from cogs.teams.dates import TeamDates


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Teams(client))
    await client.add_cog(TeamDates(client))
