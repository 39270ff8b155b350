"""Who sees a channel, a thread, an event or a command."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from sandbox import Person, Refused
from sandbox import permissions as p
from sandbox.model import Channel, Overwrite
from tests.sandbox.bodies import command
from tests.sandbox.raw import Api, connected, refused
from tests.sandbox.stages import Stage, built

Json = dict[str, Any]

READ = p.VIEW_CHANNEL | p.READ_MESSAGE_HISTORY
EVENTS = "/guilds/{guild}/scheduled-events"
COMMANDS = "/applications/{app}/commands"


@pytest_asyncio.fixture
async def stage(api: Api) -> Stage:
    """Ben has the role low, boss the role high, peer none, ana MANAGE_GUILD; stranger is out."""
    one = await built(api)
    api.scene.sandbox.create_person("stranger")
    return one


def person(stage: Stage, name: str) -> Person:
    """Somebody by name; the owner as well."""
    scene = stage.api.scene
    if name == "owner":
        return Person(scene.sandbox, scene.sandbox.world.users[scene.guild.owner_id])
    return scene.sandbox.people["anika.codes97" if name == "ana" else name]


def rules(stage: Stage, *listed: tuple[str, int, int]) -> dict[int, Overwrite]:
    """Overwrites by the name of a role or person: allow, deny."""
    ids = stage.ids
    kinds = {"ben": 1, "boss": 1, "peer": 1}
    return {ids[n]: Overwrite(ids[n], kinds.get(n, 0), allow, deny) for n, allow, deny in listed}


# overwrites of a channel (who, allow, deny), who sees it
CHANNELS: list[tuple[list[tuple[str, int, int]], set[str]]] = [
    ([], {"ben", "boss", "peer", "ana", "owner"}),
    ([("everyone", 0, READ)], {"owner"}),
    ([("everyone", 0, READ), ("low", READ, 0)], {"ben", "owner"}),
    ([("everyone", 0, READ), ("peer", READ, 0)], {"peer", "owner"}),
    ([("low", 0, READ)], {"boss", "peer", "ana", "owner"}),
    ([("low", 0, READ), ("ben", READ, 0)], {"ben", "boss", "peer", "ana", "owner"}),
    ([("everyone", 0, READ), ("low", READ, 0), ("ben", 0, READ)], {"owner"}),
    ([("everyone", 0, p.VIEW_CHANNEL)], {"owner"}),
    ([("everyone", 0, p.READ_MESSAGE_HISTORY)], {"owner"}),
]
EVERYBODY = ("ben", "boss", "peer", "ana", "owner", "stranger")


@pytest.mark.parametrize(("listed", "who"), CHANNELS)
async def test_channels(stage: Stage, listed: list[tuple[str, int, int]], who: set[str]) -> None:
    """Reading needs both the channel and its history; a thread needs its channel."""
    hall = stage.channel("hall", overwrites=rules(stage, *listed))
    public = stage.channel("public", type=11, parent_id=hall.id)
    archived = stage.channel("old", type=11, parent_id=hall.id, archived=True)
    assert {n for n in EVERYBODY if reads(person(stage, n), hall)} == who
    assert {n for n in EVERYBODY if reads(person(stage, n), public)} == who
    assert {n for n in EVERYBODY if reads(person(stage, n), archived)} == who


def reads(one: Person, channel: Channel) -> bool:
    """Whether a person's client shows what was written."""
    try:
        one.read(channel)
    except Refused:
        return False
    return True


async def test_a_private_thread_is_for_its_members(stage: Stage) -> None:
    guild, now = stage.api.scene.guild, stage.api.scene.clock.now
    hall = stage.channel("hall")
    inside = {stage.ids["ben"]: now}
    thread = stage.channel("private", type=12, parent_id=hall.id, thread_members=inside)
    assert {n for n in EVERYBODY if reads(person(stage, n), thread)} == {"ben", "owner"}
    stage.high.permissions = p.MANAGE_THREADS
    assert {n for n in EVERYBODY if reads(person(stage, n), thread)} == {"ben", "boss", "owner"}
    hall.overwrites = rules(stage, ("low", 0, p.VIEW_CHANNEL))
    assert {n for n in EVERYBODY if reads(person(stage, n), thread)} == {"boss", "owner"}
    assert await stage.code("GET", "/channels/{private}") == 50001
    assert thread not in person(stage, "ben").threads(guild)


async def test_a_bot_hears_of_private_threads_only_as_their_member(stage: Stage) -> None:
    scene = stage.api.scene
    thread = stage.channel("private", type=12, parent_id=scene.general)
    async with connected(scene) as api:
        created = await api.event("GUILD_CREATE")
        assert str(thread.id) not in [one["id"] for one in created["threads"]]
        assert stage.ids["private"] not in [int(one["id"]) for one in await active(api)]
    thread.thread_members[scene.app.id] = scene.clock.now
    async with connected(scene) as api:
        created = await api.event("GUILD_CREATE")
        assert str(thread.id) in [one["id"] for one in created["threads"]]
        assert stage.ids["private"] in [int(one["id"]) for one in await active(api)]


