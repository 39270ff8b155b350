"""Forms: described once, drawn as a modal, read back from what Discord sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.ui.answers import Interaction

FormValues = dict[str, str]
"""What was typed or chosen, by the field's key."""

SECONDS_OPEN = 900
"""How long the library remembers a form; a later answer still arrives, by its custom_id."""


@dataclass(frozen=True)
class Choice:
    """One option of a field to choose from."""

    value: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class Field:
    """One field of a form. With `choices` it is a list to choose from, else text."""

    key: str
    label: str
    hint: str = ""
    placeholder: str = ""
    required: bool = False
    long: bool = False
    max_length: int = 100
    choices: tuple[Choice, ...] = ()
    radio: bool = False


@dataclass(frozen=True)
class Form:
    """A form of at most five parts; `note` (who will read it) takes one of them."""

    name: str
    title: str
    fields: tuple[Field, ...]
    note: str = ""

    async def open(
        self, interaction: Interaction, arg: int | str, values: Mapping[str, str]
    ) -> None:
        """Shows the form, filled with `values`, as the first answer to an interaction.

        Each opening has an id of its own, because phones keep the text of a form they know.
        """
        modal = discord.ui.Modal(
            title=self.title[:45],
            custom_id=f"lo:{self.name}:{arg}:{interaction.id}",
            timeout=SECONDS_OPEN,
        )
        for field in self.fields:
            modal.add_item(
                discord.ui.Label(
                    text=field.label,
                    description=field.hint or None,
                    component=_draw(field, values.get(field.key, "")),
                )
            )
        if self.note:
            modal.add_item(discord.ui.TextDisplay(self.note))
        await interaction.response.send_modal(modal)


def _draw(field: Field, value: str) -> discord.ui.Item[Any]:
    if field.radio:
        return discord.ui.RadioGroup(
            custom_id=field.key,
            required=field.required,
            options=[
                discord.RadioGroupOption(
                    label=choice.label[:100],
                    value=choice.value,
                    description=choice.description[:100] or None,
                    default=choice.value == value,
                )
                for choice in field.choices
            ],
        )
    if field.choices:
        return discord.ui.Select(
            custom_id=field.key,
            placeholder=field.placeholder or None,
            required=field.required,
            min_values=1 if field.required else 0,
            options=[
                discord.SelectOption(
                    label=choice.label[:100],
                    value=choice.value,
                    description=choice.description[:100] or None,
                    default=choice.value == value,
                )
                for choice in field.choices
            ],
        )
    return discord.ui.TextInput(
        custom_id=field.key,
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        placeholder=field.placeholder[:100] or None,
        default=value[: field.max_length] or None,
        required=field.required,
        max_length=field.max_length,
    )


def read_form(data: Mapping[str, Any]) -> FormValues:
    """What was entered, from the payload of a modal submission, stripped of white space."""
    values: FormValues = {}
    for part in _parts(data.get("components", ())):
        key = part.get("custom_id")
        if key is None:
            continue
        chosen = part.get("values")
        raw = part.get("value") if chosen is None else (chosen[0] if chosen else "")
        values[key] = str(raw or "").strip()
    return values


def _parts(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "component" in component:
            yield component["component"]
        elif "components" in component:
            yield from _parts(component["components"])
        else:
            yield component
