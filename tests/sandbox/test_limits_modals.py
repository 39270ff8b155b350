"""Limits of forms and autocomplete answers: accepted at the limit, refused just over it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bodies import choices, command, form, label, line, option, options, row, text, x
from tests.sandbox.raw import Api, refused

Json = dict[str, Any]

COMMANDS = "/applications/{app}/commands"
FORM, CHOICES = 9, 8


def select(**more: Any) -> Json:
    """A select menu of a form."""
    return {"type": 3, "custom_id": "s", "options": options(2), **more}


def group(kind: int, count: int, **more: Any) -> Json:
    """A radio group (21) or a group of checkboxes (22)."""
    return {"type": kind, "custom_id": "g", "options": options(count), **more}


def labels(count: int) -> list[Json]:
    """So many questions."""
    return [label(line(custom_id=str(i))) for i in range(count)]


INNER = "data.components.0.component"

# what, at the limit, just over it, where the refusal points
FORMS: list[tuple[str, Json, Json, str]] = [
    ("title", form(title=x(45)), form(title=x(46)), "data.title"),
    ("no title", form(title="x"), form(title=""), "data.title"),
    ("custom_id", form(custom_id=x(100)), form(custom_id=x(101)), "data.custom_id"),
    ("5 components", form(*labels(5)), form(*labels(6)), "data.components"),
    ("1 component", form(label()), form(components=[]), "data.components"),
    ("label", form(label(label=x(45))), form(label(label=x(46))), "data.components.0.label"),
    (
        "description",
        form(label(description=x(100))),
        form(label(description=x(101))),
        "data.components.0.description",
    ),
    (
        "text",
        form(label(line(value=x(4000)))),
        form(label(line(value=x(4001)))),
        f"{INNER}.value",
    ),
    (
        "longest text",
        form(label(line(max_length=4000))),
        form(label(line(max_length=4001))),
        f"{INNER}.max_length",
    ),
    (
        "shortest text",
        form(label(line(min_length=0))),
        form(label(line(min_length=-1))),
        f"{INNER}.min_length",
    ),
    (
        "shortest over longest",
        form(label(line(min_length=5, max_length=5))),
        form(label(line(min_length=6, max_length=5))),
        f"{INNER}.min_length",
    ),
    (
        "prefilled over longest",
        form(label(line(max_length=5, value=x(5)))),
        form(label(line(max_length=5, value=x(6)))),
        f"{INNER}.value",
    ),
    (
        "prefilled under shortest",
        form(label(line(min_length=5, value=x(5)))),
        form(label(line(min_length=5, value=x(4)))),
        f"{INNER}.value",
    ),
    (
        "placeholder",
        form(label(line(placeholder=x(100)))),
        form(label(line(placeholder=x(101)))),
        f"{INNER}.placeholder",
    ),
    ("style", form(label(line(style=2))), form(label(line(style=3))), f"{INNER}.style"),
    (
        "id twice",
        form(*labels(2)),
        form(label(), label()),
        "data.components.1.component.custom_id",
    ),
    (
        "select placeholder",
        form(label(select(placeholder=x(150)))),
        form(label(select(placeholder=x(151)))),
        f"{INNER}.placeholder",
    ),
    (
        "select options",
        form(label(select(options=options(25)))),
        form(label(select(options=options(26)))),
        f"{INNER}.options",
    ),
    (
        "required select",
        form(label(select(min_values=0, required=False))),
        form(label(select(min_values=0))),
        f"{INNER}.min_values",
    ),
    (
        "disabled",
        form(label(select(disabled=False))),
        form(label(select(disabled=True))),
        f"{INNER}.disabled",
    ),
    (
        "radio options",
        form(label(group(21, 10))),
        form(label(group(21, 11))),
        f"{INNER}.options",
    ),
    (
        "few radio options",
        form(label(group(21, 2))),
        form(label(group(21, 1))),
        f"{INNER}.options",
    ),
    (
        "checkboxes",
        form(label(group(22, 10))),
        form(label(group(22, 11))),
        f"{INNER}.options",
    ),
    (
        "text display",
        form(text("x"), label()),
        form(text(""), label()),
        "data.components.0.content",
    ),
    (
        "row of one text input",
        form(row(line(label="x"))),
        form(row(line(label="x"), line(label="x", custom_id="b"))),
        "data.components.0.components",
    ),
    (
        "no buttons",
        form(label({"type": 23, "custom_id": "c"})),
        form(label({"type": 2, "style": 1, "custom_id": "c", "label": "x"})),
        f"{INNER}.type",
    ),
]


@pytest.mark.parametrize(
    ("fine", "over", "path"), [one[1:] for one in FORMS], ids=[one[0] for one in FORMS]
)
async def test_forms(api: Api, fine: Json, over: Json, path: str) -> None:
    """A refused form leaves the interaction unanswered, so a right one still opens."""
    await api.made(COMMANDS, command())
    ana, guild = api.scene.ana, api.scene.guild
    task, one = await api.asked(lambda: ana.run("/go", guild=guild))
    refused(*await api.answer(one, FORM, over), code=50035, path=path)
    assert (await api.answer(one, FORM, fine))[0] == 200
    outcome = await task
    assert outcome.modal is not None
    assert (outcome.modal.title, outcome.modal.custom_id) == (fine["title"], fine["custom_id"])


# what, type of the option, at the limit, just over it, where the refusal points
ANSWERS: list[tuple[str, int, Any, Any, str]] = [
    ("25 choices", 3, choices(25), choices(26), "data.choices"),
    ("none", 3, [], None, "data.choices"),
    ("name", 3, choices(1, name=100), choices(1, name=101), "data.choices.0.name"),
    ("value", 3, choices(1, value=100), choices(1, value=101), "data.choices.0.value"),
    (
        "text",
        3,
        [{"name": "five", "value": "5"}],
        [{"name": "five", "value": 5}],
        "data.choices.0.value",
    ),
    (
        "integer",
        4,
        [{"name": "five", "value": 5}],
        [{"name": "five", "value": 5.5}],
        "data.choices.0.value",
    ),
    (
        "number",
        10,
        [{"name": "five", "value": 5.5}],
        [{"name": "five", "value": "5.5"}],
        "data.choices.0.value",
    ),
]


@pytest.mark.parametrize(
    ("kind", "fine", "over", "path"),
    [one[1:] for one in ANSWERS],
    ids=[one[0] for one in ANSWERS],
)
async def test_autocomplete(api: Api, kind: int, fine: Any, over: Any, path: str) -> None:
    where = option(autocomplete=True, type=kind)
    await api.made(COMMANDS, command(options=[option(name="first"), where]))
    ana, guild = api.scene.ana, api.scene.guild

    async def typing() -> Any:
        return await ana.autocomplete("/go", option="where", value="5", guild=guild, first="x")

    task, one = await api.asked(typing)
    assert one["type"] == 4
    assert one["data"]["options"] == [
        {"type": 3, "name": "first", "value": "x"},
        {"type": kind, "name": "where", "value": "5", "focused": True},
    ]
    for other in (4, 5, 6, 7, FORM):
        data = form(label({"type": 23, "custom_id": "c"})) if other == FORM else {"content": "x"}
        refused(*await api.answer(one, other, data), code=50035, path="type")
    refused(*await api.answer(one, CHOICES, {"choices": over}), code=50035, path=path)
    assert (await api.answer(one, CHOICES, {"choices": fine}))[0] == 200
    assert await task == fine
