"""The parts behind the page: formatting, timestamps, permissions, versions, the wire's edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rehearsal.page import timestamps
from rehearsal.page.guild import ADMINISTRATOR, READ_MESSAGE_HISTORY, VIEW_CHANNEL, Guild
from rehearsal.page.markdown import Scene, plain_text, render
from rehearsal.page.roster import read_roster
from rehearsal.page.timestamps import clock_changes, discord_text, find_zone
from rehearsal.page.wire import read_story, tell
from tests.rehearsal.page.wires import Wire, button, row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 27, 12, tzinfo=UTC)
NAMES = {"7": "Zoë", "8": "Mentees", "9": "team-mars"}
SCENE = Scene(BERLIN, NOW, NAMES.__getitem__, NAMES.__getitem__, NAMES.__getitem__)
READ = VIEW_CHANNEL | READ_MESSAGE_HISTORY


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* __c__ ~~d~~ _e_", "<strong>a</strong> <em>b</em> <u>c</u> <s>d</s> <em>e</em>"),
        ("***both***", "<strong><em>both</em></strong>"),
        ("`**not**` \\*not\\*", "<code>**not**</code> *not*"),
        ("sita_codes72 and a_b_c", "sita_codes72 and a_b_c"),
        ("<@7> <@!7> <@&8> <#9> </cohort show:5>", None),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<:star:123>", ":star:"),
    ],
)
def test_inline_formatting(text: str, html: str | None) -> None:
    made = str(render(text, SCENE))
    if html is None:
        for name in ("@Zoë", "@Mentees", "#team-mars", "/cohort show"):
            assert f'<span class="mention">{name}</span>' in made
    else:
        assert made == f"<p>{html}</p>"


def test_blocks() -> None:
    made = str(
        render("# One\n-# small\n> said\n> twice\n- a\n  - b\n- c\n1. d\n```py\n<x>\n```", SCENE)
    )
    assert made == (
        '<p class="h1">One</p><p class="sub">small</p>'
        "<blockquote><p>said<br>twice</p></blockquote>"
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
        '<ol start="1"><li>d</li></ol><pre><code>&lt;x&gt;</code></pre>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**<img src=x onerror=alert(1)>**",
        "https://x.example/\"onmouseover='alert(1)",
        '[<b>](https://x.example/?a="b")',
        "> <svg/onload=alert(1)>",
        "```\n</code></pre><script>\n```",
        "`<i>`",
        "- <a href='javascript:1'>",
    ],
)
def test_no_text_escapes_its_place(text: str) -> None:
    made = str(render(text, SCENE))
    for tag in ("<script", "<img", "<svg", "<i>", "<b>", "<a href='", '"onmouse'):
        assert tag not in made


def test_links_are_links_and_nothing_else() -> None:
    made = str(render("see https://example.org/a?b=1&c=2.", SCENE))
    address = "https://example.org/a?b=1&amp;c=2"
    assert made == f'<p>see <a href="{address}" rel="noreferrer">{address}</a>.</p>'


def test_plain_text_is_one_short_line() -> None:
    assert plain_text("\n## **Hello** <@7>\nmore", SCENE) == "Hello @Zoë"
    assert plain_text("**Bold** start", SCENE) == "Bold start"
    assert plain_text("x" * 200, SCENE, 10) == "x" * 9 + "…"


def test_timestamps_follow_the_viewers_clock_through_a_change() -> None:
    before = datetime(2027, 3, 27, 8, tzinfo=UTC)
    after = before + timedelta(days=1)
    assert discord_text(before, "t", BERLIN, NOW) == ("09:00", "Berlin, UTC+1")
    assert discord_text(after, "t", BERLIN, NOW) == ("10:00", "Berlin, UTC+2")
    kathmandu = ZoneInfo("Asia/Kathmandu")
    text = ("Saturday, 27 March 2027 13:45", "Kathmandu, UTC+5:45")
    assert discord_text(before, "F", kathmandu, NOW) == text
    made = str(render(f"<t:{int(after.timestamp())}:F>", SCENE))
    assert made == (
        '<p><time class="ts" datetime="2027-03-28T08:00:00Z">Sunday, 28 March 2027 10:00 '
        "<small>(Berlin, UTC+2)</small></time></p>"
    )


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("d", "27/03/2027"),
        ("D", "27 March 2027"),
        ("f", "27 March 2027 09:00"),
        ("T", "09:00:00"),
        ("R", "4 hours ago"),
    ],
)
def test_timestamp_styles(style: str, text: str) -> None:
    assert discord_text(datetime(2027, 3, 27, 8, tzinfo=UTC), style, BERLIN, NOW)[0] == text


def test_relative_times_read_both_ways_and_bad_ones_do_no_harm() -> None:
    assert timestamps.relative_text(NOW + timedelta(days=3, hours=2), NOW) == "in 3 days"
    assert timestamps.relative_text(NOW - timedelta(minutes=1), NOW) == "1 minute ago"
    assert timestamps.relative_text(NOW, NOW) == "now"
    assert "Invalid Date" in render("<t:999999999999:F>", SCENE)


def test_clock_changes_are_found_to_the_second() -> None:
    first, last = datetime(2027, 2, 15, tzinfo=UTC), datetime(2027, 4, 26, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert clock_changes(BERLIN, first, last) == [(datetime(2027, 3, 28, 1, tzinfo=UTC), hour)]
    lord_howe = clock_changes(ZoneInfo("Australia/Lord_Howe"), first, last)
    assert lord_howe == [(datetime(2027, 4, 3, 15, tzinfo=UTC), -hour / 2)]
    assert clock_changes(ZoneInfo("Asia/Kathmandu"), first, last) == []


@pytest.mark.parametrize(
    ("answer", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("kathmandu", "Asia/Kathmandu"),
        ("São", None),
        ("New York, USA", "America/New_York"),
        ("", None),
    ],
)
def test_zones_are_found_by_name_or_city(answer: str, zone: str | None) -> None:
    assert (str(find_zone(answer)) if zone else find_zone(answer)) == zone


def guild(**overwrites: tuple[int, int]) -> Guild:
    """Roles r1 and r2, member m with both; overwrites by target as (allow, deny)."""
    marks = [
        {"id": "g" if target == "everyone" else target, "allow": str(allow), "deny": str(deny)}
        for target, (allow, deny) in overwrites.items()
    ]
    return Guild.from_payload(
        {
            "id": "g",
            "owner_id": "boss",
            "roles": [
                {"id": "g", "permissions": str(READ)},
                {"id": "r1", "permissions": "0"},
                {"id": "r2", "permissions": "0"},
                {"id": "ra", "permissions": str(ADMINISTRATOR)},
            ],
            "channels": [
                {"id": "c", "type": 0, "permission_overwrites": marks},
                {"id": "t", "type": 11, "parent_id": "c"},
                {"id": "p", "type": 12, "parent_id": "c", "owner_id": "other"},
            ],
            "members": [
                {"user": {"id": "m"}, "roles": ["r1", "r2"]},
                {"user": {"id": "boss"}, "roles": []},
                {"user": {"id": "admin"}, "roles": ["ra"]},
            ],
        }
    )


@pytest.mark.parametrize(
    ("overwrites", "reads"),
    [
        ({}, True),
        ({"everyone": (0, VIEW_CHANNEL)}, False),
        ({"everyone": (0, READ_MESSAGE_HISTORY)}, False),
        ({"everyone": (0, READ), "r1": (READ, 0)}, True),
        ({"r1": (READ, 0), "r2": (0, READ)}, True),
        ({"r1": (0, READ), "m": (READ, 0)}, True),
        ({"r1": (READ, 0), "m": (0, VIEW_CHANNEL)}, False),
        ({"everyone": (READ, 0), "r2": (0, VIEW_CHANNEL)}, False),
    ],
)
def test_permissions_by_discords_order(overwrites: dict[str, Any], reads: bool) -> None:
    one = guild(**overwrites)
    assert one.can_read("m", "c") is reads
    assert one.can_read("m", "t") is reads
    assert not one.can_read("m", "p")
    assert one.readers("c") == [*(["m"] if reads else []), "boss", "admin"]
    assert not one.can_read("gone", "c")


def test_privacy_is_what_a_member_without_roles_cannot_see() -> None:
    assert not guild().is_private("c")
    assert guild(everyone=(0, VIEW_CHANNEL)).is_private("t")


def test_members_roles_and_channels_change() -> None:
    one = guild(everyone=(0, READ), r1=(READ, 0))
    one.apply("GUILD_MEMBER_UPDATE", {"user": {"id": "m"}, "roles": ["r2"]})
    assert not one.can_read("m", "c")
    one.apply("GUILD_MEMBER_ADD", {"user": {"id": "n"}, "roles": ["r1"]})
    assert one.can_read("n", "c")
    one.apply("GUILD_MEMBER_REMOVE", {"user": {"id": "n"}})
    assert not one.can_read("n", "c")
    one.apply("CHANNEL_DELETE", {"id": "c"})
    assert "c" in one.deleted


def test_versions_count_only_what_a_reader_would_see() -> None:
    wire = Wire(NOW)
    wire.start({"ann": "Ann"})
    message = wire.send("ann", {"content": "one", "components": row(button("Yes", "y"))})
    wire.edit(message, {"pinned": True})
    wire.edit(message, {"content": "two"})
    wire.edit(message, {"components": row(button("Yes", "y", disabled=True))})
    wire.event("MESSAGE_DELETE", {"id": message})
    found = tell(wire.records).messages[message]
    assert [one.body["content"] for one in found.versions] == ["one", "two", "two"]
    assert found.deleted is not None


def test_a_promised_answer_is_shown_when_it_comes() -> None:
    wire = Wire(NOW)
    wire.start({"ann": "Ann"})
    channel = wire.open("ann")
    number = wire.run("ann", channel, "crew")
    answer = wire.whisper(number, channel, {"content": ""})
    wire.records[-1]["response"]["resource"]["message"]["flags"] = 64 | 128
    wire.last[answer] = {**wire.last[answer], "flags": 64}
    assert tell(wire.records).messages[answer].loading
    wire.follow(number, answer, {"content": "Here"})
    found = tell(wire.records).messages[answer]
    assert [one.body["content"] for one in found.versions] == ["Here"]
    assert found.audience == wire.users["ann"]["id"]


def test_an_answer_without_its_message_is_made_from_the_request() -> None:
    wire = Wire(NOW)
    wire.start({"ann": "Ann"})
    number = wire.run("ann", wire.open("ann"), "help")
    wire.answer(number, {"type": 4, "data": {"content": "Psst", "flags": 64}})
    found = tell(wire.records).messages[number]
    assert found.versions[0].body["content"] == "Psst"


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_text('\n{"kind": \n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 2 is not JSON"):
        read_story(path)


def test_the_roster_joins_rows_parts_and_zones(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "discord_username,name,role,team,timezone\n"
        "a,Ann,navigator,Mars,Africa/Lagos\nb,Bo,navigator,Mars,Asia/Tokyo\n"
        "a,Ann,captain,Mars; Venus,Africa/Lagos\nc,Cy,organizer,,Nowhere/Land\n",
        encoding="utf-8-sig",
    )
    roster = read_roster(path, {"b": {"persona": "slow", "note": "n"}})
    assert roster.people["a"].roles_text == "Navigator in Mars; Captain of Mars, Venus"
    assert roster.people["a"].group == "Team Mars"
    assert roster.people["b"].persona == "slow"
    assert roster.people["c"].zone is UTC
    assert str(roster.zones["Mars"]) == "Africa/Lagos"
    assert roster.team_of("archive-mars", "Old") == "Mars"
    assert roster.team_of("general", "") is None
