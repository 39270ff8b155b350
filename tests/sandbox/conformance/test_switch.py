"""Switching it on and off. These tests need no description of Discord's: they bring a small one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from multidict import MultiDict

from sandbox import Sandbox
from sandbox.conformance import VARIABLE, Conformance
from sandbox.conformance_description import Description
from sandbox.conformance_tolerances import TOLERANCES
from sandbox.errors import ApiError
from tests.sandbox.conftest import Clock, Scene
from tests.sandbox.raw import connected
from tests.support.conformance import said_properly

THING = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 3}},
    "required": ["name"],
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A description with one operation."""
    path = tmp_path / "openapi.json"
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}
    whole: dict[str, Any] = {
        "paths": {"/things/{id}": {"put": operation}},
        "components": {"schemas": {"Thing": THING}},
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def test_off_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    sandbox = Sandbox(Clock())
    assert sandbox.conformance is None
    assert sandbox.gateway.inspect is None
    assert sandbox.violations == []


def test_a_description_without_what_is_known_of_discords_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(small))
    with pytest.raises(ValueError, match="no OpenAPI description of Discord"):
        Sandbox(Clock())


def test_a_description_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere.json"))
    with pytest.raises(OSError, match=r"nowhere\.json"):
        Sandbox(Clock())


async def test_a_route_that_there_is_not_fails_the_test_that_asked_for_it() -> None:
    clock = Clock()
    async with Sandbox(clock) as sandbox, connected(Scene(sandbox, clock)) as api:
        assert (await api("GET", "/guilds/{guild}/audit-logs"))[0] == 404
        with pytest.raises(AssertionError, match="audit-logs"):
            said_properly(sandbox)
        sandbox.unplanned.clear()
        assert (await api("GET", "/guilds/5"))[0] == 404
        said_properly(sandbox)


def test_what_is_described_is_checked(small: Path) -> None:
    checks = Conformance(small, [], Description(small, tolerances=()))
    json_ = "application/json"
    checks.request("PUT", "/things/1", MultiDict(), {"name": "x"}, json_)
    with pytest.raises(ApiError) as refused:
        checks.request("PUT", "/things/1", MultiDict(), {"name": "long"}, json_)
    assert refused.value.body == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "name": {
                "_errors": [
                    {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 3 or fewer in length."}
                ]
            }
        },
    }
    checks.answer("PUT", "/things/1", 200, {"name": "x"})
    assert checks.violations == []
    checks.answer("PUT", "/things/1", 200, {})
    assert [str(one) for one in checks.violations] == [
        'PUT /things/{id} 200 at /: "name" is a required property'
    ]


def test_every_difference_is_of_one_of_the_descriptions_places(openapi: Path) -> None:
    whole = json.loads(openapi.read_text(encoding="utf-8"))
    before = json.dumps(whole)
    for one in TOLERANCES:
        one.apply(whole)
    assert json.dumps(whole) != before
