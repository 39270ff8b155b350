"""The first steps: the greeting, the form, the introduction, and who is not on any roster."""

from sandbox import Message, Person
from tests.conversations.acting import (
    ABOUT,
    CAPTAIN,
    HOURS,
    MENTEE,
    NAME,
    ORGANIZER,
    ZONE,
    direct,
    dump,
    fill,
    number,
    only_for,
    press,
    roster_rows,
    row,
    running,
    said,
    seen_by,
    sql,
    written_in,
)
from tests.conversations.acting import csv_file as csv_of
from tests.support.world import World

START = "Get started"


def stored(world: World, username: str) -> tuple[object, ...]:
    return sql(
        world,
        "SELECT name, timezone, about, onboarded_at IS NOT NULL FROM person WHERE username = ?",
        username,
    )[0]


async def test_a_greeting_leads_through_the_form_to_the_team(world: World) -> None:
    await running(world)
    mentee = await world.join(MENTEE)
    greeting = mentee.inbox()[0]
    assert "Hello Hana Moyo, welcome to **Session 4**! You are here as a mentee" in greeting.content
    opened = await world.click(mentee, greeting, START)
    modal = opened.modal
    assert modal is not None
    assert modal.title == "About you"
    assert "Your team, your captain and the organizers can read this" in modal.texts[0]
    assert modal.field(NAME).prefilled == "Hana Moyo"
    assert modal.field(ZONE).prefilled == "Europe/Berlin"
    assert modal.field(HOURS).prefilled.startswith("Tue 13:00-17:00; Wed 20:00-23:00")
    done = await fill(world, mentee, opened, **{NAME: "Hana", ABOUT: "I like forms."})
    receipt = said(done)
    assert "Thank you, Hana! It is 10:00 on Monday where you are" in receipt
    assert "**Team Mercury**, working on Django" in receipt
    assert "Māia Şahin and Yara Sørensen" in receipt
    assert f"<#{world.sandbox.channel(world.guild, 'mercury').id}>" in receipt
    assert "> Hello, I am Hana. I am a mentee of team Mercury" in receipt
    assert "I like forms." in receipt
    assert stored(world, MENTEE) == ("Hana", "Europe/Berlin", "I like forms.", 1)


async def test_closed_direct_messages_lead_to_one_post_that_answers_only_them(
    world: World,
) -> None:
    await running(world)
    shy = world.person(MENTEE)
    shy.close_direct_messages()
    other = await world.join(CAPTAIN)
    await world.join(MENTEE)
    post = written_in(world, "welcome")[-1]
    assert post.content.startswith(f"Hello <@{shy.id}>, welcome!")
    assert "Session 4" not in post.content
    assert "mentee" not in post.content
    assert [user.id for user in post.mentions] == [shy.id]
    theirs = await world.click(other, post, START)
    assert theirs.modal is not None
    assert theirs.modal.field(NAME).prefilled == "Lucía Parata", "your own form, not theirs"
    opened = await world.click(shy, post, START)
    done = await fill(world, shy, opened)
    assert only_for(done, shy)
    assert "Thank you, Hana Moyo" in said(done)
    assert len([m for m in written_in(world, "welcome") if "Hello <@" in m.content]) == 1


async def test_a_stranger_is_answered_kindly_and_organizers_get_a_note(world: World) -> None:
    await running(world, ORGANIZER)
    stranger = await world.join("passer_by")
    assert "I do not find your username on its list" in stranger.inbox()[0].content
    assert stranger.inbox()[0].buttons == []
    note = written_in(world, "organizers")[-1]
    assert f"<@{stranger.id}> joined and is on no roster" in note.content
    assert note.mentions == []
    before = dump(world)
    home = written_in(world, "welcome")[0]
    for label in (START, "Check in", "Take a break"):
        answered = await world.click(stranger, home, label)
        assert answered.modal is None
        assert "Something went wrong" not in said(answered)
        assert only_for(answered, stranger)
    assert "I do not find you on a roster yet" in said(await world.run(stranger, "/start"))
    assert dump(world) == before


async def test_a_stranger_who_is_added_later_is_greeted(world: World) -> None:
    await running(world)
    late = await world.join("late_joiner")
    rows = [*roster_rows(), row("late_joiner", "mentee", "Venus")]
    done = await world.run(world.admin, "/cohort import", file=csv_of(rows))
    assert "On this server already: 1" in said(done)
    assert "welcome to **Session 4**" in late.inbox()[-1].content


