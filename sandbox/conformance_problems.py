"""What a schema found wrong, in Discord's words: the field's path, a code and a sentence.

Form: Discord's documentation, "Error Messages" in the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

Path = tuple[str | int, ...]
Problem = tuple[Path, str, str]

_CONVERT = {
    "string": ("STRING_TYPE_CONVERT", 'Could not interpret "{}" as string.'),
    "integer": ("NUMBER_TYPE_COERCE", 'Value "{}" is not int.'),
    "number": ("NUMBER_TYPE_COERCE", 'Value "{}" is not float.'),
    "boolean": ("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
    "array": ("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"),
    "object": ("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"),
}
_REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")
_SNOWFLAKE = ("NUMBER_TYPE_COERCE", 'Value "{}" is not snowflake.')


def problems(errors: Iterable[ValidationError], at: Path = ()) -> list[Problem]:
    """Every problem once, by path; ``at`` is where the checked value stands."""
    found: dict[tuple[Path, str], str] = {}
    for error in leaves(errors):
        path: Path = (*at, *error.instance_path)
        code, text = _said(error)
        if error.kind.name == "required":
            path = (*path, error.kind.as_dict()["property"])
        elif error.kind.name in ("oneOf", "anyOf") and isinstance(error.instance, dict):
            # Of a union the kind is wrong, and ``type`` says the kind.
            path = (*path, "type")
            if "type" not in error.instance:
                code, text = _REQUIRED
        found.setdefault((path, code), text)
    return [(path, code, text) for (path, code), text in found.items()]


def leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The errors themselves; of a union, those of the member that was meant."""
    for error in errors:
        kind = error.kind
        branches = getattr(kind, "context", None)
        if kind.name not in ("oneOf", "anyOf") or not branches or not any(branches):
            yield error
            continue
        meant = _meant(branches, len(error.instance_path))
        if meant is None:
            yield error
        else:
            yield from leaves(meant)


def _meant(branches: list[list[ValidationError]], depth: int) -> list[ValidationError] | None:
    """The member of a union that a value was meant to be: of its kind, and closest to right.

    None when the value is of none of the kinds.
    """
    failed = [branch for branch in branches if branch and not _only_null(branch, depth)]
    if len(failed) == 1:
        return failed[0]
    close = [branch for branch in failed if not any(_of_other_kind(one, depth) for one in branch)]
    if not close:
        return None
    return min(close, key=lambda branch: (len(branch), -max(_depth(one) for one in branch)))


def _only_null(branch: list[ValidationError], depth: int) -> bool:
    """A member that allows only null, and was not given it."""
    if len(branch) != 1 or branch[0].kind.name != "type" or _depth(branch[0]) != depth:
        return False
    return types(branch[0]) == ["null"]


def _of_other_kind(error: ValidationError, depth: int) -> bool:
    """Whether ``type`` says that the value is another member of the union."""
    path = error.instance_path
    if len(path) == depth:
        return error.kind.name in ("type", "const", "enum", "propertyNames")
    at_type = len(path) == depth + 1 and path[-1] == "type"
    return at_type and error.kind.name in ("const", "enum", "oneOf")


def _depth(error: ValidationError) -> int:
    return len(error.instance_path)


def types(error: ValidationError) -> list[str]:
    """The types that a value should have had."""
    listed = error.kind.as_dict().get("types")
    return [str(one) for one in listed] if isinstance(listed, list) else []


def _said(error: ValidationError) -> tuple[str, str]:
    name, facts, value = error.kind.name, error.kind.as_dict(), error.instance
    limit = facts.get("limit")
    if name == "required":
        return _REQUIRED
    if name == "type":
        wanted = [one for one in types(error) if one != "null"]
        if value is None:
            return _REQUIRED
        code, text = _SNOWFLAKE if set(wanted) == {"string", "integer"} else _CONVERT[wanted[0]]
        return code, text.format(value)
    if name == "pattern":
        return _SNOWFLAKE[0], _SNOWFLAKE[1].format(value)
    if name in ("maxLength", "maxItems", "maxProperties"):
        return "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."
    if name in ("minLength", "minItems", "minProperties"):
        if not value:
            return _REQUIRED
        return "BASE_TYPE_MIN_LENGTH", f"Must be {limit} or more in length."
    if name == "minimum":
        return "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {limit}."
    if name == "maximum":
        return "NUMBER_TYPE_MAX", f"int value should be less than or equal to {limit}."
    if name == "format":
        if facts.get("format") == "date-time":
            return "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601."
        return "URL_TYPE_INVALID_URL", "Not a well formed URL."
    if name == "uniqueItems":
        return "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value"
    if name in ("enum", "const", "oneOf", "anyOf"):
        return "BASE_TYPE_CHOICES", f"Value must be one of {{{_choices(error)}}}."
    return "BASE_TYPE_INVALID", error.message[:200]


def _choices(error: ValidationError) -> str:
    facts: dict[str, Any] = error.kind.as_dict()
    if "options" in facts:
        return ", ".join(map(str, facts["options"]))
    if "expected_value" in facts:
        return str(facts["expected_value"])
    found = {
        _choices(one)
        for branch in getattr(error.kind, "context", [])
        for one in branch
        if one.kind.name in ("const", "enum")
    }
    return ", ".join(sorted(found, key=lambda one: (len(one), one)))
