"""Direct messages: caps, quiet hours, pauses, and where they go when they are closed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.kinds import Due, OutMessage
from bot.domain.deliveries import Courtesy
from bot.storage.tables import Person
from sandbox import Person as Account
from tests.delivery.conftest import ONE_MESSAGE, Desk
from tests.support.world import World

KATHMANDU = ZoneInfo("Asia/Kathmandu")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Monday 15 February 2027, 14:45 in Kathmandu, when the desk opens at 09:00 UTC.


@pytest.fixture(autouse=True)
def _kinds(desk: Desk) -> None:
    desk.kind("answer", Courtesy.ANSWER)
    desk.kind("must", Courtesy.MUST)
    desk.kind("regular", Courtesy.REGULAR)


def inbox(account: Account) -> list[str]:
    return [message.content for message in account.inbox()]


def local(text: str, zone: ZoneInfo = KATHMANDU) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


async def test_a_message_for_a_person_is_theirs_alone(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    noa, _ = await desk.person("noa")
    number = await desk.put("regular", to=mia_id)
    assert inbox(mia) == ["regular once:1"]
    assert inbox(noa) == []
    assert desk.hall() == []
    assert (await desk.row(number)).route == "direct"


async def test_the_fourth_of_a_week_comes_on_monday_morning(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia", "Asia/Kathmandu")
    for n in range(4):
        await desk.put("regular", f"once:{n}", to=mia_id, useful=14 * DAY)
    assert len(inbox(mia)) == 3
    assert (await desk.row(4)).reason == "this week's messages are used up"
    await desk.world.run_until(local("2027-02-22 07:59"))
    assert len(inbox(mia)) == 3
    await desk.world.run_until(local("2027-02-22 08:00"))
    assert inbox(mia)[3] == "regular once:3 (late)"
    assert (await desk.row(4)).sent_at == local("2027-02-22 08:00")


async def test_a_fourth_that_is_over_by_monday_never_comes(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    for n in range(4):
        await desk.put("regular", f"once:{n}", to=mia_id, useful=2 * DAY)
    await desk.world.advance(days=9)
    assert len(inbox(mia)) == 3
    assert (await desk.row(4)).state == "expired"


async def test_what_must_come_comes_over_the_cap_and_answers_are_not_counted(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    for n in range(5):
        await desk.put("answer", f"once:{n}", to=mia_id)
    for n in range(3):
        await desk.put("regular", f"once:{n}", to=mia_id)
    assert len(inbox(mia)) == 8
    await desk.put("must", to=mia_id)
    assert inbox(mia)[-1] == "must once:1"


async def test_a_place_is_kept_for_what_must_come_this_week(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    await desk.put("must", to=mia_id, due=desk.now + 2 * DAY)
    for n in range(3):
        await desk.put("regular", f"once:{n}", to=mia_id, useful=14 * DAY)
    assert len(inbox(mia)) == 2
    await desk.world.advance(days=2)
    assert inbox(mia)[-1] == "must once:1"
    assert len(inbox(mia)) == 3


async def test_somebody_elses_messages_do_not_count(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    _, noa_id = await desk.person("noa")
    for n in range(3):
        await desk.put("regular", f"once:{n}", to=noa_id)
    await desk.put("regular", to=mia_id)
    assert len(inbox(mia)) == 1


async def test_at_night_it_waits_for_eight_by_the_persons_clock(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia", "Asia/Kathmandu")
    number = await desk.put("regular", to=mia_id, due=local("2027-02-16 03:00"))
    await desk.world.run_until(local("2027-02-16 07:59"))
    assert inbox(mia) == []
    assert (await desk.row(number)).reason == "quiet hours"
    await desk.world.run_until(local("2027-02-16 08:00"))
    assert inbox(mia) == ["regular once:1 (late)"]


async def test_an_answer_comes_at_night_too(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia", "Asia/Kathmandu")
    await desk.put("answer", to=mia_id, due=local("2027-02-16 03:00"))
    await desk.world.run_until(local("2027-02-16 03:00"))
    assert inbox(mia) == ["answer once:1"]


@pytest.mark.parametrize(("kind", "arrives"), [("must", True), ("regular", False)])
async def test_what_is_over_before_eight(desk: Desk, kind: str, arrives: bool) -> None:
    mia, mia_id = await desk.person("mia", "Asia/Kathmandu")
    number = await desk.put(kind, to=mia_id, due=local("2027-02-16 03:00"), useful=4 * HOUR)
    await desk.world.run_until(local("2027-02-16 03:00"))
    assert bool(inbox(mia)) == arrives
    assert (await desk.row(number)).state == ("sent" if arrives else "expired")


async def pause(desk: Desk, person_id: int, until: datetime | None) -> None:
    async with desk.db.write() as uow:
        person = await uow.session.get_one(Person, person_id)
        person.paused_at, person.resumes_at = desk.now, until
        await uow.commit()


async def test_a_regular_message_in_a_pause_is_cancelled_and_does_not_come_later(
    desk: Desk,
) -> None:
    mia, mia_id = await desk.person("mia")
    await pause(desk, mia_id, desk.now + 3 * DAY)
    number = await desk.put("regular", to=mia_id, due=desk.now + DAY, useful=14 * DAY)
    await desk.world.advance(days=10)
    row = await desk.row(number)
    assert (inbox(mia), row.state, row.reason) == ([], "cancelled", "paused")
    await desk.put("regular", "once:2", to=mia_id)
    assert inbox(mia) == ["regular once:2"]


async def test_what_must_come_and_what_ends_a_pause_come_in_a_pause(desk: Desk) -> None:
    desk.kind("back", Courtesy.REGULAR, pause_holds=False)
    mia, mia_id = await desk.person("mia")
    await pause(desk, mia_id, None)
    await desk.put("must", to=mia_id)
    await desk.put("back", to=mia_id)
    assert inbox(mia) == ["must once:1", "back once:1"]


async def test_closed_messages_are_held_and_remembered(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    first = await desk.put("regular", to=mia_id)
    row = await desk.row(first)
    assert (row.state, row.reason) == ("held", "direct messages are closed")
    asked = len(desk.requests())
    second = await desk.put("must", to=mia_id)
    assert (await desk.row(second)).state == "held"
    assert len(desk.requests()) == asked, "closed messages are not tried again and again"
    assert desk.hall() == [], "nothing private falls back to a channel"


async def test_what_is_held_waits_behind_my_messages_and_counts_as_sent(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    number = await desk.put("regular", to=mia_id)
    shown = await desk.world.run(mia, "/messages")
    assert "regular once:1" in [message.content for message in shown.messages]
    row = await desk.row(number)
    assert (row.state, row.route, row.sent_at) == ("sent", "my messages", desk.now)
    again = await desk.world.run(mia, "/messages")
    assert "regular once:1" not in [message.content for message in again.messages]


async def test_what_was_shown_is_edited_by_nobody(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    number = await desk.put("regular", to=mia_id)
    await desk.world.run(mia, "/messages")
    await desk.refresh(number)
    assert (await desk.row(number)).stale is False
    assert desk.asked("PATCH", ONE_MESSAGE) == []


async def test_writing_to_the_bot_opens_the_way_again(desk: Desk) -> None:
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    await desk.put("regular", "once:1", to=mia_id)
    mia.open_direct_messages()
    await mia.write(None, "hello")
    await desk.world.settle()
    await desk.put("regular", "once:2", to=mia_id)
    assert "regular once:2" in inbox(mia)


async def test_only_a_kind_that_says_so_goes_public_and_pings_its_person(desk: Desk) -> None:
    async def greet(due: Due) -> OutMessage:
        return OutMessage(f"hello{' all' if due.public else ''}", pings=(1,) if due.public else ())

    desk.kind("hello", Courtesy.ANSWER, greet, public_when_closed=True)
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    number = await desk.put("hello", to=mia_id)
    assert desk.hall() == ["hello all"]
    row = await desk.row(number)
    assert (row.state, row.route) == ("sent", "public")
    await desk.refresh(number)
    row = await desk.row(number)
    assert (desk.hall(), row.route, row.stale) == (["hello all"], "public", False)


async def test_a_newcomer_with_closed_messages_is_greeted_in_welcome(world: World) -> None:
    await world.cohort()
    await world.launch()
    mia = world.person("hanacodes70")
    mia.close_direct_messages()
    await world.join("hanacodes70")
    assert mia.inbox() == []
    greeting = world.posts("welcome")[-1]
    assert f"<@{mia.id}>" in greeting.content
    assert [button.label for button in greeting.buttons] == ["Get started"]
    opened = await world.click(mia, greeting, "Get started")
    assert opened.modal is not None


async def test_before_there_is_a_welcome_channel_the_greeting_waits(world: World) -> None:
    await world.cohort()
    mia = world.person("hanacodes70")
    mia.close_direct_messages()
    await world.join("hanacodes70")
    await world.launch()
    await world.advance(hours=7)
    assert [m for m in world.posts("welcome") if f"<@{mia.id}>" in m.content]
