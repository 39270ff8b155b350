"""Notes in the organizers' channel about things that need a person."""

from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.ui.text import joined, plain


class OrganizerNotes(commands.Cog):
    """Strangers, people who have left, and channels that are closed to the bot."""

    def __init__(self, client: Liftoff) -> None:
        self._people = client.services.people
        self._client = client

    async def cog_load(self) -> None:
        """Registers the kind of delivery."""
        self._client.kinds.register(
            Kind(
                "organizer_note",
                "on",
                Courtesy.POST,
                self._render,
                private=False,
                late=Late.AS_USUAL,
            )
        )

    async def _render(self, due: Due) -> OutMessage:
        return OutMessage(await self._text(due))

    async def _text(self, due: Due) -> str:
        about = due.subject.partition(":")[0]
        if about == "stranger":
            return (
                f"<@{due.subject_id}> joined and is on no roster. If they take part, add them to "
                "the roster and import it again; otherwise there is nothing to do."
            )
        if about == "channel":
            return _not_allowed(due)
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


def _not_allowed(due: Due) -> str:
    missing = due.occurrence.partition(":")[0]
    names = [name.replace("_", " ").title() for name in missing.split("+") if name != "unknown"]
    what = (
        f"I lack {'the permission' if len(names) == 1 else 'the permissions'} {joined(names)}"
        if names
        else "Discord does not let me"
    )
    return (
        f"I cannot write in <#{due.subject_id}>: {what} there. A message waits. "
        "Please give my role that permission in the channel's settings; I send it as soon as I may."
    )
