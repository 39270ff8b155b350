"""Limits of messages, embeds and components: accepted at the limit, refused just over it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bodies import (
    V2,
    button,
    buttons,
    embed,
    fields,
    options,
    row,
    section,
    select,
    text,
    x,
)
from tests.sandbox.raw import Api, refused

Json = dict[str, Any]

MESSAGE = "/channels/{channel}/messages"
MIB = 1024 * 1024


def v2(*components: Json) -> Json:
    """A message of components V2."""
    return {"components": list(components), "flags": V2}


def total(count: int) -> list[Json]:
    """Two embeds of so many characters in all, over every part that counts."""
    parts = embed(title=x(10), footer={"text": x(10)}, author={"name": x(10)})
    parts["fields"] = [{"name": x(10), "value": x(10)}]
    return [parts, {"description": x(3000)}, {"description": x(count - 3050)}]


# what, at the limit, just over it, where the refusal points
SIZES: list[tuple[str, Json, Json, str]] = [
    ("content", {"content": x(2000)}, {"content": x(2001)}, "content"),
    ("embeds", {"embeds": [embed()] * 10}, {"embeds": [embed()] * 11}, "embeds"),
    ("all embeds", {"embeds": total(6000)}, {"embeds": total(6001)}, "embeds.2"),
    (
        "embed title",
        {"embeds": [embed(title=x(256))]},
        {"embeds": [embed(title=x(257))]},
        "embeds.0.title",
    ),
    (
        "embed description",
        {"embeds": [embed(description=x(4096))]},
        {"embeds": [embed(description=x(4097))]},
        "embeds.0.description",
    ),
    ("embed fields", {"embeds": [fields(25)]}, {"embeds": [fields(26)]}, "embeds.0.fields"),
    (
        "field name",
        {"embeds": [fields(1, name=256)]},
        {"embeds": [fields(1, name=257)]},
        "embeds.0.fields.0.name",
    ),
    (
        "field value",
        {"embeds": [fields(1, value=1024)]},
        {"embeds": [fields(1, value=1025)]},
        "embeds.0.fields.0.value",
    ),
    (
        "field without name",
        {"embeds": [embed(fields=[{"name": "\u200b", "value": "x"}])]},
        {"embeds": [embed(fields=[{"name": " ", "value": "x"}])]},
        "embeds.0.fields.0.name",
    ),
    (
        "embed footer",
        {"embeds": [embed(footer={"text": x(2048)})]},
        {"embeds": [embed(footer={"text": x(2049)})]},
        "embeds.0.footer.text",
    ),
    (
        "embed author",
        {"embeds": [embed(author={"name": x(256)})]},
        {"embeds": [embed(author={"name": x(257)})]},
        "embeds.0.author.name",
    ),
    (
        "nonce",
        {"content": "x", "nonce": x(25)},
        {"content": "x", "nonce": x(26)},
        "nonce",
    ),
    (
        "allowed mentions",
        {"content": "x", "allowed_mentions": {"parse": [], "users": [str(i) for i in range(100)]}},
        {"content": "x", "allowed_mentions": {"parse": [], "users": [str(i) for i in range(101)]}},
        "allowed_mentions.users",
    ),
    (
        "rows",
        {"components": [row(*buttons(5, f"{i}-")) for i in range(5)]},
        {"components": [row(*buttons(5, f"{i}-")) for i in range(6)]},
        "components",
    ),
    (
        "buttons in a row",
        {"components": [row(*buttons(5))]},
        {"components": [row(*buttons(6))]},
        "components.0.components",
    ),
    (
        "button label",
        {"components": [row(button(label=x(80)))]},
        {"components": [row(button(label=x(81)))]},
        "components.0.components.0.label",
    ),
    (
        "custom_id",
        {"components": [row(button(custom_id=x(100)))]},
        {"components": [row(button(custom_id=x(101)))]},
        "components.0.components.0.custom_id",
    ),
    (
        "custom_id twice",
        {"components": [row(button()), row(button(custom_id="other"))]},
        {"components": [row(button()), row(button())]},
        "components.1.components.0.custom_id",
    ),
    (
        "link",
        {"components": [row(button(style=5, custom_id=None, url="https://example.org"))]},
        {"components": [row(button(style=5, url="https://example.org"))]},
        "components.0.components.0",
    ),
    (
        "select options",
        {"components": [row(select(25))]},
        {"components": [row(select(26))]},
        "components.0.components.0.options",
    ),
    (
        "select without options",
        {"components": [row(select(1))]},
        {"components": [row(select(0))]},
        "components.0.components.0.options",
    ),
    (
        "select placeholder",
        {"components": [row(select(placeholder=x(150)))]},
        {"components": [row(select(placeholder=x(151)))]},
        "components.0.components.0.placeholder",
    ),
    (
        "select values",
        {"components": [row(select(2, max_values=2))]},
        {"components": [row(select(2, max_values=3))]},
        "components.0.components.0.options",
    ),
    (
        "option description",
        {"components": [row(select(options=options(1, description=x(100))))]},
        {"components": [row(select(options=options(1, description=x(101))))]},
        "components.0.components.0.options.0.description",
    ),
    (
        "option twice",
        {"components": [row(select(2))]},
        {"components": [row(select(options=options(1) * 2))]},
        "components.0.components.0.options.1.value",
    ),
    (
        "a menu fills its row",
        {"components": [row(select()), row(button())]},
        {"components": [row(select(), button())]},
        "components.0.components",
    ),
    ("V2 components", v2(*[text("x")] * 40), v2(*[text("x")] * 41), "components"),
    (
        "V2 components inside others",
        v2({"type": 17, "components": [text("x")] * 39}),
        v2({"type": 17, "components": [text("x")] * 40}),
        "components",
    ),
    ("V2 text", v2(text(x(4000))), v2(text(x(4001))), "components.0.content"),
    (
        "V2 text in all",
        v2(text(x(2000)), {"type": 17, "components": [text(x(2000))]}),
        v2(text(x(2000)), {"type": 17, "components": [text(x(2001))]}),
        "components",
    ),
    ("V2 beside content", v2(text("x")), {**v2(text("x")), "content": "x"}, "content"),
    ("V2 beside embeds", v2(text("x")), {**v2(text("x")), "embeds": [embed()]}, "embeds"),
    ("V2 needs its flag", v2(text("x")), {"components": [text("x")]}, "components.0.type"),
    (
        "texts of a section",
        v2(section(texts=3)),
        v2(section(texts=4)),
        "components.0.components",
    ),
    (
        "accessory of a section",
        v2(section()),
        v2(section(accessory=select())),
        "components.0.accessory.type",
    ),
    (
        "pictures of a gallery",
        v2({"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}] * 10}),
        v2({"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}] * 11}),
        "components.0.items",
    ),
]


@pytest.mark.parametrize(
    ("fine", "over", "path"), [one[1:] for one in SIZES], ids=[one[0] for one in SIZES]
)
async def test_sizes(api: Api, fine: Json, over: Json, path: str) -> None:
    assert (await api("POST", MESSAGE, fine))[0] == 200
    refused(*await api("POST", MESSAGE, over), code=50035, path=path)
    assert len(api.scene.sandbox.channel(api.scene.guild, "general").messages) == 1
    assert len(api.scene.sandbox.unplanned) == 1


async def test_edits_obey_the_same_limits(api: Api) -> None:
    made = await api.made(MESSAGE, {"content": "x"})
    path = f"{MESSAGE}/{made['id']}"
    for _, _, over, at in SIZES:
        if "nonce" not in over and "flags" not in over:
            refused(*await api("PATCH", path, over), code=50035, path=at)
    assert (await api("GET", path))[1]["content"] == "x"


async def test_components_v2_stay(api: Api) -> None:
    """A message with components V2 cannot take up content again."""
    made = await api.made(MESSAGE, v2(text("x")))
    path = f"{MESSAGE}/{made['id']}"
    refused(*await api("PATCH", path, {"content": "x"}), code=50035, path="content")
    assert (await api("PATCH", path, {"components": [text("y")]}))[0] == 200


async def test_ten_files_of_ten_mebibytes(api: Api) -> None:
    listed = {"attachments": [{"id": i, "filename": f"{i}.txt"} for i in range(11)]}
    assert (await api("POST", MESSAGE, {}, files=[b"x"] * 10))[0] == 200
    refused(*await api("POST", MESSAGE, {}, files=[b"x"] * 11), code=30015, path=None)
    answer = await api("POST", MESSAGE, listed, files=[b"x"] * 11)
    refused(*answer, code=50035, path="attachments")
    assert (await api("POST", MESSAGE, {}, files=[bytes(10 * MIB)]))[0] == 200
    status, answer = await api("POST", MESSAGE, {}, files=[bytes(10 * MIB + 1)])
    assert (status, answer["code"]) == (413, 40005)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": " \n"},
        {"embeds": []},
        {"components": []},
        {"components": [], "flags": V2},
    ],
)
async def test_empty_messages(api: Api, body: Json) -> None:
    status, answer = await api("POST", MESSAGE, body)
    assert (status, answer["code"]) == (400, 50006)


async def test_bulk_deletion_takes_2_to_100(api: Api) -> None:
    ids = [(await api.made(MESSAGE, {"content": "x"}))["id"] for _ in range(2)]
    for wanted in (ids[:1], [str(i) for i in range(1, 102)]):
        body = {"messages": wanted}
        refused(*await api("POST", f"{MESSAGE}/bulk-delete", body), code=50016, path=None)
    assert (await api("POST", f"{MESSAGE}/bulk-delete", {"messages": ids}))[0] == 204
    told = await api.event("MESSAGE_DELETE_BULK")
    assert told == {
        "ids": ids,
        "channel_id": str(api.general),
        "guild_id": str(api.scene.guild.id),
    }
    assert (await api("GET", MESSAGE))[1] == []
