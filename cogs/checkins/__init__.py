"""Weekly check-ins: the prompt, the form, what is shared, the navigator's weekly message."""

from bot.face import Liftoff
from cogs.checkins.cog import CheckIns


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(CheckIns(client))
