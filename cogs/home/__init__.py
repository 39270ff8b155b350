"""The one place that leads to everything: home message, help, my messages, plain text."""

from bot.face import Liftoff
from cogs.home.cog import Home


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Home(client))
