"""Guilds come and go, and shards share them."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from sandbox import guilds
from sandbox.intents import ALL, GUILD_PRESENCES
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import Raw, connected

MEMBERS = 1 << 1

# -- guilds come and go ---------------------------------------------------------------------


async def test_guilds_are_unavailable_first(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        ready = await raw.identify()
        assert ready["guilds"] == [{"id": str(scene.guild.id), "unavailable": True}]
        guild = await raw.next("GUILD_CREATE")
        assert (guild["unavailable"], guild["member_count"]) == (False, 3)


async def test_an_outage(scene: Scene) -> None:
    gateway = scene.sandbox.gateway
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify()
        await raw.until_quiet()
        assert gateway.take_away(scene.guild) == 1
        assert gateway.take_away(scene.guild) == 0
        await scene.ben.join(scene.guild)
        gone = {"id": str(scene.guild.id), "unavailable": True}
        assert await raw.until_quiet() == [("GUILD_DELETE", gone)]
        async with connected(scene.sandbox, scene.app) as later:
            await later.identify()
            assert await later.until_quiet() == [("GUILD_DELETE", gone)]
        assert gateway.bring_back(scene.guild) == 1
        assert gateway.bring_back(scene.guild) == 0
        ((name, body),) = await raw.until_quiet()
        assert (name, body["member_count"]) == ("GUILD_CREATE", 4)


async def test_a_bot_that_is_thrown_out_and_comes_back(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(1)
        await raw.until_quiet()
        guilds.remove_member(scene.sandbox.world, scene.guild, scene.app.user)
        assert await raw.until_quiet() == [("GUILD_DELETE", {"id": str(scene.guild.id)})]
        scene.sandbox.invite_bot(scene.app, scene.guild, permissions=0)
        assert "GUILD_CREATE" in [name for name, _ in await raw.until_quiet()]


@pytest.mark.parametrize(
    ("intents", "threshold", "names"),
    [
        (ALL & ~GUILD_PRESENCES, 250, ["Liftoff"]),
        (ALL, 250, None),
        (ALL, 50, ["anika.codes97", "Liftoff"]),
    ],
)
async def test_members_of_a_guild_at_first(
    scene: Scene, intents: int, threshold: int, names: list[str] | None
) -> None:
    for number in range(60):
        await scene.sandbox.create_person(f"person-{number}").join(scene.guild)
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(intents, large_threshold=threshold)
        guild = await raw.next("GUILD_CREATE")
        found = [one["user"]["username"] for one in guild["members"]]
        assert (len(found) == 63) if names is None else (found == names)
        assert guild["large"] is (threshold == 50)


# -- shards ---------------------------------------------------------------------------------


async def test_shards(scene: Scene) -> None:
    world = scene.sandbox.world
    rooms = {(scene.guild.id >> 22) % 2: scene.guild}
    while len(rooms) < 2:
        scene.clock.move(milliseconds=1)
        other = scene.sandbox.create_guild("Another")
        if (other.id >> 22) % 2 in rooms:
            continue
        rooms[(other.id >> 22) % 2] = other
        scene.sandbox.invite_bot(scene.app, other, permissions=0)
    async with AsyncExitStack() as stack:
        raws: list[Raw] = []
        for number in range(2):
            raw = await stack.enter_async_context(connected(scene.sandbox, scene.app))
            ready = await raw.identify(shard=[number, 2])
            assert ready["shard"] == [number, 2]
            assert ready["guilds"] == [{"id": str(rooms[number].id), "unavailable": True}]
            raws.append(raw)
        whole = await stack.enter_async_context(connected(scene.sandbox, scene.app))
        await whole.identify()
        for raw in (*raws, whole):
            await raw.until_quiet()
        for guild in rooms.values():
            guilds.add_member(world, guild, scene.ben.user)
        await scene.ana.write(None, "hello")
        found = [
            [(name, body.get("guild_id")) for name, body in await raw.until_quiet()]
            for raw in (*raws, whole)
        ]
        joined = [("GUILD_MEMBER_ADD", str(rooms[number].id)) for number in range(2)]
        written = ("MESSAGE_CREATE", None)
        assert found[0] == [joined[0], written]
        assert found[1] == [joined[1]]
        assert sorted(found[2], key=str) == sorted([*joined, written], key=str)


async def test_each_session_counts_for_itself(scene: Scene) -> None:
    async with (
        connected(scene.sandbox, scene.app) as one,
        connected(scene.sandbox, scene.app) as other,
    ):
        await one.identify(1)
        await one.until_quiet()
        await other.identify(MEMBERS)
        await scene.ben.join(scene.guild)
        assert await one.until_quiet() == []
        assert len(await other.until_quiet()) == 1
        assert (one.sequence, other.sequence) == (2, 2)
