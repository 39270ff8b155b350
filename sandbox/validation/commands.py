"""Application commands: names, descriptions, option trees ("Application Command Structure")."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import Problems, refuse
from sandbox.model import Json

Path = tuple[str | int, ...]

NAME = re.compile(r"[-_'\w]{1,32}")
COMMANDS, TOTAL = 100, 8000


def check_commands(commands: Any) -> None:
    """Checks a bulk overwrite; raises the 50035 or 30032 answer."""
    problems = Problems()
    if not isinstance(commands, list):
        problems.add((), "LIST_TYPE_CONVERT", "Only iterables may be used.")
        problems.raise_if_any()
    if sum(1 for one in commands if one.get("type", 1) == 1) > COMMANDS:
        raise refuse(30032)
    seen: set[tuple[Any, Any]] = set()
    for i, command in enumerate(commands):
        _check_command(problems, (i,), command)
        key = (command.get("type", 1), command.get("name"))
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
        _check_name(problems, (*at, "name"), command.get("name"))
        problems.length((*at, "description"), command.get("description") or "", 1, 100)
        _check_options(problems, (*at, "options"), command.get("options") or [], depth=0)
        if _size(command) > TOTAL:
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
        _check_name(problems, (*here, "name"), option.get("name"))
        problems.length((*here, "description"), option.get("description") or "", 1, 100)
        if option.get("name") in names:
            text = "Option name is already used"
            problems.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", text)
        names.add(option.get("name"))
        if option["type"] in (1, 2):
            if (option["type"] == 1 and depth > 1) or (option["type"] == 2 and depth):
                text = "Sub-commands can be nested one level deep only"
                problems.add(here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)
            nested = depth + 1 if option["type"] == 2 else 2
            _check_options(problems, (*here, "options"), option.get("options") or [], depth=nested)
            continue
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")
        _check_choices(problems, here, option)


def _check_choices(problems: Problems, at: Path, option: Json) -> None:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        text = "Choices cannot be used with autocomplete"
        problems.add((*at, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", text)
    check_choices(problems, (*at, "choices"), choices, option["type"])


def check_choices(problems: Problems, at: Path, choices: Any, kind: int) -> None:
    """Checks choices, of an option or of an autocomplete answer."""
    if not isinstance(choices, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return
    if len(choices) > 25:
        problems.add(at, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for i, choice in enumerate(choices):
        problems.length((*at, i, "name"), choice.get("name", ""), 1, 100)
        value = choice.get("value")
        if kind == 3:
            problems.length((*at, i, "value"), value, 1, 100)
        elif not isinstance(value, int | float) or isinstance(value, bool):
            text = f'Value "{value}" is not a number.'
            problems.add((*at, i, "value"), "NUMBER_TYPE_COERCE", text)


def _size(node: Json) -> int:
    """Characters of names, descriptions and choice values, each in its longest locale."""
    total = 0
    for key in ("name", "description"):
        localized = (node.get(f"{key}_localizations") or {}).values()
        total += max(len(text) for text in (node.get(key) or "", *localized))
    for choice in node.get("choices") or []:
        total += len(str(choice.get("value", ""))) + len(choice.get("name", ""))
    return total + sum(_size(option) for option in node.get("options") or [])
