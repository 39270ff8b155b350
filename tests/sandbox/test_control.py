"""The control API: people, what they do and what they see, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene
from tests.sandbox.remote import Remote, remote

__all__ = ["remote"]


async def test_people_come_change_and_go(remote: Remote, scene: Scene) -> None:
    made = await remote.do("/people", username="cleo", name="Cleo", locale="fr")
    assert (made["name"], made["locale"], made["guilds"]) == ("Cleo", "fr", {})
    joined = await remote.do("/people/cleo/join")
    assert set(joined["guilds"]) == {str(scene.guild.id)}
    await remote.do("/people/cleo/rename", name="Cléo")
    await remote.do("/people/cleo/set-locale", locale="de")
    await remote.do("/people/cleo/set-pending", pending=True)
    await remote.do("/people/cleo/close-direct-messages")
    now = await remote.get("/people/cleo")
    assert (now["name"], now["locale"], now["direct_messages"]) == ("Cléo", "de", "closed")
    assert now["guilds"][str(scene.guild.id)]["pending"] is True
    await remote.do("/people/cleo/open-direct-messages")
    left = await remote.do(f"/people/{made['id']}/leave", guild=str(scene.guild.id))
    assert (left["direct_messages"], left["guilds"]) == ("open", {})
    assert [one["username"] for one in await remote.get("/people")][-1] == "cleo"
    assert (await remote.refused("POST", "/people", {"username": "cleo"}))[0] == 403


async def test_a_conversation(remote: Remote, scene: Scene, bot: Bot) -> None:
    guild = str(scene.guild.id)
    commands = await remote.get(f"/people/anika.codes97/commands?guild={guild}")
    assert "start" in commands
    choices = await remote.do(
        "/people/anika.codes97/autocomplete",
        command="/start",
        option="timezone",
        value="kath",
        guild=guild,
    )
    assert [one["value"] for one in choices["choices"]] == ["Asia/Kathmandu"]
    outcome = await remote.do(
        "/people/anika.codes97/run",
        command="/start",
        guild=guild,
        options={"timezone": "Europe/Oslo", "who": {"user": "ben"}},
    )
    assert outcome["failed"] is None
    [answer] = outcome["messages"]
    assert answer["ephemeral"]
    assert "Europe/Oslo" in answer["content"]
    assert "ben" in answer["content"]
    kept = f"/people/anika.codes97/outcomes/{outcome['interaction_id']}"
    assert (await remote.get(kept))["messages"] == [answer]
    assert [one["id"] for one in await remote.get("/people/anika.codes97/whispers")] == [
        answer["id"]
    ]
    assert (await remote.refused("GET", kept.replace("anika.codes97", "ben")))[0] == 404


async def test_files_forms_buttons_and_menus(remote: Remote, scene: Scene, bot: Bot) -> None:
    """Whatever the test bot offers is pressed as a person would."""
    guild = str(scene.guild.id)
    imported = await remote.do(
        "/people/anika.codes97/run",
        command="/cohort import",
        guild=guild,
        options={"file": {"file": {"name": "a.csv", "text": "one,two"}}},
    )
    assert "one,two" in imported["messages"][0]["content"]
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="Open", custom_id="form"))
    view.add_item(
        discord.ui.Select(
            custom_id="menu", placeholder="Colour", options=[discord.SelectOption(label="red")]
        )
    )
    seen: list[Any] = []

    async def answer(interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        if data["custom_id"] == "form":
            modal = discord.ui.Modal(title="About you", custom_id="about")
            modal.add_item(discord.ui.TextInput(label="Name"))
            await interaction.response.send_modal(modal)
        else:
            seen.append(data)
            await interaction.response.send_message("thank you", ephemeral=True)

    bot.on_interaction = answer  # type: ignore[attr-defined]
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    message = str((await channel.send("press", view=view)).id)
    opened = await remote.do("/people/anika.codes97/click", message=message, button="Open")
    assert (opened["form"]["title"], opened["form"]["fields"][0]["label"]) == ("About you", "Name")
    form = opened["form"]["id"]
    status, error = await remote.refused(
        "POST", "/people/anika.codes97/submit", {"form": form, "values": {"Age": "7"}}
    )
    assert (status, "no field 'Age'" in error) == (403, True)
    done = await remote.do("/people/anika.codes97/submit", form=form, values={"Name": "Ana"})
    assert done["messages"][0]["content"] == "thank you"
    chosen = await remote.do(
        "/people/anika.codes97/choose", message=message, menu="Colour", values=["red"]
    )
    assert chosen["messages"][0]["content"] == "thank you"
    assert seen[-1]["values"] == ["red"]


async def test_writing_and_reading_what_is_theirs(remote: Remote, scene: Scene) -> None:
    await scene.ben.join(scene.guild)
    general = scene.general
    await remote.do("/people/ben/write", channel=str(general), text="hello")
    await remote.do(
        "/people/ben/write", text="in private", files=[{"name": "n.txt", "base64": "aGk="}]
    )
    assert [one["content"] for one in await remote.get("/people/ben/inbox")] == ["in private"]
    assert [
        one["content"] for one in await remote.get(f"/people/anika.codes97/channels/{general}")
    ] == ["hello"]
    everyone = scene.guild.id
    await remote.ask("PUT", f"/channels/{general}/overwrites/{everyone}", {"deny": str(1 << 10)})
    status, error = await remote.refused("GET", f"/people/ben/channels/{general}")
    assert (status, error) == (403, "ben cannot read general")
    status, error = await remote.refused(
        "GET", f"/people/anika.codes97/channels/{scene.ben.direct.id}"
    )
    assert (status, "cannot read" in error) == (403, True)
    status, error = await remote.refused(
        "POST", "/people/ben/write", {"channel": str(general), "text": "hello"}
    )
    assert (status, error) == (403, "ben cannot write in general")
    assert await remote.get("/people/ben/channels") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/people/nobody", None, 404, "nobody called 'nobody'"),
        ("GET", "/nowhere", None, 404, "Not Found"),
        ("DELETE", "/people", None, 405, "Method Not Allowed"),
        ("POST", "/people/ben/fly", {}, 404, "nobody can 'fly'"),
        ("GET", "/people/ben/dreams", None, 404, "there is no 'dreams'"),
        ("GET", "/people/ben/channels/1", None, 404, "no channel 1"),
        ("GET", "/people/ben/channels/x", None, 400, "'x' is no id"),
        ("POST", "/people/ben/click", {"message": "5", "button": "x"}, 404, "no message 5"),
        ("POST", "/people/ben/run", {}, 400, "'command' is missing"),
        ("POST", "/people/ben/run", {"command": "/x"}, 403, "shares no server"),
        ("POST", "/people/ben/join", [], 400, "has to be an object"),
        ("PATCH", "/guilds/{guild}/roles/1", {"name": "x"}, 404, "no role 1"),
        ("PATCH", "/guilds/{guild}/roles/{guild}", {"size": 1}, 403, "cannot be changed by hand"),
        ("DELETE", "/guilds/{guild}/roles/{guild}", None, 403, "cannot be deleted"),
        ("PATCH", "/channels/{general}", {"name": ""}, 400, "Invalid Form Body"),
        ("PATCH", "/channels/{general}", {"nsfw": "yes"}, 400, "Invalid Form Body"),
        ("PUT", "/rates", {"setting": "fast"}, 403, "rates are off, real or a number"),
        ("PUT", "/rates", {}, 400, "is expected"),
        ("POST", "/faults", {"what": "boredom"}, 403, "no fault 'boredom'"),
        ("POST", "/faults", {}, 400, "'what' is missing"),
        ("DELETE", "/faults/9", None, 404, "no fault 9"),
        ("PUT", "/clock", {"advance": 60}, 403, "not its own to move"),
        ("POST", "/gateway/hiccup", {}, 404, "the gateway has no 'hiccup'"),
        ("POST", "/gateway/close", {"code": 1234}, 400, "does not close with 1234"),
    ],
)
async def test_what_does_not_work_says_why(
    remote: Remote, scene: Scene, method: str, path: str, body: Any, status: int, error: str
) -> None:
    path = path.format(guild=scene.guild.id, general=scene.general)
    got, said = await remote.refused(method, path, body)
    assert (got, error in said) == (status, True), said


async def test_what_somebody_sees_of_a_server(remote: Remote, scene: Scene, bot: Bot) -> None:
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="aside", type=discord.ChannelType.public_thread)
    hidden = await channel.create_thread(name="hidden", type=discord.ChannelType.private_thread)
    start = scene.clock.now + timedelta(days=1)
    event = await channel.guild.create_scheduled_event(
        name="Opening",
        start_time=start,
        end_time=start + timedelta(hours=1),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="a call",
    )
    await scene.ben.join(scene.guild)
    seen = {
        what: [one["id"] for one in await remote.get(f"/people/ben/{what}")]
        for what in ("channels", "threads", "events")
    }
    assert seen == {
        "channels": [str(channel.id)],
        "threads": [str(thread.id)],
        "events": [str(event.id)],
    }
    status, error = await remote.refused("GET", f"/people/ben/channels/{hidden.id}")
    assert (status, error) == (403, "ben cannot read hidden")


async def test_a_fresh_client_and_a_role_by_hand(remote: Remote, scene: Scene, bot: Bot) -> None:
    ran = await remote.do(
        "/people/anika.codes97/run",
        command="/start",
        guild=str(scene.guild.id),
        options={"timezone": "x"},
    )
    assert len(await remote.get("/people/anika.codes97/whispers")) == len(ran["messages"]) == 1
    await remote.do("/people/anika.codes97/restart-client")
    assert await remote.get("/people/anika.codes97/whispers") == []
    path = f"/guilds/{scene.guild.id}/members/ben/grant"
    granted = await remote.do(path, permissions=str(1 << 5), name="Crew")
    [roles] = [one["roles"] for one in granted["guilds"].values()]
    [role] = [one for one in scene.guild.roles if one.name == "Crew"]
    assert (roles, role.permissions) == ([str(role.id)], 1 << 5)
    assert "cohort" in await remote.get(f"/people/ben/commands?guild={scene.guild.id}")
