"""Commands, buttons, forms and answers, as discord.py and a person see them."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from sandbox import Message, Outcome, Refused, Upload
from tests.sandbox.bot import Bot, Buttons, started
from tests.sandbox.conftest import Scene


async def create(scene: Scene) -> Message:
    """A message with buttons in #general."""
    outcome = await scene.ana.run("/cohort create", guild=scene.guild, name="Session 5")
    assert outcome.message is not None
    return outcome.message


def said(outcome: Outcome) -> list[str]:
    """What a person was told."""
    assert outcome.failed is None
    return [one.content for one in outcome.messages]


async def test_login_caches_the_guild(scene: Scene, bot: Bot) -> None:
    guild = bot.get_guild(scene.guild.id)
    assert guild is not None
    assert guild.name == "Djangonaut Space"
    assert {member.name for member in guild.members} == {"server-owner", "anika.codes97", "Liftoff"}
    assert guild.me.top_role.name == "Liftoff"
    assert guild.me.guild_permissions.manage_roles
    assert not guild.me.guild_permissions.administrator
    assert [channel.name for channel in guild.text_channels] == ["general"]
    assert scene.sandbox.unplanned == []


async def test_commands_survive_a_restart(scene: Scene, pointed: None) -> None:
    async with started(scene.app.token) as bot:
        first = {one.name: one.id for one in await bot.tree.fetch_commands()}
    async with started(scene.app.token) as bot:
        assert {one.name: one.id for one in await bot.tree.fetch_commands()} == first
        assert set(first) == {"cohort", "start", "silent"}
        assert scene.sandbox.last_sequence > 0
    assert scene.sandbox.last_sequence == 0


async def test_slash_command(scene: Scene, bot: Bot) -> None:
    outcome = await scene.ana.run("/cohort create", guild=scene.guild, name="Session 5", weeks=4)
    assert said(outcome) == ["Session 5 for 4 weeks"]
    assert outcome.message is not None
    assert not outcome.message.ephemeral
    assert [one.label for one in outcome.message.buttons][:2] == ["Form", "Whisper"]
    assert 0 < outcome.ms < 3000


@pytest.mark.parametrize(
    ("line", "options", "why"),
    [
        ("/nothing", {}, "no command"),
        ("/cohort", {}, "choose one of"),
        ("/cohort create", {}, "missing"),
        ("/cohort create", {"name": "x" * 21}, "characters"),
        ("/cohort create", {"name": 5}, "takes text"),
        ("/cohort create", {"name": "x", "weeks": "8"}, "takes a number"),
        ("/cohort create", {"name": "x", "colour": "red"}, "unknown options"),
        ("/cohort import", {"file": "roster.csv"}, "takes a file"),
    ],
)
async def test_a_client_refuses(
    scene: Scene, bot: Bot, line: str, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await scene.ana.run(line, guild=scene.guild, **options)


async def test_commands_show_only_where_and_to_whom_they_belong(scene: Scene, bot: Bot) -> None:
    with pytest.raises(Refused, match="shares no server"):
        await scene.ben.run("/start", timezone="UTC")
    await scene.ben.join(scene.guild)
    with pytest.raises(Refused, match="other permissions"):
        await scene.ben.run("/cohort create", guild=scene.guild, name="x")
    with pytest.raises(Refused, match="direct messages"):
        await scene.ana.run("/cohort create", name="x")
    assert said(await scene.ana.run("/start", timezone="UTC")) == ["UTC en-GB None"]


async def test_user_option_and_locale(scene: Scene, bot: Bot) -> None:
    outcome = await scene.ana.run("/start", guild=scene.guild, timezone="UTC", who=scene.ben)
    assert said(outcome) == [f"UTC en-GB {scene.guild.id} ben"]


async def test_autocomplete(scene: Scene, bot: Bot) -> None:
    choices = await scene.ana.autocomplete("/start", option="timezone", value="kath")
    assert [one["value"] for one in choices] == ["Asia/Kathmandu"]
    assert await scene.ana.autocomplete("/start timezone", value="kath") == choices


async def test_attachment_option(scene: Scene, bot: Bot) -> None:
    file = Upload("roster.csv", b"name,role")
    outcome = await scene.ana.run("/cohort import", guild=scene.guild, file=file)
    assert said(outcome) == ["roster.csv text/csv; charset=utf-8 name,role"]
    assert outcome.deferred
    assert outcome.message is not None
    assert outcome.message.ephemeral


async def test_modal_with_text_select_and_radio(scene: Scene, bot: Bot) -> None:
    opened = await scene.ana.click(await create(scene), "Form")
    modal = opened.modal
    assert modal is not None
    assert [one.label for one in modal.fields] == [
        "What should we call you?",
        "How is your energy?",
        "Who may read this?",
    ]
    outcome = await scene.ana.submit(modal, {"How is your energy?": "5"})
    assert said(outcome) == ["Anni|5|team"]
    with pytest.raises(Refused, match="sent already"):
        await scene.ana.submit(modal, {"How is your energy?": "5"})


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "takes 1 to 1"),
        ({"energy": "9"}, "no choice"),
        ({"energy": ["1", "5"]}, "takes 1 to 1"),
        ({"energy": "1", "name": ""}, "must be answered"),
        ({"energy": "1", "name": "x" * 21}, "characters"),
        ({"energy": "1", "readers": "boss"}, "no choice"),
        ({"energy": "1", "Nothing": "x"}, "no field"),
    ],
)
async def test_a_form_insists(scene: Scene, bot: Bot, values: dict[str, object], why: str) -> None:
    opened = await scene.ana.click(await create(scene), "Form")
    with pytest.raises(Refused, match=why):
        await scene.ana.submit(opened.modal, values)
    with pytest.raises(Refused, match="somebody else"):
        await scene.ben.submit(opened.modal, {"energy": "1"})


