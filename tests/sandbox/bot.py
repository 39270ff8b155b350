"""A small discord.py bot with one of everything."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    manage_channels=True,
    manage_roles=True,
    manage_events=True,
    manage_messages=True,
    pin_messages=True,
    add_reactions=True,
)


class Form(discord.ui.Modal, title="About you"):
    """A form with a text, a select and a radio group."""

    name: Any = discord.ui.Label(
        text="What should we call you?",
        component=discord.ui.TextInput(custom_id="name", max_length=20, default="Anni"),
    )
    energy: Any = discord.ui.Label(
        text="How is your energy?",
        component=discord.ui.Select(
            custom_id="energy",
            required=True,
            options=[
                discord.SelectOption(label="Low", value="1"),
                discord.SelectOption(label="High", value="5"),
            ],
        ),
    )
    readers: Any = discord.ui.Label(
        text="Who may read this?",
        component=discord.ui.RadioGroup(
            custom_id="readers",
            required=True,
            options=[
                discord.RadioGroupOption(label="My team", value="team", default=True),
                discord.RadioGroupOption(label="My captain", value="captain"),
            ],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Repeats what was said."""
        text = "|".join(
            [
                self.name.component.value,
                ",".join(self.energy.component.values),
                str(self.readers.component.value),
            ]
        )
        await interaction.response.send_message(text, ephemeral=True)


class Buttons(discord.ui.View):
    """Buttons for every kind of answer."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Form", custom_id="b:form")
    async def form(self, interaction: discord.Interaction, _: Any) -> None:
        """Opens the form."""
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Whisper", custom_id="b:whisper")
    async def whisper(self, interaction: discord.Interaction, _: Any) -> None:
        """Answers to one person, with buttons."""
        await interaction.response.send_message("psst", view=Buttons(), ephemeral=True)

    @discord.ui.button(label="Edit", custom_id="b:edit")
    async def edit(self, interaction: discord.Interaction, _: Any) -> None:
        """Changes the message and adds a file."""
        file = discord.File(io.BytesIO(b"BEGIN:VCALENDAR"), "meeting.ics")
        await interaction.response.edit_message(content="edited", attachments=[file])

    @discord.ui.button(label="Later", custom_id="b:later")
    async def later(self, interaction: discord.Interaction, _: Any) -> None:
        """Defers, then answers and follows up."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("the answer", ephemeral=True)
        await interaction.followup.send("and more", ephemeral=True)

    @discord.ui.button(label="Update", custom_id="b:update", row=3)
    async def update(self, interaction: discord.Interaction, _: Any) -> None:
        """Defers, then changes the message."""
        await interaction.response.defer()
        await interaction.edit_original_response(content="updated")

    @discord.ui.select(
        cls=discord.ui.Select,
        custom_id="b:pick",
        placeholder="Pick some",
        max_values=2,
        row=1,
        options=[
            discord.SelectOption(label="A", value="a"),
            discord.SelectOption(label="B", value="b"),
        ],
    )
    async def pick(self, interaction: discord.Interaction, menu: discord.ui.Select[Any]) -> None:
        """Repeats what was chosen."""
        await interaction.response.send_message(",".join(menu.values), ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="b:who", row=2)
    async def who(self, interaction: discord.Interaction, menu: discord.ui.UserSelect[Any]) -> None:
        """Repeats who was chosen."""
        await interaction.response.send_message(menu.values[0].name, ephemeral=True)

    @discord.ui.button(label="Never", custom_id="b:never", disabled=True)
    async def never(self, interaction: discord.Interaction, _: Any) -> None:
        """Cannot be pressed."""
        raise AssertionError(interaction)


class Bot(discord.Client):
    """Logs in, registers its commands, remembers what it saw."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.members = intents.messages = True
        intents.guild_scheduled_events = True
        super().__init__(
            intents=intents,
            guild_ready_timeout=0.1,
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
        )
        self.tree = app_commands.CommandTree(self)
        self.seen: list[discord.Message] = []
        self.joined: list[discord.Member] = []
        self.resumed = asyncio.Event()
        self.changed = asyncio.Condition()
        add_commands(self.tree)

    async def setup_hook(self) -> None:
        """Registers commands and buttons."""
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        """Remembers."""
        async with self.changed:
            self.seen.append(message)
            self.changed.notify_all()

    async def saw(self, content: str) -> discord.Message:
        """The message with this content, as soon as it comes."""
        async with self.changed, asyncio.timeout(5):
            while True:
                for message in self.seen:
                    if message.content == content:
                        return message
                await self.changed.wait()

    async def on_member_join(self, member: discord.Member) -> None:
        """Remembers."""
        async with self.changed:
            self.joined.append(member)
            self.changed.notify_all()

    async def on_resumed(self) -> None:
        """Remembers."""
        self.resumed.set()


def add_commands(tree: app_commands.CommandTree[Bot]) -> None:
    """The commands of the bot."""
    cohort = app_commands.Group(
        name="cohort",
        description="Cohorts",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @cohort.command(name="create", description="Creates a cohort")
    async def create(
        interaction: discord.Interaction, name: app_commands.Range[str, 1, 20], weeks: int = 8
    ) -> None:
        await interaction.response.send_message(f"{name} for {weeks} weeks", view=Buttons())

    @cohort.command(name="import", description="Reads a file")
    async def load(interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        text = (await file.read()).decode()
        await interaction.followup.send(f"{file.filename} {file.content_type} {text}")

    tree.add_command(cohort)

    @tree.command(name="start", description="Starts")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def start(
        interaction: discord.Interaction, timezone: str, who: discord.User | None = None
    ) -> None:
        mention = who.name if who else ""
        text = f"{timezone} {interaction.locale} {interaction.guild_id} {mention}".strip()
        await interaction.response.send_message(text, ephemeral=True)

    @start.autocomplete("timezone")
    async def complete(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        zones = ["Asia/Kathmandu", "Europe/Oslo"]
        found = [zone for zone in zones if current.lower() in zone.lower()]
        return [app_commands.Choice(name=zone, value=zone) for zone in found]

    @tree.command(name="silent", description="Says nothing")
    async def silent(interaction: discord.Interaction) -> None:
        assert interaction.id


@asynccontextmanager
async def started(token: str) -> AsyncIterator[Bot]:
    """A bot from login to logout."""
    async with Bot() as bot:
        task = asyncio.create_task(bot.start(token))
        ready = asyncio.create_task(bot.wait_until_ready())
        try:
            done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task in done:
                task.result()
            yield bot
        finally:
            ready.cancel()
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
