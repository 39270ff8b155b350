"""A team's channel: welcome, who is who, farewell."""

from collections.abc import Mapping

from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.services.teams import TeamMate, TeamSheet
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer
from bot.ui.text import city, joined, plain, stamp

WHO = "teams:who"


class Teams(commands.Cog):
    """Posts of the bot in a team's own channel."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.teams
        self._client = client

    async def cog_load(self) -> None:
        """Registers kinds of delivery and the button."""
        kinds = self._client.kinds
        kinds.register(
            Kind(
                "team_welcome",
                "tw",
                Courtesy.POST,
                self._render_welcome,
                private=False,
                late=Late.AS_USUAL,
            )
        )
        kinds.register(
            Kind(
                "team_farewell",
                "tf",
                Courtesy.POST,
                self._render_farewell,
                private=False,
                late=Late.AS_USUAL,
            )
        )
        self._client.router.button(WHO, self._who)

    async def _who(self, interaction: Interaction, arg: str) -> None:
        sheet = await self._service.sheet_for(interaction.user.id, int(arg))
        await answer(interaction, who_is_who(sheet, self._client.role_names))

    async def _render_welcome(self, due: Due) -> OutMessage:
        sheet = await self._service.sheet(due.subject_id)
        return OutMessage(
            welcome(sheet), view=buttons(ActionButton(WHO, sheet.id, label="Who is in my team"))
        )

    async def _render_farewell(self, due: Due) -> OutMessage:
        sheet = await self._service.sheet(due.subject_id)
        return OutMessage(
            farewell(sheet), view=buttons(ActionButton(WHO, sheet.id, label="Who is in my team"))
        )


def welcome(sheet: TeamSheet) -> str:
    """The first post in a team's channel."""
    project = f" You will work on {plain(sheet.project)}." if sheet.project else ""
    lines = [
        f"**Welcome, team {plain(sheet.name)}!**{project}",
        "This channel is yours: your team, your captain and the organizers read here.",
    ]
    if sheet.first_prompt is not None:
        lines.append(
            f"Once a week, first on {stamp(sheet.first_prompt)}, I ask how you are. "
            "Answering is optional, and you choose who reads it."
        )
    lines.append("Questions are welcome at any time, and there are no silly ones.")
    return "\n".join(lines)


def farewell(sheet: TeamSheet) -> str:
    """The last post in a team's channel."""
    mentees = [mate.name for mate in sheet.people if mate.role == "mentee"]
    return (
        f"**{plain(sheet.cohort)} is complete. Thank you, team {plain(sheet.name)}!**\n"
        f"{plain(joined(mentees))}: whatever your pace was, you kept coming back. Well done.\n"
        "This channel stays here for you to read. "
        "If you would like to be a captain or a navigator next time, tell an organizer."
    )


def who_is_who(sheet: TeamSheet, role_names: Mapping[str, str]) -> str:
    """The people of a team, and what time it is where they are."""
    lines = [f"**Team {plain(sheet.name)}**"]
    lines += [_line(mate, role_names) for mate in sheet.people]
    return "\n".join(lines)


def _line(mate: TeamMate, role_names: Mapping[str, str]) -> str:
    return (
        f"- {plain(mate.name)}, {role_names[mate.role].lower()}: "
        f"now {mate.local_now:%a %H:%M} in {city(mate.zone)}"
    )
