"""The floor: a discord.py client with one command that answers at once, and nothing else.

Run as a process: `python -m benchmarks.bare`; where Discord is stands in the environment.
"""

import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

READY = "bare client ready"


class Bare(discord.Client):
    """Says when it is ready, and echoes."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.members = intents.dm_messages = True
        super().__init__(intents=intents, max_messages=None, guild_ready_timeout=2.0)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="echo", description="Says the same")
        async def echo(interaction: discord.Interaction[discord.Client], text: str) -> None:
            await interaction.response.send_message(text, ephemeral=True)

    async def setup_hook(self) -> None:
        """Registers the command."""
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Says so."""
        print(READY, flush=True)


def main() -> None:
    """Runs until it is stopped."""
    Route.BASE = os.environ["BARE_API"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["BARE_GATEWAY"])
    Bare().run(os.environ["BARE_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
