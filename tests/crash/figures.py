"""The last line of a test run: kills, due, lost, doubled. A pytest plugin."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

PROPERTY = "crash"
NAMES = ("kills", "claimed", "sent", "recorded", "due", "lost", "doubled")

_sum: Counter[str] = Counter()


def line(figures: Counter[str]) -> str:
    """The figures in words."""
    n = {name: figures[name] for name in NAMES}
    return (
        f"crash: {n['kills']} kills (claimed {n['claimed']}, sent {n['sent']}, recorded "
        f"{n['recorded']}), {n['due']} due, {n['lost']} lost, {n['doubled']} doubled"
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds up what the plays have found, wherever they ran."""
    if report.when == "call":
        for name, figures in report.user_properties:
            if name == PROPERTY:
                _sum.update(figures if isinstance(figures, dict) else {})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Says it when everything else is said."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if _sum["kills"] and reporter is not None:
        reporter.write_line(line(_sum))
        _sum.clear()
