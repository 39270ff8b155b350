"""What a connected bot asks for: members, presence, voice, sounds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import Scene
from tests.sandbox.frames import connected

EVERYBODY = ["server-owner", "anika.codes97", "Liftoff"]


@pytest.mark.parametrize(
    ("asked", "names", "more"),
    [
        ({"query": "", "limit": 0}, EVERYBODY, {}),
        ({"query": "", "limit": 2}, EVERYBODY[:2], {}),
        ({"query": "ANI", "limit": 0}, ["anika.codes97"], {}),
        ({"query": "server o", "limit": 5}, ["server-owner"], {}),
        ({"query": "nobody", "limit": 1}, [], {}),
        ({"user_ids": "ana"}, ["anika.codes97"], {}),
        ({"user_ids": ["ana", "7", "x"]}, ["anika.codes97"], {"not_found": ["7", "x"]}),
        ({"query": "", "limit": 0, "nonce": "n" * 32}, EVERYBODY, {"nonce": "n" * 32}),
        ({"query": "", "limit": 0, "nonce": "n" * 33}, EVERYBODY, {}),
        ({"query": "", "limit": 0, "presences": True}, EVERYBODY, {"presences": []}),
    ],
)
async def test_asking_for_members(
    scene: Scene, asked: dict[str, Any], names: list[str], more: dict[str, Any]
) -> None:
    ids = asked.get("user_ids")
    if ids is not None:
        one = str(scene.ana.id)
        asked = {"user_ids": one if ids == "ana" else [one, *ids[1:]]}
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.send(8, {"guild_id": str(scene.guild.id), **asked})
        chunk = await raw.next("GUILD_MEMBERS_CHUNK")
        assert [one["user"]["username"] for one in chunk.pop("members")] == names
        assert chunk == {
            "guild_id": str(scene.guild.id),
            "chunk_index": 0,
            "chunk_count": 1,
            **more,
        }


async def test_chunks_of_a_large_guild_and_a_hundred_at_most(scene: Scene) -> None:
    for number in range(1001):
        await scene.sandbox.create_person(f"person-{number}").join(scene.guild)
    guild_id = str(scene.guild.id)
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.send(8, {"guild_id": guild_id, "query": "", "limit": 0})
        chunks = [await raw.next("GUILD_MEMBERS_CHUNK") for _ in range(2)]
        assert [len(one["members"]) for one in chunks] == [1000, 4]
        assert [one["chunk_index"] for one in chunks] == [0, 1]
        for asked in (
            {"query": "person", "limit": 1000},
            {"query": "", "limit": 1000},
            {"user_ids": [str(one.id) for one in scene.guild.members[:150]]},
        ):
            await raw.send(8, {"guild_id": guild_id, **asked})
            assert len((await raw.next("GUILD_MEMBERS_CHUNK"))["members"]) == 100


async def test_members_that_one_may_not_ask_for_do_not_come(scene: Scene) -> None:
    other = scene.sandbox.create_guild("Elsewhere")
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(1)
        await raw.until_quiet()
        for guild_id in (scene.guild.id, other.id, 1):
            await raw.send(8, {"guild_id": str(guild_id), "query": "", "limit": 0})
        assert await raw.until_quiet() == []
        asked = {"guild_id": str(scene.guild.id), "query": "a", "limit": 1, "presences": True}
        await raw.send(8, asked)
        assert "presences" not in await raw.next("GUILD_MEMBERS_CHUNK")


async def test_all_members_once_in_a_while(scene: Scene) -> None:
    scene.sandbox.gateway.rates = 0.01
    everybody = {"guild_id": str(scene.guild.id), "query": "", "limit": 0, "nonce": "x"}
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.send(8, everybody)
        await raw.next("GUILD_MEMBERS_CHUNK")
        await raw.send(8, everybody)
        limited = await raw.next("RATE_LIMITED")
        assert 0 < limited.pop("retry_after") <= 0.3
        assert limited == {
            "opcode": 8,
            "meta": {"guild_id": str(scene.guild.id), "nonce": "x"},
        }
        # A prefix is not limited.
        await raw.send(8, {"guild_id": str(scene.guild.id), "query": "ani", "limit": 1})
        await raw.next("GUILD_MEMBERS_CHUNK")
        await asyncio.sleep(0.31)
        await raw.send(8, everybody)
        await raw.next("GUILD_MEMBERS_CHUNK")


async def test_presence_voice_and_sounds(scene: Scene) -> None:
    guild_id = str(scene.guild.id)
    idle = {"status": "idle", "activities": [{"name": "the bell", "type": 2}], "since": None}
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(presence={"status": "dnd", "activities": []})
        await raw.until_quiet()
        live = scene.sandbox.gateway.live
        assert live is not None
        assert live.presence["status"] == "dnd"
        await raw.send(3, {**idle, "afk": True})
        voice = {"guild_id": guild_id, "channel_id": None, "self_mute": False, "self_deaf": False}
        await raw.send(4, voice)
        await raw.send(31, {"guild_ids": [guild_id]})
        await raw.send(43, {"guild_id": guild_id, "fields": ["status"]})
        assert await raw.until_quiet() == [
            ("SOUNDBOARD_SOUNDS", {"guild_id": guild_id, "soundboard_sounds": []}),
            ("CHANNEL_INFO", {"guild_id": guild_id, "channels": []}),
        ]
        assert live.presence["activities"][0]["name"] == "the bell"
