"""Limits of a server: names, topics, and how many there may be of everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.model import Channel, Overwrite, Role, User
from tests.sandbox.bodies import x
from tests.sandbox.raw import Api, refused

Json = dict[str, Any]

CHANNELS, ROLES = "/guilds/{guild}/channels", "/guilds/{guild}/roles"
EVENTS = "/guilds/{guild}/scheduled-events"
START = "2027-03-01T10:00:00+00:00"


def named(**more: Any) -> Json:
    """A channel, role or thread."""
    return {"name": "x", **more}


def event(**more: Any) -> Json:
    """An event somewhere outside Discord."""
    return {
        "name": "Opening",
        "privacy_level": 2,
        "entity_type": 3,
        "scheduled_start_time": START,
        "scheduled_end_time": "2027-03-01T11:00:00+00:00",
        "entity_metadata": {"location": "a call"},
        **more,
    }


# what, where, at the limit, just over it, where the refusal points
BODIES: list[tuple[str, str, Json, Json, str]] = [
    ("channel name", CHANNELS, named(name=x(100)), named(name=x(101)), "name"),
    ("no channel name", CHANNELS, named(name="x "), named(name=" "), "name"),
    ("topic", CHANNELS, named(topic=x(1024)), named(topic=x(1025)), "topic"),
    (
        "slow mode",
        CHANNELS,
        named(rate_limit_per_user=21600),
        named(rate_limit_per_user=21601),
        "rate_limit_per_user",
    ),
    ("kind of channel", CHANNELS, named(type=16), named(type=1), "type"),
    ("role name", ROLES, named(name=x(100)), named(name=x(101)), "name"),
    ("colour", ROLES, named(color=0xFFFFFF), named(color=0x1000000), "color"),
    (
        "thread name",
        "/channels/{channel}/threads",
        named(name=x(100), type=11),
        named(name=x(101), type=11),
        "name",
    ),
    (
        "thread rest",
        "/channels/{channel}/threads",
        named(auto_archive_duration=60, type=11),
        named(auto_archive_duration=61, type=11),
        "auto_archive_duration",
    ),
    ("event name", EVENTS, event(name=x(100)), event(name=x(101)), "name"),
    (
        "event description",
        EVENTS,
        event(description=x(1000)),
        event(description=x(1001)),
        "description",
    ),
    (
        "event location",
        EVENTS,
        event(entity_metadata={"location": x(100)}),
        event(entity_metadata={"location": x(101)}),
        "entity_metadata.location",
    ),
    (
        "external events end",
        EVENTS,
        event(),
        event(scheduled_end_time=None),
        "scheduled_end_time",
    ),
    (
        "end after start",
        EVENTS,
        event(scheduled_end_time="2027-03-01T10:00:01Z"),
        event(scheduled_end_time=START),
        "scheduled_end_time",
    ),
    (
        "start in the future",
        EVENTS,
        event(scheduled_start_time="2027-02-22T09:00:01Z"),
        event(scheduled_start_time="2027-02-22T09:00:00Z"),
        "scheduled_start_time",
    ),
    ("privacy", EVENTS, event(), event(privacy_level=1), "privacy_level"),
]


@pytest.mark.parametrize(
    ("where", "fine", "over", "path"), [one[1:] for one in BODIES], ids=[one[0] for one in BODIES]
)
async def test_bodies(api: Api, where: str, fine: Json, over: Json, path: str) -> None:
    assert (await api("POST", where, fine))[0] in (200, 201)
    refused(*await api("POST", where, over), code=50035, path=path)


async def fill_channels(api: Api) -> None:
    guild, world = api.scene.guild, api.scene.sandbox.world
    while len(guild.channels) < 499:
        one = Channel(world.ids.next(), 0, "x", guild.id)
        guild.channel_map[one.id] = world.channels[one.id] = one


async def fill_roles(api: Api) -> None:
    guild, world = api.scene.guild, api.scene.sandbox.world
    while len(guild.role_map) < 249:
        role = Role(world.ids.next(), guild.id, "x", 0, 1)
        guild.role_map[role.id] = role


async def fill_events(api: Api) -> None:
    for _ in range(99):
        await api.made(EVENTS, event())


async def fill_threads(api: Api) -> None:
    guild, world = api.scene.guild, api.scene.sandbox.world
    while len(guild.threads) < 999:
        one = Channel(world.ids.next(), 11, "x", guild.id, api.scene.general)
        guild.channel_map[one.id] = world.channels[one.id] = one


# what, how to come close, where, body, the code of one too many
COUNTS = [
    ("500 channels", fill_channels, CHANNELS, named(), 30013),
    ("250 roles", fill_roles, ROLES, named(), 30005),
    ("100 events", fill_events, EVENTS, event(), 30038),
    ("1000 threads", fill_threads, "/channels/{channel}/threads", named(type=11), 160006),
]


@pytest.mark.parametrize(
    ("fill", "where", "body", "code"), [one[1:] for one in COUNTS], ids=[one[0] for one in COUNTS]
)
async def test_counts(api: Api, fill: Any, where: str, body: Json, code: int) -> None:
    await fill(api)
    assert (await api("POST", where, body))[0] in (200, 201)
    status, answer = await api("POST", where, body)
    assert (status, answer["code"]) == (400, code)


async def test_only_open_events_count(api: Api) -> None:
    made = await api.made(EVENTS, event())
    await fill_events(api)
    assert await api.code("POST", EVENTS, event()) == 30038
    assert (await api("PATCH", f"{EVENTS}/{made['id']}", {"status": 4}))[0] == 200
    assert (await api("POST", EVENTS, event()))[0] == 200
    changed = await api("PATCH", f"{EVENTS}/{made['id']}", {"name": "too late"})
    refused(*changed, code=180000, path=None)


async def test_fifty_channels_in_a_category(api: Api) -> None:
    parent = (await api.made(CHANNELS, named(type=4)))["id"]
    inside = [await api.made(CHANNELS, named(parent_id=parent)) for _ in range(50)]
    refused(*await api("POST", CHANNELS, named(parent_id=parent)), code=50035, path="parent_id")
    outside = await api.made(CHANNELS, named())
    moved = await api("PATCH", f"/channels/{outside['id']}", {"parent_id": parent})
    refused(*moved, code=50035, path="parent_id")
    order = [{"id": inside[0]["id"], "position": 3, "parent_id": parent}]
    assert (await api("PATCH", CHANNELS, order))[0] == 204, "it is in there already"
    order = [{"id": outside["id"], "parent_id": parent}]
    refused(*await api("PATCH", CHANNELS, order), code=50035, path="parent_id")
    assert (await api("PATCH", f"/channels/{inside[0]['id']}", {"parent_id": None}))[0] == 200
    assert (await api("PATCH", f"/channels/{outside['id']}", {"parent_id": parent}))[0] == 200
    refused(
        *await api("POST", CHANNELS, named(type=4, parent_id=parent)), code=50035, path="parent_id"
    )


async def test_a_thousand_overwrites(api: Api) -> None:
    world = api.scene.sandbox.world
    people = [User(world.ids.next(), f"u{i}") for i in range(1001)]
    world.users.update({one.id: one for one in people})
    rules = [{"id": str(one.id), "type": 1, "allow": "0", "deny": "0"} for one in people]
    answer = await api("POST", CHANNELS, named(permission_overwrites=rules))
    refused(*answer, code=50035, path="permission_overwrites")
    channel = world.channels[api.scene.general]
    channel.overwrites = {one.id: Overwrite(one.id, 1, 0, 0) for one in people[:999]}
    # Who says no to MANAGE_ROLES in so many overwrites still says yes by its role.
    path = "/channels/{channel}/permissions/"
    rule = {"type": 1, "allow": "0", "deny": "0"}
    assert (await api("PUT", f"{path}{people[999].id}", rule))[0] == 204
    status, answer = await api("PUT", f"{path}{people[1000].id}", rule)
    assert (status, answer["code"]) == (400, 30060)
    assert (await api("PUT", f"{path}{people[0].id}", rule))[0] == 204, "it is there already"


async def test_250_pins(api: Api) -> None:
    channel = api.scene.sandbox.world.channels[api.scene.general]
    made = [(await api.made("/channels/{channel}/messages", {"content": "x"}))["id"]]
    while len(channel.messages) < 251:
        made.append((await api.made("/channels/{channel}/messages", {"content": "x"}))["id"])
    for one in made[:249]:
        channel.messages[int(one)].pinned_at = api.scene.clock.now - timedelta(days=1)
    path = "/channels/{channel}/messages/pins/"
    assert (await api("PUT", path + made[249]))[0] == 204
    status, answer = await api("PUT", path + made[250])
    assert (status, answer["code"]) == (400, 30003)
