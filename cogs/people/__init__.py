"""Taking a break, coming back, and leaving: without a reason."""

from bot.face import Liftoff
from cogs.people.cog import People


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(People(client))
