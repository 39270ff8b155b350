"""The control API: people, hands, weather and time of a sandbox, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from sandbox.control import Control
from sandbox.control_settings import OwnClock
from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene


class Remote:
    """A client of the control API."""

    def __init__(self, control: Control, web: aiohttp.ClientSession) -> None:
        self.control, self.web = control, web

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON of one request."""
        address = self.control.url + path
        async with self.web.request(method, address, json=body, **more) as reply:
            return reply.status, await reply.json() if reply.status != 204 else None

    async def get(self, path: str) -> Any:
        """What a GET that works gives."""
        status, body = await self.ask("GET", path)
        assert status == 200, body
        return body

    async def do(self, path: str, **body: Any) -> Any:
        """What a POST that works gives."""
        status, answer = await self.ask("POST", path, body)
        assert status in (200, 204), answer
        return answer

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and sentence of a request that does not work."""
        status, answer = await self.ask(method, path, body)
        assert status >= 400, answer
        return status, answer["error"]


@pytest_asyncio.fixture
async def remote(scene: Scene) -> AsyncIterator[Remote]:
    """A control API, and who asks it."""
    control = Control(scene.sandbox)
    await control.start()
    async with aiohttp.ClientSession() as web:
        yield Remote(control, web)
    await control.stop()


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


async def test_an_admin_changes_things_by_hand(remote: Remote, scene: Scene, bot: Bot) -> None:
    """discord.py hears of each change."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    names = ("guild_channel_update", "guild_channel_delete", "guild_role_update")
    for name in (*names, "guild_role_delete", "member_update", "member_remove"):

        async def hear(*_: Any, name: str = name) -> None:
            heard.put_nowait(name)

        setattr(bot, f"on_{name}", hear)
    for name in ("raw_message_delete", "raw_message_edit"):

        async def hear_raw(*_: Any, name: str = name) -> None:
            heard.put_nowait(name)

        setattr(bot, f"on_{name}", hear_raw)
    sandbox, guild = scene.sandbox, scene.guild
    await scene.ben.join(guild)
    role = sandbox.grant(scene.ana, guild, 0, name="crew")
    message = await scene.ana.write(sandbox.channel(guild, "general"), "hello")
    here, there = f"/channels/{scene.general}", f"/guilds/{guild.id}"
    for method, path, body, event in (
        ("PATCH", here, {"name": "hall", "topic": "new"}, "guild_channel_update"),
        ("PUT", f"{here}/overwrites/{role.id}", {"allow": "1024"}, "guild_channel_update"),
        ("PATCH", f"{there}/roles/{role.id}", {"name": "mates", "color": 7}, "guild_role_update"),
        ("PUT", f"{there}/members/ben/roles/{role.id}", None, "member_update"),
        ("DELETE", f"{there}/members/ben/roles/{role.id}", None, "member_update"),
        ("PATCH", f"{here}/messages/{message.id}", {"pinned": True}, "raw_message_edit"),
        ("DELETE", f"{here}/messages/{message.id}", None, "raw_message_delete"),
        ("DELETE", f"{there}/roles/{role.id}", None, "guild_role_delete"),
        ("DELETE", f"{there}/members/ben", None, "member_remove"),
        ("DELETE", here, None, "guild_channel_delete"),
    ):
        status, answer = await remote.ask(method, path, body)
        assert status in (200, 204), answer
        async with asyncio.timeout(2):
            while await heard.get() != event:
                pass  # the change has caused others as well
    known = bot.get_guild(guild.id)
    assert known is not None
    assert known.get_channel(message.channel_id) is None
    state = await remote.get(there)
    assert (state["channels"], [one["name"] for one in state["roles"]]) == (
        [],
        ["@everyone", "Admin", "Liftoff"],
    )


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


async def test_pages_in_a_browser_are_kept_out(remote: Remote) -> None:
    for header in ({"Origin": "http://example.org"}, {"Host": "example.org"}):
        status, body = await remote.ask("GET", "/", headers=header)
        assert (status, body["error"]) == (
            403,
            "only programs on this machine may control a sandbox",
        )
    async with remote.web.post(f"{remote.control.url}/faults", data="what=500") as reply:
        assert reply.status == 400


async def test_rates_and_faults(remote: Remote, scene: Scene) -> None:
    status, body = await remote.ask("PUT", "/rates", {"setting": 0.5})
    assert (status, body["setting"]) == (200, 0.5)
    assert scene.sandbox.rates.factor == scene.sandbox.gateway.rates == 0.5
    await remote.ask("PUT", "/rates", {"setting": "off"})
    fault = await remote.do("/faults", what="503", method="GET", route="/users/@me", count=1)
    head = {"Authorization": f"Bot {scene.app.token}"}
    for status in (503, 200):
        async with remote.web.get(f"{scene.sandbox.api_base}/users/@me", headers=head) as reply:
            assert reply.status == status
    [shown] = await remote.get("/faults")
    assert (shown["id"], shown["happened"]) == (fault["id"], 1)
    await remote.ask("DELETE", f"/faults/{fault['id']}")
    overview = await remote.get("/")
    assert (overview["faults"], overview["unplanned"]) == ([], 0)
    assert overview["clock"]["kind"] == "system"
    assert await remote.get("/unplanned") == []


async def test_a_clock_of_its_own_moves_forwards_only(scene: Scene) -> None:
    own = OwnClock(datetime(2027, 2, 22, 9, tzinfo=UTC))
    scene.sandbox.world.now = own.now
    control = Control(scene.sandbox, own)
    await control.start()
    async with aiohttp.ClientSession() as web:
        remote = Remote(control, web)
        for body, now in (
            ({"advance": 90}, "2027-02-22T09:01:30"),
            ({"now": "2027-02-22T12:00:00+01:00"}, "2027-02-22T11:00:00"),
        ):
            status, clock = await remote.ask("PUT", "/clock", body)
            assert (status, clock["kind"], clock["now"][:19]) == (200, "virtual", now)
        for bad, status in (
            ({"advance": -1}, 403),
            ({"now": "2027-01-01T00:00:00Z"}, 403),
            ({"now": "2027-03-01"}, 400),
            ({"advance": "soon"}, 400),
        ):
            assert (await remote.refused("PUT", "/clock", bad))[0] == status
    await control.stop()


async def test_the_gateway_can_be_troubled(remote: Remote, scene: Scene, bot: Bot) -> None:
    resumed = asyncio.Event()

    async def on_resumed() -> None:
        resumed.set()

    setattr(bot, on_resumed.__name__, on_resumed)
    assert await remote.do("/gateway/drop") == {"connections": 1}
    await asyncio.wait_for(resumed.wait(), 10)
