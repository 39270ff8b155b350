"""Check-ins: from the weekly question to the receipt."""

from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.services.checkins import CheckInForm
from bot.ui.actions import draft_key
from bot.ui.answers import Interaction, answer
from bot.ui.forms import FormValues
from cogs.checkins import messages, views


class CheckIns(commands.Cog):
    """The weekly heartbeat: asked in the team's channel, answered by whoever likes."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.check_ins
        self._waiting = client.services.waiting
        self._teams = client.services.teams
        self._client = client

    async def cog_load(self) -> None:
        """Registers kinds of delivery, buttons and the form."""
        kinds, router = self._client.kinds, self._client.router
        kinds.register(
            Kind(
                "checkin_prompt",
                "cp",
                Courtesy.POST,
                self._render_prompt,
                private=False,
                late=Late.SAYS_SO,
            )
        )
        kinds.register(
            Kind(
                "checkin_shared",
                "cs",
                Courtesy.ANSWER,
                self._render_shared,
                private=False,
                late=Late.AS_USUAL,
            )
        )
        kinds.register(
            Kind(
                "navigator_week",
                "nw",
                Courtesy.REGULAR,
                self._render_digest,
                private=True,
                late=Late.NEWEST,
            )
        )
        router.button(views.OPEN, self._open)
        router.button(views.SKIP, self._skip)
        router.button(views.CURRENT, self._current)
        router.button(views.COHORT, self._cohort)
        router.button(views.DIGEST, self._digest)
        router.form(views.FORM, self._submit, opened_by=views.OPEN)

    @app_commands.command(name="checkin", description="Open this week's check-in")
    async def checkin(self, interaction: Interaction) -> None:
        """`/checkin`: this week's form, or the question which cohort is meant."""
        await self._current(interaction, "")

    async def _current(self, interaction: Interaction, _arg: str) -> None:
        choices = await self._service.cohorts_of(interaction.user.id)
        if len(choices) > 1:
            await answer(
                interaction,
                "You are in more than one cohort. Which one is this check-in for?",
                view=views.cohort_buttons(choices),
            )
            return
        await self._cohort(interaction, str(choices[0].cohort_id))

    async def _cohort(self, interaction: Interaction, arg: str) -> None:
        form = await self._service.current_form(interaction.user.id, int(arg))
        await self._show(interaction, form)

    async def _open(self, interaction: Interaction, arg: str) -> None:
        form = await self._service.form(interaction.user.id, int(arg))
        await self._show(interaction, form)

    async def _show(self, interaction: Interaction, form: CheckInForm) -> None:
        key = draft_key(views.FORM, form.prompt_id)
        draft = await self._waiting.draft(interaction.user.id, key)
        await views.check_in_form(form).open(interaction, form.prompt_id, draft or form.values)

    async def _submit(self, interaction: Interaction, arg: str, values: FormValues) -> None:
        receipt = await self._service.submit(
            interaction.user.id, int(arg), values, draft=draft_key(views.FORM, arg)
        )
        await answer(interaction, messages.receipt(receipt))

    async def _skip(self, interaction: Interaction, arg: str) -> None:
        skipped = await self._service.skip(interaction.user.id, int(arg))
        await answer(interaction, messages.skipped(skipped))

    async def _digest(self, interaction: Interaction, arg: str) -> None:
        told = await self._service.told_by(interaction.user.id, int(arg))
        for page in messages.told(told):
            await answer(interaction, page)

    async def _render_prompt(self, due: Due) -> OutMessage:
        sheet = await self._teams.sheet(due.subject_id)
        return OutMessage(
            messages.prompt(due.number, sheet.weeks, late=due.late),
            view=views.prompt_buttons(due.id),
        )

    async def _render_shared(self, due: Due) -> OutMessage | Nothing:
        shared = await self._service.shared(due.subject_id)
        if shared is None:
            return Nothing("no longer shared with the team")
        return OutMessage(
            messages.shared(shared), thread=f"Week {shared.week}: shared with the team"
        )

    async def _render_digest(self, due: Due) -> OutMessage | Nothing:
        if due.person_id is None:
            return Nothing("meant for nobody")
        told = await self._service.tell_navigator(due.id, due.person_id)
        if not told:
            return Nothing("nothing new to tell")
        return OutMessage(messages.digest(due.number, told), view=views.digest_buttons(due.id))
