"""What stays on one person's screen: ephemeral messages, open forms, text that is not sent."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Modal, Outcome, Person, Refused
from tests.sandbox.bodies import button, command, form, label, line, options, row
from tests.sandbox.raw import Api

Json = dict[str, Any]

REPLY, FORM, EPHEMERAL = 4, 9, 64
WHISPER: Json = {"content": "psst", "flags": EPHEMERAL, "components": [row(button())]}


async def whispered(api: Api, person: Person) -> Outcome:
    """A command that is answered for one person only."""
    if not api.scene.app.commands:
        await api.made("/applications/{app}/commands", command())
    task, one = await api.asked(lambda: person.run("/go", guild=api.scene.guild))
    status, answer = await api.answer(one, REPLY, WHISPER)
    assert (status, answer["interaction"]["response_message_ephemeral"]) == (200, True)
    assert answer["resource"]["message"]["flags"] == EPHEMERAL
    return await task


async def opened(api: Api, body: Json, person: Person | None = None) -> Modal:
    """A form on somebody's screen."""
    who = person or api.scene.ana
    if not api.scene.app.commands:
        await api.made("/applications/{app}/commands", command())
    task, one = await api.asked(lambda: who.run("/go", guild=api.scene.guild))
    assert (await api.answer(one, FORM, body))[0] == 200
    modal = (await task).modal
    assert modal is not None
    return modal


async def sent(api: Api, modal: Modal, values: Json | None = None) -> list[Any]:
    """What the bot gets when a form is sent."""
    task, one = await api.asked(lambda: api.scene.ana.submit(modal, values))
    await api.answer(one, REPLY, {"content": "thanks", "flags": EPHEMERAL})
    await task
    inner = [top["component"] for top in one["data"]["components"]]
    return [each["value"] if "value" in each else each["values"] for each in inner]


async def test_ephemeral_messages_are_for_one_person(api: Api) -> None:
    scene = api.scene
    await scene.ben.join(scene.guild)
    message = (await whispered(api, scene.ana)).message
    assert message is not None
    general = scene.sandbox.channel(scene.guild, "general")
    assert scene.ana.whispers() == [message]
    assert scene.ben.whispers() == []
    assert message not in scene.ana.read(general)
    with pytest.raises(Refused, match="cannot see"):
        await scene.ben.click(message, "Go")
    for method in ("GET", "PATCH", "DELETE"):
        path = f"/channels/{{channel}}/messages/{message.id}"
        assert await api.code(method, path, {"content": "x"}) == 10008, "only by its webhook"
    event = await api.event("MESSAGE_CREATE")
    assert (event["flags"], "guild_id" in event) == (EPHEMERAL, False)


async def test_a_fresh_client_has_no_ephemeral_messages(api: Api) -> None:
    scene = api.scene
    await scene.ben.join(scene.guild)
    old = (await whispered(api, scene.ana)).message
    theirs = (await whispered(api, scene.ben)).message
    assert old is not None
    scene.ana.restart_client()
    assert scene.ana.whispers() == []
    assert scene.ben.whispers() == [theirs]
    with pytest.raises(Refused, match="cannot see"):
        await scene.ana.click(old, "Go")
    new = (await whispered(api, scene.ana)).message
    assert scene.ana.whispers() == [new]


async def test_only_dismissed_by_the_bot(api: Api) -> None:
    outcome = await whispered(api, api.scene.ana)
    one = next(iter(api.scene.sandbox.world.interactions.values()))
    path = f"/webhooks/{{app}}/{one.token}/messages/@original"
    assert (await api("DELETE", path))[0] == 204
    assert (api.scene.ana.whispers(), outcome.messages) == ([], [])


ABOUT = form(label(line(value="Ana"), label="Name"), custom_id="about:1")


async def test_text_that_is_not_sent_reaches_nobody(api: Api) -> None:
    """Closing a form loses what was typed: the next one shows what the bot put there."""
    ana = api.scene.ana
    first = await opened(api, ABOUT)
    before = len(api.events)
    ana.type_into(first, {"Name": "a long story"})
    ana.dismiss(first)
    assert len(api.events) == before
    with pytest.raises(Refused, match="was closed"):
        await ana.submit(first, {})
    second = await opened(api, ABOUT)
    assert await sent(api, second) == ["Ana"]


