"""Notes in the organizers' channel about things that need a person."""

import discord
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.ui.text import joined, plain


class OrganizerNotes(commands.Cog):
    """Strangers, and people who have left."""

    def __init__(self, client: Liftoff) -> None:
        self._people = client.services.people
        self._client = client

    async def cog_load(self) -> None:
        """Registers the kind of delivery."""
        self._client.kinds.register(
            Kind("organizer_note", "on", Courtesy.POST, self._render, private=False)
        )

    async def _render(self, due: Due) -> OutMessage:
        embed = discord.Embed()
        embed.set_footer(text=f"Note {due.id}")
        return OutMessage(await self._text(due), embed=embed)

    async def _text(self, due: Due) -> str:
        about = due.subject.partition(":")[0]
        if about == "stranger":
            return (
                f"<@{due.subject_id}> joined and is on no roster. If they take part, add them to "
                "the roster and import it again; otherwise there is nothing to do."
            )
        name, username = await self._people.person_names(due.subject_id)
        who = f"{plain(name)} (username {plain(username)})"
        if about == "left":
            cohort = await self._people.cohort_name(due.number)
            roles = await self._people.roles_in(due.subject_id, due.number)
            names = joined([self._client.role_names[role].lower() for role in roles])
            return (
                f"{who}, {names}, has left {plain(cohort)}. No reason is asked, and none is "
                "needed. Their meetings are cancelled and their access has ended."
            )
        return (
            f"{who} has left the server. I stop writing to them; if they join again, everything "
            "goes on."
        )
