"""The list of differences from the description: each is needed, in each of its places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.conformance import Conformance
from sandbox.conformance_description import Description
from sandbox.conformance_tolerances import TOLERANCES, Tolerance
from tests.sandbox.conformance.exchanges import CHANNEL, MESSAGE, OVERWRITE, REFUSED, Exchange

MANY = [{**OVERWRITE, "id": str(i)} for i in range(1000)]
FORWARD: dict[str, Any] = {"type": 1, "channel_id": "5", "message_id": "8"}
POST, PATCH = "/channels/5/messages", "/channels/5/messages/8"
BULK = "/channels/5/messages/bulk-delete"

# What the sandbox takes or says, and the documentation allows.
ALLOWED = [
    Exchange("POST", "/guilds/6/channels", {"name": "films", "type": 16}),
    Exchange("POST", "/guilds/6/channels", {**CHANNEL, "type": 16}, 201),
    Exchange("POST", POST, {"message_reference": FORWARD}),
    Exchange("POST", "/guilds/6/channels", {"name": "x", "permission_overwrites": MANY}),
    Exchange("PATCH", "/channels/5", {"permission_overwrites": MANY}),
    Exchange("GET", "/guilds/6/threads/active", {"threads": [], "members": []}, 200),
    Exchange("POST", BULK, {"messages": ["1"]}),
    Exchange("POST", BULK, {"messages": [str(i) for i in range(101)]}),
    Exchange("POST", "/guilds/6/channels", REFUSED, 400),
]
# What the description allows and the documentation does not.
FORBIDDEN = [
    Exchange("POST", POST, {"content": "x" * 2001}),
    Exchange("PATCH", PATCH, {"content": "x" * 2001}),
]


def without(tolerance: Tolerance, place: int) -> tuple[Tolerance, ...]:
    """The list, but for one place of one of its lines."""
    places = tolerance.places[:place] + tolerance.places[place + 1 :]
    return tuple(replace(one, places=places) if one is tolerance else one for one in TOLERANCES)


def of(openapi: Path, tolerances: tuple[Tolerance, ...]) -> Conformance:
    return Conformance(openapi, [], Description(openapi, tolerances))


def wrong(conformance: Conformance) -> list[Exchange]:
    """The exchanges that are judged against the documentation."""
    unduly = [one for one in ALLOWED if not one.fits(conformance)]
    return unduly + [one for one in FORBIDDEN if one.fits(conformance)]


def test_the_list_follows_the_documentation(openapi: Path) -> None:
    assert wrong(of(openapi, TOLERANCES)) == []


@pytest.mark.parametrize(
    ("tolerance", "place"),
    [(one, place) for one in TOLERANCES for place in range(len(one.places))],
    ids=[
        f"{one.what}, {pointer}".replace("/", " ").strip()
        for one in TOLERANCES
        for pointer, _ in one.places
    ],
)
def test_every_place_is_needed(openapi: Path, tolerance: Tolerance, place: int) -> None:
    assert wrong(of(openapi, without(tolerance, place))) != []


def test_every_line_says_where_it_is_documented() -> None:
    for one in TOLERANCES:
        assert one.what
        assert one.source
        assert one.places


def test_a_message_that_is_forwarded_conforms(openapi: Path) -> None:
    body = {**MESSAGE, "message_reference": FORWARD}
    assert Exchange("POST", POST, body, 200).fits(of(openapi, TOLERANCES))
