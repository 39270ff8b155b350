"""Registering buttons and forms: each name belongs to one cog."""

from datetime import UTC, datetime

import pytest

from bot.clock import VirtualClock
from bot.ui.actions import ActionButton, Router, buttons, draft_key
from bot.ui.answers import Interaction
from bot.ui.forms import FormValues, read_form


async def press(_interaction: Interaction, _arg: str) -> None:
    """Does nothing."""


async def submit(_interaction: Interaction, _arg: str, _values: FormValues) -> None:
    """Does nothing."""


def test_a_name_is_registered_once() -> None:
    router = Router(VirtualClock(datetime(2027, 2, 22, tzinfo=UTC)))
    router.button("a:b", press)
    router.form("a:c", submit, opened_by="a:b")
    with pytest.raises(ValueError, match="a:b"):
        router.button("a:b", press)
    with pytest.raises(ValueError, match="a:c"):
        router.form("a:c", submit, opened_by="a:b")
    assert (router.names, router.form_names) == (["a:b"], ["a:c"])


async def test_a_button_says_all_it_means_and_never_times_out() -> None:
    view = buttons(
        ActionButton("feature:action", 7, label="x" * 100),
        ActionButton("feature:other", label="Do it", danger=True),
    )
    first, second = view.to_components()[0]["components"]
    assert view.timeout is None
    assert (first["custom_id"], len(first["label"])) == ("lo:feature:action:7", 80)
    assert (second["custom_id"], second["style"]) == ("lo:feature:other:", 4)


def test_drafts_of_different_rows_are_different() -> None:
    assert draft_key("checkin:submit", 3) == draft_key("checkin:submit", "3")
    assert draft_key("checkin:submit", 3) != draft_key("checkin:submit", 4)


def test_what_was_entered_is_read_from_every_kind_of_field() -> None:
    sent = {
        "components": [
            {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "  hello \n"}},
            {"type": 18, "component": {"type": 3, "custom_id": "select", "values": ["4"]}},
            {"type": 18, "component": {"type": 3, "custom_id": "none", "values": []}},
            {"type": 18, "component": {"type": 21, "custom_id": "radio", "value": "team"}},
            {"type": 18, "component": {"type": 21, "custom_id": "empty", "value": None}},
            {"type": 10, "content": "who reads it"},
            {"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "style"}]},
        ]
    }
    assert read_form(sent) == {
        "text": "hello",
        "select": "4",
        "none": "",
        "radio": "team",
        "empty": "",
        "old": "style",
    }