async def test_text_that_was_typed_is_sent(api: Api) -> None:
    modal = await opened(api, ABOUT)
    api.scene.ana.type_into(modal, {"Name": "Anika"})
    assert await sent(api, modal) == ["Anika"]
    with pytest.raises(Refused, match="sent already"):
        api.scene.ana.type_into(modal, {"Name": "again"})


async def test_a_fresh_client_has_no_form(api: Api) -> None:
    ana = api.scene.ana
    modal = await opened(api, ABOUT)
    ana.type_into(modal, {"Name": "Anika"})
    ana.restart_client()
    with pytest.raises(Refused, match="was closed"):
        await ana.submit(modal)
    assert await sent(api, await opened(api, ABOUT)) == ["Ana"]


# what happened to the first form, the custom ids of the next form and its field, what it shows
PHONE: list[tuple[str, str, str, str]] = [
    ("dismissed", "about:1", "a", "Anika"),
    ("sent", "about:1", "a", "Anika"),
    ("dismissed", "about:2", "a", "Ana"),
    ("dismissed", "about:1", "b", "Ana"),
    ("restarted", "about:1", "a", "Ana"),
]


@pytest.mark.parametrize(("fate", "custom_id", "field", "shown"), PHONE)
async def test_a_phone_keeps_old_text(
    api: Api, fate: str, custom_id: str, field: str, shown: str
) -> None:
    """Under a custom id that it knows, whatever the bot puts there."""
    ana = api.scene.ana
    ana.phone = True
    first = await opened(api, ABOUT)
    if fate == "sent":
        await sent(api, first, {"Name": "Anika"})
    else:
        ana.type_into(first, {"Name": "Anika"})
        ana.dismiss(first)
    if fate == "restarted":
        ana.restart_client()
    body = form(label(line(value="Ana", custom_id=field), label="Name"), custom_id=custom_id)
    assert await sent(api, await opened(api, body)) == [shown]


async def test_another_phone_knows_nothing(api: Api) -> None:
    scene = api.scene
    await scene.ben.join(scene.guild)
    scene.ana.phone = scene.ben.phone = True
    scene.ana.type_into(await opened(api, ABOUT), {"Name": "Anika"})
    theirs = await opened(api, ABOUT, scene.ben)
    assert theirs.typed == {}
    with pytest.raises(Refused, match="somebody else"):
        scene.ana.type_into(theirs, {"Name": "x"})


PICK = form(
    label({"type": 3, "custom_id": "s", "options": options(3), "required": False}, label="Pick"),
    label(line(min_length=2, max_length=4, required=False), label="Word"),
)

# values, what the bot gets (None: the client does not send it)
FILLED: list[tuple[Json, list[Any] | None]] = [
    ({}, [[], ""]),
    ({"Pick": ["2"], "Word": "four"}, [["2"], "four"]),
    ({"s": "2", "a": "ab"}, [["2"], "ab"]),
    ({"Word": "a"}, None),
    ({"Word": "a word"}, None),
    ({"Pick": ["1", "2"]}, None),
    ({"Pick": ["9"]}, None),
    ({"Nothing": "x"}, None),
]


@pytest.mark.parametrize(("values", "got"), FILLED)
async def test_what_a_client_sends(api: Api, values: Json, got: list[Any] | None) -> None:
    modal = await opened(api, PICK)
    if got is None:
        with pytest.raises(Refused):
            await api.scene.ana.submit(modal, values)
        assert not modal.sent
        return
    assert await sent(api, modal, values) == got


async def test_a_form_that_failed_stays_open(api: Api) -> None:
    """ "Something went wrong": the text is still there to be sent again."""
    scene = api.scene
    modal = await opened(api, ABOUT)
    scene.sandbox.acknowledge_within = 0.02
    failed = await scene.ana.submit(modal, {"Name": "Anika"})
    assert failed.failed is not None
    scene.sandbox.acknowledge_within = 3.0
    assert await sent(api, modal, {"Name": "Anika"}) == ["Anika"]
