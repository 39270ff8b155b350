"""Launching: what appears on the server, that it can be run again, and what repairs itself."""

import json

import pytest

from bot.provisioning.desired import INVITE_PERMISSIONS
from sandbox import Refused, guilds
from tests.conversations.acting import (
    CAPTAIN,
    MENTEE,
    MONDAY,
    direct,
    number,
    only_for,
    row,
    running,
    said,
    second_cohort,
    sql,
    written_in,
)
from tests.support.world import World


def everything(world: World) -> list[tuple[str, int]]:
    """Names and ids of all that the server holds."""
    return sorted(
        [(channel.name, channel.id) for channel in world.guild.channels]
        + [(role.name, role.id) for role in world.guild.roles]
    )


async def test_a_launch_shows_its_plan_asks_and_tells_its_progress(world: World) -> None:
    await world.cohort()
    before = everything(world)
    asked = await world.run(world.admin, "/cohort launch")
    plan = said(asked)
    assert "**Launching Session 4** will make 13 things" in plan
    assert plan.count("\n- role ") == 7
    for place in ("category Session 4", "#welcome", "#introductions", "#organizers", "#mercury"):
        assert f"{place}\n" in plan, place
    assert "Nothing is made before you press the button" in plan
    assert everything(world) == before
    assert only_for(asked, world.admin)
    done = await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    assert "**Session 4** is launched: 2 teams have their channels." in said(done)
    names = [channel.name for channel in world.guild.channels]
    wanted = ("mercury", "venus", "welcome", "introductions", "organizers", "Session 4")
    assert [names.count(name) for name in wanted] == [1] * 6
    assert len(written_in(world, "welcome")) == 1
    assert written_in(world, "welcome")[0].pinned
    assert len(written_in(world, "welcome")[0].buttons) == 5
    world.sandbox.flush()


async def test_access_is_given_to_roles_and_asked_for_as_such(world: World) -> None:
    """An overwrite that names a role as if it were a member is refused by Discord."""
    await world.cohort()
    await world.launch()
    await world.launch()
    closing = await world.run(world.admin, "/cohort close")
    await world.click(world.admin, closing.messages[-1], "Close Session 4")
    roles = {str(role.id) for role in world.guild.roles}
    world.sandbox.flush()
    assert world.sandbox.wire.path is not None
    lines = world.sandbox.wire.path.read_text(encoding="utf-8").splitlines()
    asked = [
        overwrite
        for entry in map(json.loads, lines)
        if entry.get("route") in ("/guilds/{guild_id}/channels", "/channels/{channel_id}")
        for overwrite in (entry["body"] or {}).get("permission_overwrites", ())
    ]
    assert len(asked) > 20
    assert {str(overwrite["id"]) for overwrite in asked} <= roles
    assert {overwrite["type"] for overwrite in asked} == {0}


async def test_progress_is_shown_on_the_way(world: World) -> None:
    await world.cohort("session.csv")
    await world.launch()
    world.sandbox.flush()
    wire = world.sandbox.wire
    assert wire.path is not None
    text = wire.path.read_text(encoding="utf-8")
    assert "Working: 5 of 21 (role " in text
    assert "Working: 20 of 21 (" in text


async def test_launching_again_makes_nothing_twice(world: World) -> None:
    await world.cohort()
    await world.launch()
    before = everything(world)
    posts = [len(written_in(world, name)) for name in ("welcome", "mercury", "venus")]
    asked = await world.run(world.admin, "/cohort launch")
    assert "the server has everything it needs" in said(asked)
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    assert everything(world) == before
    assert [len(written_in(world, name)) for name in ("welcome", "mercury", "venus")] == posts


async def test_a_button_pressed_twice_launches_once(world: World) -> None:
    await world.cohort()
    asked = await world.run(world.admin, "/cohort launch")
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    before = everything(world)
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    assert everything(world) == before


async def unseen_deletion(world: World) -> None:
    """Somebody deletes a team's channel while the bot is away, so that no event tells it."""
    await world.stop()
    guilds.remove_channel(
        world.sandbox.world, world.guild, world.sandbox.channel(world.guild, "mercury")
    )
    await world.start()


async def test_a_launch_makes_again_what_was_deleted_unseen(world: World) -> None:
    await running(world, MENTEE)
    await unseen_deletion(world)
    asked = await world.run(world.admin, "/cohort launch")
    assert "will make 1 things" in said(asked)
    assert "- channel #mercury" in said(asked)
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    mentee = world.people[MENTEE]
    assert "mercury" in {channel.name for channel in mentee.channels(world.guild)}
    await world.run_until(MONDAY)
    assert "Check-in, week 1" in written_in(world, "mercury")[-1].content


async def test_a_welcome_channel_that_was_deleted_has_its_home_message_again(world: World) -> None:
    await running(world)
    (home,) = [m for m in written_in(world, "welcome") if "Everything starts here" in m.content]
    gone = world.sandbox.channel(world.guild, "welcome")
    guilds.remove_channel(world.sandbox.world, world.guild, gone)
    await world.settle()
    (again,) = [m for m in written_in(world, "welcome") if "Everything starts here" in m.content]
    assert (again.id != home.id, again.channel_id != gone.id, again.pinned) == (True, True, True)
    await world.restart()
    assert len([m for m in written_in(world, "welcome") if "Everything" in m.content]) == 1


