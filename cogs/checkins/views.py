"""The buttons and the form of check-ins."""

import discord

from bot.services.checkin_reading import ENERGY
from bot.services.checkins import (
    LONGEST_OBSTACLES,
    LONGEST_PROGRESS,
    Audience,
    CheckInForm,
    CohortChoice,
)
from bot.ui.actions import ActionButton, buttons
from bot.ui.forms import Choice, Field, Form
from cogs.checkins.messages import who_reads

FORM = "checkin:submit"
OPEN = "checkin:open"
SKIP = "checkin:skip"
CURRENT = "checkin:current"
COHORT = "checkin:cohort"
DIGEST = "checkin:digest"


def prompt_buttons(prompt_id: int) -> discord.ui.View:
    """Below the weekly question."""
    return buttons(
        ActionButton(OPEN, prompt_id, label="Check in", primary=True),
        ActionButton(SKIP, prompt_id, label="Skip this week"),
    )


def digest_buttons(delivery_id: int) -> discord.ui.View:
    """Below a navigator's weekly message."""
    return buttons(ActionButton(DIGEST, delivery_id, label="Read the check-ins again"))


def cohort_buttons(choices: list[CohortChoice]) -> discord.ui.View:
    """Which of several cohorts is meant."""
    return buttons(
        *(
            ActionButton(COHORT, choice.cohort_id, label=f"Check in to {choice.name}")
            for choice in choices[:25]
        )
    )


def check_in_form(what: CheckInForm) -> Form:
    """The weekly form: three optional answers, and who may read them."""
    mentors, captain = who_reads(what.navigators, what.captain)
    return Form(
        name=FORM,
        title=f"Week {what.week} check-in",
        fields=(
            Field(
                "progress",
                "What did you do or learn?",
                hint="Optional. Code, docs, reviews, questions: everything counts.",
                long=True,
                max_length=LONGEST_PROGRESS,
            ),
            Field(
                "obstacles",
                "What is in your way?",
                hint="Optional.",
                long=True,
                max_length=LONGEST_OBSTACLES,
            ),
            Field(
                "energy",
                "How is your energy?",
                hint="Optional.",
                placeholder="Choose one, or leave it",
                choices=tuple(Choice(value, f"{value}: {word}") for value, word in ENERGY.items()),
            ),
            Field(
                "audience",
                "Who may read this?",
                hint="Only these people, also if your captain changes later.",
                required=True,
                radio=True,
                choices=(
                    Choice(Audience.TEAM, "My team", "In the thread below the check-in"),
                    Choice(Audience.MENTORS, "My navigators and captain", mentors),
                    Choice(Audience.CAPTAIN, "Only my captain", captain),
                ),
            ),
        ),
    )
