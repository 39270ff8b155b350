"""Whether the tests hold what goes over the wire against Discord's description, and saying so.

`LIFTOFF_DISCORD_OPENAPI` names the description. With it every sandbox of every test checks what it
hears and says. Without it the tests that are about the description itself (they ask for the fixture
`openapi`) are left out, and the last lines of the run say that and why.
"""

from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.conformance import VARIABLE, from_environment

SAID = f"not checked, {VARIABLE} is not set: the tests that need Discord's description are left out"


def said_properly(sandbox: Sandbox) -> None:
    """Fails when the sandbox said what Discord would not say, or was asked for what it has not."""
    assert not sandbox.violations, "\n" + "\n".join(map(str, sandbox.violations))
    outside = [one["path"] for one in sandbox.unplanned if one["route"] is None]
    assert not outside, f"routes that the sandbox does not have: {outside}"


@pytest.fixture(scope="session")
def openapi() -> Path:
    """Discord's description."""
    path = from_environment()
    assert path is not None, SAID
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what cannot be run without the description."""
    if from_environment() is not None:
        return
    left_out = [item for item in items if "openapi" in getattr(item, "fixturenames", ())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says whether the description was there."""
    path = from_environment()
    said = SAID if path is None else f"checked against {path.name}"
    terminalreporter.write_line(f"conformance: {said}")
