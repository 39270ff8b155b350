"""A bot on hikari, run as a program of its own.

It is told where its Discord is (JSON, first argument), says on standard output what it has done
(one JSON object a line) and at the end what it saw.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

import hikari

TOLD: dict[str, Any] = json.loads(sys.argv[1])
VIEW = hikari.Permissions.VIEW_CHANNEL


def say(step: str, **more: Any) -> None:
    """Tells the test."""
    sys.stdout.write(json.dumps({"step": step, **more}) + "\n")
    sys.stdout.flush()


class Bot:
    """Answers one command, one button, one form, and makes some things."""

    def __init__(self) -> None:
        self.report: dict[str, Any] = {"resumed": False, "messages": []}
        self.done = asyncio.Event()
        self.failed: BaseException | None = None
        self.client = hikari.GatewayBot(
            TOLD["token"],
            banner=None,
            logs=None,
            suppress_optimization_warning=True,
            rest_url=TOLD["api"],
            intents=hikari.Intents.GUILDS
            | hikari.Intents.GUILD_MEMBERS
            | hikari.Intents.GUILD_MESSAGES
            | hikari.Intents.DM_MESSAGES,
        )
        self.client.subscribe(hikari.ShardReadyEvent, self.on_ready)
        self.client.subscribe(hikari.GuildAvailableEvent, self.on_guild)
        self.client.subscribe(hikari.InteractionCreateEvent, self.on_interaction)
        self.client.subscribe(hikari.MessageCreateEvent, self.on_message)
        self.client.subscribe(hikari.ShardResumedEvent, self.on_resumed)
        self.client.subscribe(hikari.ExceptionEvent, self.on_exception)

    async def on_exception(self, event: Any) -> None:
        """Whatever goes wrong ends the program."""
        self.failed = event.exception
        self.done.set()

    async def on_ready(self, event: Any) -> None:
        """READY."""
        self.report["me"] = event.my_user.username
        self.report["unavailable"] = [str(one) for one in event.unavailable_guilds]

    async def on_guild(self, event: Any) -> None:
        """The guild has come: registers the command."""
        guild = event.guild
        self.report["guild"] = {
            "name": guild.name,
            "available": True,
            "member_count": guild.member_count,
            "channels": sorted(one.name for one in event.channels.values()),
            "roles": sorted(one.name for one in event.roles.values()),
        }
        command = self.client.rest.slash_command_builder("greet", "Greets somebody")
        command.add_option(
            hikari.CommandOption(
                type=hikari.OptionType.STRING,
                name="name",
                description="Whom",
                is_required=True,
                max_length=20,
            )
        )
        application = await self.client.rest.fetch_application()
        made = await self.client.rest.set_application_commands(
            application, [command], guild=guild.id
        )
        self.report["commands"] = [one.name for one in made]
        say("ready")

    async def on_interaction(self, event: Any) -> None:
        """Answers."""
        interaction = event.interaction
        if isinstance(interaction, hikari.CommandInteraction):
            name = str(interaction.options[0].value)
            self.report["command"] = {
                "name": name,
                "locale": str(interaction.locale),
                "user": interaction.user.username,
            }
            row = hikari.impl.MessageActionRowBuilder()
            row.add_interactive_button(hikari.ButtonStyle.PRIMARY, "form", label="Form")
            await interaction.create_initial_response(
                hikari.ResponseType.MESSAGE_CREATE, f"Hello {name}", component=row
            )
        elif isinstance(interaction, hikari.ComponentInteraction):
            await self.on_button(interaction)
        elif isinstance(interaction, hikari.ModalInteraction):
            await self.on_form(interaction)

    async def on_button(self, interaction: Any) -> None:
        """Opens the form, or changes the card."""
        if interaction.custom_id != "form":
            await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)
            text = hikari.impl.TextDisplayComponentBuilder(content="Pressed")
            await interaction.edit_initial_response(component=text)
            return
        self.report["button"] = interaction.message.content
        name, energy = hikari.impl.ModalActionRowBuilder(), hikari.impl.ModalActionRowBuilder()
        name.add_text_input("name", "Your name", max_length=20)
        energy.add_text_input("energy", "Your energy", max_length=1)
        await interaction.create_modal_response("About you", "about", components=[name, energy])

    async def on_form(self, interaction: Any) -> None:
        """Thanks one person, then makes things."""
        form = [field.value for row in interaction.components for field in row]
        self.report["form"] = form
        await interaction.create_initial_response(
            hikari.ResponseType.DEFERRED_MESSAGE_CREATE, flags=hikari.MessageFlag.EPHEMERAL
        )
        await interaction.edit_initial_response(f"Thank you {' '.join(form)}")
        more = await interaction.execute("And more", flags=hikari.MessageFlag.EPHEMERAL)
        self.report["followup"] = bool(more.flags & hikari.MessageFlag.EPHEMERAL)
        await self.make()

    async def make(self) -> None:
        """Messages, a direct message, a channel for some; asks for the members."""
        rest = self.client.rest
        embed = hikari.Embed(title="An embed", description="With a field", color=0x5865F2)
        embed.add_field("Field", "Value")
        sent = await rest.create_message(TOLD["channel_id"], embed=embed)
        row = hikari.impl.MessageActionRowBuilder()
        row.add_interactive_button(hikari.ButtonStyle.SECONDARY, "press", label="Press")
        card = hikari.impl.ContainerComponentBuilder()
        card.add_text_display("# A card")
        card.add_separator()
        card.add_component(row)
        second = await rest.create_message(
            TOLD["channel_id"], component=card, flags=hikari.MessageFlag.IS_COMPONENTS_V2
        )
        direct = await rest.create_dm_channel(TOLD["person_id"])
        whisper = await direct.send("In private")
        kinds = hikari.PermissionOverwriteType
        me = self.client.get_me()
        assert me is not None
        channel = await rest.create_guild_text_channel(
            TOLD["guild_id"],
            "crew",
            topic="Only for some",
            permission_overwrites=[
                hikari.PermissionOverwrite(id=TOLD["guild_id"], type=kinds.ROLE, deny=VIEW),
                hikari.PermissionOverwrite(id=me.id, type=kinds.MEMBER, allow=VIEW),
                hikari.PermissionOverwrite(id=TOLD["person_id"], type=kinds.MEMBER, allow=VIEW),
            ],
            reason="A crew",
        )
        members = [one.username async for one in rest.fetch_members(TOLD["guild_id"])]
        mine = channel.permission_overwrites[hikari.Snowflake(TOLD["person_id"])]
        self.report |= {
            "embed": str(sent.id),
            "card": str(second.id),
            "direct": {"channel": str(direct.id), "message": str(whisper.id)},
            "channel": {
                "id": str(channel.id),
                "seen_by_person": bool(mine.allow & VIEW),
                "overwrites": len(channel.permission_overwrites),
            },
            "members": sorted(members),
        }
        say("made")

    async def on_message(self, event: Any) -> None:
        """Remembers; the last word ends the program."""
        if not event.is_human:
            return
        place = "direct" if isinstance(event, hikari.DMMessageCreateEvent) else "guild"
        self.report["messages"].append([event.content or "", place])
        if event.content == "goodbye":
            self.done.set()

    async def on_resumed(self, _: Any) -> None:
        """RESUMED."""
        self.report["resumed"] = True


async def main() -> int:
    """Runs until the last word; 0 when all went well."""
    # Standard output is for the test.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    bot = Bot()
    await bot.client.start(check_for_updates=False)
    await bot.done.wait()
    if bot.failed is not None:
        await bot.client.close()
        raise bot.failed
    say("report", report=bot.report)
    await bot.client.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
