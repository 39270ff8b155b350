"""What a team's channel hears of the bot besides check-ins: a welcome and a farewell."""

from bot.face import Liftoff
from cogs.teams.cog import Teams


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Teams(client))
