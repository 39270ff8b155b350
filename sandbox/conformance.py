"""Every request and every answer, held against Discord's own description of its API.

On when ``Sandbox(openapi=…)`` or LIFTOFF_DISCORD_OPENAPI names the description, off otherwise.
A request that does not conform is refused as Discord refuses it (400, 50035, the field's path); an
answer or a dispatch that does not conform is the sandbox's own fault and stands in ``violations``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.conformance_description import Check, Description, Operation, Parameter, load
from sandbox.conformance_dispatches import SCHEMAS
from sandbox.conformance_problems import leaves, problems
from sandbox.errors import ApiError, Problems
from sandbox.model import Json

if TYPE_CHECKING:
    from multidict import MultiMapping

VARIABLE = "LIFTOFF_DISCORD_OPENAPI"
KEPT = 200
"""How many different violations are kept."""
_TRUE, _FALSE = ("true", "1"), ("false", "0")


@dataclass(frozen=True)
class Violation:
    """Something that the sandbox said and Discord would not say.

    ``where`` is the operation with its status, or the event; ``pointer`` a JSON pointer into it.
    """

    where: str
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} at {self.pointer or '/'}: {self.message}"


def from_environment() -> Path | None:
    """Where the environment says that Discord's description is."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


class Conformance:
    """Checks what goes over the wire. Raises OSError or ValueError for a useless description."""

    def __init__(
        self, path: Path, violations: list[Violation], description: Description | None = None
    ) -> None:
        try:
            self.description = description or load(path)
        except ImportError:
            raise ValueError(f"{VARIABLE} needs the package jsonschema-rs") from None
        except KeyError as error:
            raise ValueError(f"{path} is no OpenAPI description of Discord: no {error}") from None
        self.violations = violations
        self.checked = 0
        """How many requests, answers and dispatches have been checked."""
        self._dispatches: dict[str, Check] = {}

    def request(
        self, method: str, path: str, query: MultiMapping[str], body: Any, kind: str
    ) -> None:
        """Checks a request; ``kind`` is its content type. Raises the 50035 answer."""
        known = self.description.operation(method, path)
        if known is None:
            return
        self.checked += 1
        operation, taken = known
        found = Problems()
        for one in operation.parameters:
            given = taken.get(one.name) if one.place == "path" else query.get(one.name)
            if one.place == "query" and one.type == "array" and given is not None:
                self._parameter(found, one, query.getall(one.name))
            elif given is not None:
                self._parameter(found, one, given)
            elif one.required:
                found.required((one.name,))
        check = _body(operation, kind)
        if check is not None:
            for way, code, text in problems(check.errors({} if body is None else body)):
                found.add(way, code, text)
        found.raise_if_any()

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Checks an answer. Failures of a server (500 and more) are described nowhere."""
        if status >= 500:
            return
        known = self.description.operation(method, path)
        if known is None:
            if status < 400:
                self._note(f"{method} {path} {status}", "", "Discord describes no such operation")
            return
        self.checked += 1
        operation = known[0]
        where = f"{operation} {status}"
        answers = operation.answers
        key = str(status) if str(status) in answers else f"{status // 100}XX"
        if key not in answers:
            self._note(where, "", f"the status should be one of {', '.join(answers)}")
            return
        check = answers[key]
        if check is not None:
            self._hold(where, check, body)
        elif body is not None:
            self._note(where, "", "there should be no body")

    def dispatch(self, event: str, body: Json) -> None:
        """Checks the objects in a gateway event that have a schema."""
        check = self._dispatches.get(event)
        if check is None:
            schema = SCHEMAS.get(event)
            if schema is None:
                return
            check = self._dispatches[event] = self.description.check(schema)
        self.checked += 1
        self._hold(event, check, body)

    def _hold(self, where: str, check: Check, value: Any) -> None:
        for error in leaves(check.errors(value)):
            pointer = "".join(f"/{part}" for part in error.instance_path)
            self._note(where, pointer, error.message[:300])

    def _note(self, where: str, pointer: str, message: str) -> None:
        found = Violation(where, pointer, message)
        if len(self.violations) < KEPT and found not in self.violations:
            self.violations.append(found)

    @staticmethod
    def _parameter(found: Problems, one: Parameter, given: Any) -> None:
        value = given
        if one.type == "integer" and re.fullmatch(r"-?\d{1,20}", given):
            value = int(given)
        elif one.type == "boolean" and given.lower() in _TRUE + _FALSE:
            value = given.lower() in _TRUE
        for way, code, text in problems(one.check.errors(value), (one.name,)):
            found.add(way, code, text)


def _body(operation: Operation, kind: str) -> Check | None:
    """The check of a body; of a form it is what stands in its ``payload_json``."""
    bodies = operation.bodies
    if not bodies:
        return None
    if kind.startswith("multipart/") and "multipart/form-data" not in bodies:
        listed = ", ".join(f"'{one}'" for one in bodies)
        raise ApiError(400, 50035, f'Expected "Content-Type" header to be one of {{{listed}}}.')
    return bodies.get("application/json")
