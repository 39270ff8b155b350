"""docs/commands.md has every command, option, button and form of the bot, and no other."""

import re
from pathlib import Path
from typing import Any

from discord import app_commands

from bot.face import Liftoff
from tests.support.world import World

DOCUMENT = Path(__file__).parents[2] / "docs/commands.md"
HEADING = re.compile(r"^### `/([a-z ]+)`$", re.MULTILINE)
OPTION = re.compile(r"^- `([a-z_]+)`( \(optional\))?:", re.MULTILINE)
ROW = re.compile(r"^\| `([a-z]+:[a-z]+)` \|", re.MULTILINE)
PLACES = {"anywhere": (True, True), "server": (True, False)}


def sections(text: str) -> dict[str, str]:
    """What is written about each command, by its full name."""
    parts = HEADING.split(text.partition("\n## Buttons")[0])
    return {
        name: re.split(r"^## ", body, flags=re.MULTILINE)[0]
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def rows(text: str, heading: str) -> list[str]:
    """The names in the first column of a section's table."""
    return ROW.findall(text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0])


def commands(client: Liftoff) -> dict[str, app_commands.Command[Any, ..., Any]]:
    """The commands that people can use, by their full name."""
    return {
        command.qualified_name: command
        for command in client.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }


async def test_every_command_is_described_as_it_is(world: World) -> None:
    assert world.app is not None
    client = world.app.client
    described = sections(DOCUMENT.read_text(encoding="utf-8"))
    assert sorted(described) == sorted(commands(client))
    for name, command in commands(client).items():
        text = described[name]
        where = re.search(r"^Where: (\w+)\. Who: (.+)\.$", text, re.MULTILINE)
        assert where, f"/{name}: say where and who"
        own = (command.root_parent or command).allowed_contexts
        contexts = client.tree.allowed_contexts.merge(own) if own else client.tree.allowed_contexts
        assert PLACES[where[1]] == (bool(contexts.guild), bool(contexts.dm_channel)), name
        options = {found: bool(optional) for found, optional in OPTION.findall(text)}
        assert options == {one.name: not one.required for one in command.parameters}, name


async def test_every_button_and_form_is_described(world: World) -> None:
    assert world.app is not None
    router = world.app.client.router
    text = DOCUMENT.read_text(encoding="utf-8")
    assert sorted(rows(text, "Buttons")) == router.names
    assert sorted(rows(text, "Forms")) == router.form_names


def test_the_reader_above_sees_what_is_there() -> None:
    text = (
        "## A\n### `/one`\nWhere: server. Who: all.\n- `x` (optional): it.\n\n## B\n"
        "### `/two three`\nWhere: anywhere. Who: some.\n- `y`: it.\n"
        "## Buttons\n| `a:b` | c |\n## Forms\n| `d:e` | f |\n"
    )
    assert list(sections(text)) == ["one", "two three"]
    assert OPTION.findall(sections(text)["one"]) == [("x", " (optional)")]
    assert "## B" not in sections(text)["one"]
    assert rows(text, "Buttons") == ["a:b"]
    assert rows(text, "Forms") == ["d:e"]
