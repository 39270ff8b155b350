"""The one place where what went wrong is told to a person."""

from typing import Any

import discord
import structlog

from bot.domain.errors import Refusal
from bot.logs import short_id
from bot.ui.answers import answer

_log = structlog.get_logger(__name__)


async def present_error(
    interaction: discord.Interaction[discord.Client],
    error: Exception,
    *,
    view: discord.ui.View | None = None,
) -> None:
    """Tells the person who asked, and nobody else, why something was not done.

    A refusal brings its own sentence. Anything else is ours to mend: the log gets the
    traceback under a number, and the person gets the number.
    """
    try:
        if isinstance(error, Refusal):
            await answer(interaction, error.sentence, view=view)
            return
        number = short_id()
        _log.error(
            "an interaction failed",
            error_id=number,
            what=_what(interaction),
            exc_info=(type(error), error, error.__traceback__),
        )
        await answer(
            interaction,
            "Something went wrong on my side, and nothing was changed. Please try once more; if "
            f"it happens again, tell an organizer this number: {number}.",
            view=view,
        )
    except discord.HTTPException as failure:
        _log.warning("the answer did not arrive", status=failure.status, code=failure.code)


def _what(interaction: discord.Interaction[discord.Client]) -> str:
    if isinstance(interaction.command, discord.app_commands.Command):
        return f"/{interaction.command.qualified_name}"
    data: dict[str, Any] = dict(interaction.data or {})
    return str(data.get("custom_id", interaction.type.name))
