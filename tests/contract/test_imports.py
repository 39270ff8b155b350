"""Who may import whom: the drawing in the README, checked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.contract.source import PACKAGES, Import, Module, imports, modules, show, within

DATABASE = ("sqlalchemy", "aiosqlite", "sqlite3", "asyncpg", "alembic")


@dataclass(frozen=True)
class Rule:
    """Modules that `binds` may not import what `forbids` says (given the module and the name)."""

    name: str
    binds: Callable[[Module], bool]
    forbids: Callable[[Module, str], bool]
    lazily_allowed_in: str = ""
    through_others: bool = False


def under(*packages: str) -> Callable[[Module], bool]:
    return lambda module: within(module.name, *packages)


def not_under(*packages: str) -> Callable[[Module], bool]:
    return lambda module: not within(module.name, *packages)


def anything_in(*packages: str) -> Callable[[Module, str], bool]:
    return lambda _module, name: within(name, *packages)


def is_report(module: Module) -> bool:
    """The oracle and the page, which judge the bot and so may know nothing of it."""
    return module.name.startswith(("rehearsal.oracle", "rehearsal.page"))


def another_cog(module: Module, name: str) -> bool:
    own = module.name.split(".")[:2]
    other = name.split(".")[:2]
    return other[0] == "cogs" and len(other) == 2 and len(own) == 2 and own != other


def more_than_domain(_module: Module, name: str) -> bool:
    ours = within(name, *PACKAGES) and name != "bot" and not within(name, "bot.domain")
    theirs = within(name, "discord", "apscheduler", "aiohttp", "structlog", "pydantic", *DATABASE)
    return ours or theirs


RULES = (
    Rule(
        "a cog knows no database, no scheduler and not how the bot is built",
        under("cogs"),
        anything_in("apscheduler", "bot.storage", "bot.app", *DATABASE),
    ),
    Rule("a cog knows no other cog", under("cogs"), another_cog),
    Rule("the domain is pure", under("bot.domain"), more_than_domain),
    Rule(
        "services and storage know no Discord",
        under("bot.services", "bot.storage"),
        anything_in("discord", "cogs", "bot.ui"),
    ),
    Rule(
        "the bot cannot tell the sandbox from Discord",
        under("bot", "cogs", "migrations"),
        anything_in("sandbox", "rehearsal"),
        lazily_allowed_in="bot.__main__",
    ),
    Rule(
        "the sandbox is a world of its own",
        under("sandbox"),
        anything_in("bot", "cogs", "migrations", "rehearsal"),
    ),
    Rule(
        "the report is computed without the bot and without the database",
        is_report,
        anything_in("bot", "cogs", "migrations", *DATABASE),
        through_others=True,
    ),
    Rule(
        "one place builds things, and few may ask it to",
        not_under("bot.__main__", "bot.app", "rehearsal", "tests", "benchmarks"),
        anything_in("bot.app"),
    ),
    Rule(
        "the scheduler is the delivery's alarm clock and nobody else's",
        not_under("bot.delivery", "tests"),
        anything_in("apscheduler"),
    ),
)


def broken(rule: Rule, checked: Iterable[Module]) -> list[str]:
    """One line for each import that the rule forbids."""
    known = {module.name: module for module in checked}
    problems = []
    for module in known.values():
        if not rule.binds(module):
            continue
        for found, via in _reached(module, known, follow=rule.through_others):
            if not rule.forbids(module, found.name):
                continue
            if found.lazy and module.name == rule.lazily_allowed_in:
                continue
            problems.append(f"{via.path}:{found.line} imports {found.name}: {rule.name}")
    return sorted(set(problems))


def _reached(
    module: Module, known: dict[str, Module], *, follow: bool
) -> Iterator[tuple[Import, Module]]:
    """What a module imports, and (to follow) what that imports: pairs of import and importer."""
    waiting, seen = [module], {module.name}
    while waiting:
        current = waiting.pop()
        for found in imports(current):
            yield found, current
            if not follow:
                continue
            # Importing a.b.c runs a and a.b too.
            parts = found.name.split(".")
            for name in (".".join(parts[:end]) for end in range(1, len(parts) + 1)):
                if name in known and name not in seen:
                    seen.add(name)
                    waiting.append(known[name])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds(rule: Rule) -> None:
    problems = broken(rule, modules(*PACKAGES, "tests", "benchmarks"))
    assert problems == [], show(problems)


# For each rule, by its position: a module that breaks it and one that does not.
BAD = [
    (0, "cogs/checkins/cog.py", "from sqlalchemy import select"),
    (0, "cogs/checkins/cog.py", "def later():\n    import bot.storage.engine"),
    (0, "cogs/checkins/cog.py", "from bot import storage"),
    (0, "cogs/checkins/views.py", "import apscheduler.triggers.cron as cron"),
    (0, "cogs/checkins/cog.py", "import importlib\nimportlib.import_module('bot.app')"),
    (1, "cogs/checkins/cog.py", "from cogs.people.views import Pause"),
    (1, "cogs/checkins/cog.py", "from cogs import people"),
    (1, "cogs/checkins/cog.py", "from ..people import views"),
    (2, "bot/domain/teams.py", "from bot.storage import tables"),
    (2, "bot/domain/teams.py", "from ..services import teams"),
    (
        2,
        "bot/domain/teams.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import discord",
    ),
    (2, "bot/domain/teams.py", "import bot.clock"),
    (3, "bot/services/teams.py", "from discord import Member"),
    (4, "bot/app.py", "from sandbox.server import Sandbox"),
    (4, "cogs/people/cog.py", "def f():\n    import rehearsal"),
    (4, "bot/__main__.py", "import rehearsal.play"),
    (5, "sandbox/server.py", "from bot.clock import Clock"),
    (6, "rehearsal/oracle.py", "from bot.domain import calendar"),
    (6, "rehearsal/oracle_rules.py", "import sqlite3"),
    (6, "rehearsal/page/render.py", "import cogs"),
    (7, "bot/services/teams.py", "from bot.app import build"),
    (7, "sandbox/server.py", "from bot import app"),
    (8, "bot/app.py", "from apscheduler.schedulers.asyncio import AsyncIOScheduler"),
]
GOOD = [
    (0, "cogs/checkins/cog.py", "import discord\nfrom bot.services import checkins"),
    (0, "bot/storage/engine.py", "import sqlalchemy"),
    (1, "cogs/checkins/cog.py", "from cogs.checkins.views import Form\nfrom . import messages"),
    (1, "cogs/__init__.py", "import cogs.people"),
    (2, "bot/domain/teams.py", "from bot.domain.people import Person\nimport datetime"),
    (3, "bot/services/teams.py", "from bot.storage import tables\nimport sqlalchemy"),
    (4, "bot/__main__.py", "def rehearse():\n    from rehearsal import play"),
    (5, "sandbox/server.py", "import aiohttp\nfrom sandbox.rest import routes"),
    (6, "rehearsal/play.py", "import bot.app"),
    (6, "rehearsal/oracle.py", "import json"),
    (7, "bot/__main__.py", "import bot.app"),
    (8, "bot/delivery/alarm.py", "import apscheduler"),
]


@pytest.mark.parametrize(("number", "path", "text"), BAD)
def test_rule_sees_what_breaks_it(number: int, path: str, text: str) -> None:
    assert len(broken(RULES[number], [Module(path, text)])) >= 1


@pytest.mark.parametrize(("number", "path", "text"), GOOD)
def test_rule_lets_the_rest_be(number: int, path: str, text: str) -> None:
    assert broken(RULES[number], [Module(path, text)]) == []


def test_every_rule_has_been_seen_to_fail_and_to_hold() -> None:
    assert {number for number, _, _ in BAD} == set(range(len(RULES)))
    assert {number for number, _, _ in GOOD} == set(range(len(RULES)))


def test_the_report_reaches_nothing_through_its_neighbours() -> None:
    report = Module("rehearsal/oracle.py", "from rehearsal.personas import Persona")
    neighbour = Module("rehearsal/personas.py", "from rehearsal import play")
    innocent = Module("rehearsal/play.py", "import json")
    guilty = Module("rehearsal/play.py", "def f():\n    from bot.settings import Settings")
    assert broken(RULES[6], [report, neighbour, innocent]) == []
    problems = broken(RULES[6], [report, neighbour, guilty])
    assert problems[0].startswith("rehearsal/play.py:2 imports bot.settings")
    package = Module("rehearsal/__init__.py", "import bot")
    assert len(broken(RULES[6], [report, neighbour, innocent, package])) == 1
