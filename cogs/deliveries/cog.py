"""`/deliveries`: what is coming, held back or failed, and what an organizer does about it."""

from collections.abc import Awaitable, Callable

from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import OutMessage
from bot.domain.policy import Actor
from bot.face import Liftoff, actor_of
from bot.services.deliveries import Done
from bot.services.delivery_lists import COMING_PER_PAGE, OTHERS_PER_PAGE
from bot.ui.actions import draft_key
from bot.ui.answers import Interaction, answer, replace_card
from bot.ui.forms import FormValues
from cogs.deliveries import messages, views
from cogs.deliveries.views import Card

Change = Callable[[Actor, int], Awaitable[Done]]


class Deliveries(commands.Cog):
    """Organizers see posts before they go, and what went wrong. Private kinds are only counted."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.deliveries
        self._lists = client.services.delivery_lists
        self._waiting = client.services.waiting
        self._names = client.role_names
        self._client = client

    async def cog_load(self) -> None:
        """Registers buttons and the form."""
        router = self._client.router
        router.button(views.COMING, self._coming)
        router.button(views.HELD, self._held)
        router.button(views.FAILED, self._failed)
        router.button(views.LOOK, self._look)
        router.button(views.EDIT, self._edit)
        router.button(views.HOLD, self._hold)
        router.button(views.RELEASE, self._release)
        router.button(views.CANCEL, self._cancel)
        router.button(views.RETRY, self._retry)
        router.button(views.RETRY_ALL, self._retry_all)
        router.button(views.CANCEL_ALL, self._cancel_all)
        router.button(views.CLOSE, self._close)
        router.form(views.FORM, self._words, opened_by=views.EDIT)

    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.command(
        name="deliveries", description="For organizers: messages that are coming, and what failed"
    )
    async def deliveries(self, interaction: Interaction) -> None:
        """`/deliveries`: what is coming in this server."""
        found = await self._lists.coming(actor_of(interaction))
        await answer(
            interaction,
            messages.coming(found, COMING_PER_PAGE, self._names),
            view=views.coming_buttons(found, self._names),
        )

    # -- lists ------------------------------------------------------------------------------

    async def _coming(self, interaction: Interaction, arg: str) -> None:
        found = await self._lists.coming(actor_of(interaction), int(arg or 0))
        await replace_card(
            interaction,
            messages.coming(found, COMING_PER_PAGE, self._names),
            view=views.coming_buttons(found, self._names),
        )

    async def _held(self, interaction: Interaction, arg: str) -> None:
        found = await self._lists.held(actor_of(interaction), int(arg or 0))
        await replace_card(
            interaction,
            messages.held(found, OTHERS_PER_PAGE, self._names),
            view=views.held_buttons(found, self._names),
        )

    async def _failed(self, interaction: Interaction, arg: str) -> None:
        found = await self._lists.failed(actor_of(interaction), int(arg or 0))
        await replace_card(
            interaction,
            messages.failed(found, OTHERS_PER_PAGE, self._names),
            view=views.failed_buttons(found, self._names),
        )

    async def _close(self, interaction: Interaction, _arg: str) -> None:
        await self._lists.may_see(actor_of(interaction))
        await interaction.response.defer()
        await interaction.delete_original_response()

    # -- one message ------------------------------------------------------------------------

    async def _look(self, interaction: Interaction, arg: str) -> None:
        card = await self._preview(actor_of(interaction), int(arg))
        await interaction.response.send_message(
            card.content, embeds=card.embeds, view=card.view, files=card.files, ephemeral=True
        )

    async def _preview(self, actor: Actor, delivery_id: int) -> Card:
        look = await self._service.look(actor, delivery_id)
        message = await self._client.kinds.get(look.entry.kind).render(look.due)
        return views.preview(look, message, self._names)

    async def _edit(self, interaction: Interaction, arg: str) -> None:
        look = await self._service.look(actor_of(interaction), int(arg))
        key = draft_key(views.FORM, arg)
        values = await self._waiting.draft(interaction.user.id, key)
        if values is None:
            message = await self._client.kinds.get(look.entry.kind).render(look.due)
            own = message.content if isinstance(message, OutMessage) else ""
            values = {views.TEXT: own if look.wording is None else look.wording}
        await views.WORDS_FORM.open(interaction, arg, values)

    async def _words(self, interaction: Interaction, arg: str, values: FormValues) -> None:
        actor, text = actor_of(interaction), values.get(views.TEXT, "").replace("\r\n", "\n")
        look = await self._service.look(actor, int(arg))
        message = await self._client.kinds.get(look.entry.kind).render(look.due)
        if isinstance(message, OutMessage) and text.strip() == message.content.strip():
            # Left as it was: the bot goes on finding the words, with what is true by then.
            text = ""
        await self._service.reword(actor, int(arg), text)
        await self._waiting.drop_draft(interaction.user.id, draft_key(views.FORM, arg))
        card = await self._preview(actor, int(arg))
        await interaction.response.edit_message(
            content=card.content, embeds=card.embeds, view=card.view, attachments=card.files
        )

    async def _hold(self, interaction: Interaction, arg: str) -> None:
        entry = await self._service.hold(actor_of(interaction), int(arg))
        await self._told(interaction, messages.now_held(messages.what(entry, self._names)))

    async def _release(self, interaction: Interaction, arg: str) -> None:
        await self._change(interaction, arg, self._service.release)

    async def _retry(self, interaction: Interaction, arg: str) -> None:
        await self._change(interaction, arg, self._service.retry)

    async def _cancel(self, interaction: Interaction, arg: str) -> None:
        await self._change(interaction, arg, self._service.cancel)

    async def _retry_all(self, interaction: Interaction, arg: str) -> None:
        await self._change(interaction, arg, self._service.retry_all)

    async def _cancel_all(self, interaction: Interaction, arg: str) -> None:
        await self._change(interaction, arg, self._service.cancel_all)

    async def _change(self, interaction: Interaction, arg: str, change: Change) -> None:
        done = await change(actor_of(interaction), int(arg))
        tell = messages.cancelled if done.cancelled else messages.sent_on
        await self._told(interaction, tell(done, self._names))

    @staticmethod
    async def _told(interaction: Interaction, text: str) -> None:
        """What was done takes the place of the card whose button was pressed."""
        await replace_card(interaction, text, view=views.leading_on())
