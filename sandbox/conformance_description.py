"""Discord's OpenAPI description: its operations, and its schemas as checks.

The description is prepared in two ways. Requests may write snowflakes and permissions as integers
or as digits (Discord takes both); answers and dispatches are held to the description's own types.
What ``conformance_tolerances`` lists is changed in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.conformance_tolerances import TOLERANCES, Tolerance
from sandbox.model import Json

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

METHODS = ("get", "put", "post", "delete", "patch")
PERMISSIONS = ("allow", "deny", "permissions", "default_member_permissions")
"""Properties that hold permission sets."""
DIGITS = "^(0|[1-9][0-9]*)$"
_SCHEMAS = "#/components/schemas/"


class Check:
    """One schema, compiled when it is first needed."""

    def __init__(self, schema: Json, schemas: Json) -> None:
        self.schema = schema
        self._schemas = schemas
        self._compiled: Draft202012Validator | None = None

    def errors(self, value: Any) -> list[ValidationError]:
        """What does not conform; nothing when all is well."""
        compiled = self._compiled
        if compiled is None:
            from jsonschema_rs import Draft202012Validator

            needed = {name: self._schemas[name] for name in _needed(self.schema, self._schemas)}
            whole = {**self.schema, "components": {"schemas": needed}}
            compiled = Draft202012Validator(whole, validate_formats=True)
            self._compiled = compiled
        return [] if compiled.is_valid(value) else list(compiled.iter_errors(value))


@dataclass(frozen=True)
class Parameter:
    """A part of the path or of the query."""

    name: str
    place: str
    required: bool
    type: str
    """What its text stands for: integer, boolean, array or string."""
    check: Check


@dataclass
class Operation:
    """One method of one path template."""

    method: str
    template: str
    parameters: list[Parameter] = field(default_factory=list)
    bodies: dict[str, Check] = field(default_factory=dict)
    """By content type."""
    answers: dict[str, Check | None] = field(default_factory=dict)
    """By status or class of status ("4XX"); None for an answer without a body."""

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    open: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Description:
    """What a description says, with ``tolerances``. Raises OSError, ValueError or KeyError."""

    def __init__(self, path: Path, tolerances: Iterable[Tolerance] = TOLERANCES) -> None:
        whole = json.loads(path.read_text(encoding="utf-8"))
        for one in tolerances:
            one.apply(whole)
        strict = _prepared(whole, lenient=False)
        lenient = _prepared(whole, lenient=True)
        self._answers: Json = strict["components"]["schemas"]
        self._requests: Json = lenient["components"]["schemas"]
        self._responses: Json = strict["components"].get("responses", {})
        self._root = _Node()
        for template, item in lenient["paths"].items():
            for method in METHODS:
                if method in item:
                    answers = strict["paths"][template][method].get("responses", {})
                    self._add(template, method.upper(), item, answers)

    def check(self, schema: Json) -> Check:
        """A check of what the sandbox says, by a schema that may refer to the description's."""
        return Check(schema, self._answers)

    def operation(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a request with the values in its path; None when there is none."""
        parts = [unquote(part) for part in path.strip("/").split("/")]

        def search(node: _Node, at: int, taken: tuple[str, ...]) -> tuple[Operation, Any] | None:
            if at == len(parts):
                found = node.operations.get(method)
                return None if found is None else (found, taken)
            fixed = node.fixed.get(parts[at])
            deeper = search(fixed, at + 1, taken) if fixed is not None else None
            if deeper is None and node.open is not None:
                deeper = search(node.open, at + 1, (*taken, parts[at]))
            return deeper

        found = search(self._root, 0, ())
        if found is None:
            return None
        operation, taken = found
        names = [part[1:-1] for part in operation.template.split("/") if part.startswith("{")]
        return operation, dict(zip(names, taken, strict=True))

    def _add(self, template: str, method: str, item: Json, answers: Json) -> None:
        said = item[method.lower()]
        node = self._root
        for part in template.strip("/").split("/"):
            if part.startswith("{"):
                node.open = node.open or _Node()
                node = node.open
            else:
                node = node.fixed.setdefault(part, _Node())
        node.operations[method] = Operation(
            method,
            template,
            [
                self._parameter(one)
                for one in [*item.get("parameters", []), *said.get("parameters", [])]
            ],
            {
                kind: Check(content["schema"], self._requests)
                for kind, content in said.get("requestBody", {}).get("content", {}).items()
            },
            {status: self._answer(one) for status, one in answers.items()},
        )

    def _parameter(self, one: Json) -> Parameter:
        schema = one["schema"]
        actual = schema
        while "$ref" in actual:
            actual = self._requests[actual["$ref"].removeprefix(_SCHEMAS)]
        kind = actual.get("type", "string")
        # A snowflake is text as far as addresses go.
        kind = kind if kind in ("integer", "boolean", "array") else "string"
        check = Check(schema, self._requests)
        return Parameter(one["name"], one["in"], bool(one.get("required")), kind, check)

    def _answer(self, one: Json) -> Check | None:
        if "$ref" in one:
            one = self._responses[one["$ref"].rpartition("/")[2]]
        content = one.get("content", {}).get("application/json")
        return None if content is None else Check(content["schema"], self._answers)


def _needed(schema: Any, schemas: Json) -> set[str]:
    """The schemas that one refers to, directly or through others."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.removeprefix(_SCHEMAS)
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _prepared(whole: Json, *, lenient: bool) -> Json:
    """The description as it is checked: int32 with its bounds, ``lenient`` as requests are."""
    prepared: Json = _prepare(whole, lenient=lenient)
    if lenient and "SnowflakeType" in prepared["components"]["schemas"]:
        prepared["components"]["schemas"]["SnowflakeType"] = {
            "type": ["string", "integer"],
            "pattern": DIGITS,
            "minimum": 0,
        }
        for item in prepared["paths"].values():
            for method in METHODS:
                contents = item.get(method, {}).get("requestBody", {}).get("content", {})
                for content in contents.values():
                    content["schema"] = _told_apart(content["schema"], prepared)
    return prepared


def _told_apart(schema: Json, whole: Json) -> Json:
    """A union of bodies whose members are told apart by their fields.

    All fields of a direct message are optional: whatever it does not know would pass as one. So a
    body is held against the members that know all of its fields, if it has none that nobody knows.
    """
    if "x-discord-union" not in schema:
        return schema
    members, every = [], set()
    for member in schema["anyOf"]:
        known = whole["components"]["schemas"][member["$ref"].removeprefix(_SCHEMAS)]["properties"]
        members.append({**member, "propertyNames": {"enum": [*known]}})
        every |= {*known}
    return {
        "if": {"propertyNames": {"enum": sorted(every)}},
        "then": {"anyOf": members},
        "else": schema,
    }


def _prepare(node: Any, *, lenient: bool) -> Any:
    if isinstance(node, list):
        return [_prepare(each, lenient=lenient) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: _prepare(value, lenient=lenient) for key, value in node.items()}
    if made.get("format") == "int32" and "enum" not in made and "oneOf" not in made:
        made.setdefault("minimum", -(2**31))
        made.setdefault("maximum", 2**31 - 1)
    properties = made.get("properties")
    if lenient and isinstance(properties, dict):
        for name in PERMISSIONS:
            kind = properties.get(name, {}).get("type")
            kinds = kind if isinstance(kind, list) else [kind]
            if "integer" in kinds:
                either = {"type": [*kinds, "string"], "pattern": DIGITS}
                properties[name] = {**properties[name], **either}
    return made


_loaded: dict[Path, Description] = {}


def load(path: Path) -> Description:
    """The description in a file, read once in a process.

    Raises as ``Description``, and ImportError where what compiles schemas is not installed.
    """
    known = _loaded.get(path)
    if known is None:
        import_module("jsonschema_rs")
        known = _loaded[path] = Description(path)
    return known
