"""One thing, one card: what was sent is edited in place, or taken back."""

from bot.delivery.kinds import Due, Nothing, OutMessage
from sandbox import Person
from tests.delivery.conftest import ONE_MESSAGE, Desk
from tests.support.world import World


class Card:
    """Something that changes after it was sent."""

    def __init__(self) -> None:
        self.text: str | None = "first"

    async def render(self, due: Due) -> OutMessage | Nothing:
        return Nothing("taken back") if self.text is None else OutMessage(self.text)


async def sent_card(desk: Desk) -> tuple[Card, int]:
    card = Card()
    desk.kind("card", render=card.render)
    return card, await desk.put("card")


async def test_an_out_of_date_message_is_edited_in_place(desk: Desk) -> None:
    card, number = await sent_card(desk)
    before = await desk.row(number)
    card.text = "second"
    await desk.world.advance(hours=1)
    await desk.refresh(number)
    assert desk.hall() == ["second"]
    row = await desk.row(number)
    assert row.message_id == before.message_id == desk.posts()[0].id
    assert (row.state, row.stale, row.lease_until, row.sent_at) == (
        "sent",
        False,
        None,
        before.sent_at,
    )


async def test_an_edit_that_fails_is_tried_again(desk: Desk) -> None:
    card, number = await sent_card(desk)
    card.text = "second"
    for status in ("reset", 503):
        desk.fail(status, method="PATCH", route=ONE_MESSAGE)
    await desk.refresh(number)
    assert desk.hall() == ["first"]
    await desk.world.advance(minutes=1)
    assert desk.hall() == ["second"]
    assert (await desk.row(number)).stale is False


async def test_an_edit_is_tried_beyond_the_last_useful_time(desk: Desk) -> None:
    card, number = await sent_card(desk)
    await desk.change(number, last_useful_at=desk.now)
    card.text = "second"
    desk.fail(503, method="PATCH", route=ONE_MESSAGE)
    await desk.refresh(number)
    await desk.world.advance(minutes=1)
    assert desk.hall() == ["second"]


async def test_what_is_taken_back_is_deleted(desk: Desk) -> None:
    card, number = await sent_card(desk)
    card.text = None
    desk.fail(503, method="DELETE", route=ONE_MESSAGE)
    await desk.refresh(number)
    await desk.world.advance(minutes=1)
    row = await desk.row(number)
    assert (desk.hall(), row.state, row.reason) == ([], "cancelled", "taken back")


async def test_what_somebody_deleted_already_is_fine(desk: Desk) -> None:
    desk.world.sandbox.plan_refusal(404, 10008)
    card, number = await sent_card(desk)
    channel = desk.world.sandbox.channel(desk.world.guild, "general")
    channel.messages.clear()
    card.text = None
    await desk.refresh(number)
    assert (await desk.row(number)).state == "cancelled"


async def test_an_edit_of_a_message_that_is_gone_is_given_up(desk: Desk) -> None:
    desk.world.sandbox.plan_refusal(404, 10008)
    card, number = await sent_card(desk)
    desk.world.sandbox.channel(desk.world.guild, "general").messages.clear()
    card.text = "second"
    await desk.refresh(number)
    row = await desk.row(number)
    assert (row.state, row.stale, row.lease_until) == ("sent", False, None)
    assert desk.hall() == []
    asked = len(desk.requests())
    await desk.world.advance(days=2)
    assert len(desk.requests()) == asked


async def test_a_card_that_nobody_renders_any_more_stays_as_it_is(desk: Desk) -> None:
    """A cog was removed: its old cards must not keep the dispatcher awake."""
    _, number = await sent_card(desk)
    desk.world.kinds.clear()
    await desk.world.restart()
    await desk.refresh(number)
    row = await desk.row(number)
    reason = "no cog renders deliveries of kind card"
    assert (row.state, row.stale, row.reason) == ("sent", False, reason)
    assert desk.hall() == ["first"]


async def test_a_shared_check_in_is_edited_and_taken_back(world: World) -> None:
    await world.cohort()
    await world.launch()
    mia = await world.onboard("hanacodes70")
    noa = await world.onboard("hana_codes39")
    await world.advance(days=8)
    prompt = world.posts("mercury", mia)[-1]

    async def answer(who: Person, text: str, audience: str) -> None:
        opened = await world.click(who, prompt, "Check in")
        await who.submit(
            opened.modal, {"What did you do or learn?": text, "Who may read this?": audience}
        )
        await world.settle()

    await answer(mia, "I read a ticket", "team")
    await answer(noa, "I wrote a test", "team")
    [thread] = world.guild.threads
    texts = [message.content for message in noa.read(thread) if message.type == 0]
    assert len(texts) == 2
    assert "I read a ticket" in texts[0]
    await world.advance(minutes=10)
    await answer(mia, "I closed a ticket", "team")
    texts = [message.content for message in noa.read(thread) if message.type == 0]
    assert len(texts) == 2
    assert "I closed a ticket" in texts[0]
    assert not [text for text in texts if "I read a ticket" in text]
    await answer(mia, "Rather not", "captain")
    texts = [message.content for message in noa.read(thread) if message.type == 0]
    assert len(texts) == 1
    assert "I wrote a test" in texts[0]
    await world.advance(hours=1)
    await answer(mia, "After all", "team")
    texts = [message.content for message in noa.read(thread) if message.type == 0]
    assert len(texts) == 2
    assert "After all" in texts[1]
