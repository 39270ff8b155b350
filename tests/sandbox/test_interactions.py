"""Interactions over the raw wire: what the bot is told, how it may answer, and until when."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandbox import Message, Outcome
from tests.sandbox.bodies import button, command, form, label, line, option, options, row, select
from tests.sandbox.raw import Api, refused

Json = dict[str, Any]

COMMANDS, MESSAGE = "/applications/{app}/commands", "/channels/{channel}/messages"
REPLY, THINK, DEFER, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
EPHEMERAL, LOADING = 64, 128
HI: Json = {"content": "hi"}


async def command_used(api: Api) -> tuple[asyncio.Task[Outcome], Json]:
    """Ana uses /go in the server."""
    if not api.scene.app.commands:
        await api.made(COMMANDS, command())
    return await api.asked(lambda: api.scene.ana.run("/go", guild=api.scene.guild))


async def posted(api: Api, **more: Any) -> Message:
    """A message of the bot with a button and a menu."""
    body = {"content": "press", "components": [row(button()), row(select())], **more}
    made = await api.made(MESSAGE, body)
    return api.scene.sandbox.world.channels[api.general].messages[int(made["id"])]


async def button_pressed(api: Api) -> tuple[asyncio.Task[Outcome], Json]:
    """Ana presses a button."""
    message = await posted(api)
    return await api.asked(lambda: api.scene.ana.click(message, "Go"))


async def form_sent(api: Api) -> tuple[asyncio.Task[Outcome], Json]:
    """Ana sends a form that a command opened."""
    task, one = await command_used(api)
    assert (await api.answer(one, FORM, form()))[0] == 200
    opened = await task
    return await api.asked(lambda: api.scene.ana.submit(opened.modal, {"x": "text"}))


async def form_of_a_button_sent(api: Api) -> tuple[asyncio.Task[Outcome], Json]:
    """Ana sends a form that a button opened."""
    task, one = await button_pressed(api)
    assert (await api.answer(one, FORM, form()))[0] == 200
    opened = await task
    return await api.asked(lambda: api.scene.ana.submit(opened.modal, {"x": "text"}))


# what somebody did, the first answers that Discord takes
ANSWERS = [
    (command_used, {REPLY, THINK, FORM}),
    (button_pressed, {REPLY, THINK, DEFER, UPDATE, FORM}),
    (form_sent, {REPLY, THINK}),
    (form_of_a_button_sent, {REPLY, THINK, DEFER, UPDATE}),
]


@pytest.mark.parametrize("kind", [1, REPLY, THINK, DEFER, UPDATE, CHOICES, FORM])
@pytest.mark.parametrize(("act", "allowed"), ANSWERS)
async def test_first_answers(api: Api, act: Any, allowed: set[int], kind: int) -> None:
    """A form is no answer to a form, and only components have a message to update."""
    api.scene.sandbox.answer_within = 0.01
    task, one = await act(api)
    data = form() if kind == FORM else {"choices": []} if kind == CHOICES else HI
    answer = await api.answer(one, kind, data)
    if kind in allowed:
        assert answer[0] == 200
    else:
        refused(*answer, code=50035, path="type")
        assert (await api.answer(one, REPLY, HI))[0] == 200, "it is still to be answered"
    await task


@pytest.mark.parametrize("second", [REPLY, THINK, FORM])
@pytest.mark.parametrize("first", [REPLY, THINK, FORM])
async def test_only_one_first_answer(api: Api, first: int, second: int) -> None:
    api.scene.sandbox.answer_within = 0.01
    task, one = await command_used(api)
    assert (await api.answer(one, first, form() if first == FORM else HI))[0] == 200
    status, answer = await api.answer(one, second, form() if second == FORM else HI)
    assert (status, answer["code"]) == (400, 40060)
    await task


async def test_three_seconds_of_wall_time(api: Api) -> None:
    scene = api.scene
    assert scene.sandbox.acknowledge_within == 3.0
    scene.sandbox.acknowledge_within = 0.05
    task, one = await command_used(api)
    scene.clock.move(minutes=5)
    outcome = await task
    assert outcome.failed == "not acknowledged within 0.05 s"
    status, answer = await api.answer(one, REPLY, HI)
    assert (status, answer["code"]) == (404, 10062)
    follow = f"/webhooks/{{app}}/{one['token']}"
    assert await api.code("POST", follow, HI) == 10015


async def test_a_token_is_of_its_interaction(api: Api) -> None:
    task, one = await command_used(api)
    for path in (f"/interactions/5/{one['token']}", f"/interactions/{one['id']}/x"):
        status, answer = await api("POST", f"{path}/callback", {"type": REPLY, "data": HI})
        assert (status, answer["code"]) == (404, 10062)
    await api.answer(one, REPLY, HI)
    await task


async def test_fifteen_minutes_of_the_clock(api: Api) -> None:
    scene = api.scene
    task, one = await command_used(api)
    follow = f"/webhooks/{{app}}/{one['token']}"
    for method, path in (
        ("POST", follow),
        ("GET", f"{follow}/messages/@original"),
        ("PATCH", f"{follow}/messages/@original"),
    ):
        assert await api.code(method, path, HI) == 10015, "nothing is answered yet"
    await api.answer(one, REPLY, HI)
    await task
    made = await api.made(follow, HI)
    scene.clock.move(minutes=15)
    assert await api.code("POST", follow, HI) == 0
    scene.clock.move(seconds=1)
    for method, path in (
        ("POST", follow),
        ("GET", f"{follow}/messages/@original"),
        ("PATCH", f"{follow}/messages/{made['id']}"),
        ("DELETE", f"{follow}/messages/@original"),
    ):
        status, answer = await api(method, path, HI)
        assert (status, answer["code"]) == (401, 50027)


async def test_thinking_is_followed_by_the_answer(api: Api) -> None:
    """Whether it is ephemeral was decided by the deferral; the follow-up cannot change it."""
    task, one = await command_used(api)
    status, answer = await api.answer(one, THINK, {"flags": EPHEMERAL})
    assert status == 200
    told = answer["interaction"]
    assert told["response_message_loading"] is True
    assert told["response_message_ephemeral"] is True
    follow = f"/webhooks/{{app}}/{one['token']}"
    original = (await api("GET", f"{follow}/messages/@original"))[1]
    assert original["flags"] == EPHEMERAL | LOADING
    made = await api.made(follow, {**HI, "flags": 0})
    assert (made["id"], made["flags"]) == (original["id"], EPHEMERAL)
    outcome = await task
    assert outcome.deferred
    assert [(m.content, m.ephemeral, m.loading) for m in outcome.messages] == [("hi", True, False)]
    second = await api.made(follow, {"content": "and more", "flags": EPHEMERAL})
    public = await api.made(follow, {"content": "for all"})
    assert (second["flags"], public["flags"]) == (EPHEMERAL, 0)
    assert [m.content for m in outcome.messages] == ["hi", "and more", "for all"]
    edited = {"content": "changed"}
    assert (await api("PATCH", f"{follow}/messages/{second['id']}", edited))[0] == 200
    assert (await api("DELETE", f"{follow}/messages/@original"))[0] == 204
    assert [m.content for m in outcome.messages] == ["changed", "for all"]
    assert await api.code("GET", f"{follow}/messages/@original") == 10008


async def test_thinking_is_ended_by_an_edit(api: Api) -> None:
    task, one = await command_used(api)
    await api.answer(one, THINK)
    path = f"/webhooks/{{app}}/{one['token']}/messages/@original"
    assert (await api("PATCH", path, HI))[1]["flags"] == 0
    assert [m.content for m in (await task).messages] == ["hi"]


async def test_thinking_for_too_long(api: Api) -> None:
    api.scene.sandbox.answer_within = 0.05
    task, one = await command_used(api)
    await api.answer(one, THINK)
    assert (await task).failed == "deferred, and no answer within 0.05 s"


async def test_a_deferred_update_is_about_the_message(api: Api) -> None:
    task, one = await button_pressed(api)
    await api.answer(one, DEFER)
    path = f"/webhooks/{{app}}/{one['token']}/messages/@original"
    assert (await api("GET", path))[1]["id"] == one["message"]["id"]
    assert (await api("PATCH", path, {"content": "pressed"}))[1]["id"] == one["message"]["id"]
    outcome = await task
    assert outcome.updated is not None
    assert (outcome.updated.content, outcome.messages) == ("pressed", [])


async def test_an_update_of_a_message_that_is_gone(api: Api) -> None:
    task, one = await button_pressed(api)
    assert await api.code("DELETE", f"{MESSAGE}/{one['message']['id']}") == 0
    status, answer = await api.answer(one, UPDATE, HI)
    assert (status, answer["code"]) == (404, 10008)
    await api.answer(one, REPLY, HI)
    await task


async def test_a_command_as_the_bot_gets_it(api: Api) -> None:
    scene = api.scene
    scene.guild.locale = "pl"
    await api.made(COMMANDS, command(options=[option(), option(name="who", type=6)]))
    ana, guild, ben = scene.ana, scene.guild, scene.ben
    task, one = await api.asked(lambda: ana.run("/go", guild=guild, where="north", who=ben))
    assert (one["type"], one["context"], one["version"]) == (2, 0, 1)
    assert (one["locale"], one["guild_locale"], one["guild"]["locale"]) == ("en-GB", "pl", "pl")
    assert one["guild_id"] == str(guild.id)
    assert one["authorizing_integration_owners"] == {"0": str(guild.id)}
    assert one["member"]["user"]["id"] == str(ana.id)
    assert int(one["member"]["permissions"]) & 1 << 5
    assert "user" not in one
    assert one["attachment_size_limit"] == 10 * 1024 * 1024
    assert one["data"]["options"][0] == {"type": 3, "name": "where", "value": "north"}
    assert one["data"]["resolved"]["users"][str(ben.id)]["username"] == "ben"
    status, answer = await api.answer(one, REPLY, HI)
    message = answer["resource"]["message"]
    assert (status, message["type"]) == (200, 20)
    assert message["interaction_metadata"]["name"] == "go"
    assert message["interaction_metadata"]["user"]["id"] == str(ana.id)
    await task


async def test_a_command_in_direct_messages(api: Api) -> None:
    scene = api.scene
    await api.made(COMMANDS, command(contexts=[1]))
    scene.ana.set_locale("es-419")
    task, one = await api.asked(lambda: scene.ana.run("/go"))
    assert (one["context"], one["locale"]) == (1, "es-419")
    assert one["user"]["id"] == str(scene.ana.id)
    assert one["authorizing_integration_owners"] == {"0": "0"}
    assert not {"member", "guild", "guild_id", "guild_locale"} & set(one)
    await api.answer(one, REPLY, HI)
    assert [m.content for m in (await task).messages] == ["hi"]
    assert [m.content for m in scene.ana.inbox()] == ["hi"]


async def test_ids_of_components_come_back(api: Api) -> None:
    """What the bot numbered keeps its number, the rest is counted."""
    api.scene.sandbox.answer_within = 0.01
    body = [row(button(id=7)), row(select())]
    message = await posted(api, components=body)
    task, one = await api.asked(lambda: api.scene.ana.click(message, "Go"))
    assert one["data"] == {"component_type": 2, "custom_id": "go", "id": 7}
    assert one["message"]["components"][0]["components"][0]["id"] == 7
    await api.answer(one, DEFER)
    await task
    task, one = await api.asked(lambda: api.scene.ana.choose(message, "pick", ["1"]))
    assert (one["data"]["values"], one["data"]["component_type"]) == (["1"], 3)
    assert one["data"]["id"] == message.components[1]["components"][0]["id"]
    assert one["data"]["id"] not in (7, None)
    await api.answer(one, DEFER)
    await task


async def test_ids_of_a_form_come_back(api: Api) -> None:
    asked = form(
        label(line(id=5), id=4, label="Name"),
        label({"type": 3, "custom_id": "s", "options": options(2), "id": 9}, label="Pick"),
        label({"type": 21, "custom_id": "r", "options": options(2)}, label="One"),
        label({"type": 23, "custom_id": "c"}, label="Agree"),
        custom_id="about:7",
    )
    task, one = await command_used(api)
    await api.answer(one, FORM, asked)
    opened = await task
    values = {"Name": "Ana", "Pick": ["1"], "One": "0", "Agree": True}
    task, one = await api.asked(lambda: api.scene.ana.submit(opened.modal, values))
    assert (one["type"], one["data"]["custom_id"]) == (5, "about:7")
    first, second, third, fourth = one["data"]["components"]
    assert (first["id"], first["type"]) == (4, 18)
    assert first["component"] == {"type": 4, "custom_id": "a", "id": 5, "value": "Ana"}
    assert second["component"] == {"type": 3, "custom_id": "s", "id": 9, "values": ["1"]}
    assert (third["component"]["value"], fourth["component"]["value"]) == ("0", True)
    await api.answer(one, REPLY, HI)
    await task


async def test_a_refused_answer_answers_nothing(api: Api) -> None:
    """A body that Discord does not take leaves the three seconds running."""
    task, one = await command_used(api)
    for data, code in (({"content": "x" * 2001}, 50035), ({}, 50006), ({"content": " "}, 50006)):
        assert (await api.answer(one, REPLY, data))[1]["code"] == code
    assert (await api.answer(one, REPLY, HI))[0] == 200
    assert [m.content for m in (await task).messages] == ["hi"]
