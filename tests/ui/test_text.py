"""Text that is safe and fits: escaping, quoting, pages, and commands as mentions."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.answers import with_mentions
from bot.ui.text import city, joined, moment_label, pages, plain, quoted, shortened, wall

KATHMANDU = ZoneInfo("Asia/Kathmandu")


def mention(name: str) -> str:
    return {"start": "</start:1>", "cohort show": "</cohort show:2>"}.get(name, f"`/{name}`")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use `/start` now.", "Use </start:1> now."),
        ("`/cohort show` or `/start`", "</cohort show:2> or </start:1>"),
        ("`/karaoke` stays", "`/karaoke` stays"),
        ("a path like /start or `x/start`", "a path like /start or `x/start`"),
        ("", ""),
    ],
)
def test_known_commands_become_mentions(text: str, expected: str) -> None:
    assert with_mentions(text, mention) == expected


def test_what_somebody_typed_does_not_become_a_mention() -> None:
    typed = plain("press `/start` please")
    assert with_mentions(typed, mention) == typed


@pytest.mark.parametrize("text", ["@everyone", "@here", "<@123456789012345678>", "<@&1> @everyone"])
def test_mentions_are_broken(text: str) -> None:
    assert "@everyone" not in plain(text)
    assert "@here" not in plain(text)
    assert "<@123456789012345678>" not in plain(text)


@given(st.text(max_size=400))
def test_a_quotation_has_every_line_marked(text: str) -> None:
    assert all(line.startswith("> ") for line in quoted(text).split("\n"))


def test_many_empty_lines_are_one() -> None:
    assert quoted("a" + "\n" * 300 + "b") == "> a\n> \n> b"
    assert quoted("") == "> "


@given(st.lists(st.text(st.sampled_from("ab \n"), max_size=120), max_size=12))
def test_pages_fit_and_leave_nothing_out(parts: list[str]) -> None:
    found = pages(parts, 50)
    assert all(len(page) <= 50 for page in found)
    assert "".join("".join(found).split()) == "".join("".join(parts).split())


def test_pages_keep_parts_whole_where_they_can() -> None:
    assert pages(["one " * 5, "two " * 5], 30) == ["one " * 5, "two " * 5]
    assert pages(["one", "two"], 30) == ["one\n\ntwo"]


@given(st.text(max_size=300), st.integers(min_value=2, max_value=100))
def test_a_shortened_text_is_short(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit
    if len(text) <= limit:
        assert shortened(text, limit) == text


def test_names_and_moments_read_as_people_say_them() -> None:
    assert [joined([]), joined(["A"]), joined(["A", "B"]), joined(["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
    moment = datetime(2027, 3, 2, 13, 0, tzinfo=UTC)
    assert moment_label(moment, KATHMANDU) == "Tue 2 Mar 18:45 Kathmandu"
    assert wall(moment, KATHMANDU) == "18:45 in Kathmandu"
    assert city(ZoneInfo("America/Sao_Paulo")) == "Sao Paulo"