async def test_ephemeral_answers_are_for_one_person(scene: Scene, bot: Bot) -> None:
    await scene.ben.join(scene.guild)
    message = await create(scene)
    outcome = await scene.ana.click(message, "Whisper")
    whisper = outcome.message
    assert whisper is not None
    assert whisper.ephemeral
    assert whisper not in scene.ben.read(scene.sandbox.channel(scene.guild, "general"))
    assert said(await scene.ana.click(whisper, "Whisper")) == ["psst"]
    with pytest.raises(Refused, match="cannot see"):
        await scene.ben.click(whisper, "Whisper")
    assert said(await scene.ben.click(message, "Whisper")) == ["psst"]


async def test_editing_with_a_file(scene: Scene, bot: Bot) -> None:
    message = await create(scene)
    outcome = await scene.ana.click(message, "Edit")
    assert outcome.updated is message
    assert message.content == "edited"
    assert message.edited_at is not None
    file = message.attachments[0]
    assert (file.name, file.size, file.content) == ("meeting.ics", 15, b"BEGIN:VCALENDAR")
    assert file.content_type == "text/calendar; charset=utf-8"


async def test_deferred_answers_and_follow_ups(scene: Scene, bot: Bot) -> None:
    outcome = await scene.ana.click(await create(scene), "Later")
    assert outcome.deferred
    assert said(outcome)[0] == "the answer"
    await scene.ana.click(await create(scene), "Whisper")
    assert said(outcome) == ["the answer", "and more"]


async def test_buttons_that_cannot_be_pressed(scene: Scene, bot: Bot) -> None:
    message = await create(scene)
    with pytest.raises(Refused, match="disabled"):
        await scene.ana.click(message, "Never")
    with pytest.raises(Refused, match="no button"):
        await scene.ana.click(message, "Nowhere")
    with pytest.raises(Refused, match="cannot see"):
        await scene.ben.click(message, "Form")


async def test_choosing(scene: Scene, bot: Bot) -> None:
    message = await create(scene)
    assert said(await scene.ana.choose(message, "Pick some", ["b", "A"])) == ["b,a"]
    assert said(await scene.ana.choose(message, "b:pick", ["a"])) == ["a"]
    with pytest.raises(Refused, match="no choice"):
        await scene.ana.choose(message, "b:pick", ["z"])
    with pytest.raises(Refused, match="takes 1 to 2"):
        await scene.ana.choose(message, "b:pick", [])
    outcome = await scene.ana.choose(message, "b:who", [scene.ben])
    assert said(outcome) == ["ben"]


async def test_a_deferred_update(scene: Scene, bot: Bot) -> None:
    message = await create(scene)
    outcome = await scene.ana.click(message, "Update")
    assert (outcome.deferred, outcome.updated, outcome.messages) == (True, message, [])
    assert message.content == "updated"


async def test_nobody_answers(scene: Scene, bot: Bot) -> None:
    scene.sandbox.acknowledge_within = 0.05
    outcome = await scene.ana.run("/silent", guild=scene.guild)
    assert outcome.failed == "not acknowledged within 0.05 s"
    assert outcome.messages == []


async def test_buttons_work_after_a_restart(scene: Scene, pointed: None) -> None:
    async with started(scene.app.token):
        message = await create(scene)
    scene.sandbox.acknowledge_within = 0.05
    assert (await scene.ana.click(message, "Whisper")).failed is not None
    scene.sandbox.acknowledge_within = 3.0
    async with started(scene.app.token):
        assert said(await scene.ana.click(message, "Whisper")) == ["psst"]


async def test_direct_messages(scene: Scene, bot: Bot) -> None:
    user = await bot.fetch_user(scene.ana.id)
    sent = await user.send("hello", view=Buttons(), nonce="gr-1")
    assert [one.content for one in scene.ana.inbox()] == ["hello"]
    await sent.edit(content="changed")
    assert scene.ana.inbox()[0].content == "changed"
    assert said(await scene.ana.click(scene.ana.inbox()[0], "Whisper")) == ["psst"]
    await scene.ana.write(None, "is anybody there?")
    seen = await bot.saw("is anybody there?")
    assert isinstance(seen.channel, discord.DMChannel)


async def test_closed_direct_messages(scene: Scene, bot: Bot) -> None:
    user = await bot.fetch_user(scene.ana.id)
    scene.ana.close_direct_messages()
    with pytest.raises(discord.Forbidden) as closed:
        await user.send("hello")
    assert closed.value.code == 50007
    assert scene.sandbox.unplanned == []
    stranger = await bot.fetch_user(scene.ben.id)
    with pytest.raises(discord.Forbidden) as unknown:
        await stranger.send("hello")
    assert unknown.value.code == 50278
    assert [one["status"] for one in scene.sandbox.unplanned] == [403]
    scene.sandbox.plan_refusal(status=403, code=50278, user=scene.ben)
    with pytest.raises(discord.Forbidden):
        await stranger.send("hello")
    assert len(scene.sandbox.unplanned) == 1
