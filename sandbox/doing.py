"""What a person does with a bot in their client: commands, buttons, menus, forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import calls, forms
from sandbox.drafts import Upload
from sandbox.errors import Refused
from sandbox.forms import Modal
from sandbox.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    SUBMIT,
    Interaction,
    Outcome,
    new_token,
    perform,
)
from sandbox.model import DM, TEXT, Channel, Guild, Json, Message, User, walk
from sandbox.screens import Screen

if TYPE_CHECKING:
    from sandbox.server import Sandbox


class Doing:
    """The half of a ``Person`` that makes interactions."""

    def __init__(self, sandbox: Sandbox, user: User) -> None:
        self.sandbox = sandbox
        self.user = user
        self.screen = Screen(sandbox.world, user)

    @property
    def id(self) -> int:
        """The user id."""
        return self.user.id

    @property
    def username(self) -> str:
        """The unique name."""
        return self.user.username

    @property
    def direct(self) -> Channel:
        """The direct message channel with the bot."""
        return self.sandbox.world.direct(self.sandbox.application.user, self.user)

    def channels(self, guild: Guild) -> list[Channel]:
        """The channels that this person can see."""
        return [one for one in guild.channels if self.sandbox.world.sees(self.user, one)]

    async def run(
        self,
        command: str,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        options: Json | None = None,
        **named: Any,
    ) -> Outcome:
        """Uses a slash command, in direct messages without ``guild`` and ``channel``.

        Options are given by name; ``options`` takes those whose names are taken here.
        """
        where = self._place(guild, channel)
        world = self.sandbox.world
        call = calls.find(world, self.sandbox.application, self.user, command, where)
        filled = calls.fill(world, call, {**(options or {}), **named}, where)
        one = self._interaction(COMMAND, where)
        one.command_name = " ".join(node["name"] for node in call.path)
        body = {"command": f"/{one.command_name}", "options": call.used}
        self._did("run", {**body, "channel_id": str(where.id)}, one)
        return await self._perform(one, call.data(filled, world.guild_of(where)))

    async def autocomplete(
        self,
        command: str,
        *,
        value: str,
        option: str | None = None,
        guild: Guild | None = None,
        channel: Channel | None = None,
        **options: Any,
    ) -> list[Json]:
        """The choices that are offered while typing ``value`` into an option."""
        where = self._place(guild, channel)
        world = self.sandbox.world
        call = calls.find(world, self.sandbox.application, self.user, command, where)
        if option is None and call.words:
            option, call.words = call.words[0], []
        elif call.words == [option]:
            call.words = []
        named = [one for one in call.options if one["name"] == option]
        if not named or not named[0].get("autocomplete"):
            raise Refused(f"{command}: {option!r} completes nothing")
        filled = calls.fill(world, call, options, where, partial=True)
        focused = {"type": named[0]["type"], "name": option, "value": value, "focused": True}
        one = self._interaction(AUTOCOMPLETE, where)
        one.focused = named[0]["type"]
        outcome = await self._perform(one, call.data([*filled, focused], world.guild_of(where)))
        return outcome.choices

    async def click(self, message: Message, button: str) -> Outcome:
        """Presses a button, named by its label or custom id."""
        channel = self._sees(message)
        found = message.button(button)
        if found.disabled:
            raise Refused(f"the button {button!r} is disabled")
        if found.custom_id is None:
            raise Refused(f"the button {button!r} is a link")
        one = self._interaction(COMPONENT, channel, message)
        body = {"message_id": str(message.id), "custom_id": found.custom_id, "label": found.label}
        self._did("click", body, one)
        component = _component(message, found.custom_id)
        data = {"component_type": 2, "custom_id": found.custom_id, "id": component["id"]}
        return await self._perform(one, data)

    async def choose(self, message: Message, select: str, values: list[Any]) -> Outcome:
        """Chooses in a select menu, named by its custom id or placeholder."""
        channel = self._sees(message)
        found = [
            item
            for item in walk(message.components)
            if item["type"] in forms.SELECTS
            and select in (item["custom_id"], item.get("placeholder"))
        ]
        if not found:
            raise Refused(f"no menu {select!r} on message {message.id}")
        menu = found[0]
        if menu.get("disabled"):
            raise Refused(f"the menu {select!r} is disabled")
        chosen = forms.answer(forms.Field(select, None, {**menu, "required": True}), values)
        one = self._interaction(COMPONENT, channel, message)
        data: Json = {
            "component_type": menu["type"],
            "custom_id": menu["custom_id"],
            "id": menu["id"],
            "values": chosen,
        }
        resolved = self.sandbox.resolve(chosen, channel) if menu["type"] != 3 else {}
        if resolved:
            data["resolved"] = resolved
        body = {"message_id": str(message.id), "custom_id": menu["custom_id"], "label": select}
        self._did("choose", {**body, "values": chosen}, one)
        return await self._perform(one, data)

    async def submit(self, modal: Modal | None, values: dict[str, Any] | None = None) -> Outcome:
        """Sends a form. ``values`` are by label (or custom id); the rest stays as it is."""
        modal = self.screen.check(modal)
        opened = modal.interaction
        components, answers = forms.submission(modal, values or {})
        one = self._interaction(SUBMIT, opened.channel)
        one.trigger = opened
        data: Json = {"custom_id": modal.custom_id, "components": components}
        resolved = self.sandbox.settle_form(modal, components, opened.channel)
        if resolved:
            data["resolved"] = resolved
        modal.sent = True
        self.screen.remember(modal, values)
        shown = {
            label: [each.name if isinstance(each, Upload) else each for each in value]
            if isinstance(value, list)
            else value
            for label, value in answers.items()
        }
        self._did("submit", {"custom_id": modal.custom_id, "values": shown}, one)
        outcome = await self._perform(one, data)
        modal.sent = outcome.failed is None
        return outcome

    def type_into(self, modal: Modal | None, values: dict[str, Any]) -> None:
        """Fills in a form without sending it; nobody learns of it."""
        self.screen.type_into(self.screen.check(modal), values)

    def dismiss(self, modal: Modal | None) -> None:
        """Closes a form without sending it: what was typed is lost."""
        self.screen.dismiss(self.screen.check(modal))

    # -- helpers ------------------------------------------------------------------------

    def _did(self, action: str, body: Json, one: Interaction | None = None, **more: str) -> None:
        self.sandbox.person_acted(self, action, body, one.id if one else None, **more)

    def _interaction(
        self, kind: int, channel: Channel, message: Message | None = None
    ) -> Interaction:
        world = self.sandbox.world
        number = world.ids.next()
        app = self.sandbox.application
        outcome = Outcome(number)
        return Interaction(number, new_token(), kind, app, self.user, channel, outcome, message)

    async def _perform(self, one: Interaction, data: Json) -> Outcome:
        outcome = await perform(
            self.sandbox.world,
            one,
            data,
            acknowledge_within=self.sandbox.acknowledge_within,
            answer_within=self.sandbox.answer_within,
        )
        if outcome.modal is not None:
            self.screen.open(outcome.modal)
        return outcome

    def _check_direct(self, channel: Channel) -> None:
        world = self.sandbox.world
        if channel.type == DM and not world.mutual_guild(self.user, self.sandbox.application.user):
            raise Refused(f"{self.username} shares no server with the bot")

    def _place(self, guild: Guild | None, channel: Channel | None) -> Channel:
        if channel is not None:
            self._check_settled(channel)
            return channel
        if guild is None:
            if not self.sandbox.world.mutual_guild(self.user, self.sandbox.application.user):
                raise Refused(f"{self.username} shares no server with the bot")
            return self.direct
        if self.id not in guild.member_map:
            raise Refused(f"{self.username} is not in {guild.name}")
        visible = [one for one in self.channels(guild) if one.type == TEXT]
        if not visible:
            raise Refused(f"{self.username} sees no channel in {guild.name}")
        self._check_settled(visible[0])
        return visible[0]

    def _check_settled(self, channel: Channel) -> None:
        """Who has not accepted a server's rules yet may read there and do nothing."""
        guild = self.sandbox.world.guild_of(channel)
        member = guild.member_map.get(self.id) if guild else None
        if member is not None and member.pending:
            raise Refused(f"{self.username} has not accepted the rules of the server yet")

    def _sees(self, message: Message) -> Channel:
        world = self.sandbox.world
        channel = world.channels.get(message.channel_id)
        hidden = message.deleted or not self.screen.shows(message)
        if hidden or channel is None or not world.sees(self.user, channel):
            raise Refused(f"{self.username} cannot see message {message.id}")
        if not message.ephemeral and not world.reads(self.user, channel):
            raise Refused(f"{self.username} cannot read message {message.id}")
        self._check_settled(channel)
        return channel


def _component(message: Message, custom_id: str) -> Json:
    for item in walk(message.components):
        if item.get("custom_id") == custom_id:
            return item
    raise Refused(f"no component {custom_id!r}")
