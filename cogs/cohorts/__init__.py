"""Organizers' commands: create, show, import, launch and close a cohort; name organizers."""

from bot.face import Liftoff
from cogs.cohorts.cog import Cohorts
from cogs.cohorts.notes import OrganizerNotes
from cogs.cohorts.organizers import Organizers


async def setup(client: Liftoff) -> None:
    """Loads the feature."""
    await client.add_cog(Cohorts(client))
    await client.add_cog(Organizers(client))
    await client.add_cog(OrganizerNotes(client))
