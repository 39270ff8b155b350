"""Permissions over HTTP: the code for each missing one, and channels that hide themselves."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Person
from sandbox import permissions as p
from sandbox.model import Overwrite
from tests.sandbox.stages import (
    CHANNELS,
    GENERAL,
    HELD,
    MANAGE,
    MEMBER,
    MESSAGE,
    ROLES,
    SEND,
    Stage,
    rule,
)

Json = dict[str, Any]


EVENT: Json = {
    "name": "Opening",
    "privacy_level": 2,
    "entity_type": 3,
    "scheduled_start_time": "2027-03-01T10:00:00Z",
    "scheduled_end_time": "2027-03-01T11:00:00Z",
    "entity_metadata": {"location": "a call"},
}

# permission that is missing, method, path, body, code
MISSING: list[tuple[str, int, str, str, Any, int]] = [
    ("VIEW_CHANNEL", p.VIEW_CHANNEL, "GET", GENERAL, None, 50001),
    ("VIEW_CHANNEL to send", p.VIEW_CHANNEL, "POST", MESSAGE, {"content": "x"}, 50001),
    ("READ_MESSAGE_HISTORY", p.READ_MESSAGE_HISTORY, "GET", f"{MESSAGE}/{{theirs}}", None, 50001),
    (
        "READ_MESSAGE_HISTORY to reply",
        p.READ_MESSAGE_HISTORY,
        "POST",
        MESSAGE,
        {"content": "x", "message_reference": {"message_id": "{theirs}"}},
        160002,
    ),
    ("SEND_MESSAGES", SEND, "POST", MESSAGE, {"content": "x"}, 50013),
    ("SEND_MESSAGES to type", SEND, "POST", "/channels/{channel}/typing", None, 50013),
    ("EMBED_LINKS", p.EMBED_LINKS, "POST", MESSAGE, {"embeds": [{"title": "x"}]}, 50013),
    ("MANAGE_MESSAGES", p.MANAGE_MESSAGES, "DELETE", f"{MESSAGE}/{{theirs}}", None, 50013),
    ("PIN_MESSAGES", p.PIN_MESSAGES, "PUT", f"{MESSAGE}/pins/{{theirs}}", None, 50013),
    (
        "ADD_REACTIONS",
        p.ADD_REACTIONS,
        "PUT",
        f"{MESSAGE}/{{theirs}}/reactions/%F0%9F%9A%80/@me",
        None,
        50013,
    ),
    ("MANAGE_CHANNELS", p.MANAGE_CHANNELS, "POST", CHANNELS, {"name": "x"}, 50013),
    ("MANAGE_CHANNELS to change", p.MANAGE_CHANNELS, "PATCH", GENERAL, {"name": "x"}, 50013),
    ("MANAGE_CHANNELS to delete", p.MANAGE_CHANNELS, "DELETE", GENERAL, None, 50013),
    ("MANAGE_ROLES", MANAGE, "POST", ROLES, {"name": "x"}, 50013),
    ("MANAGE_ROLES to give", MANAGE, "PUT", f"{MEMBER}/{{peer}}/roles/{{low}}", None, 50013),
    ("MANAGE_ROLES in a channel", MANAGE, "PUT", f"{GENERAL}/permissions/{{low}}", rule(), 50013),
    (
        "CREATE_PUBLIC_THREADS",
        p.CREATE_PUBLIC_THREADS,
        "POST",
        f"{MESSAGE}/{{theirs}}/threads",
        {"name": "x"},
        50013,
    ),
    (
        "CREATE_PRIVATE_THREADS",
        p.CREATE_PRIVATE_THREADS,
        "POST",
        "/channels/{channel}/threads",
        {"name": "x", "type": 12},
        50013,
    ),
    (
        "events",
        p.MANAGE_EVENTS | p.CREATE_EVENTS,
        "POST",
        "/guilds/{guild}/scheduled-events",
        EVENT,
        50013,
    ),
    ("MANAGE_NICKNAMES", p.MANAGE_NICKNAMES, "PATCH", f"{MEMBER}/{{ben}}", {"nick": "x"}, 50013),
    ("CHANGE_NICKNAME", p.CHANGE_NICKNAME, "PATCH", f"{MEMBER}/@me", {"nick": "x"}, 50013),
    ("KICK_MEMBERS", p.KICK_MEMBERS, "DELETE", f"{MEMBER}/{{ben}}", None, 50013),
]


@pytest.mark.parametrize(
    ("bits", "method", "path", "body", "code"),
    [one[1:] for one in MISSING],
    ids=[one[0] for one in MISSING],
)
async def test_missing_permissions(
    stage: Stage, bits: int, method: str, path: str, body: Any, code: int
) -> None:
    """Without the permission Discord's code, with it no refusal."""
    guild = stage.api.scene.guild
    everyone = guild.role_map[guild.id]
    more = p.CREATE_PRIVATE_THREADS
    before = everyone.permissions
    everyone.permissions = before & ~bits
    stage.mine.permissions = (HELD | more) & ~bits
    assert await stage.code(method, path, body) == code
    everyone.permissions, stage.mine.permissions = before, HELD | more
    assert await stage.code(method, path, body) == 0


