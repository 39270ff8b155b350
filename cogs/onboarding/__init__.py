"""Joining: the greeting, the form about oneself, the introduction, and strangers."""

from bot.face import Liftoff
from cogs.onboarding.cog import Onboarding


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Onboarding(client))
