"""What comes late, what does not come any more, and that ten missed messages are no burst."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.delivery.kinds import Due, Late, Nothing, OutMessage
from bot.domain.deliveries import Courtesy
from bot.storage.tables import Delivery
from sandbox import Person as Account
from tests.conversations.acting import MENTEE, running, sql
from tests.delivery.conftest import Desk
from tests.delivery.crashing import away_until
from tests.support.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


def inbox(account: Account) -> list[str]:
    return [message.content for message in account.inbox()]


# --- newest only ---------------------------------------------------------------------------------


async def test_of_several_that_were_missed_the_newest_comes(desk: Desk) -> None:
    desk.kind("newest", Courtesy.REGULAR, late=Late.NEWEST)
    mia, mia_id = await desk.person("mia")
    numbers = [
        await desk.put("newest", f"week:{n}", to=mia_id, due=desk.now + n * DAY, useful=20 * DAY)
        for n in (1, 2, 3)
    ]
    ahead = await desk.put("newest", "week:9", to=mia_id, due=desk.now + 9 * DAY)
    await away_until(desk, desk.now + 4 * DAY)
    assert inbox(mia) == ["newest week:3 (late)"]
    rows = [await desk.row(number) for number in numbers]
    assert [row.state for row in rows] == ["cancelled", "cancelled", "sent"]
    assert {row.reason for row in rows[:2]} == {"a newer one is due"}
    assert (await desk.row(ahead)).state == "planned", "what is ahead has nothing to do with it"


async def test_somebody_elses_newer_one_is_no_reason(desk: Desk) -> None:
    desk.kind("newest", Courtesy.REGULAR, late=Late.NEWEST)
    (mia, mia_id), (noa, noa_id) = await desk.person("mia"), await desk.person("noa")
    await desk.put("newest", "week:1", to=mia_id, due=desk.now + DAY, useful=9 * DAY)
    await desk.put("newest", "week:2", to=noa_id, due=desk.now + 2 * DAY, useful=9 * DAY)
    await away_until(desk, desk.now + 3 * DAY)
    assert inbox(mia) == ["newest week:1 (late)"]
    assert inbox(noa) == ["newest week:2 (late)"]


@pytest.mark.parametrize("late", [Late.AS_USUAL, Late.SAYS_SO])
async def test_other_kinds_come_all(desk: Desk, late: Late) -> None:
    desk.kind("usual", Courtesy.ANSWER, late=late)
    mia, mia_id = await desk.person("mia")
    for n in (1, 2):
        await desk.put("usual", f"week:{n}", to=mia_id, due=desk.now + n * DAY, useful=9 * DAY)
    await away_until(desk, desk.now + 3 * DAY)
    assert inbox(mia) == ["usual week:1 (late)", "usual week:2 (late)"]


# --- posts ---------------------------------------------------------------------------------------


async def test_ten_missed_posts_come_one_an_hour(desk: Desk) -> None:
    desk.kind("news")
    for n in range(10):
        await desk.put("news", f"once:{n}", due=desk.now + n * HOUR, useful=9 * DAY)
    # The first went out on time.
    assert len(desk.posts()) == 1
    await away_until(desk, desk.now + 2 * DAY)
    assert len(desk.posts()) == 2, "one at once, not nine"
    await desk.world.advance(hours=12)
    assert desk.hall() == ["news once:0"] + [f"news once:{n} (late)" for n in range(1, 10)]
    sent = [message.created_at for message in desk.posts()]
    assert all(later - earlier >= HOUR for earlier, later in pairwise(sent))


async def test_what_is_on_time_does_not_queue_behind_what_is_late(desk: Desk) -> None:
    desk.kind("news")
    for n in range(5):
        await desk.put("news", f"late:{n}", due=desk.now + (n + 1) * HOUR, useful=9 * DAY)
    due = desk.now + 30 * HOUR + timedelta(minutes=10)
    number = await desk.put("news", "now:1", due=due)
    await away_until(desk, desk.now + 30 * HOUR)
    await desk.world.run_until(due)
    row = await desk.row(number)
    assert (row.state, row.sent_at) == ("sent", due)


async def test_another_channel_has_an_hour_of_its_own(desk: Desk) -> None:
    desk.kind("news")
    for n in range(4):
        place = "hall" if n % 2 else "welcome"
        await desk.put("news", f"once:{n}", due=desk.now + HOUR, place=place, useful=9 * DAY)
    await away_until(desk, desk.now + 2 * DAY)
    assert sorted(desk.hall()) == ["news once:0 (late)", "news once:1 (late)"]
    await desk.world.advance(hours=1)
    assert len(desk.hall()) == 4


async def test_a_late_post_that_would_not_live_an_hour_comes_now(desk: Desk) -> None:
    desk.kind("news")
    due = desk.now + HOUR
    for n in range(3):
        await desk.put("news", f"once:{n}", due=due, useful=5 * HOUR)
    # At 4 h 30 the next hour is beyond the last useful time: better together than never.
    await away_until(desk, due + timedelta(hours=4, minutes=30))
    assert len(desk.posts()) == 3


async def test_answers_in_a_channel_do_not_wait_an_hour(desk: Desk) -> None:
    desk.kind("shared", Courtesy.ANSWER)
    for n in range(4):
        await desk.put("shared", f"once:{n}", due=desk.now + HOUR, useful=9 * DAY)
    await away_until(desk, desk.now + 2 * DAY)
    assert len(desk.posts()) == 4


async def test_late_team_posts_keep_the_cap_too(desk: Desk) -> None:
    desk.kind("news")
    for n in range(4):
        await desk.put("news", f"once:{n}", due=desk.now + HOUR, useful=20 * DAY, zone="UTC")
    # From Monday to Wednesday.
    await away_until(desk, desk.now + 2 * DAY)
    await desk.world.advance(hours=6)
    assert len(desk.posts()) == 2
    await desk.world.run_until(datetime(2027, 2, 22, 12, tzinfo=UTC))
    assert len(desk.posts()) == 4
    assert desk.posts()[2].created_at == datetime(2027, 2, 22, tzinfo=UTC)


# --- over ----------------------------------------------------------------------------------------


async def test_what_is_over_expires_with_its_reason(desk: Desk) -> None:
    desk.kind("must", Courtesy.MUST)
    mia, mia_id = await desk.person("mia")
    number = await desk.put("must", to=mia_id, due=desk.now + HOUR, useful=2 * HOUR)
    await away_until(desk, desk.now + 4 * HOUR)
    row = await desk.row(number)
    assert (row.state, row.reason, row.not_before) == ("expired", "no longer useful", None)
    assert inbox(mia) == []


async def test_the_last_useful_moment_is_still_useful(desk: Desk) -> None:
    desk.kind("must", Courtesy.MUST)
    mia, mia_id = await desk.person("mia")
    await desk.put("must", to=mia_id, due=desk.now + HOUR, useful=2 * HOUR)
    await away_until(desk, desk.now + 3 * HOUR)
    assert inbox(mia) == ["must once:1 (late)"]


async def test_sent_before_it_was_over_and_not_recorded_it_counts_as_sent(desk: Desk) -> None:
    desk.kind("must", Courtesy.MUST)
    mia, mia_id = await desk.person("mia")
    desk.fail("reset", after_effect=True)
    number = await desk.put("must", to=mia_id, useful=HOUR)
    await away_until(desk, desk.now + 4 * HOUR)
    row = await desk.row(number)
    assert (row.state, row.message_id) == ("sent", mia.inbox()[0].id)
    assert len(inbox(mia)) == 1


async def test_what_is_nothing_any_more_takes_back_what_was_not_recorded(desk: Desk) -> None:
    said = [True]

    async def render(due: Due) -> OutMessage | Nothing:
        return OutMessage("here I am") if said[-1] else Nothing("it fell away")

    desk.kind("card", render=render)
    desk.fail("reset", after_effect=True)
    number = await desk.put("card")
    assert desk.hall() == ["here I am"]
    said.append(False)
    await desk.world.advance(hours=1)
    assert desk.hall() == []
    row = await desk.row(number)
    assert (row.state, row.reason) == ("cancelled", "it fell away")


# --- which goes first ----------------------------------------------------------------------------


@pytest.fixture
def _classes(desk: Desk) -> None:
    desk.kind("must", Courtesy.MUST)
    desk.kind("regular", Courtesy.REGULAR)
    desk.kind("nudge", Courtesy.NUDGE)


@pytest.mark.usefixtures("_classes")
async def test_in_a_full_week_a_nudge_drops_a_regular_waits_and_a_must_comes(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    for n in range(3):
        await desk.put("regular", f"before:{n}", to=mia_id)
    numbers = {
        kind: await desk.put(kind, to=mia_id, useful=14 * DAY)
        for kind in ("nudge", "regular", "must")
    }
    assert inbox(mia)[3:] == ["must once:1"]
    rows = {kind: await desk.row(number) for kind, number in numbers.items()}
    assert (rows["nudge"].state, rows["nudge"].reason) == (
        "cancelled",
        "gave way to what matters more this week",
    )
    assert (rows["regular"].state, rows["regular"].reason) == (
        "planned",
        "this week's messages are used up",
    )
    await desk.world.advance(days=8)
    assert inbox(mia)[4:] == ["regular once:1 (late)"], "what was dropped does not come later"


@pytest.mark.usefixtures("_classes")
async def test_a_nudge_leaves_the_places_that_are_taken_already(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    for n, kind in enumerate(("regular", "regular", "must")):
        await desk.put(kind, f"ahead:{n}", to=mia_id, due=desk.now + (n + 1) * DAY)
    number = await desk.put("nudge", to=mia_id)
    assert (await desk.row(number)).state == "cancelled"
    await desk.world.advance(days=4)
    assert len(inbox(mia)) == 3


@pytest.mark.usefixtures("_classes")
async def test_a_nudge_comes_where_there_is_room(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    await desk.put("regular", "ahead:1", to=mia_id, due=desk.now + DAY)
    await desk.put("must", "ahead:2", to=mia_id, due=desk.now + 2 * DAY)
    # Next week's takes no place of this week's.
    await desk.put("regular", "ahead:3", to=mia_id, due=desk.now + 8 * DAY)
    await desk.put("nudge", to=mia_id)
    assert inbox(mia) == ["nudge once:1"]


@pytest.mark.usefixtures("_classes")
async def test_a_nudge_at_night_waits_and_in_a_pause_is_cancelled(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia", "Asia/Kathmandu")
    night = datetime(2027, 2, 15, 21, tzinfo=UTC)  # 02:45 in Kathmandu
    await desk.put("nudge", to=mia_id, due=night)
    await desk.world.run_until(night)
    assert inbox(mia) == []
    await desk.world.advance(hours=6)
    assert inbox(mia) == ["nudge once:1 (late)"]


@pytest.mark.usefixtures("_classes")
async def test_missed_together_they_keep_their_order(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    begin = desk.now
    for n, kind in enumerate(("nudge", "regular", "regular", "must", "regular", "must")):
        due = begin + (n + 1) * HOUR
        await desk.put(kind, f"once:{n}", to=mia_id, due=due, useful=14 * DAY)
    await away_until(desk, begin + DAY)
    # Three places: two are kept for what must come, one is left, and no nudge takes it.
    assert inbox(mia) == ["regular once:1 (late)", "must once:3 (late)", "must once:5 (late)"]


# --- the real kinds ------------------------------------------------------------------------------


async def prompt(world: World) -> Delivery:
    assert world.app is not None
    async with world.app.db.read() as session:
        row = await session.scalar(
            select(Delivery)
            .where(Delivery.kind == "checkin_prompt", Delivery.occurrence == "week:1")
            .order_by(Delivery.id)
        )
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("late", "comes"),
    [(2 * DAY - timedelta(minutes=1), True), (2 * DAY + timedelta(minutes=1), False)],
)
async def test_a_prompt_two_days_late_says_so(world: World, late: timedelta, comes: bool) -> None:
    await running(world, MENTEE)
    row = await prompt(world)
    await world.stop()
    with world.timeline.allow_outage():
        await world.run_until(row.due_at + late)
    await world.start()
    team = world.posts("mercury", world.people[MENTEE])
    texts = [m.content for m in team if "Check-in, week" in m.content]
    state = sql(world, "SELECT state, reason FROM delivery WHERE id = ?", row.id)
    if comes:
        assert len(texts) == 1
        assert "later than planned" in texts[0]
        assert state == [("sent", None)]
    else:
        assert texts == []
        assert state == [("expired", "no longer useful")]
