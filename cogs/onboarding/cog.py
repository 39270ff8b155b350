"""The first steps: from joining the server to saying hello."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.services.presence import Joined
from bot.ui.actions import draft_key
from bot.ui.answers import Interaction, answer
from bot.ui.forms import FormValues
from cogs.onboarding import messages, views


class Onboarding(commands.Cog):
    """Greets whoever is on a roster, kindly turns to whoever is not."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.onboarding
        self._presence = client.services.presence
        self._waiting = client.services.waiting
        self._client = client

    async def cog_load(self) -> None:
        """Registers kinds of delivery, buttons and the form."""
        kinds, router = self._client.kinds, self._client.router
        kinds.register(
            Kind(
                "greeting",
                "gr",
                Courtesy.ANSWER,
                self._render_greeting,
                private=True,
                late=Late.AS_USUAL,
                public_when_closed=True,
            )
        )
        kinds.register(
            Kind(
                "stranger_note",
                "sn",
                Courtesy.ANSWER,
                self._render_stranger,
                private=True,
                late=Late.AS_USUAL,
            )
        )
        kinds.register(
            Kind(
                "introduction",
                "in",
                Courtesy.ANSWER,
                self._render_introduction,
                private=False,
                late=Late.AS_USUAL,
            )
        )
        router.button(views.OPEN, self._open)
        router.button(views.INTRODUCE, self._introduce)
        router.form(views.FORM, self._submit, opened_by=views.OPEN)

    @app_commands.command(name="start", description="Take the first steps, or change what you said")
    async def start(self, interaction: Interaction) -> None:
        """`/start`: the form about oneself."""
        await self._open(interaction, "")

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Greets somebody, or notes a stranger."""
        if not member.bot:
            await self._presence.joined(member.guild.id, member.id, member.name)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Stops writing to somebody who has left the server."""
        await self._presence.left_server(payload.guild_id, payload.user.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Events may have been missed: compares the members with the rosters."""
        await self._compare(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The same when the server appears for the first time."""
        await self._compare(guild)

    async def _compare(self, guild: discord.Guild) -> None:
        await self._presence.members(
            guild.id,
            [
                Joined(member.name, member.id, member.joined_at)
                for member in guild.members
                if not member.bot and member.joined_at is not None
            ],
            complete=guild.chunked,
        )

    async def _open(self, interaction: Interaction, _arg: str) -> None:
        profile = await self._service.profile(interaction.user.id, interaction.guild_id)
        key = draft_key(views.FORM, profile.person_id)
        draft = await self._waiting.draft(interaction.user.id, key)
        await views.ABOUT_YOU.open(
            interaction, profile.person_id, draft or views.prefilled(profile)
        )

    async def _submit(self, interaction: Interaction, arg: str, values: FormValues) -> None:
        profile = await self._service.complete(
            interaction.user.id, interaction.guild_id, str(interaction.locale), values
        )
        await self._waiting.drop_draft(interaction.user.id, draft_key(views.FORM, arg))
        await answer(
            interaction,
            messages.receipt(profile, self._client.role_names),
            view=views.receipt_buttons(profile.person_id),
        )

    async def _introduce(self, interaction: Interaction, _arg: str) -> None:
        channel = await self._service.introduce(interaction.user.id, interaction.guild_id)
        await answer(interaction, messages.introduced(channel))

    async def _render_greeting(self, due: Due) -> OutMessage | Nothing:
        who = await self._service.newcomer(due)
        if who is None or who.user_id is None:
            return Nothing("needs no greeting any more")
        if due.public:
            return OutMessage(
                messages.public_greeting(who),
                view=views.greeting_button(due.id),
                pings=(who.user_id,),
            )
        return OutMessage(
            messages.greeting(who, self._client.role_names), view=views.greeting_button(due.id)
        )

    async def _render_stranger(self, _due: Due) -> OutMessage:
        return OutMessage(messages.STRANGER)

    async def _render_introduction(self, due: Due) -> OutMessage | Nothing:
        who = await self._service.introduction(due.subject_id)
        if who is None:
            return Nothing("not on the server any more")
        return OutMessage(messages.introduction(who, self._client.role_names))
