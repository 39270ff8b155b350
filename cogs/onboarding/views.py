"""The buttons and the form of the first steps."""

import discord

from bot.domain.names import NAME_LIMIT
from bot.services.onboarding import LONGEST_ABOUT, Profile
from bot.ui.actions import ActionButton, buttons
from bot.ui.forms import Field, Form
from cogs.onboarding.messages import FORM_NOTE

OPEN = "onboarding:open"
FORM = "onboarding:submit"
INTRODUCE = "onboarding:introduce"

ABOUT_YOU = Form(
    name=FORM,
    title="About you",
    note=FORM_NOTE,
    fields=(
        Field("name", "What should we call you?", required=True, max_length=NAME_LIMIT),
        Field(
            "timezone",
            "Your city or timezone",
            hint="So that times are shown, and messages sent, in your own time.",
            placeholder="Kathmandu, or Asia/Kathmandu",
            required=True,
            max_length=64,
        ),
        Field(
            "hours",
            "When are you usually free?",
            hint="In your own time. Leave it empty if you do not want meetings proposed.",
            placeholder="Mon 18:00-20:00; Sat 09:00-12:00",
            long=True,
            max_length=1000,
        ),
        Field(
            "about",
            "One line about you",
            hint="Optional. For your introduction.",
            max_length=LONGEST_ABOUT,
        ),
    ),
)


def greeting_button(delivery_id: int) -> discord.ui.View:
    """Below a greeting."""
    return buttons(ActionButton(OPEN, delivery_id, label="Get started", primary=True))


def receipt_buttons(person_id: int) -> discord.ui.View:
    """Below the receipt of the form."""
    return buttons(ActionButton(INTRODUCE, person_id, label="Post it for me"))


def prefilled(profile: Profile) -> dict[str, str]:
    """What is known already, as the form shows it."""
    return {
        "name": profile.name,
        "timezone": profile.timezone,
        "hours": profile.hours,
        "about": profile.about,
    }
