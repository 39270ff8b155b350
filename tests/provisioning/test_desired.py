"""What a server should look like: names, order, and who is let in."""

import discord
import pytest

from bot.provisioning.desired import (
    BOT,
    CHANNELS_PER_CATEGORY,
    EVERYONE,
    INVITE_PERMISSIONS,
    CohortPlace,
    Desired,
    DesiredChannel,
    TeamPlace,
    describe,
    desired_server,
    slug,
    team_channel,
    team_role,
)

NAMES = {
    "mentee": "Djangonaut",
    "navigator": "Navigator",
    "captain": "Captain",
    "organizer": "Organizer",
    "alumni": "Star",
}
SEE = discord.Permissions(view_channel=True).value
WRITE = discord.Permissions(send_messages=True).value


def place(teams: int = 2, *, archived: bool = False) -> CohortPlace:
    return CohortPlace(
        7,
        "Session 4",
        tuple(TeamPlace(number, f"Team {number}", "Django") for number in range(1, teams + 1)),
        archived,
    )


def channel(desired: Desired, key: str) -> DesiredChannel:
    return next(one for one in desired.channels if one.key == key)


def test_roles_carry_the_names_of_the_programme_and_no_permissions() -> None:
    desired = desired_server(place(), NAMES)
    assert [role.name for role in desired.roles] == [
        *NAMES.values(),
        "Team 1 (Session 4)",
        "Team 2 (Session 4)",
    ]


@pytest.mark.parametrize("archived", [False, True])
def test_private_places_are_hidden_from_all_but_their_own(archived: bool) -> None:
    desired = desired_server(place(archived=archived), NAMES)
    for one in desired.channels:
        rules = {rule.subject: rule for rule in one.overwrites}
        if one.key in ("welcome", "introductions"):
            assert not any(rule.deny & SEE for rule in rules.values())
            continue
        assert rules[EVERYONE].deny & SEE
        assert rules[BOT].allow & SEE, "a bot without Administrator would shut itself out"
        may = {subject for subject, rule in rules.items() if rule.allow & SEE}
        is_team = one.key.endswith(":channel")
        team = {team_role(int(one.key.split(":")[1]))} if is_team else set()
        assert may == {BOT, "role:organizer"} | team
        assert bool(rules[EVERYONE].deny & WRITE) == (archived and is_team)


def test_the_welcome_channel_is_for_reading() -> None:
    welcome = channel(desired_server(place(), NAMES), "welcome")
    rules = {rule.subject: rule for rule in welcome.overwrites}
    assert rules[EVERYONE].allow & SEE
    assert rules[EVERYONE].deny & WRITE


def test_an_archive_is_named_so() -> None:
    desired = desired_server(place(archived=True), NAMES)
    assert channel(desired, team_channel(1)).name == "archive-team-1"
    assert channel(desired, "cohort:7:category:0").name == "Session 4 (archive)"


def test_categories_hold_fifty_channels() -> None:
    desired = desired_server(place(CHANNELS_PER_CATEGORY + 1), NAMES)
    categories = [one for one in desired.channels if one.category]
    assert [one.name for one in categories] == ["Session 4", "Session 4 2"]
    for category in categories:
        held = [one for one in desired.channels if one.parent == category.key]
        assert 1 <= len(held) <= CHANNELS_PER_CATEGORY


def test_everything_comes_after_what_it_needs() -> None:
    desired = desired_server(place(60), NAMES)
    roles = {role.key for role in desired.roles}
    seen: set[str] = set()
    for one in desired.channels:
        assert one.parent is None or one.parent in seen
        assert {rule.subject for rule in one.overwrites} <= roles | {EVERYONE, BOT}
        seen.add(one.key)
    assert len(seen) == len(desired.channels)


def test_the_bot_asks_for_what_it_needs_and_no_more() -> None:
    assert not INVITE_PERMISSIONS.administrator
    assert not INVITE_PERMISSIONS.manage_guild
    assert not INVITE_PERMISSIONS.mention_everyone
    given = 0
    for one in desired_server(place(archived=True), NAMES).channels:
        for rule in one.overwrites:
            given |= rule.allow | rule.deny
    assert given & ~INVITE_PERMISSIONS.value == 0, "it can only give and deny what it has"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mercury", "mercury"),
        ("Team  Māia & Co.", "team-maia-co"),
        ("Ünïcode", "unicode"),
        ("李娜", "team"),
        ("--", "team"),
        ("x" * 200, "x" * 90),
    ],
)
def test_channel_names_are_as_discord_writes_them(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_the_plan_is_told_in_words() -> None:
    desired = desired_server(place(1), NAMES)
    lines = describe(desired.roles[-1:], desired.channels[-2:])
    assert lines == ["role Team 1 (Session 4)", "category Session 4", "channel #team-1"]