async def test_a_prompt_finds_its_channel_deleted_and_made_again(world: World) -> None:
    await running(world, MENTEE)
    await unseen_deletion(world)
    world.sandbox.plan_refusal(404, 10003)
    await world.run_until(MONDAY)
    mentee = world.people[MENTEE]
    assert "mercury" in {channel.name for channel in mentee.channels(world.guild)}
    assert "Check-in, week 1" in written_in(world, "mercury")[-1].content


async def test_the_welcome_channel_comes_back_with_its_home_message(world: World) -> None:
    await running(world)
    guilds.remove_channel(
        world.sandbox.world, world.guild, world.sandbox.channel(world.guild, "welcome")
    )
    await world.settle()
    await world.launch()
    home = written_in(world, "welcome")
    assert len(home) == 1
    assert home[0].pinned


async def test_a_team_role_that_was_deleted_opens_its_channel_again(world: World) -> None:
    await running(world, MENTEE)
    role = next(one for one in world.guild.roles if one.name == "Mercury (Session 4)")
    guilds.remove_role(world.sandbox.world, world.guild, role)
    await world.settle()
    mentee = world.people[MENTEE]
    assert "mercury" not in {channel.name for channel in mentee.channels(world.guild)}
    await world.launch()
    assert "mercury" in {channel.name for channel in mentee.channels(world.guild)}


async def test_a_category_that_was_deleted_holds_its_channels_again(world: World) -> None:
    await running(world)
    category = world.sandbox.channel(world.guild, "Session 4")
    guilds.remove_channel(world.sandbox.world, world.guild, category)
    await world.settle()
    await world.launch()
    again = world.sandbox.channel(world.guild, "Session 4")
    assert world.sandbox.channel(world.guild, "mercury").parent_id == again.id
    assert world.sandbox.channel(world.guild, "venus").parent_id == again.id


async def test_access_that_was_opened_by_hand_is_closed_again(world: World) -> None:
    await running(world)
    stranger = await world.join("passer_by")
    mercury = world.sandbox.channel(world.guild, "mercury")
    del mercury.overwrites[world.guild.id]
    world.sandbox.world.tell_channel("CHANNEL_UPDATE", mercury)
    await world.settle()
    assert world.sandbox.can_read(stranger, mercury)
    asked = await world.run(world.admin, "/cohort launch")
    assert "- correct \\#mercury" in said(asked) or "- correct #mercury" in said(asked)
    await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    assert not world.sandbox.can_read(stranger, mercury)


@pytest.mark.parametrize("key", ["welcome", "role:mentee", "team:1:channel"])
async def test_what_was_made_but_not_recorded_is_found_again(world: World, key: str) -> None:
    await running(world)
    before = everything(world)
    made = number(world, "SELECT discord_id FROM server_object WHERE key = ?", key)
    sql(world, "UPDATE server_object SET discord_id = NULL WHERE key = ?", key)
    await world.restart()
    await world.launch()
    assert everything(world) == before
    assert number(world, "SELECT discord_id FROM server_object WHERE key = ?", key) == made


async def test_a_second_cohort_stands_beside_the_first(world: World) -> None:
    await running(world, MENTEE)
    before = everything(world)
    await second_cohort(
        world,
        [
            row("guide", "navigator", "Mercury"),
            row("learner", "mentee", "Mercury"),
            row(MENTEE, "navigator", "Mercury", timezone="Europe/Berlin", name="Hana Moyo"),
        ],
    )
    now = everything(world)
    assert set(before) < set(now)
    assert [name for name, _ in now].count("mercury") == 2
    assert [name for name, _ in now].count("welcome") == 1
    assert len(written_in(world, "welcome")) == 1
    learner = await world.onboard("learner")
    both, one = world.people[MENTEE], learner
    assert [c.name for c in both.channels(world.guild)].count("mercury") == 2
    assert [c.name for c in one.channels(world.guild)].count("mercury") == 1
    which = await world.run(world.admin, "/cohort close")
    assert "“Session 4”, “Session 5”" in said(which)


@pytest.mark.parametrize("missing", ["manage_channels", "manage_roles"])
async def test_a_missing_permission_is_named_kindly_and_the_next_try_goes_on(
    world: World, missing: str
) -> None:
    await world.cohort()
    role = next(one for one in world.guild.roles if one.bot_id)
    less = INVITE_PERMISSIONS
    role.permissions = less.value & ~getattr(type(less), missing).flag
    world.sandbox.plan_refusal(403, 50013)
    asked = await world.run(world.admin, "/cohort launch")
    refused = await world.click(world.admin, asked.messages[-1], "Launch Session 4")
    assert "Discord did not let me make all roles and channels" in said(refused)
    assert "Something went wrong" not in said(refused)
    assert number(world, "SELECT count(*) FROM cohort WHERE state = 'running'") == 0
    role.permissions = less.value
    done = await world.launch()
    assert "is launched" in said(done)
    names = [name for name, _ in everything(world)]
    assert names.count("mercury") == names.count("Mentee") == 1


