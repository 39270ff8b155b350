"""Application commands: names, descriptions, option trees ("Application Command Structure")."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import Problems, refuse
from sandbox.model import Json

Path = tuple[str | int, ...]

NAME = re.compile(r"[-_'\w]{1,32}")
MOST = {1: 100, 2: 15, 3: 15}
"""How many slash commands, user commands and message commands an application has in one scope."""
TOTAL, DAILY = 8000, 200
STRING, INTEGER, CHANNEL, NUMBER = 3, 4, 7, 10
LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru"
    " uk hi th zh-CN ja zh-TW ko".split()
)


def check_commands(commands: list[Json]) -> None:
    """Checks a bulk overwrite; raises the 50035 or 30032 answer."""
    problems = Problems()
    for kind, most in MOST.items():
        if sum(1 for one in commands if (one.get("type") or 1) == kind) > most:
            raise refuse(30032)
    seen: set[tuple[Any, Any]] = set()
    for i, command in enumerate(commands):
        _check_command(problems, (i,), command)
        key = (command.get("type") or 1, command.get("name"))
        if key in seen:
            text = "Application command names must be unique"
            problems.add((i,), "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
        seen.add(key)
    problems.raise_if_any()


def check_command(command: Json) -> None:
    """Checks one command; raises the 50035 answer."""
    problems = Problems()
    _check_command(problems, (), command)
    problems.raise_if_any()


def _check_command(problems: Problems, at: Path, command: Json) -> None:
    kind = command.get("type") or 1
    if not problems.choice((*at, "type"), kind, (1, 2, 3)):
        return
    if kind == 1:
        _check_texts(problems, at, command)
        _check_options(problems, (*at, "options"), command.get("options") or [], depth=0)
        if not problems.found and _size(command) > TOTAL:
            text = f"Command exceeds maximum size ({TOTAL})"
            problems.add(at, "APPLICATION_COMMAND_TOO_LARGE", text)
    else:
        problems.length((*at, "name"), command.get("name") or "", 1, 32)
        if command.get("description"):
            text = "Context menu commands cannot have description"
            problems.add((*at, "description"), "APPLICATION_COMMAND_INVALID", text)
    for i, context in enumerate(command.get("contexts") or []):
        problems.choice((*at, "contexts", i), context, (0, 1, 2))
    for i, where in enumerate(command.get("integration_types") or []):
        problems.choice((*at, "integration_types", i), where, (0, 1))
    allowed = command.get("default_member_permissions")
    if allowed is not None and not str(allowed).isdecimal():
        text = f'Value "{allowed}" is not int.'
        problems.add((*at, "default_member_permissions"), "NUMBER_TYPE_COERCE", text)


def _check_texts(problems: Problems, at: Path, node: Json) -> None:
    """Name and description of a slash command or option, in every language."""
    _check_name(problems, (*at, "name"), node.get("name"))
    problems.length((*at, "description"), node.get("description") or "", 1, 100)
    for locale, text in _localized(problems, at, node, "name").items():
        _check_name(problems, (*at, "name_localizations", locale), text)
    for locale, text in _localized(problems, at, node, "description").items():
        problems.length((*at, "description_localizations", locale), text, 1, 100)


def _localized(problems: Problems, at: Path, node: Json, key: str) -> Json:
    """The translations of a text; a language that Discord does not know is a problem."""
    found = node.get(f"{key}_localizations") or {}
    for locale in found:
        problems.choice((*at, f"{key}_localizations", locale), locale, tuple(sorted(LOCALES)))
        if found[locale] is None:
            problems.required((*at, f"{key}_localizations", locale))
    return {locale: text for locale, text in found.items() if text is not None}


def _check_name(problems: Problems, at: Path, name: Any) -> None:
    if not problems.length(at, name or "", 1, 32):
        return
    if not NAME.fullmatch(name) or name != name.lower():
        text = "Command name is invalid"
        problems.add(at, "APPLICATION_COMMAND_INVALID_NAME", text)


def _check_options(problems: Problems, at: Path, options: list[Json], *, depth: int) -> None:
    if len(options) > 25:
        problems.add(at, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names: set[Any] = set()
    optional_seen = False
    groups = sum(1 for option in options if option.get("type") in (1, 2))
    if groups and groups != len(options):
        text = "Sub-commands and groups are mutually exclusive to all other option types"
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
    for i, option in enumerate(options):
        here = (*at, i)
        kinds = tuple(range(1, 12)) if depth == 0 else (1, *range(3, 12))
        if not problems.choice((*here, "type"), option.get("type"), kinds):
            continue
        _check_texts(problems, here, option)
        if option.get("name") in names:
            text = "Option name is already used"
            problems.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", text)
        names.add(option.get("name"))
        if option["type"] in (1, 2):
            if option["type"] == 1 and depth > 1:
                text = "Sub-commands can be nested one level deep only"
                problems.add(here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
            nested = depth + 1 if option["type"] == 2 else 2
            _check_options(problems, (*here, "options"), option.get("options") or [], depth=nested)
            continue
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")
        _check_value(problems, here, option)


def _check_value(problems: Problems, at: Path, option: Json) -> None:
    """What an option takes: choices, autocomplete, bounds, each only where it belongs."""
    kind, choices = option["type"], option.get("choices") or []
    if kind not in (STRING, INTEGER, NUMBER):
        for key in ("choices", "autocomplete"):
            if option.get(key):
                text = f"Options of type {kind} have no {key}"
                problems.add((*at, key), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
        return
    if choices and option.get("autocomplete"):
        text = "Choices cannot be used with autocomplete"
        problems.add((*at, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", text)
    check_choices(problems, (*at, "choices"), choices, kind)
    for key, low in (("min_length", 0), ("max_length", 1)):
        value = option.get(key)
        if value is not None and not (isinstance(value, int) and low <= value <= 6000):
            text = f"int value should be between {low} and 6000."
            problems.add((*at, key), "NUMBER_TYPE_MAX", text)


def check_choices(problems: Problems, at: Path, choices: Any, kind: int) -> None:
    """Checks choices, of an option or of an autocomplete answer; ``kind`` is the option's type."""
    if not isinstance(choices, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return
    if len(choices) > 25:
        problems.add(at, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    numbers = (int,) if kind == INTEGER else (int, float)
    names: set[Any] = set()
    for i, choice in enumerate(choices):
        problems.length((*at, i, "name"), choice.get("name", ""), 1, 100)
        for locale, text in _localized(problems, (*at, i), choice, "name").items():
            problems.length((*at, i, "name_localizations", locale), text, 1, 100)
        if choice.get("name") in names:
            text = "Option choice name is already used"
            code = "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS"
            problems.add((*at, i, "name"), code, text)
        names.add(choice.get("name"))
        value = choice.get("value")
        if kind == STRING:
            problems.length((*at, i, "value"), value, 1, 100)
        elif isinstance(value, bool) or not isinstance(value, numbers):
            text = f'Value "{value}" is not a number.'
            problems.add((*at, i, "value"), "NUMBER_TYPE_COERCE", text)


def _size(node: Json) -> int:
    """Characters of names, descriptions and choice values, each in its longest language."""
    total = len(node["value"]) if isinstance(node.get("value"), str) else 0
    for key in ("name", "description"):
        localized = (node.get(f"{key}_localizations") or {}).values()
        total += max(len(text) for text in (node.get(key) or "", *localized) if text is not None)
    for key in ("options", "choices"):
        total += sum(_size(child) for child in node.get(key) or [])
    return total