async def active(api: Api) -> list[Json]:
    """The threads that a bot is told of when it asks."""
    return list((await api("GET", "/guilds/{guild}/threads/active"))[1]["threads"])


async def test_writing_in_threads(stage: Stage) -> None:
    """Archived ones open again, locked ones stay closed."""
    guild = stage.api.scene.guild
    guild.role_map[guild.id].permissions |= p.SEND_MESSAGES_IN_THREADS
    ben = person(stage, "ben")
    hall = stage.channel("hall")
    thread = stage.channel("talk", type=11, parent_id=hall.id, archived=True)
    with pytest.raises(Refused, match="cannot write"):
        await ben.write(hall, "x")
    await ben.write(thread, "x")
    assert not thread.archived
    thread.archived = thread.locked = True
    with pytest.raises(Refused, match="cannot write"):
        await ben.write(thread, "x")
    assert await stage.code("POST", "/channels/{talk}/messages", {"content": "x"}) == 50013
    assert await stage.code("PATCH", "/channels/{talk}", {"archived": False}) == 50013
    stage.mine.permissions |= p.MANAGE_THREADS
    assert await stage.code("PATCH", "/channels/{talk}", {"name": "x"}) == 50083
    assert await stage.code("PATCH", "/channels/{talk}", {"archived": False, "locked": False}) == 0
    await ben.write(thread, "x")


async def test_nobody_writes_in_a_category(stage: Stage) -> None:
    category = stage.channel("Teams", type=4)
    with pytest.raises(Refused, match="nobody can write"):
        await person(stage, "owner").write(category, "x")
    assert await stage.code("POST", "/channels/{Teams}/messages", {"content": "x"}) == 50024


def event(kind: int, channel: Channel | None = None) -> Json:
    """A scheduled event on a stage (1), in a voice channel (2) or elsewhere (3)."""
    body: Json = {
        "name": "Opening",
        "privacy_level": 2,
        "entity_type": kind,
        "scheduled_start_time": "2027-03-01T10:00:00Z",
        "scheduled_end_time": "2027-03-01T11:00:00Z",
    }
    if kind == 3:
        return {**body, "entity_metadata": {"location": "a call"}}
    return {**body, "channel_id": str(channel.id) if channel else None}


@pytest.mark.parametrize(("kind", "type_"), [(1, 13), (2, 2), (3, None)])
async def test_events(stage: Stage, kind: int, type_: int | None) -> None:
    """One elsewhere is for the whole server, one in a channel for who sees the channel."""
    api, guild = stage.api, stage.api.scene.guild
    stage.mine.permissions |= p.CONNECT
    hall = None
    if type_ is not None:
        shown = ("low", p.VIEW_CHANNEL, 0), ("mine", p.VIEW_CHANNEL, 0)
        listed = rules(stage, ("everyone", 0, p.VIEW_CHANNEL), *shown)
        hall = stage.channel("hall", type=type_, overwrites=listed)
    made = await api.made(EVENTS, event(kind, hall))
    seen = {n for n in EVERYBODY if person(stage, n).events(guild)}
    assert seen == ({"ben", "boss", "peer", "ana", "owner"} if kind == 3 else {"ben", "owner"})
    told = await api.event("GUILD_SCHEDULED_EVENT_CREATE")
    assert told["id"] == made["id"]
    if hall is None:
        return
    del hall.overwrites[stage.mine.id]
    assert await api.code("GET", f"{EVENTS}/{made['id']}") == 50001
    assert (await api("GET", EVENTS))[1] == []
    assert await api.code("POST", EVENTS, event(kind, hall)) == 50001


async def test_the_hall_of_an_event(stage: Stage) -> None:
    api = stage.api
    voice = stage.channel("voice", type=2)
    assert await api.code("POST", EVENTS, event(2, voice)) == 50013, "it cannot connect"
    stage.mine.permissions |= p.CONNECT
    refused(*await api("POST", EVENTS, event(1, voice)), code=50035, path="channel_id")
    refused(*await api("POST", EVENTS, event(2)), code=50035, path="channel_id")
    outside = {**event(3), "channel_id": str(voice.id)}
    refused(*await api("POST", EVENTS, outside), code=50035, path="channel_id")
    assert await api.code("POST", EVENTS, event(2, voice)) == 0


