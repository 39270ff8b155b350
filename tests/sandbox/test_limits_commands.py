"""Limits of slash commands: accepted at the limit, refused just over it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bodies import choices, command, option, x
from tests.sandbox.raw import Api, refused

Json = dict[str, Any]

COMMANDS = "/applications/{app}/commands"
OF_GUILD = "/applications/{app}/guilds/{guild}/commands"


def filled(characters: int, **more: Any) -> Json:
    """A command of so many characters in all its names, descriptions and choices."""
    bulk = [
        option(name=f"o{i:02}".ljust(32, "o"), description=x(100), choices=choices(25, 5, 5))
        for i in range(20)
    ]
    made = command(description=x(100), options=bulk, **more)
    used = len("go") + 100 + 20 * (32 + 100 + 25 * 10)
    last = option(name="last", description="x", choices=[{"name": "n", "value": "v"}])
    rest = characters - used - 7
    assert 0 <= rest <= 99 + 99 + 99
    last["description"] = x(1 + min(rest, 99))
    last["choices"][0]["name"] = x(1 + min(max(rest - 99, 0), 99))
    last["choices"][0]["value"] = x(1 + max(rest - 198, 0))
    bulk.append(last)
    return made


def sub(name: str, *options: Json) -> Json:
    """A sub-command."""
    return {"type": 1, "name": name, "description": "x", "options": list(options)}


def group(name: str, *subs: Json) -> Json:
    """A group of sub-commands."""
    return {"type": 2, "name": name, "description": "x", "options": list(subs)}


def many(count: int) -> list[Json]:
    """So many options."""
    return [option(name=f"o{i}") for i in range(count)]


# what, at the limit, just over it, where the refusal points
TREES: list[tuple[str, Json, Json, str]] = [
    ("name", command(name="x" * 32), command(name="x" * 33), "0.name"),
    ("capitals", command(name="go-there_2"), command(name="Go"), "0.name"),
    ("spaces", command(name="aller-à"), command(name="go there"), "0.name"),
    ("description", command(description=x(100)), command(description=x(101)), "0.description"),
    ("no description", command(description="x"), command(description=""), "0.description"),
    (
        "name in a language",
        command(name_localizations={"de": x(32)}),
        command(name_localizations={"de": x(33)}),
        "0.name_localizations.de",
    ),
    (
        "description in a language",
        command(description_localizations={"de": x(100)}),
        command(description_localizations={"de": x(101)}),
        "0.description_localizations.de",
    ),
    (
        "language",
        command(name_localizations={"pt-BR": "ir"}),
        command(name_localizations={"pt": "ir"}),
        "0.name_localizations.pt",
    ),
    ("options", command(options=many(25)), command(options=many(26)), "0.options"),
    (
        "option name",
        command(options=[option(name=x(32))]),
        command(options=[option(name=x(33))]),
        "0.options.0.name",
    ),
    (
        "option description",
        command(options=[option(description=x(100))]),
        command(options=[option(description=x(101))]),
        "0.options.0.description",
    ),
    (
        "option twice",
        command(options=many(2)),
        command(options=[option(), option()]),
        "0.options.1.name",
    ),
    (
        "required ones first",
        command(options=[option(required=True), option(name="then")]),
        command(options=[option(), option(name="then", required=True)]),
        "0.options.1",
    ),
    (
        "choices",
        command(options=[option(choices=choices(25))]),
        command(options=[option(choices=choices(26))]),
        "0.options.0.choices",
    ),
    (
        "choice name",
        command(options=[option(choices=choices(1, name=100))]),
        command(options=[option(choices=choices(1, name=101))]),
        "0.options.0.choices.0.name",
    ),
    (
        "choice value",
        command(options=[option(choices=choices(1, value=100))]),
        command(options=[option(choices=choices(1, value=101))]),
        "0.options.0.choices.0.value",
    ),
    (
        "choice twice",
        command(options=[option(choices=choices(2))]),
        command(options=[option(choices=choices(1) * 2)]),
        "0.options.0.choices.1.name",
    ),
    (
        "choices beside autocomplete",
        command(options=[option(autocomplete=True)]),
        command(options=[option(autocomplete=True, choices=choices(1))]),
        "0.options.0.choices",
    ),
    (
        "autocomplete of text and numbers only",
        command(options=[option(autocomplete=True, type=4)]),
        command(options=[option(autocomplete=True, type=6)]),
        "0.options.0.autocomplete",
    ),
    (
        "length of text",
        command(options=[option(max_length=6000)]),
        command(options=[option(max_length=6001)]),
        "0.options.0.max_length",
    ),
    (
        "sub-commands",
        command(options=[sub(f"s{i}") for i in range(25)]),
        command(options=[sub(f"s{i}") for i in range(26)]),
        "0.options",
    ),
    (
        "sub-commands beside options",
        command(options=[sub("s"), group("g", sub("s"))]),
        command(options=[sub("s"), option()]),
        "0.options",
    ),
    (
        "groups in groups",
        command(options=[group("g", sub("s", *many(25)))]),
        command(options=[group("g", group("h", sub("s")))]),
        "0.options.0.options.0.type",
    ),
    ("8000 characters", filled(8000), filled(8001), "0"),
    (
        "8000 characters, a shorter language",
        filled(8000, name_localizations={"de": "g"}),
        filled(8000, name_localizations={"de": "geh", "fr": "va"}),
        "0",
    ),
    (
        "permissions",
        command(default_member_permissions="32"),
        command(default_member_permissions="manage_guild"),
        "0.default_member_permissions",
    ),
    ("contexts", command(contexts=[0, 1, 2]), command(contexts=[3]), "0.contexts.0"),
]


@pytest.mark.parametrize(
    ("fine", "over", "path"), [one[1:] for one in TREES], ids=[one[0] for one in TREES]
)
async def test_trees(api: Api, fine: Json, over: Json, path: str) -> None:
    assert (await api("PUT", COMMANDS, [fine]))[0] == 200
    refused(*await api("PUT", COMMANDS, [over]), code=50035, path=path)
    alone = path.partition(".")[2]
    refused(*await api("POST", COMMANDS, over), code=50035, path=alone)
    assert [one["name"] for one in (await api("GET", COMMANDS))[1]] == [fine["name"]]


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
@pytest.mark.parametrize("path", [COMMANDS, OF_GUILD])
async def test_commands_of_a_kind(api: Api, path: str, kind: int, most: int) -> None:
    text = "Goes" if kind == 1 else ""
    every = [command(name=f"go{i}", type=kind, description=text) for i in range(most + 1)]
    status, answer = await api("PUT", path, every)
    assert (status, answer["code"]) == (400, 30032)
    assert (await api("PUT", path, every[:most]))[0] == 200
    status, answer = await api("POST", path, every[most])
    assert (status, answer["code"]) == (400, 30032)
    assert (await api("POST", path, every[0]))[0] == 200, "an update is no new command"
    other = command(name="other", type=kind % 3 + 1, description="" if kind < 3 else "x")
    assert (await api("POST", path, other))[0] == 201


async def test_names_are_unique(api: Api) -> None:
    refused(*await api("PUT", COMMANDS, [command(), command()]), code=50035, path="1")
    made = [await api.made(COMMANDS, command(name=name)) for name in ("one", "two")]
    answer = await api("PATCH", f"{COMMANDS}/{made[0]['id']}", {"name": "two"})
    refused(*answer, code=40041, path=None)


async def test_two_hundred_new_commands_a_day(api: Api) -> None:
    """Old names cost nothing; each guild, and the global list, counts for itself."""
    for day in range(2):
        first = [command(name=f"a{day}-{i}") for i in range(100)]
        second = [command(name=f"b{day}-{i}") for i in range(100)]
        assert (await api("PUT", COMMANDS, first))[0] == 200
        assert (await api("PUT", COMMANDS, first))[0] == 200
        assert (await api("PUT", COMMANDS, second))[0] == 200
        over = [*second[:99], command(name="one-more")]
        status, answer = await api("PUT", COMMANDS, over)
        assert (status, answer["code"]) == (400, 30034)
        assert (await api("PUT", COMMANDS, second[:1]))[0] == 200
        assert await api.code("POST", COMMANDS, command(name="one-more")) == 30034
        assert (await api("POST", OF_GUILD, command(name=f"one-more{day}")))[0] == 201
        api.scene.clock.move(days=1)
