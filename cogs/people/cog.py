"""Pause, come back, leave."""

from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.ui.actions import ActionButton, buttons, draft_key
from bot.ui.answers import Interaction, answer
from bot.ui.forms import Field, Form, FormValues
from cogs.people import messages

BREAK = "people:break"
PAUSE = "people:pause"
PAUSE_UNTIL = "people:until"
RESUME = "people:resume"
LEAVE = "people:leave"
LEAVE_YES = "people:leaveyes"
CHECK_IN = "checkin:current"
MEETINGS = "meetings:mine"

UNTIL_FORM = Form(
    name="people:pauseuntil",
    title="Take a break",
    fields=(
        Field(
            "until",
            "Which is your first day back?",
            hint="Year-month-day, in your own calendar.",
            placeholder="2027-03-29",
            required=True,
            max_length=10,
        ),
    ),
)


class People(commands.Cog):
    """A person can pause, leave and come back without explaining."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.people
        self._waiting = client.services.waiting
        self._client = client

    async def cog_load(self) -> None:
        """Registers the kind of delivery, buttons and the form."""
        self._client.kinds.register(
            Kind(
                "welcome_back",
                "wb",
                Courtesy.NUDGE,
                self._render_back,
                private=True,
                late=Late.AS_USUAL,
                pause_holds=False,
            )
        )
        router = self._client.router
        router.button(BREAK, self._break)
        router.button(PAUSE, self._pause)
        router.button(PAUSE_UNTIL, self._open_until)
        router.button(RESUME, self._resume)
        router.button(LEAVE, self._leave)
        router.button(LEAVE_YES, self._leave_yes)
        router.form(UNTIL_FORM.name, self._pause_until, opened_by=PAUSE_UNTIL)

    @app_commands.command(name="pause", description="Take a break; everything waits for you")
    @app_commands.describe(until="Your first day back, e.g. 2027-03-29; empty: until you say so")
    async def pause(self, interaction: Interaction, until: str = "") -> None:
        """`/pause [until]`: nothing is sent and no meeting offered until then."""
        pause = await self._service.pause(interaction.user.id, until)
        await self._away(interaction, messages.paused(pause))

    @app_commands.command(name="resume", description="Come back from a break")
    async def resume(self, interaction: Interaction) -> None:
        """`/resume`: ends a break now."""
        await self._resume(interaction, "")

    @app_commands.command(name="leave", description="Leave a cohort; you are asked once")
    async def leave(self, interaction: Interaction) -> None:
        """`/leave`: asks once, then takes you out of the cohort."""
        await self._leave(interaction, "")

    async def _break(self, interaction: Interaction, _arg: str) -> None:
        view = buttons(
            ActionButton(PAUSE, label="Pause until I am back"),
            ActionButton(PAUSE_UNTIL, label="Pause until a date"),
            ActionButton(RESUME, label="I am back"),
            ActionButton(LEAVE, label="Leave a cohort"),
        )
        await answer(interaction, messages.BREAK, view=view)

    async def _pause(self, interaction: Interaction, _arg: str) -> None:
        pause = await self._service.pause(interaction.user.id, "")
        await self._away(interaction, messages.paused(pause))

    async def _open_until(self, interaction: Interaction, _arg: str) -> None:
        draft = await self._waiting.draft(interaction.user.id, draft_key(UNTIL_FORM.name, ""))
        await UNTIL_FORM.open(interaction, "", draft or {})

    async def _pause_until(self, interaction: Interaction, _arg: str, values: FormValues) -> None:
        pause = await self._service.pause(interaction.user.id, values.get("until", ""))
        await self._waiting.drop_draft(interaction.user.id, draft_key(UNTIL_FORM.name, ""))
        await self._away(interaction, messages.paused(pause))

    async def _away(self, interaction: Interaction, text: str) -> None:
        await answer(interaction, text, view=buttons(ActionButton(RESUME, label="I am back")))

    async def _resume(self, interaction: Interaction, _arg: str) -> None:
        was_away = await self._service.resume(interaction.user.id)
        await answer(interaction, messages.RESUMED if was_away else messages.NOT_PAUSED)

    async def _leave(self, interaction: Interaction, _arg: str) -> None:
        seats = await self._service.cohorts_to_leave(interaction.user.id)
        view = buttons(
            *(
                ActionButton(
                    LEAVE_YES, seat.cohort_id, label=messages.leave_label(seat), danger=True
                )
                for seat in seats[:25]
            )
        )
        await answer(interaction, messages.leaving(seats, self._client.role_names), view=view)

    async def _leave_yes(self, interaction: Interaction, arg: str) -> None:
        cohort = await self._service.leave(interaction.user.id, int(arg))
        await answer(interaction, messages.left(cohort))

    async def _render_back(self, due: Due) -> OutMessage | Nothing:
        name = await self._service.come_back(due.subject_id)
        if name is None:
            return Nothing("away for longer, or not part of an open cohort any more")
        view = buttons(
            ActionButton(CHECK_IN, label="Check in", primary=True),
            ActionButton(MEETINGS, label="My meetings"),
        )
        return OutMessage(messages.welcome_back(name), view=view)
