"""Which session is told what: intents and content."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.intents import ALL, EVENTS
from tests.sandbox.conftest import Scene
from tests.sandbox.frames import connected

MESSAGES, DIRECT, CONTENT = 1 << 9, 1 << 12, 1 << 15

# The list in Discord's documentation: bit, its events in guilds, its events in direct messages.
LIST: list[tuple[int, str, str]] = [
    (
        0,
        "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE "
        "GUILD_ROLE_DELETE CHANNEL_CREATE CHANNEL_UPDATE CHANNEL_DELETE CHANNEL_PINS_UPDATE "
        "THREAD_CREATE THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC THREAD_MEMBER_UPDATE "
        "THREAD_MEMBERS_UPDATE STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE "
        "STAGE_INSTANCE_DELETE VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE",
        "",
    ),
    (1, "GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE THREAD_MEMBERS_UPDATE", ""),
    (2, "GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE", ""),
    (
        3,
        "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE "
        "GUILD_SOUNDBOARD_SOUND_UPDATE GUILD_SOUNDBOARD_SOUND_DELETE "
        "GUILD_SOUNDBOARD_SOUNDS_UPDATE",
        "",
    ),
    (
        4,
        "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE",
        "",
    ),
    (5, "WEBHOOKS_UPDATE", ""),
    (6, "INVITE_CREATE INVITE_DELETE", ""),
    (7, "VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE", ""),
    (8, "PRESENCE_UPDATE", ""),
    (9, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK", ""),
    (
        10,
        "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL "
        "MESSAGE_REACTION_REMOVE_EMOJI",
        "",
    ),
    (11, "TYPING_START", ""),
    (12, "", "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE CHANNEL_PINS_UPDATE"),
    (
        13,
        "",
        "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL "
        "MESSAGE_REACTION_REMOVE_EMOJI",
    ),
    (14, "", "TYPING_START"),
    (15, "", ""),
    (
        16,
        "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE "
        "GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE",
        "",
    ),
    (
        20,
        "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE",
        "",
    ),
    (21, "AUTO_MODERATION_ACTION_EXECUTION", ""),
    (24, "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE", ""),
    (25, "", "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE"),
]
NAMES = sorted(EVENTS)


@pytest.mark.parametrize(("bit", "in_guilds", "direct"), LIST)
async def test_an_intent_brings_its_events(
    scene: Scene, bit: int, in_guilds: str, direct: str
) -> None:
    gateway = scene.sandbox.gateway
    gateway.inspect = None  # These bodies are no real ones.
    person = {"id": str(scene.ana.id)}
    me = {"id": str(scene.app.bot_user_id)}
    body: dict[str, Any] = {"user": person, "author": me, "mentions": []}
    if bit == 0:
        body["removed_member_ids"] = [str(scene.app.bot_user_id)]
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(1 << bit)
        await raw.until_quiet()
        for name in NAMES:
            gateway.emit(name, body, guild=scene.guild)
        assert sorted(name for name, _ in await raw.until_quiet()) == sorted(in_guilds.split())
        for name in NAMES:
            gateway.emit(name, body, app=scene.app)
        here = {name for name, _ in await raw.until_quiet()}
        # What exists in guilds only is told by its guild; the others by the direct intent.
        both = {name for name, (one, other) in EVENTS.items() if one != other}
        assert sorted(here & both) == sorted(direct.split())


def test_the_list_is_complete() -> None:
    named = {name for _, one, other in LIST for name in [*one.split(), *other.split()]}
    assert named == set(EVENTS)
    assert sum(1 << bit for bit, _, _ in LIST) == ALL


async def test_events_outside_the_list_always_come(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(0)
        scene.sandbox.gateway.emit("ENTITLEMENT_CREATE", {}, app=scene.app)
        assert await raw.until_quiet() == [("ENTITLEMENT_CREATE", {})]


async def test_the_bot_hears_of_itself_without_the_members_intent(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(1)
        await raw.until_quiet()
        world = scene.sandbox.world
        for user_id in (scene.ana.id, scene.app.bot_user_id):
            world.tell_member("GUILD_MEMBER_UPDATE", scene.guild.member_map[user_id])
        thread = {"id": "1", "guild_id": "1", "member_count": 1}
        for user_id in (scene.ana.id, scene.app.bot_user_id):
            body = {**thread, "removed_member_ids": [str(user_id)]}
            scene.sandbox.gateway.emit("THREAD_MEMBERS_UPDATE", body, guild=scene.guild)
        found = await raw.until_quiet()
        assert [name for name, _ in found] == ["GUILD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE"]
        assert found[0][1]["user"]["id"] == str(scene.app.bot_user_id)


# -- content -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intents", "mention", "seen"),
    [
        (1, False, None),
        (1 | MESSAGES, False, ""),
        (1 | MESSAGES, True, "hello"),
        (1 | MESSAGES | CONTENT, False, "hello"),
    ],
)
async def test_content(scene: Scene, intents: int, mention: bool, seen: str | None) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(intents)
        general = scene.sandbox.channel(scene.guild, "general")
        text = f"hello <@{scene.app.bot_user_id}>" if mention else "hello"
        await scene.ana.write(general, text)
        got = [
            body["content"].partition(" <@")[0]
            for name, body in await raw.until_quiet()
            if name == "MESSAGE_CREATE"
        ]
        assert got == ([] if seen is None else [seen])


async def test_direct_messages_carry_their_content(scene: Scene) -> None:
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(DIRECT)
        await scene.ana.write(None, "hello")
        assert (await raw.next("MESSAGE_CREATE"))["content"] == "hello"


async def test_everything_people_wrote_is_withheld_also_in_what_is_replied_to(
    scene: Scene,
) -> None:
    message = {"content": "a", "embeds": [1], "attachments": [1], "components": [1], "poll": {}}
    by_ana = {"author": {"id": str(scene.ana.id)}, "mentions": [], **message}
    by_me = {"author": {"id": str(scene.app.bot_user_id)}, "mentions": [], **message}
    nothing = {"content": "", "embeds": [], "attachments": [], "components": []}
    scene.sandbox.gateway.inspect = None
    async with connected(scene.sandbox, scene.app) as raw:
        await raw.identify(MESSAGES)
        for body in (
            {**by_ana, "referenced_message": by_me},
            {**by_me, "referenced_message": by_ana},
        ):
            scene.sandbox.gateway.emit("MESSAGE_UPDATE", body, guild=scene.guild)
        (_, first), (_, second) = await raw.until_quiet()
        assert first == {"author": by_ana["author"], "mentions": [], **nothing} | {
            "referenced_message": by_me
        }
        assert second["content"] == "a"
        assert second["referenced_message"]["content"] == ""
        assert "poll" not in second["referenced_message"]
