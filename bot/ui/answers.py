"""Answering an interaction, whichever way is still open."""

import re
from collections.abc import Callable
from typing import Any, cast

import discord

Interaction = discord.Interaction[discord.Client]

_COMMAND = re.compile(r"(?<!\\)`/([a-z]+(?: [a-z]+)?)`")


def with_mentions(text: str, mention: Callable[[str], str]) -> str:
    """Sentences name commands as `/start`, because services do not know Discord; people get a
    mention that they can tap. What no command is called stays as it is.
    """
    return _COMMAND.sub(lambda named: mention(named[1]), text)


def _tappable(interaction: Interaction, text: str) -> str:
    # The client is our own, whatever the library's type says: it knows the ids of its commands.
    return with_mentions(text, cast(Any, interaction.client).command_mention)


async def answer(
    interaction: Interaction,
    content: str,
    *,
    view: discord.ui.View | None = None,
    files: list[discord.File] | None = None,
    private: bool = True,
) -> None:
    """Answers for the first time, or follows up when an answer was given already.

    `private`: only the person who asked sees it.
    """
    content = _tappable(interaction, content)
    extra: dict[str, Any] = {}
    if view is not None:
        extra["view"] = view
    if files:
        extra["files"] = files
    if interaction.response.is_done():
        await interaction.followup.send(content, ephemeral=private, **extra)
    else:
        await interaction.response.send_message(content, ephemeral=private, **extra)


async def replace_card(
    interaction: Interaction,
    content: str,
    *,
    view: discord.ui.View | None = None,
    files: list[discord.File] | None = None,
) -> None:
    """Edits the message whose button was pressed: one thing stays one card."""
    await interaction.response.edit_message(
        content=content, view=view, attachments=files or [], embed=None
    )
