"""Home: one pinned message with five buttons, and what waits for people there."""

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer
from cogs.home import messages

_log = structlog.get_logger(__name__)

MINE = "messages:mine"


class Home(commands.Cog):
    """Leads people to everything else."""

    def __init__(self, client: Liftoff) -> None:
        self._waiting = client.services.waiting
        self._teams = client.services.teams
        self._client = client

    async def cog_load(self) -> None:
        """Registers the home message, and how refused forms are kept."""
        self._client.kinds.register(
            Kind("home", "hm", Courtesy.POST, self._render_home, private=False, late=Late.AS_USUAL)
        )
        self._client.router.button(MINE, self._mine)
        self._client.router.keep_drafts_with(self._waiting.save_draft)

    @app_commands.command(name="messages", description="What could not be delivered to you")
    async def messages(self, interaction: Interaction) -> None:
        """`/messages`: what waits because direct messages are closed."""
        await self._mine(interaction, "")

    @app_commands.command(name="help", description="What I can do for you")
    async def help(self, interaction: Interaction) -> None:
        """`/help`: every command in one line."""
        await answer(interaction, messages.help_text(self._client.command_mention))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answers plain text in direct messages at once; nothing of it is kept."""
        if message.guild is not None or message.author.bot:
            return
        await self._waiting.direct_messages_open(message.author.id)
        contacts = await self._teams.contacts(message.author.id)
        try:
            await message.channel.send(messages.nobody_reads(contacts, self._client.role_names))
        except discord.HTTPException as error:
            _log.warning("an answer to plain text did not arrive", code=error.code)

    async def _mine(self, interaction: Interaction, _arg: str) -> None:
        held = await self._waiting.held_for(interaction.user.id)
        if not held:
            await answer(interaction, messages.NO_MESSAGES)
            return
        await answer(interaction, messages.waiting(len(held)))
        for waiting in held:
            await self._show(interaction, waiting.due)

    async def _show(self, interaction: Interaction, due: Due) -> None:
        """Shows one waiting message; one that fails keeps waiting and does not stop the next."""
        try:
            message = await self._client.kinds.get(due.kind).render(due)
            if isinstance(message, Nothing):
                await self._waiting.dropped(due.id, message.reason)
                return
            await answer(interaction, message.content, view=message.view, files=message.files)
            await self._waiting.shown(due.id)
        except Exception:  # noqa: BLE001 -- it keeps waiting, and the next is shown
            _log.exception("a waiting message could not be shown", delivery=due.id)

    async def _render_home(self, _due: Due) -> OutMessage:
        view = buttons(
            ActionButton("onboarding:open", label="Get started", primary=True),
            ActionButton("checkin:current", label="Check in"),
            ActionButton("meetings:mine", label="My meetings"),
            ActionButton(MINE, label="My messages"),
            ActionButton("people:break", label="Take a break"),
        )
        return OutMessage(messages.HOME, view=view, pin=True)
