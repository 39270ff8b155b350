"""What discord.py makes of the gateway's moods, as shared experience says it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import discord
import pytest

from tests.sandbox.bot import Bot, started
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import eventually


async def test_it_is_told_about_a_bad_token(scene: Scene, pointed: None) -> None:
    with pytest.raises(discord.LoginFailure):
        async with started("wrong"):
            raise AssertionError("logged in")


async def test_intents_that_are_switched_off_close_with_4014(scene: Scene, pointed: None) -> None:
    scene.app.privileged_intents = 0
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with started(scene.app.token):
            raise AssertionError("connected")


@pytest.mark.parametrize("trouble", ["drop", "op 7", "op 9 true", "4000"])
async def test_it_resumes_and_gets_what_it_missed(scene: Scene, bot: Bot, trouble: str) -> None:
    gateway = scene.sandbox.gateway
    general = scene.sandbox.channel(scene.guild, "general")
    mention = f"<@{scene.app.bot_user_id}>"
    ways: dict[str, Callable[[], int]] = {
        "drop": gateway.drop,
        "op 7": gateway.reconnect,
        "op 9 true": lambda: gateway.invalidate(resumable=True),
        "4000": lambda: gateway.close(4000),
    }
    assert ways[trouble]() == 1
    await scene.ana.write(general, f"{mention} while away")
    await asyncio.wait_for(bot.resumed.wait(), 10)
    await bot.saw(f"{mention} while away")
    await scene.ana.write(general, f"{mention} after")
    await bot.saw(f"{mention} after")
    assert len(gateway.sessions) == 1
    assert scene.sandbox.world.session_starts.limit(scene.app.id)["remaining"] == 999


async def test_op_9_false_is_a_new_session_without_what_was_missed(
    scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
        """The library waits 5 s before it identifies again."""

    monkeypatch.setattr(bot, "before_identify_hook", at_once)
    gateway = scene.sandbox.gateway
    general = scene.sandbox.channel(scene.guild, "general")
    mention = f"<@{scene.app.bot_user_id}>"
    old = set(gateway.sessions)
    ready = asyncio.create_task(bot.wait_for("ready", timeout=10))
    await asyncio.sleep(0)
    gateway.invalidate(resumable=False)
    await scene.ana.write(general, f"{mention} lost")
    await ready
    await scene.ana.write(general, f"{mention} after")
    await bot.saw(f"{mention} after")
    assert [one.content for one in bot.seen] == [f"{mention} after"]
    assert not bot.resumed.is_set()
    assert old.isdisjoint(gateway.sessions)


async def test_a_heartbeat_that_is_asked_for_is_given(scene: Scene, bot: Bot) -> None:
    live = scene.sandbox.gateway.live
    assert live is not None
    assert live.connection is not None
    before = len(live.connection.sent)
    scene.sandbox.gateway.request_heartbeat()
    sent = live.connection.sent
    await eventually(lambda: len(sent) > before)


async def test_an_outage_of_the_guild_comes_and_goes(scene: Scene, bot: Bot) -> None:
    gone = asyncio.create_task(bot.wait_for("guild_unavailable", timeout=5))
    back = asyncio.create_task(bot.wait_for("guild_available", timeout=5))
    await asyncio.sleep(0)
    scene.sandbox.gateway.take_away(scene.guild)
    assert (await gone).id == scene.guild.id
    scene.sandbox.gateway.bring_back(scene.guild)
    assert (await back).name == scene.guild.name
