"""Telling Discord about the slash commands: one bulk overwrite, and only when they changed."""

import hashlib
import json
from collections.abc import Sequence

import structlog
from discord import app_commands

from bot.face import Liftoff

_log = structlog.get_logger(__name__)
_FACT = "commands"


async def sync_commands(client: Liftoff) -> None:
    """Overwrites the commands that Discord knows if they differ from those of the loaded cogs."""
    payload = [command.to_dict(client.tree) for command in client.tree.get_commands()]
    application = client.application_id or 0
    digest = hashlib.sha256(
        f"{application}:{json.dumps(payload, sort_keys=True)}".encode()
    ).hexdigest()
    if await client.services.server.fact(_FACT) == digest:
        known = await client.tree.fetch_commands()
        if len(known) == len(payload):
            client.know_commands(_mentions(known))
            return
    client.know_commands(_mentions(await client.tree.sync()))
    await client.services.server.remember(_FACT, digest)
    _log.info("commands synced", count=len(payload))


def _mentions(commands: Sequence[app_commands.AppCommand]) -> dict[str, str]:
    mentions = {}
    for command in commands:
        mentions[command.name] = command.mention
        for option in command.options:
            if isinstance(option, app_commands.AppCommandGroup):
                mentions[f"{command.name} {option.name}"] = option.mention
    return mentions
