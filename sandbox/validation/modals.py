"""Modals: title, one to five components, labels ("Modal" in Discord's interaction reference)."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Problems
from sandbox.model import Json
from sandbox.validation.components import (
    SELECTS,
    check_options,
    check_select,
    unique_custom_ids,
)

Path = tuple[str | int, ...]

FIELDS = (3, 4, 5, 6, 7, 8, 19, 21, 22, 23)


def check_modal(data: Any) -> None:
    """Checks the data of a modal response; raises the 50035 answer."""
    problems = Problems()
    at: Path = ("data",)
    if not isinstance(data, dict):
        problems.required(at)
        problems.raise_if_any()
    problems.length((*at, "custom_id"), data.get("custom_id") or "", 1, 100)
    problems.length((*at, "title"), data.get("title") or "", 1, 45)
    components = data.get("components") or []
    if not 1 <= len(components) <= 5:
        text = "Must be between 1 and 5 in length."
        problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", text)
    for i, component in enumerate(components):
        _check_top(problems, (*at, "components", i), component)
    if not problems.found:
        unique_custom_ids(problems, (*at, "components"), components)
    problems.raise_if_any()


def _check_top(problems: Problems, at: Path, component: Json) -> None:
    if not problems.choice((*at, "type"), component.get("type"), (1, 10, 18)):
        return
    if component["type"] == 1:
        children = component.get("components") or []
        if len(children) != 1:
            text = "Must be between 1 and 1 in length."
            problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", text)
            return
        child_at: Path = (*at, "components", 0)
        if problems.choice((*child_at, "type"), children[0].get("type"), (4,)):
            problems.length((*child_at, "label"), children[0].get("label") or "", 1, 45)
            _check_field(problems, child_at, children[0])
    elif component["type"] == 10:
        problems.length((*at, "content"), component.get("content", ""), 1, 4000)
    else:
        problems.length((*at, "label"), component.get("label") or "", 1, 45)
        if component.get("description") is not None:
            problems.length((*at, "description"), component["description"], 1, 100)
        field = component.get("component")
        if not isinstance(field, dict):
            problems.required((*at, "component"))
        elif problems.choice((*at, "component", "type"), field.get("type"), FIELDS):
            _check_field(problems, (*at, "component"), field)


def _check_field(problems: Problems, at: Path, field: Json) -> None:
    kind = field["type"]
    if field.get("disabled"):
        text = "Components of a modal cannot be disabled"
        problems.add((*at, "disabled"), "COMPONENT_DISABLED_IN_MODAL", text)
    if kind in SELECTS:
        check_select(problems, at, field)
        _required_needs_one(problems, at, field)
        return
    problems.length((*at, "custom_id"), field.get("custom_id") or "", 1, 100)
    if kind == 4:
        problems.choice((*at, "style"), field.get("style"), (1, 2))
        if field.get("placeholder") is not None:
            problems.length((*at, "placeholder"), field["placeholder"], 0, 100)
        low = _between(problems, (*at, "min_length"), field.get("min_length"), 0, 4000)
        high = _between(problems, (*at, "max_length"), field.get("max_length"), 1, 4000)
        if low is not None and high is not None and low > high:
            text = "min_length is greater than max_length"
            problems.add((*at, "min_length"), "TEXT_INPUT_COMPONENT_BAD_LENGTHS", text)
            return
        value = field.get("value")
        if value:
            problems.length((*at, "value"), value, low or 0, high or 4000)
    elif kind in (21, 22):
        check_options(problems, at, field, 2 if kind == 21 else 1, 10)
        chosen = sum(1 for option in field.get("options") or [] if option.get("default"))
        if kind == 21 and chosen > 1:
            text = "Only one option can be the default"
            problems.add((*at, "options"), "RADIO_GROUP_MULTIPLE_DEFAULTS", text)
        if kind == 22:
            _between(problems, (*at, "min_values"), field.get("min_values"), 0, 10)
            _between(problems, (*at, "max_values"), field.get("max_values"), 1, 10)
            _required_needs_one(problems, at, field)
    elif kind == 19:
        _between(problems, (*at, "min_values"), field.get("min_values"), 0, 10)
        _between(problems, (*at, "max_values"), field.get("max_values"), 1, 10)
        _required_needs_one(problems, at, field)


def _required_needs_one(problems: Problems, at: Path, field: Json) -> None:
    if field.get("required", True) and field.get("min_values") == 0:
        text = "min_values must be at least 1 when the component is required"
        problems.add((*at, "min_values"), "NUMBER_TYPE_MIN", text)


def _between(problems: Problems, at: Path, value: Any, low: int, high: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        text = f"int value should be between {low} and {high}."
        problems.add(at, "NUMBER_TYPE_MAX", text)
        return None
    return value