async def test_without_history_a_channel_looks_empty(stage: Stage) -> None:
    guild = stage.api.scene.guild
    for role in (guild.role_map[guild.id], stage.mine):
        role.permissions &= ~p.READ_MESSAGE_HISTORY
    assert await stage.api("GET", MESSAGE) == (200, [])


async def test_no_files_without_leave(stage: Stage) -> None:
    stage.mine.permissions &= ~p.ATTACH_FILES
    status, answer = await stage.api("POST", MESSAGE, {"content": "x"}, files=[b"x"])
    assert (status, answer["code"]) == (403, 50013)


async def test_a_channel_hides_itself_from_the_bot(stage: Stage) -> None:
    """Who denies @everyone and forgets the bot's own role has locked it out."""
    api, guild = stage.api, stage.api.scene.guild
    deny = {"id": str(guild.id), **rule(deny=p.VIEW_CHANNEL)}
    body = {"name": "hidden", "permission_overwrites": [deny]}
    made = await api.made(CHANNELS, body)
    stage.ids["hidden"] = int(made["id"])
    for method, path, sent in (
        ("GET", "/channels/{hidden}", None),
        ("PATCH", "/channels/{hidden}", {"name": "x"}),
        ("DELETE", "/channels/{hidden}", None),
        ("POST", "/channels/{hidden}/messages", {"content": "x"}),
        ("PUT", "/channels/{hidden}/permissions/{mine}", rule(allow=p.VIEW_CHANNEL)),
    ):
        assert await stage.code(method, path, sent) == 50001
    listed = (await api("GET", CHANNELS))[1]
    assert made["id"] in [one["id"] for one in listed], "its name is no secret"
    hidden = api.scene.sandbox.channel(guild, "hidden")
    owner = api.scene.sandbox.world.users[guild.owner_id]
    await Person(api.scene.sandbox, owner).write(hidden, "a secret")
    allow = {"id": str(stage.mine.id), **rule(allow=p.VIEW_CHANNEL | SEND)}
    body = {"name": "shown", "permission_overwrites": [deny, allow]}
    shown = await api.made(CHANNELS, body)
    assert await api.code("POST", f"/channels/{shown['id']}/messages", {"content": "x"}) == 0
    told = [what["content"] for name, what in api.events if name == "MESSAGE_CREATE"]
    assert "a secret" not in told


async def test_an_administrator_sees_everything(stage: Stage) -> None:
    stage.mine.permissions = p.ADMINISTRATOR
    hidden = Overwrite(stage.api.scene.guild.id, 0, 0, p.VIEW_CHANNEL)
    stage.channel("hidden", overwrites={hidden.id: hidden})
    assert await stage.code("POST", "/channels/{hidden}/messages", {"content": "x"}) == 0


async def test_in_a_hidden_category(stage: Stage) -> None:
    """Without overwrites of its own a channel takes over those of its category."""
    api, guild = stage.api, stage.api.scene.guild
    hidden = Overwrite(guild.id, 0, 0, p.VIEW_CHANNEL)
    mine = Overwrite(stage.mine.id, 0, p.VIEW_CHANNEL, 0)
    parent = stage.channel("Teams", type=4, overwrites={one.id: one for one in (hidden, mine)})
    made = await api.made(CHANNELS, {"name": "mercury", "parent_id": str(parent.id)})
    assert {one["id"] for one in made["permission_overwrites"]} == {str(guild.id), str(mine.id)}
    del parent.overwrites[mine.id]
    body = {"name": "venus", "parent_id": str(parent.id)}
    assert await stage.code("POST", CHANNELS, body) == 50013