async def refused_form(world: World) -> tuple[Person, Message]:
    await running(world)
    mentee = await world.join(MENTEE)
    opened = await world.click(mentee, mentee.inbox()[0], START)
    refused = await fill(
        world,
        mentee,
        opened,
        **{NAME: "Hana", ZONE: "Atlantis", HOURS: "Mon 18:00-20:00", ABOUT: "A long story"},
    )
    assert "Atlantis" in said(refused)
    assert len(refused.messages) == 1
    return mentee, refused.messages[0]


async def test_a_refused_form_changes_nothing_and_comes_back_as_it_was(world: World) -> None:
    mentee, refusal = await refused_form(world)
    assert stored(world, MENTEE) == ("Hana Moyo", "Europe/Berlin", "", 0)
    assert "A long story" not in "\n".join(dump(world)), "drafts are kept encrypted"
    again = await world.click(mentee, refusal, "Open the form again")
    assert again.modal is not None
    kept = {label: again.modal.field(label).prefilled for label in (NAME, ZONE, HOURS, ABOUT)}
    assert kept == {
        NAME: "Hana",
        ZONE: "Atlantis",
        HOURS: "Mon 18:00-20:00",
        ABOUT: "A long story",
    }
    done = await fill(world, mentee, again, **{ZONE: "Prague"})
    assert "Thank you, Hana" in said(done)
    assert number(world, "SELECT count(*) FROM form_draft") == 0


async def test_bad_answers_are_refused_one_by_one(world: World) -> None:
    await running(world)
    mentee = await world.join(MENTEE)
    for label, value, sentence in (
        (NAME, "@everyone", "without @everyone"),
        (NAME, "<@123456789012345678>", "plain text"),
        (HOURS, "mornings", "mornings"),
        (HOURS, "Mon 25:00-26:00", "25:00"),
        (ZONE, "x", "x"),
    ):
        opened = await world.run(mentee, "/start")
        # A draft of the form refused before fills it: what is said here is said again in full.
        good = {NAME: "Hana", ZONE: "Berlin", HOURS: "", ABOUT: ""}
        refused = await fill(world, mentee, opened, **{**good, label: value})
        assert sentence in said(refused), label
        assert only_for(refused, mentee)
        assert "Something went wrong" not in said(refused)
        assert stored(world, MENTEE)[3] == 0


async def test_everything_works_after_a_restart_of_the_bot(world: World) -> None:
    await running(world)
    mentee = await world.join(MENTEE)
    await world.restart()
    opened = await world.click(mentee, mentee.inbox()[0], START)
    await world.restart()
    done = await fill(world, mentee, opened, **{NAME: "Hana"})
    assert "Thank you, Hana" in said(done)
    await world.restart()
    posted = await world.click(mentee, done.messages[0], "Post it for me")
    assert "Your introduction is posted" in said(posted)
    await world.restart()
    home = written_in(world, "welcome")[0]
    for label in (START, "Check in", "My meetings", "My messages", "Take a break"):
        answered = await world.click(mentee, home, label)
        assert answered.failed is None
        assert answered.modal or "Something went wrong" not in said(answered)


async def test_a_refused_form_outlives_a_restart_too(world: World) -> None:
    mentee, refusal = await refused_form(world)
    await world.restart()
    again = await world.click(mentee, refusal, "Open the form again")
    assert again.modal is not None
    assert again.modal.field(ABOUT).prefilled == "A long story"


async def test_somebody_who_was_there_before_the_import_is_greeted_by_it(world: World) -> None:
    early = await world.join(MENTEE)
    assert early.inbox() == []
    await world.cohort()
    assert "welcome to **Session 4**" in early.inbox()[0].content
    opened = await world.click(early, early.inbox()[0], START)
    done = await fill(world, early, opened)
    assert "opens when an organizer launches the cohort" in said(done)
    await world.launch()
    assert "mercury" in {channel.name for channel in early.channels(world.guild)}
    assert len(early.inbox()) == 1 + (early.inbox()[-1].content == said(done))


async def test_joining_while_the_bot_is_away_is_noticed_at_its_start(world: World) -> None:
    await running(world)
    leaver = await world.onboard("meera_orbit14")
    await world.stop()
    mentee = world.person(MENTEE)
    await mentee.join(world.guild)
    await leaver.leave(world.guild)
    assert mentee.inbox() == []
    await world.start()
    assert "welcome to **Session 4**" in mentee.inbox()[0].content
    assert number(world, "SELECT count(*) FROM person WHERE joined_at IS NOT NULL") == 1


