"""No test of the sandbox can forget to ask whether what went over the wire was proper."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.conformance import Violation
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.proper import proper
from tests.sandbox.raw import Api, connected

TESTS = Path(__file__).parents[1]
FOLDERS = ("sandbox", "foreign", "rehearsal")
IMPROPER = {
    "sandbox/conformance/test_answers.py": "makes the sandbox say what is wrong",
    "sandbox/conformance/test_switch.py": "asks for what the sandbox has not",
}
"""Tests that are about being improper: they look themselves."""


def started(source: str) -> Iterator[int]:
    """The lines in which a sandbox is started without being looked at in the end."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                made = item.context_expr
                if isinstance(made, ast.Call) and ast.unparse(made.func).endswith("Sandbox"):
                    yield made.lineno
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sandbox.start"):
            yield node.lineno


def test_every_sandbox_is_a_proper_one() -> None:
    """`async with proper(Sandbox(…))` instead of `async with Sandbox(…)`."""
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for folder in FOLDERS
        for path in (TESTS / folder).rglob("*.py")
        if str(path.relative_to(TESTS)) not in IMPROPER
        for line in started(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    for path in IMPROPER:
        source = (TESTS / path).read_text(encoding="utf-8")
        assert list(started(source)), f"{path} is no exception any more"
        assert "said_properly(" in source


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("async def f():\n async with Sandbox(now) as one: pass", [2]),
        ("async def f():\n async with (\n  x(),\n  sandbox.Sandbox(now) as one,\n ): pass", [4]),
        ("async def f():\n sandbox = Sandbox(now)\n await sandbox.start()", [3]),
        ("async def f():\n async with proper(Sandbox(now)) as one: pass", []),
        ("def f():\n Sandbox(now).faults.add('500')", []),
    ],
)
def test_how_they_are_found(source: str, lines: list[int]) -> None:
    assert list(started(source)) == lines


async def test_what_was_said_wrongly_fails_in_the_end(clock: Clock) -> None:
    with pytest.raises(AssertionError, match="GET / 200 at /id: no id"):
        async with proper(Sandbox(clock)) as sandbox:
            sandbox.violations.append(Violation("GET / 200", "/id", "no id"))


async def test_a_route_that_there_is_not_fails_in_the_end(clock: Clock) -> None:
    async def ask(path: str) -> None:
        async with (
            proper(Sandbox(clock)) as sandbox,
            connected(Scene(sandbox, clock)) as api,
        ):
            assert isinstance(api, Api)
            assert (await api("GET", path))[0] == 404

    await ask("/guilds/5")
    with pytest.raises(AssertionError, match="/weather"):
        await ask("/weather")
