"""What is coming, held back, or failed: for organizers, with a preview of each post."""

from bot.face import Liftoff
from cogs.deliveries.cog import Deliveries


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Deliveries(client))
