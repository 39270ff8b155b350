"""Time comes from bot/clock.py: nobody else asks the machine for the date."""

import ast

import pytest

from tests.contract.source import PACKAGES, Module, modules, show

THE_CLOCK = "bot/clock.py"
FORBIDDEN = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "discord.utils.utcnow",
    # The loop that dies of its first unexpected exception.
    "discord.ext.tasks",
    "discord.ext.tasks.loop",
    # The database server's clock, which knows no virtual time.
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
}
# Methods that read the clock whatever they are called on.
FORBIDDEN_METHODS = {"is_expired", "utcnow"}


def time_calls(module: Module) -> list[str]:
    """One line for each way in which a module asks the machine for the date.

    A mention counts, not only a call: `default_factory=datetime.now` reads the clock too.
    """
    tree = module.tree
    meaning: dict[str, str] = {}
    problems = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                meaning[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                meaning[alias.asname or alias.name] = full
                if full in FORBIDDEN:
                    problems.append(f"{module.path}:{node.lineno} imports {full}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            full = _dotted(node, meaning)
            if full in FORBIDDEN or node.attr in FORBIDDEN_METHODS:
                problems.append(f"{module.path}:{node.lineno} uses {full or node.attr}")
    return problems


def _dotted(node: ast.expr, meaning: dict[str, str]) -> str:
    """The full name of `a.b.c`, aliases resolved; empty when it starts with something else."""
    if isinstance(node, ast.Name):
        return meaning.get(node.id, "")
    if isinstance(node, ast.Attribute) and (start := _dotted(node.value, meaning)):
        return f"{start}.{node.attr}"
    return ""


def test_only_the_clock_knows_the_date() -> None:
    problems = [
        problem
        for module in modules(*PACKAGES, "tests", "benchmarks")
        if module.path != THE_CLOCK
        for problem in time_calls(module)
    ]
    assert problems == [], show(problems)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import datetime as Moment, UTC\nMoment.now(UTC)",
        "import datetime\ndatetime.datetime.utcnow()",
        "import datetime as dt\nfield(default_factory=dt.datetime.now)",
        "import datetime as dt\ndt.date.today()",
        "from time import time\ntime()",
        "import time as t\nt.time()",
        "import time\ntime.time_ns()",
        "import discord\ndiscord.utils.utcnow()",
        "from discord.utils import utcnow\nutcnow()",
        "from discord import utils as u\nu.utcnow()",
        "if interaction.is_expired(): pass",
        "from discord.ext import tasks\n@tasks.loop(seconds=5)\nasync def f(): pass",
        "import discord.ext.tasks\n@discord.ext.tasks.loop()\nasync def f(): pass",
        "import sqlalchemy as sa\nsa.Column(server_default=sa.func.now())",
        "from sqlalchemy import func\nfunc.now()",
    ],
)
def test_a_reading_of_the_clock_is_seen(text: str) -> None:
    assert time_calls(Module("bot/x.py", text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "clock.now()",
        "self.clock.now()",
        "import time\ntime.monotonic()\ntime.perf_counter()",
        "import asyncio\nasyncio.get_running_loop().time()",
        "from datetime import datetime\ndatetime.fromisoformat('2027-02-22')",
        "from datetime import time\ntime(9, 0)",
    ],
)
def test_what_is_no_reading_of_it_is_not(text: str) -> None:
    assert time_calls(Module("bot/x.py", text)) == []
