"""Components of messages: rows, buttons, selects and components V2 ("Component Reference")."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Problems
from sandbox.model import Json, walk

Path = tuple[str | int, ...]

SELECTS = (3, 5, 6, 7, 8)
V2_ONLY = (9, 10, 11, 12, 13, 14, 17)


def check_components(problems: Problems, at: Path, components: Any, *, v2: bool) -> None:
    """Checks the components of a message."""
    if not isinstance(components, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return
    if not v2 and len(components) > 5:
        problems.add(at, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for i, component in enumerate(components):
        if not isinstance(component, dict):
            problems.add((*at, i), "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
            continue
        allowed = (1, *V2_ONLY) if v2 else (1,)
        if problems.choice((*at, i, "type"), component.get("type"), allowed):
            _check_one(problems, (*at, i), component)
    if problems.found:
        return
    every = walk(components)
    if v2 and len(every) > 40:
        text = "The total number of components in the message must be 40 or fewer."
        problems.add(at, "COMPONENT_MAX_TOTAL_COMPONENTS", text)
    if sum(len(one.get("content", "")) for one in every if one["type"] == 10) > 4000:
        text = "The total length of text in components must be 4000 or fewer."
        problems.add(at, "COMPONENT_MAX_TOTAL_TEXT", text)
    unique_custom_ids(problems, at, components)


def unique_custom_ids(problems: Problems, at: Path, components: list[Json]) -> None:
    """Every custom_id may stand only once."""
    seen: set[str] = set()

    def visit(path: Path, component: Json) -> None:
        custom_id = component.get("custom_id")
        if custom_id is not None:
            if custom_id in seen:
                problems.add(
                    (*path, "custom_id"),
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                )
            seen.add(custom_id)
        for j, child in enumerate(component.get("components") or []):
            visit((*path, "components", j), child)
        for key in ("accessory", "component"):
            if component.get(key):
                visit((*path, key), component[key])

    for i, component in enumerate(components):
        visit((*at, i), component)


def _check_one(problems: Problems, at: Path, component: Json) -> None:
    kind = component.get("type")
    if kind == 1:
        _check_row(problems, at, component)
    elif kind == 2:
        check_button(problems, at, component)
    elif kind in SELECTS:
        check_select(problems, at, component)
    elif kind == 10:
        problems.length((*at, "content"), component.get("content", ""), 1, 4000)
    elif kind == 9:
        children = component.get("components") or []
        if not 1 <= len(children) <= 3:
            text = "Must be between 1 and 3 in length."
            problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", text)
        _check_children(problems, at, children, (10,))
        accessory = component.get("accessory")
        if not isinstance(accessory, dict):
            problems.required((*at, "accessory"))
        elif problems.choice((*at, "accessory", "type"), accessory.get("type"), (2, 11)):
            _check_one(problems, (*at, "accessory"), accessory)
    elif kind == 17:
        children = component.get("components") or []
        if not children:
            problems.required((*at, "components"))
        _check_children(problems, at, children, (1, 9, 10, 12, 13, 14))
        color = component.get("accent_color")
        if color is not None and not (isinstance(color, int) and 0 <= color <= 0xFFFFFF):
            text = "int value should be between 0 and 16777215."
            problems.add((*at, "accent_color"), "NUMBER_TYPE_MAX", text)
    elif kind == 11:
        _check_media(problems, at, component, "media")
    elif kind == 13:
        _check_media(problems, at, component, "file")
    elif kind == 14 and component.get("spacing") is not None:
        problems.choice((*at, "spacing"), component["spacing"], (1, 2))
    elif kind == 12:
        items = component.get("items") or []
        if not 1 <= len(items) <= 10:
            text = "Must be between 1 and 10 in length."
            problems.add((*at, "items"), "BASE_TYPE_BAD_LENGTH", text)
        for i, item in enumerate(items):
            _check_media(problems, (*at, "items", i), item, "media")


def _check_media(problems: Problems, at: Path, owner: Json, key: str) -> None:
    """A picture or file by address; a ``file`` has to come with the message."""
    url = (owner.get(key) or {}).get("url")
    starts = ("attachment://",) if key == "file" else ("attachment://", "http://", "https://")
    if not url:
        problems.required((*at, key, "url"))
    elif not str(url).startswith(starts):
        problems.add((*at, key, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    if owner.get("description") is not None:
        problems.length((*at, "description"), owner["description"], 0, 1024)


def _check_children(
    problems: Problems, at: Path, children: list[Json], allowed: tuple[int, ...]
) -> None:
    for i, child in enumerate(children):
        if problems.choice((*at, "components", i, "type"), child.get("type"), allowed):
            _check_one(problems, (*at, "components", i), child)


def _check_row(problems: Problems, at: Path, row: Json) -> None:
    children = row.get("components") or []
    if not 1 <= len(children) <= 5:
        text = "Must be between 1 and 5 in length."
        problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", text)
        return
    _check_children(problems, at, children, (2, *SELECTS))
    if any(child.get("type") in SELECTS for child in children) and len(children) > 1:
        text = "A row holds either buttons or one select menu."
        problems.add((*at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", text)


def check_button(problems: Problems, at: Path, button: Json) -> None:
    """Checks a button."""
    if not problems.choice((*at, "style"), button.get("style"), (1, 2, 3, 4, 5, 6)):
        return
    check_emoji(problems, at, button)
    label = button.get("label")
    if label is not None:
        problems.length((*at, "label"), label, 0, 80)
    if not label and not button.get("emoji") and button["style"] != 6:
        problems.add(at, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji.")
    if button["style"] == 5:
        url = str(button.get("url") or "")
        if not url.startswith(("http://", "https://", "discord://")):
            problems.add((*at, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        problems.length((*at, "url"), url, 1, 512)
        if button.get("custom_id"):
            text = "A custom id and url cannot both be specified"
            problems.add(at, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", text)
    elif button["style"] != 6:
        if button.get("url"):
            text = "A url is only allowed on link buttons"
            problems.add(at, "BUTTON_COMPONENT_INVALID", text)
        problems.length((*at, "custom_id"), button.get("custom_id") or "", 1, 100)


def check_emoji(problems: Problems, at: Path, owner: Json) -> None:
    """Checks an emoji: one of Unicode has its name, a custom one its id."""
    emoji = owner.get("emoji")
    if emoji is not None and emoji.get("name") is None and emoji.get("id") is None:
        problems.required((*at, "emoji", "name"))


def check_select(problems: Problems, at: Path, select: Json) -> None:
    """Checks a select menu of a message or a modal."""
    problems.length((*at, "custom_id"), select.get("custom_id") or "", 1, 100)
    if select.get("placeholder") is not None:
        problems.length((*at, "placeholder"), select["placeholder"], 0, 150)
    low, high = select.get("min_values"), select.get("max_values")
    low, high = 1 if low is None else low, 1 if high is None else high
    if not 0 <= low <= 25:
        text = "int value should be between 0 and 25."
        problems.add((*at, "min_values"), "NUMBER_TYPE_MAX", text)
    if not 1 <= high <= 25 or low > high:
        text = "int value should be between 1 and 25 and not under min_values."
        problems.add((*at, "max_values"), "NUMBER_TYPE_MAX", text)
    for i, one in enumerate(select.get("default_values") or []):
        for key in ("id", "type"):
            if one.get(key) is None:
                problems.required((*at, "default_values", i, key))
    if select["type"] == 3:
        check_options(problems, at, select, 1, 25)
        if high > len(select.get("options") or []):
            text = "max_values is greater than the number of options"
            problems.add((*at, "options"), "BASE_TYPE_BAD_LENGTH", text)


def check_options(problems: Problems, at: Path, owner: Json, low: int, high: int) -> None:
    """Checks the options of a select, a radio group or a checkbox group."""
    options = owner.get("options") or []
    if not low <= len(options) <= high:
        text = f"Must be between {low} and {high} in length."
        problems.add((*at, "options"), "BASE_TYPE_BAD_LENGTH", text)
    values: set[Any] = set()
    for i, option in enumerate(options):
        problems.length((*at, "options", i, "label"), option.get("label", ""), 1, 100)
        problems.length((*at, "options", i, "value"), option.get("value", ""), 1, 100)
        if option.get("description") is not None:
            problems.length((*at, "options", i, "description"), option["description"], 0, 100)
        check_emoji(problems, (*at, "options", i), option)
        if option.get("value") in values:
            text = "The specified option value is already used"
            problems.add(
                (*at, "options", i, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", text
            )
        values.add(option.get("value"))
