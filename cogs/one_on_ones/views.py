"""The buttons of one-on-ones."""

import discord

from bot.services.crews import MyMeetings
from bot.services.one_on_one_cards import OfferCard, OfferState
from bot.ui.actions import ActionButton, buttons
from bot.ui.text import moment_label
from cogs.one_on_ones.messages import cancel_label

BOOK = "meetings:book"
DECLINE = "meetings:decline"
CANCEL = "meetings:cancel"
OFFER = "meetings:offer"
MINE = "meetings:mine"
CREW = "meetings:crew"


def offer_buttons(card: OfferCard) -> discord.ui.View:
    """Below a mentee's card."""
    if card.state is OfferState.BOOKED and card.meeting:
        return cancel_button(card.meeting.meeting_id)
    if card.state is not OfferState.OPEN:
        return find_button(card.cohort_id)
    times = [
        ActionButton(
            BOOK, time.slot_id, label=moment_label(time.starts_at, card.zone), primary=True
        )
        for time in card.times
    ]
    return buttons(*times, ActionButton(DECLINE, card.offer_id, label="Not this time"))


def cancel_button(meeting_id: int) -> discord.ui.View:
    """Below a booked meeting."""
    return buttons(ActionButton(CANCEL, meeting_id, label="Cancel this meeting"))


def find_button(cohort_id: int) -> discord.ui.View:
    """For a mentee without a meeting."""
    return buttons(ActionButton(OFFER, cohort_id, label="Find another time"))


def crew_button(delivery_id: int) -> discord.ui.View:
    """Below a captain's messages."""
    return buttons(ActionButton(CREW, delivery_id, label="My crew"))


def mine_buttons(meetings: MyMeetings) -> discord.ui.View | None:
    """Below the list of one's meetings."""
    items = [
        ActionButton(CANCEL, meeting.meeting_id, label=cancel_label(meeting))
        for meeting in meetings.ahead[:10]
    ]
    several = len(meetings.may_request) > 1
    items += [
        ActionButton(
            OFFER,
            cohort_id,
            label=f"Find a time in {name}" if several else "Find a time with my captain",
            primary=True,
        )
        for cohort_id, name in meetings.may_request[:10]
    ]
    return buttons(*items) if items else None
