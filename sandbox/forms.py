"""Modals as a person sees them, and what sending one puts on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.drafts import Upload
from sandbox.errors import Refused
from sandbox.model import Json

if TYPE_CHECKING:
    from sandbox.interactions import Interaction

TEXT_INPUT, RADIO, CHECKBOX_GROUP, CHECKBOX, FILES = 4, 21, 22, 23, 19
SELECTS = {3: "options", 5: "users", 6: "roles", 7: "mentionables", 8: "channels"}


@dataclass(eq=False)
class Field:
    """One question of a form. ``kind`` is Discord's component type."""

    label: str
    description: str | None
    raw: Json

    @property
    def custom_id(self) -> str:
        """Its custom id."""
        return str(self.raw["custom_id"])

    @property
    def kind(self) -> int:
        """Discord's component type (4 text, 3 select, 21 radio, 22/23 checkboxes)."""
        return int(self.raw["type"])

    @property
    def required(self) -> bool:
        """Whether the client insists on an answer."""
        return bool(self.raw.get("required", True)) and self.kind != CHECKBOX

    @property
    def options(self) -> list[Json]:
        """What can be chosen."""
        return list(self.raw.get("options") or [])

    @property
    def prefilled(self) -> Any:
        """What stands there before the person touches it."""
        if self.kind == TEXT_INPUT:
            return self.raw.get("value") or ""
        if self.kind == CHECKBOX:
            return bool(self.raw.get("default"))
        chosen = [option["value"] for option in self.options if option.get("default")]
        if self.kind == RADIO:
            return chosen[0] if chosen else None
        if self.kind in SELECTS and self.kind != 3:
            return [str(one["id"]) for one in self.raw.get("default_values") or []]
        return chosen


@dataclass(eq=False)
class Modal:
    """A form that opened for a person. It can be sent once.

    ``typed`` is what stands in it (by custom id) and reaches nobody until it is sent.
    """

    interaction: Interaction = field(repr=False)
    custom_id: str
    title: str
    components: list[Json]
    sent: bool = False
    closed: bool = False
    typed: dict[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> list[Field]:
        """Its questions in order."""
        found = []
        for top in self.components:
            if top["type"] == 18:
                inner = top["component"]
                found.append(Field(top["label"], top.get("description"), inner))
            elif top["type"] == 1:
                inner = top["components"][0]
                found.append(Field(inner.get("label") or "", None, inner))
        return found

    @property
    def texts(self) -> list[str]:
        """Text that stands between the questions."""
        return [top["content"] for top in self.components if top["type"] == 10]

    def field(self, name: str) -> Field:
        """The question with this label or custom id; Refused when there is none."""
        for one in self.fields:
            if name in (one.label, one.custom_id):
                return one
        labels = [one.label for one in self.fields]
        raise Refused(f"the form {self.title!r} has no field {name!r}; it has {labels}")


def answer(one: Field, given: Any) -> Any:
    """A value as the client would send it; Refused when the client would not."""
    if one.kind == TEXT_INPUT:
        text = "" if given is None else str(given)
        low, high = int(one.raw.get("min_length") or 0), int(one.raw.get("max_length") or 4000)
        if one.required and not text.strip():
            raise Refused(f"{one.label!r} must be answered")
        if text and not low <= len(text) <= high:
            raise Refused(f"{one.label!r} takes {low} to {high} characters, not {len(text)}")
        return text
    if one.kind == CHECKBOX:
        return bool(given)
    chosen = [] if given is None else given if isinstance(given, list | tuple) else [given]
    values = [_value(one, each) for each in chosen]
    if one.kind == RADIO:
        if len(values) > 1:
            raise Refused(f"{one.label!r} takes one choice")
        if one.required and not values:
            raise Refused(f"{one.label!r} must be answered")
        return values[0] if values else None
    fewest, most = one.raw.get("min_values"), one.raw.get("max_values")
    low = 1 if fewest is None else int(fewest)
    usual = len(one.options) if one.kind == CHECKBOX_GROUP else 1
    high = usual if most is None else int(most)
    if not values and not one.required:
        return []
    if not max(low, 1 if one.required else 0) <= len(values) <= high:
        raise Refused(f"{one.label!r} takes {low} to {high} choices, not {len(values)}")
    return values


def _value(one: Field, given: Any) -> Any:
    if one.kind in SELECTS and one.kind != 3:
        return str(getattr(given, "id", given))
    if one.kind == FILES:
        if not isinstance(given, Upload):
            raise Refused(f"{one.label!r} takes files")
        return given
    for option in one.options:
        if given in (option["value"], option["label"]):
            return option["value"]
    values = [option["value"] for option in one.options]
    raise Refused(f"{one.label!r} has no choice {given!r}; it has {values}")


def submission(modal: Modal, values: dict[str, Any]) -> tuple[list[Json], dict[str, Any]]:
    """The ``components`` of a modal submit, and the answers by label for the record.

    Fields that ``values`` does not name keep what was typed or prefilled. Files stay ``Upload``s.
    """
    given = {modal.field(name).custom_id: value for name, value in values.items()}
    answers: dict[str, Any] = {}
    filled: dict[str, Json] = {}
    for one in modal.fields:
        before = modal.typed.get(one.custom_id, one.prefilled)
        value = answer(one, given.get(one.custom_id, before))
        answers[one.label or one.custom_id] = value
        body: Json = {"type": one.kind, "custom_id": one.custom_id, "id": one.raw.get("id", 0)}
        several = isinstance(value, list)
        body["values" if several else "value"] = value
        filled[one.custom_id] = body
    components: list[Json] = []
    for top in modal.components:
        outer: Json = {"type": top["type"], "id": top.get("id", 0)}
        if top["type"] == 18:
            outer["component"] = filled[str(top["component"]["custom_id"])]
        elif top["type"] == 1:
            outer["components"] = [filled[str(top["components"][0]["custom_id"])]]
        components.append(outer)
    return components, answers
