"""One-on-ones between captains and mentees: offers, bookings, reminders, the captain's week."""

from bot.face import Liftoff
from cogs.one_on_ones.cog import OneOnOnes


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(OneOnOnes(client))
