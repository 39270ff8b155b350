"""One-on-ones: from the offer to the meeting."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.kinds import Due, Kind, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.face import Liftoff
from bot.services.crews import CaptainDay
from bot.services.one_on_one_cards import OfferCard, OfferState
from bot.ui.answers import Interaction, answer, replace_card
from bot.ui.calendars import calendar_file
from cogs.one_on_ones import messages, views

MOST_FILES = 10


class OneOnOnes(commands.Cog):
    """A captain's half hour for each mentee, every other week, for those who like."""

    def __init__(self, client: Liftoff) -> None:
        self._service = client.services.one_on_ones
        self._crews = client.services.crews
        self._check_ins = client.services.check_ins
        self._client = client

    async def cog_load(self) -> None:
        """Registers kinds of delivery and buttons."""
        kinds, router = self._client.kinds, self._client.router
        regular, must = Courtesy.REGULAR, Courtesy.MUST
        kinds.register(
            Kind(
                "one_on_one_offer",
                "oo",
                regular,
                self._render_offer,
                private=True,
                late=Late.NEWEST,
            )
        )
        kinds.register(
            Kind(
                "one_on_one_reminder",
                "or",
                must,
                self._render_reminder,
                private=True,
                late=Late.AS_USUAL,
            )
        )
        kinds.register(
            Kind(
                "one_on_one_change",
                "oc",
                must,
                self._render_change,
                private=True,
                late=Late.AS_USUAL,
            )
        )
        kinds.register(
            Kind("captain_week", "cw", regular, self._render_week, private=True, late=Late.NEWEST)
        )
        kinds.register(
            Kind("captain_day", "cd", must, self._render_day, private=True, late=Late.AS_USUAL)
        )
        kinds.register(
            Kind(
                "captain_bookings",
                "cb",
                regular,
                self._render_bookings,
                private=True,
                late=Late.NEWEST,
            )
        )
        router.button(views.BOOK, self._book)
        router.button(views.DECLINE, self._decline)
        router.button(views.CANCEL, self._cancel)
        router.button(views.OFFER, self._offer)
        router.button(views.MINE, self._mine)
        router.button(views.CREW, self._crew)

    @app_commands.command(name="meetings", description="Your meetings, and times for a new one")
    async def meetings(self, interaction: Interaction) -> None:
        """`/meetings`: what is ahead, and a button that finds a time."""
        await self._mine(interaction, "")

    @app_commands.command(name="crew", description="For captains: your mentees and meetings")
    async def crew(self, interaction: Interaction) -> None:
        """`/crew`: who is booked and who is due."""
        await self._crew(interaction, "")

    async def _mine(self, interaction: Interaction, _arg: str) -> None:
        meetings = await self._crews.mine(interaction.user.id)
        await answer(interaction, messages.mine(meetings), view=views.mine_buttons(meetings))

    async def _crew(self, interaction: Interaction, arg: str) -> None:
        crews = await self._crews.crews(interaction.user.id)
        told = await self._check_ins.told_by(interaction.user.id, int(arg)) if arg else []
        await answer(interaction, messages.crew(crews))
        for page in messages.told_in_full(told):
            await answer(interaction, page)

    async def _offer(self, interaction: Interaction, arg: str) -> None:
        card = await self._service.request(interaction.user.id, int(arg) if arg else None)
        await answer(
            interaction, messages.offer(card), view=views.offer_buttons(card), files=_files(card)
        )

    async def _book(self, interaction: Interaction, arg: str) -> None:
        card = await self._service.book(interaction.user.id, int(arg), _message_id(interaction))
        await self._replace(interaction, card)

    async def _decline(self, interaction: Interaction, arg: str) -> None:
        card = await self._service.decline(interaction.user.id, int(arg), _message_id(interaction))
        await self._replace(interaction, card)

    async def _cancel(self, interaction: Interaction, arg: str) -> None:
        meeting = await self._service.cancel(interaction.user.id, int(arg))
        view = None if meeting.reader_is_captain else views.find_button(meeting.cohort_id)
        await answer(interaction, messages.cancelled(meeting), view=view)

    async def _replace(self, interaction: Interaction, card: OfferCard) -> None:
        await replace_card(
            interaction,
            messages.offer(card),
            view=views.offer_buttons(card),
            files=_files(card),
        )

    async def _render_offer(self, due: Due) -> OutMessage | Nothing:
        card = await self._service.offer(due)
        if isinstance(card, str):
            return Nothing(card)
        return OutMessage(messages.offer(card), view=views.offer_buttons(card), files=_files(card))

    async def _render_reminder(self, due: Due) -> OutMessage | Nothing:
        meeting = await self._crews.meeting(due)
        if meeting is None or meeting.state != OfferState.BOOKED:
            return Nothing("the meeting is not to be")
        return OutMessage(messages.reminder(meeting), view=views.cancel_button(meeting.meeting_id))

    async def _render_change(self, due: Due) -> OutMessage | Nothing:
        meeting = await self._crews.meeting(due)
        if meeting is None:
            return Nothing("the meeting is over")
        view = (
            views.crew_button(due.id)
            if meeting.reader_is_captain
            else views.find_button(meeting.cohort_id)
        )
        return OutMessage(messages.change(meeting), view=view, files=[calendar_file(meeting)])

    async def _render_week(self, due: Due) -> OutMessage | Nothing:
        week = await self._crews.captain_week(due)
        if week is None:
            return Nothing("no mentees")
        return OutMessage(messages.captain_week(week), view=views.crew_button(due.id))

    async def _render_day(self, due: Due) -> OutMessage | Nothing:
        return self._evening(due, await self._crews.captain_day(due))

    async def _render_bookings(self, due: Due) -> OutMessage | Nothing:
        return self._evening(due, await self._crews.captain_bookings(due))

    def _evening(self, due: Due, day: CaptainDay | None) -> OutMessage | Nothing:
        if day is None:
            return Nothing("nothing new, or told in another message")
        return OutMessage(
            messages.captain_day(day),
            view=views.crew_button(due.id),
            files=[calendar_file(meeting) for meeting in day.new[:MOST_FILES]],
        )


def _message_id(interaction: Interaction) -> int | None:
    return interaction.message.id if interaction.message else None


def _files(card: OfferCard) -> list[discord.File]:
    """The calendar file belongs to a booked card."""
    if card.meeting is None or card.state is not OfferState.BOOKED:
        return []
    return [calendar_file(card.meeting)]