async def test_a_stranger_who_came_while_the_bot_was_away_is_noticed_once(world: World) -> None:
    await running(world)
    await world.advance(hours=1)
    await world.stop()
    stranger = world.person("passer_by")
    await stranger.join(world.guild)
    for _ in range(2):
        await world.start()
        assert ["do not find your username" in m.content for m in stranger.inbox()] == [True]
        assert len([m for m in written_in(world, "organizers") if "no roster" in m.content]) == 1
        await world.stop()
    await world.start()


async def test_who_was_there_before_the_cohort_is_no_stranger(world: World) -> None:
    old = world.person("long_ago")
    await old.join(world.guild)
    await world.advance(days=1)
    await running(world)
    await world.restart()
    assert old.inbox() == []


async def test_what_was_said_can_be_changed_later(world: World) -> None:
    await running(world, MENTEE)
    mentee = world.people[MENTEE]
    opened = await mentee.run("/start")
    assert opened.modal is not None
    assert opened.modal.field(NAME).prefilled == "Hana Moyo"
    done = await fill(world, mentee, opened, **{ZONE: "Tokyo", HOURS: "Sat 09:00-12:00"})
    assert "It is 18:00 on Monday" in said(done)
    assert stored(world, MENTEE)[1] == "Asia/Tokyo"
    ranges = sql(
        world,
        "SELECT start_minute, end_minute FROM availability a JOIN person p ON p.id = a.person_id"
        " WHERE p.username = ?",
        MENTEE,
    )
    assert ranges == [(5 * 1440 + 540, 5 * 1440 + 720)]
    offer = sql(
        world,
        "SELECT d.rule FROM delivery d JOIN person p ON p.id = d.person_id"
        " WHERE d.kind = 'one_on_one_offer' AND p.username = ? AND d.state = 'planned'",
        MENTEE,
    )
    assert {rule for (rule,) in offer} == {"Tuesday 10:00 Asia/Tokyo"}
    opened = await mentee.run("/start")
    done = await fill(world, mentee, opened, **{HOURS: ""})
    assert "You named no free hours" in said(done)


async def test_an_introduction_is_posted_once_and_is_only_text(world: World) -> None:
    await running(world)
    mentee = await world.join(MENTEE)
    opened = await world.click(mentee, mentee.inbox()[0], START)
    loud = "**Hi** @here <@&1> [x](http://example.org) `code` # big"
    done = await fill(world, mentee, opened, **{ABOUT: loud})
    assert written_in(world, "introductions") == []
    for _ in range(2):
        posted = await world.click(mentee, done.messages[0], "Post it for me")
        assert "Your introduction is posted in <#" in said(posted)
    posts = written_in(world, "introductions")
    assert len(posts) == 1
    text = posts[0].content
    assert text.startswith(f"<@{mentee.id}> says hello:\n> Hello, I am Hana Moyo.")
    assert "**Hi**" not in text
    assert "@here" not in text
    assert r"\`code`" in text
    assert not posts[0].mention_everyone
    assert posts[0].mentions == []


async def test_an_introduction_asked_for_early_comes_with_the_launch(world: World) -> None:
    await world.cohort()
    mentee = await world.join(MENTEE)
    opened = await world.click(mentee, mentee.inbox()[0], START)
    done = await fill(world, mentee, opened)
    posted = await world.click(mentee, done.messages[0], "Post it for me")
    assert "once the cohort is launched" in said(posted)
    await world.advance(minutes=5)
    await world.launch()
    await world.advance(hours=1)
    assert len(written_in(world, "introductions")) == 1


async def test_introductions_are_ones_own(world: World) -> None:
    await running(world, MENTEE)
    stranger = await world.join("passer_by")
    person = number(world, "SELECT id FROM person WHERE username = ?", MENTEE)
    before = dump(world)
    for custom_id in (f"lo:onboarding:introduce:{person}", f"lo:onboarding:open:{person}"):
        refused = await press(world, stranger, custom_id)
        assert "I do not find you on a roster yet" in said(refused)
    assert dump(world) == before
    assert "Hana" not in seen_by(world, stranger)


async def test_leaving_the_server_before_the_form_and_coming_back(world: World) -> None:
    await running(world, ORGANIZER)
    mentee = await world.join(MENTEE)
    await mentee.leave(world.guild)
    await world.settle()
    assert "has left the server" in written_in(world, "organizers")[-1].content
    await world.advance(days=1)
    await world.join(MENTEE)
    assert len(direct(mentee, "welcome to **Session 4**")) == 1
    opened = await world.click(mentee, mentee.inbox()[0], START)
    await fill(world, mentee, opened)
    assert stored(world, MENTEE)[3] == 1
