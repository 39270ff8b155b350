"""Values of the wrong kind over the control API: a sentence, never a failure of the server."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.sandbox.bot import Bot
from tests.sandbox.conftest import Scene
from tests.sandbox.remote import Remote, remote

__all__ = ["remote"]

ANA = "/people/anika.codes97"
ALIENS: list[Any] = [None, True, -1, 1.5, 10**400, "x", "", [], [5], [[]], {}, {"x": 5}]

# each request with the fields that it knows
TAKES: list[tuple[str, str, tuple[str, ...]]] = [
    ("POST", "/people", ("username", "name", "locale")),
    *(
        ("POST", f"{ANA}/{action}", fields)
        for action, fields in {
            "join": ("guild",),
            "leave": ("guild",),
            "rename": ("name",),
            "set-locale": ("locale",),
            "set-pending": ("pending", "guild"),
            "close-direct-messages": (),
            "open-direct-messages": (),
            "restart-client": (),
            "run": ("command", "options", "channel", "guild"),
            "autocomplete": ("command", "options", "channel", "guild", "option", "value"),
            "click": ("message", "button"),
            "choose": ("message", "menu", "values"),
            "submit": ("form", "values"),
            "write": ("channel", "text", "files"),
        }.items()
    ),
    (
        "PATCH",
        "/channels/{channel}",
        ("name", "topic", "nsfw", "rate_limit_per_user", "position", "parent_id"),
    ),
    ("PATCH", "/channels/{thread}", ("name", "rate_limit_per_user", "archived", "locked")),
    ("PUT", "/channels/{channel}/overwrites/{role}", ("allow", "deny")),
    ("PATCH", "/channels/{channel}/messages/{message}", ("pinned", "suppress_embeds")),
    (
        "PATCH",
        "/guilds/{guild}/roles/{role}",
        ("name", "permissions", "color", "hoist", "mentionable", "position"),
    ),
    ("POST", "/guilds/{guild}/members/ben/grant", ("permissions", "name")),
    ("PUT", "/rates", ("setting",)),
    (
        "POST",
        "/faults",
        ("what", "method", "route", "person", "count", "skip", "probability", "seconds", "self"),
    ),
    ("PUT", "/clock", ("now", "advance")),
    *(
        ("POST", f"/gateway/{what}", ("guild", "code", "resumable"))
        for what in ("invalidate", "close", "take-guild-away", "bring-guild-back")
    ),
]
GOOD: dict[str, Any] = {
    "username": "cleo",
    "command": "/start",
    "what": "500",
    "method": "TRACE",
    "message": "{message}",
    "text": "x",
    "permissions": "0",
    "guild": "{guild}",
}
"""Beside a wrong value these stand in the body, so that it is looked at."""


@pytest.mark.parametrize(("method", "path", "fields"), TAKES, ids=[one[1] for one in TAKES])
async def test_values_of_the_wrong_kind(
    remote: Remote, scene: Scene, bot: Bot, method: str, path: str, fields: tuple[str, ...]
) -> None:
    sandbox, guild = scene.sandbox, scene.guild
    general = sandbox.channel(guild, "general")
    channel = bot.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="x", type=discord.ChannelType.public_thread)
    message = await scene.ana.write(general, "x")
    role = sandbox.grant(scene.ana, guild, 0, name="crew")
    things: dict[str, Any] = {
        "channel": general,
        "thread": thread,
        "message": message,
        "role": role,
    }
    ids = {name: one.id for name, one in things.items()}
    ids |= {"guild": guild.id, "message": message.id}
    for field in fields:
        for alien in ALIENS:
            body = {name: value for name, value in GOOD.items() if name in fields}
            body = {name: value.format(**ids) for name, value in body.items()} | {field: alien}
            status, answer = await remote.ask(method, path.format(**ids), body)
            assert status < 500, (field, alien)
            assert status < 400 or answer["error"], (field, alien)
    for what in ("", "/people", f"/guilds/{guild.id}", "/rates", "/faults"):
        await remote.get(what)
    # What is kept now can still be said to a bot; conformance looks at it, too.
    await remote.ask("DELETE", "/faults")
    await remote.ask("PUT", "/rates", {"setting": "off"})
    head = {"Authorization": f"Bot {scene.app.token}"}
    for what in ("", "/channels", "/roles", f"/members/{scene.app.id}", "/members?limit=9"):
        url = f"{sandbox.api_base}/guilds/{guild.id}{what}"
        async with remote.web.get(url, headers=head) as reply:
            assert reply.status == 200


@pytest.mark.parametrize(
    "sent", [b"{", b"\xff", b"[" * 100_000, b'{"setting": NaN}', b"[]", b'"x"', b"null"]
)
async def test_what_is_no_body(remote: Remote, sent: bytes) -> None:
    head = {"Content-Type": "application/json"}
    async with remote.web.put(f"{remote.control.url}/rates", data=sent, headers=head) as reply:
        assert reply.status == 400
        assert (await reply.json())["error"]


async def test_every_request_is_tried(remote: Remote) -> None:
    known = {f"/people/{{person}}/{one}" for one in remote.control.people.actions}
    assert {one.replace(ANA, "/people/{person}") for _, one, _ in TAKES} >= known
