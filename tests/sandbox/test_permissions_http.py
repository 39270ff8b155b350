"""Permissions over HTTP: the order of roles, and giving only what one holds."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import permissions as p
from sandbox.model import Overwrite
from tests.sandbox.stages import (
    CHANNELS,
    GENERAL,
    MANAGE,
    MEMBER,
    MUTE,
    ROLES,
    SEND,
    Stage,
    rule,
)

Json = dict[str, Any]


# what, method, path, body, code
HIERARCHY: list[tuple[str, str, str, Any, int]] = [
    ("change a lower role", "PATCH", f"{ROLES}/{{low}}", {"name": "x"}, 0),
    ("change one's own", "PATCH", f"{ROLES}/{{mine}}", {"name": "x"}, 50013),
    ("change a higher role", "PATCH", f"{ROLES}/{{high}}", {"name": "x"}, 50013),
    ("change @everyone", "PATCH", f"{ROLES}/{{everyone}}", {"mentionable": False}, 0),
    ("delete a lower role", "DELETE", f"{ROLES}/{{low}}", None, 0),
    ("delete one's own", "DELETE", f"{ROLES}/{{mine}}", None, 50013),
    ("delete a higher role", "DELETE", f"{ROLES}/{{high}}", None, 50013),
    ("delete @everyone", "DELETE", f"{ROLES}/{{everyone}}", None, 50028),
    ("give a lower role", "PUT", f"{MEMBER}/{{boss}}/roles/{{low}}", None, 0),
    ("give one's own", "PUT", f"{MEMBER}/{{ben}}/roles/{{mine}}", None, 50013),
    ("give a higher role", "PUT", f"{MEMBER}/{{ben}}/roles/{{high}}", None, 50013),
    ("take a lower role", "DELETE", f"{MEMBER}/{{ben}}/roles/{{low}}", None, 0),
    ("take a higher role", "DELETE", f"{MEMBER}/{{boss}}/roles/{{high}}", None, 50013),
    ("give several", "PATCH", f"{MEMBER}/{{ben}}", {"roles": ["{low}", "{other}"]}, 0),
    ("give several, one too high", "PATCH", f"{MEMBER}/{{ben}}", {"roles": ["{high}"]}, 50013),
    ("keep a higher role", "PATCH", f"{MEMBER}/{{boss}}", {"roles": ["{high}", "{low}"]}, 0),
    ("move below", "PATCH", ROLES, [{"id": "{low}", "position": 2}], 0),
    ("move to one's own", "PATCH", ROLES, [{"id": "{low}", "position": 4}], 50013),
    ("move a higher role", "PATCH", ROLES, [{"id": "{high}", "position": 1}], 50013),
    ("rename somebody lower", "PATCH", f"{MEMBER}/{{ben}}", {"nick": "x"}, 0),
    ("rename somebody higher", "PATCH", f"{MEMBER}/{{boss}}", {"nick": "x"}, 50013),
    ("rename the owner", "PATCH", f"{MEMBER}/{{owner}}", {"nick": "x"}, 50013),
    ("rename oneself", "PATCH", f"{MEMBER}/@me", {"nick": "x"}, 0),
    ("a long nickname", "PATCH", f"{MEMBER}/@me", {"nick": "x" * 33}, 50035),
    ("kick somebody lower", "DELETE", f"{MEMBER}/{{ben}}", None, 0),
    ("kick somebody higher", "DELETE", f"{MEMBER}/{{boss}}", None, 50013),
    ("kick the owner", "DELETE", f"{MEMBER}/{{owner}}", None, 50013),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [one[1:] for one in HIERARCHY],
    ids=[one[0] for one in HIERARCHY],
)
async def test_hierarchy(stage: Stage, method: str, path: str, body: Any, code: int) -> None:
    assert await stage.code(method, path, body) == code


@pytest.mark.parametrize(("older", "code"), [(True, 50013), (False, 0)])
async def test_of_equal_positions_the_older_is_higher(stage: Stage, older: bool, code: int) -> None:
    stage.low.position = stage.mine.position
    assert stage.low.id > stage.mine.id
    if older:
        guild = stage.api.scene.guild
        del guild.role_map[stage.low.id]
        stage.low.id = stage.mine.id - 1
        guild.role_map[stage.low.id] = stage.low
    stage.ids["low"] = stage.low.id
    assert await stage.code("PATCH", f"{ROLES}/{{low}}", {"name": "x"}) == code
    assert await stage.code("PUT", f"{MEMBER}/{{peer}}/roles/{{low}}") == code


async def test_new_roles_land_on_position_one(stage: Stage) -> None:
    made = await stage.api.made(ROLES, {"name": "new"})
    assert made["position"] == 1
    everyone = (await stage.api("GET", ROLES))[1]
    places = {one["name"]: one["position"] for one in everyone}
    assert places["@everyone"] == 0
    assert len(set(places.values())) == len(places)


# what, method, path, body, code
GRANTS: list[tuple[str, str, str, Any, int]] = [
    ("role: held", "POST", ROLES, {"permissions": str(SEND)}, 0),
    ("role: not held", "POST", ROLES, {"permissions": str(MUTE)}, 50013),
    ("role: administrator", "POST", ROLES, {"permissions": "8"}, 50013),
    ("role: as a number", "POST", ROLES, {"permissions": SEND}, 0),
    ("changed role: held", "PATCH", f"{ROLES}/{{low}}", {"permissions": str(SEND)}, 0),
    ("changed role: not held", "PATCH", f"{ROLES}/{{low}}", {"permissions": str(MUTE)}, 50013),
    ("allow: held", "PUT", f"{GENERAL}/permissions/{{low}}", rule(allow=SEND), 0),
    ("deny: held", "PUT", f"{GENERAL}/permissions/{{low}}", rule(deny=SEND), 0),
    ("allow: not held", "PUT", f"{GENERAL}/permissions/{{low}}", rule(allow=MUTE), 50013),
    ("deny: not held", "PUT", f"{GENERAL}/permissions/{{low}}", rule(deny=MUTE), 50013),
    ("allow: manage roles", "PUT", f"{GENERAL}/permissions/{{low}}", rule(allow=MANAGE), 50013),
    ("deny: manage roles", "PUT", f"{GENERAL}/permissions/{{low}}", rule(deny=MANAGE), 50013),
    ("for a member", "PUT", f"{GENERAL}/permissions/{{ben}}", rule(allow=SEND, kind=1), 0),
    ("for a higher role", "PUT", f"{GENERAL}/permissions/{{high}}", rule(allow=SEND), 0),
    (
        "new channel: held",
        "POST",
        CHANNELS,
        {"name": "x", "permission_overwrites": [{"id": "{low}", **rule(allow=SEND)}]},
        0,
    ),
    (
        "new channel: not held",
        "POST",
        CHANNELS,
        {"name": "x", "permission_overwrites": [{"id": "{low}", **rule(deny=MUTE)}]},
        50013,
    ),
    (
        "changed channel: held",
        "PATCH",
        GENERAL,
        {"permission_overwrites": [{"id": "{low}", **rule(deny=SEND)}]},
        0,
    ),
    (
        "changed channel: not held",
        "PATCH",
        GENERAL,
        {"permission_overwrites": [{"id": "{low}", **rule(allow=MUTE)}]},
        50013,
    ),
    (
        "channel for nobody",
        "POST",
        CHANNELS,
        {"name": "x", "permission_overwrites": [{"id": "5", **rule(allow=SEND)}]},
        50035,
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"), [one[1:] for one in GRANTS], ids=[one[0] for one in GRANTS]
)
async def test_only_what_it_holds(
    stage: Stage, method: str, path: str, body: Any, code: int
) -> None:
    assert await stage.code(method, path, body) == code
    stage.mine.permissions |= p.ADMINISTRATOR
    assert await stage.code(method, path, body) in (0, 50035), "an administrator holds everything"


async def test_what_somebody_else_gave_may_stay(stage: Stage) -> None:
    """Bits that the bot does not hold and does not change are no reason to refuse."""
    stage.low.permissions = MUTE
    both = str(MUTE | SEND)
    assert await stage.code("PATCH", f"{ROLES}/{{low}}", {"permissions": both}) == 0
    general = stage.api.scene.sandbox.channel(stage.api.scene.guild, "general")
    general.overwrites[stage.low.id] = Overwrite(stage.low.id, 0, MUTE, 0)
    path = f"{GENERAL}/permissions/{{low}}"
    assert await stage.code("PUT", path, rule(allow=MUTE | SEND)) == 0
    assert await stage.code("PUT", path, rule(allow=SEND)) == 50013
    assert await stage.code("DELETE", path) == 50013


async def test_who_manages_a_channels_permissions_gives_more(stage: Stage) -> None:
    """With MANAGE_ROLES from an overwrite a bot gives what it does not hold itself."""
    general = stage.api.scene.sandbox.channel(stage.api.scene.guild, "general")
    general.overwrites[stage.mine.id] = Overwrite(stage.mine.id, 0, MANAGE, 0)
    assert await stage.code("PUT", f"{GENERAL}/permissions/{{low}}", rule(allow=MUTE)) == 0
