"""The wire file: order, keys, what is hidden."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import discord

from tests.sandbox.bot import Bot, started
from tests.sandbox.conftest import Scene


def lines(scene: Scene, wire: Path) -> list[dict[str, Any]]:
    """The records so far."""
    scene.sandbox.flush()
    text = wire.read_text(encoding="utf-8")
    assert scene.app.token not in text
    return [json.loads(line) for line in text.splitlines()]


async def test_the_wire_tells_everything(scene: Scene, bot: Bot, wire: Path) -> None:
    await scene.ben.join(scene.guild)
    first = await scene.ana.run("/cohort create", guild=scene.guild, name="Session 5")
    assert first.message is not None
    outcome = await scene.ana.click(first.message, "Later")
    channel = bot.get_channel(scene.general)
    assert isinstance(channel, discord.TextChannel)
    file = discord.File(io.BytesIO("Zürich".encode()), "meeting.ics")
    await channel.send("a file", file=file, nonce="oo-7")
    records = lines(scene, wire)

    assert [one["n"] for one in records] == list(range(1, len(records) + 1))
    assert {one["t"] for one in records} == {"2027-02-22T09:00:00.000Z"}
    start = records[0]
    assert start["kind"] == "start"
    assert start["application_id"] == str(scene.app.id)
    assert start["people"] == {"anika.codes97": str(scene.ana.id), "ben": str(scene.ben.id)}
    assert len(start["guilds"][0]["members"]) == 3
    assert start["guilds"][0]["owner_id"] == str(scene.guild.owner_id)

    people = [one for one in records if one["kind"] == "person"]
    assert [one["action"] for one in people] == ["join", "run", "click"]
    assert people[0]["guild_id"] == str(scene.guild.id)
    assert people[1]["body"]["command"] == "/cohort create"
    assert people[1]["body"]["options"] == {"name": "Session 5"}
    assert people[2]["body"]["label"] == "Later"
    assert people[2]["interaction_id"] == str(outcome.interaction_id)

    events = [one for one in records if one["kind"] == "event"]
    assert {one["sessions"] for one in events} == {1}
    assert "GUILD_MEMBER_ADD" in {one["event"] for one in events}
    assert not [one for one in events if one["body"].get("flags", 0) & 64]

    requests = [one for one in records if one["kind"] == "request"]
    sent = next(one for one in requests if one["method"] == "POST" and one["files"])
    assert sent["route"] == "/channels/{channel_id}/messages"
    assert sent["path"] == f"/channels/{scene.general}/messages"
    assert (sent["body"]["nonce"], sent["body"]["enforce_nonce"]) == ("oo-7", True)
    assert sent["response"]["content"] == "a file"
    assert sent["files"] == [
        {
            "name": "meeting.ics",
            "size": 7,
            "content_type": "text/calendar; charset=utf-8",
            "text": "Zürich",
        }
    ]
    callback = next(one for one in requests if "callback" in one["path"])
    assert callback["response"]["resource"]["message"]["content"] == "Session 5 for 8 weeks"
    assert callback["path"].endswith("/{token}/callback")
    follow = next(one for one in requests if one["path"].startswith("/webhooks/"))
    assert follow["route"] == "/webhooks/{application_id}/{token}"
    assert follow["interaction_id"] == str(outcome.interaction_id)
    assert follow["response"]["flags"] & 64


async def test_connections_are_recorded(scene: Scene, pointed: None, wire: Path) -> None:
    async with started(scene.app.token):
        assert scene.sandbox.activity > 0
        assert scene.sandbox.in_flight == 0
    await scene.sandbox.stop()
    what = lines(scene, wire)
    assert [one["what"] for one in what if one["kind"] == "gateway"] == [
        "identify",
        "ready",
        "closed",
    ]