async def test_events_of_others(stage: Stage) -> None:
    """CREATE_EVENTS is for one's own, MANAGE_EVENTS for all."""
    api = stage.api
    stage.mine.permissions = p.CREATE_EVENTS
    path = f"{EVENTS}/{(await api.made(EVENTS, event(3)))['id']}"
    assert await api.code("PATCH", path, {"name": "mine"}) == 0
    next(iter(api.scene.guild.events.values()))["creator_id"] = str(stage.ids["ben"])
    assert await api.code("PATCH", path, {"name": "theirs"}) == 50013
    assert await api.code("DELETE", path) == 50013
    stage.mine.permissions = p.MANAGE_EVENTS
    assert await api.code("PATCH", path, {"name": "theirs"}) == 0
    assert await api.code("DELETE", path) == 0


GUILD, BOT_DM, PRIVATE = 0, 1, 2
MANAGE_GUILD = str(p.MANAGE_GUILD)

# a global command, who is offered it in the server, whether it exists in direct messages
OFFERED: list[tuple[Json, set[str], bool]] = [
    ({}, {"ben", "boss", "peer", "ana", "owner"}, True),
    ({"contexts": [GUILD]}, {"ben", "boss", "peer", "ana", "owner"}, False),
    ({"contexts": [BOT_DM]}, set(), True),
    ({"contexts": [PRIVATE]}, set(), False),
    ({"contexts": [GUILD, BOT_DM]}, {"ben", "boss", "peer", "ana", "owner"}, True),
    ({"dm_permission": False}, {"ben", "boss", "peer", "ana", "owner"}, False),
    ({"default_member_permissions": MANAGE_GUILD}, {"ana", "owner"}, True),
    ({"default_member_permissions": "0"}, {"owner"}, True),
    (
        {"default_member_permissions": str(p.MANAGE_GUILD | p.KICK_MEMBERS)},
        {"owner"},
        True,
    ),
    ({"default_member_permissions": MANAGE_GUILD, "contexts": [GUILD]}, {"ana", "owner"}, False),
]


@pytest.mark.parametrize(("more", "who", "direct"), OFFERED)
async def test_commands(stage: Stage, more: Json, who: set[str], direct: bool) -> None:
    """``default_member_permissions`` has no meaning in direct messages."""
    scene = stage.api.scene
    scene.guild.role_map[scene.guild.id].permissions |= p.USE_APPLICATION_COMMANDS
    await stage.api.made(COMMANDS, command(**more))
    inside = [name for name in EVERYBODY if name != "stranger"]
    assert {n for n in inside if "go" in person(stage, n).commands(scene.guild)} == who
    assert all(("go" in person(stage, n).commands()) == direct for n in inside)
    scene.sandbox.acknowledge_within = 0.01
    for name in set(inside) - who:
        with pytest.raises(Refused):
            await person(stage, name).run("/go", guild=scene.guild)


async def test_commands_of_a_guild_stay_there(stage: Stage) -> None:
    scene = stage.api.scene
    await stage.api.made("/applications/{app}/guilds/{guild}/commands", command())
    scene.guild.role_map[scene.guild.id].permissions |= p.USE_APPLICATION_COMMANDS
    assert scene.ana.commands(scene.guild) == ["go"]
    assert scene.ana.commands() == []
    with pytest.raises(Refused, match="shares no server"):
        person(stage, "stranger").commands()
    with pytest.raises(Refused, match="is not in"):
        person(stage, "stranger").commands(scene.guild)


async def test_commands_need_their_permission(stage: Stage) -> None:
    """USE_APPLICATION_COMMANDS, and seeing the channel."""
    scene = stage.api.scene
    await stage.api.made(COMMANDS, command())
    ben = person(stage, "ben")
    assert ben.commands(scene.guild) == []
    scene.guild.role_map[scene.guild.id].permissions |= p.USE_APPLICATION_COMMANDS
    assert ben.commands(scene.guild) == ["go"]
    hall = stage.channel("hall", overwrites=rules(stage, ("low", 0, p.VIEW_CHANNEL)))
    assert ben.commands(channel=hall) == []
    assert person(stage, "peer").commands(channel=hall) == ["go"]


async def test_who_has_not_accepted_the_rules_can_only_read(stage: Stage) -> None:
    scene = stage.api.scene
    everyone = scene.guild.role_map[scene.guild.id]
    everyone.permissions |= p.USE_APPLICATION_COMMANDS | p.SEND_MESSAGES
    await stage.api.made(COMMANDS, command())
    ben, general = person(stage, "ben"), scene.sandbox.channel(scene.guild, "general")
    ben.set_pending(scene.guild, True)
    assert (await stage.api.event("GUILD_MEMBER_UPDATE"))["pending"] is True
    ben.read(general)
    for refused_ in (ben.write(general, "x"), ben.run("/go", guild=scene.guild)):
        with pytest.raises(Refused, match="has not accepted the rules"):
            await refused_
    ben.set_pending(scene.guild, False)
    await ben.write(general, "x")