async def test_a_named_organizer_who_left_does_not_stop_a_launch(world: World) -> None:
    await world.cohort()
    helper = await world.join("helpful")
    await world.run(world.admin, "/organizers add", member=helper)
    await helper.leave(world.guild)
    await world.settle()
    world.sandbox.plan_refusal(404, 10007)
    assert "is launched" in said(await world.launch())


async def test_naming_works_where_the_role_cannot_be_given_and_says_so(world: World) -> None:
    await running(world)
    helper = await world.join("helpful")
    bots = next(one for one in world.guild.roles if one.bot_id)
    bots.permissions &= ~(1 << 28)
    world.sandbox.plan_refusal(403, 50013)
    done = await world.run(world.admin, "/organizers add", member=helper)
    assert "can run cohorts here now" in said(done)
    assert "did not let me change their roles" in said(done)
    assert "Session 4" in said(await world.run(helper, "/cohort show"))


async def test_there_is_nothing_to_launch_without_teams(world: World) -> None:
    await world.run(world.admin, "/cohort create", name="Session 4", start="2027-02-22")
    refused = await world.run(world.admin, "/cohort launch")
    assert "no teams yet" in said(refused)
    assert "cohort import:" in said(refused)
    closing = await world.run(world.admin, "/cohort close")
    assert "nothing to close yet" in said(closing)


async def test_organizers_commands_do_not_exist_in_direct_messages(world: World) -> None:
    for command in ("/cohort show", "/organizers show"):
        with pytest.raises(Refused, match="does not exist in direct messages"):
            await world.admin.run(command)


async def test_closing_archives_and_says_goodbye(world: World) -> None:
    await running(world, MENTEE, CAPTAIN)
    mentee, captain = world.people[MENTEE], world.people[CAPTAIN]
    await world.run_until(MONDAY)
    asked = await world.run(world.admin, "/cohort close")
    assert "Other cohorts notice nothing" in said(asked)
    assert [channel.name for channel in world.guild.channels].count("mercury") == 1
    done = await world.click(world.admin, asked.messages[-1], "Close Session 4")
    assert "is closed" in said(done)
    names = {channel.name for channel in world.guild.channels}
    assert {"archive-mercury", "archive-venus", "Session 4 (archive)"} <= names
    archive = world.sandbox.channel(world.guild, "archive-mercury")
    assert (
        "is complete. Thank you, team Mercury" in written_in(world, "archive-mercury")[-1].content
    )
    with pytest.raises(Refused, match="cannot write"):
        await mentee.write(archive, "still here")
    held = {world.guild.role_map[one].name for one in world.guild.member_map[mentee.id].role_ids}
    assert held == {"Alumni", "Mercury (Session 4)"}
    held = {world.guild.role_map[one].name for one in world.guild.member_map[captain.id].role_ids}
    assert "Alumni" not in held
    assert number(world, "SELECT count(*) FROM delivery WHERE state = 'planned'") == 0
    sent = len(mentee.inbox()), len(written_in(world, "archive-mercury"))
    await world.advance(days=70)
    assert (len(mentee.inbox()), len(written_in(world, "archive-mercury"))) == sent
    assert "running cohort" in said(await world.run(mentee, "/checkin"))


async def test_closing_again_is_safe_and_leaves_other_cohorts_alone(world: World) -> None:
    await running(world, MENTEE)
    await second_cohort(
        world, [row("guide", "navigator", "Ursa"), row("learner", "mentee", "Ursa")]
    )
    await world.onboard("learner")
    closing = "/cohort close"
    asked = await world.run(world.admin, closing, name="Session 4")
    await world.click(world.admin, asked.messages[-1], "Close Session 4")
    before = everything(world)
    posts = len(written_in(world, "archive-mercury"))
    asked = await world.run(world.admin, closing, name="Session 4")
    done = await world.click(world.admin, asked.messages[-1], "Close Session 4")
    assert "is closed" in said(done)
    assert everything(world) == before
    assert len(written_in(world, "archive-mercury")) == posts
    refused = await world.run(world.admin, "/cohort launch", name="Session 4")
    assert "a closed cohort is not launched again" in said(refused)
    learner = world.people["learner"]
    ursa = world.sandbox.channel(world.guild, "ursa")
    await learner.write(ursa, "We go on.")
    await world.run_until(MONDAY.replace(hour=9))
    assert "Check-in, week 1" in written_in(world, "ursa")[-1].content


async def test_a_break_that_outlasts_the_cohort_ends_in_silence(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    await world.run(mentee, "/pause", until="2027-03-10")
    asked = await world.run(world.admin, "/cohort close")
    await world.click(world.admin, asked.messages[-1], "Close Session 4")
    await world.advance(days=40)
    assert not direct(mentee, "Welcome back")
