"""The dispatcher on the wire: failures are retried, nothing comes twice, nobody blocks the next."""

from datetime import timedelta

import pytest

from bot.delivery.kinds import Due, Nothing, OutMessage
from bot.delivery.outbox import NO_CHANNEL
from bot.delivery.sender import LONGEST_BACKOFF_SECONDS, backoff
from bot.domain.deliveries import Courtesy
from tests.delivery.conftest import Desk

HOUR = timedelta(hours=1)


async def test_a_message_carries_its_row_in_the_nonce(desk: Desk) -> None:
    desk.kind("trial", code="tr")
    number = await desk.put("trial")
    assert desk.hall() == ["trial once:1"]
    [body] = desk.asked()
    assert body["nonce"] == f"tr-{number}"
    assert body["enforce_nonce"] is True
    row = await desk.row(number)
    assert (row.state, row.route, row.attempts) == ("sent", "channel", 0)
    assert row.message_id == desk.posts()[0].id
    assert row.channel_id == desk.posts()[0].channel_id
    assert row.sent_at == desk.now


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_error_is_retried(desk: Desk, status: int) -> None:
    desk.kind("trial")
    fault = desk.fail(status)
    number = await desk.put("trial")
    await desk.world.advance(minutes=1)
    assert fault.happened == 1
    assert desk.hall() == ["trial once:1"]
    assert (await desk.row(number)).state == "sent"


@pytest.mark.parametrize("status", ["reset", 502, 503])
async def test_what_took_effect_before_the_failure_does_not_come_twice(
    desk: Desk, status: int | str
) -> None:
    desk.kind("trial")
    desk.fail(status, after_effect=True)
    number = await desk.put("trial")
    await desk.world.advance(minutes=1)
    nonces = {str(body["nonce"]) for body in desk.asked()}
    # A 502 is repeated by the library, with the same nonce; else the message is found again.
    assert len(desk.asked()) == (2 if status == 502 else 1)
    assert len(nonces) == 1
    assert desk.hall() == ["trial once:1"]
    assert (await desk.row(number)).message_id == desk.posts()[0].id


async def test_a_connection_that_breaks_before_the_effect_is_tried_again(desk: Desk) -> None:
    desk.kind("trial")
    desk.fail("reset")
    number = await desk.put("trial")
    assert desk.hall() == []
    row = await desk.row(number)
    assert (row.state, row.attempts) == ("planned", 1)
    assert row.not_before is not None
    assert timedelta(0) < row.not_before - desk.now < timedelta(seconds=5)
    assert "Error" in str(row.reason) or "isconnect" in str(row.reason)
    await desk.world.advance(minutes=1)
    assert desk.hall() == ["trial once:1"]
    row = await desk.row(number)
    assert (row.state, row.reason) == ("sent", None)


async def test_a_rate_limit_is_waited_for(desk: Desk) -> None:
    desk.kind("trial")
    fault = desk.fail(429, seconds=0.05)
    number = await desk.put("trial")
    assert fault.happened == 1
    assert desk.hall() == ["trial once:1"]
    assert (await desk.row(number)).attempts == 0, "the library waits; it is no failure"


async def test_an_hour_without_discord_loses_nothing(desk: Desk) -> None:
    desk.kind("trial")
    desk.fail(503, count=None)
    numbers = [await desk.put("trial", f"once:{n}") for n in range(3)]
    await desk.world.advance(hours=1)
    assert desk.hall() == []
    assert {(await desk.row(n)).state for n in numbers} == {"planned"}
    tried = len(desk.asked())
    assert tried < 3 * 20, "it should back off"
    desk.sandbox.faults.clear()
    for come in (1, 2, 3):
        await desk.world.advance(minutes=15 if come == 1 else 60)
        assert len(desk.hall()) == come, "one an hour"
    assert sorted(desk.hall()) == [f"trial once:{n} (late)" for n in range(3)]


async def test_what_is_over_before_discord_is_back_expires_and_says_why(desk: Desk) -> None:
    desk.kind("trial")
    desk.fail(503, count=None)
    number = await desk.put("trial", useful=HOUR)
    await desk.world.advance(hours=2)
    desk.sandbox.faults.clear()
    await desk.world.advance(hours=24)
    row = await desk.row(number)
    assert (row.state, desk.hall()) == ("expired", [])
    assert "503" in str(row.reason)


async def test_a_renderer_that_fails_parks_its_row_and_not_the_next(desk: Desk) -> None:
    async def broken(due: Due) -> OutMessage:
        raise KeyError("the secret of somebody")

    desk.kind("broken", render=broken)
    desk.kind("trial")
    moment = desk.now + HOUR
    first = await desk.put("broken", due=moment)
    second = await desk.put("trial", due=moment)
    await desk.world.advance(hours=1)
    assert desk.hall() == ["trial once:1"]
    assert (await desk.row(second)).state == "sent"
    row = await desk.row(first)
    assert (row.state, row.reason) == ("parked", "could not be written: see the log")
    await desk.world.advance(days=3)
    assert (await desk.row(first)).state == "parked"


async def test_a_kind_that_nobody_renders_is_parked_by_name(desk: Desk) -> None:
    desk.kind("trial")
    moment = desk.now + HOUR
    lost = await desk.put("unknown", due=moment)
    await desk.put("trial", due=moment)
    await desk.world.advance(hours=1)
    row = await desk.row(lost)
    assert (row.state, row.reason) == ("parked", "no cog renders deliveries of kind unknown")
    assert desk.hall() == ["trial once:1"]


async def test_a_message_that_discord_refuses_is_parked_with_its_words(desk: Desk) -> None:
    async def too_long(due: Due) -> OutMessage:
        return OutMessage("x" * 2001)

    desk.world.sandbox.plan_refusal(400, 50035)
    desk.kind("long", render=too_long)
    desk.kind("trial")
    moment = desk.now + HOUR
    number = await desk.put("long", due=moment)
    await desk.put("trial", due=moment)
    await desk.world.advance(hours=1)
    row = await desk.row(number)
    assert row.state == "parked"
    assert "50035" in str(row.reason)
    assert desk.hall() == ["trial once:1"]
    assert len(desk.asked()) == 2, "refused once, not asked again"


async def test_nothing_to_say_cancels_and_keeps_the_reason(desk: Desk) -> None:
    async def silent(due: Due) -> Nothing:
        return Nothing("everybody knows already")

    desk.kind("silent", render=silent)
    number = await desk.put("silent")
    row = await desk.row(number)
    assert (row.state, row.reason) == ("cancelled", "everybody knows already")
    assert desk.asked() == []


async def test_a_channel_that_is_not_there_yet_is_waited_for(desk: Desk) -> None:
    desk.kind("trial")
    number = await desk.put("trial", place="team:5:channel")
    assert (await desk.row(number)).reason == NO_CHANNEL
    assert desk.world.app is not None
    journal, guild = desk.world.app.services.server, desk.world.guild
    await journal.intend(guild.id, "team:5:channel")
    # Recorded as made, it is used at once: nobody waits for the next look.
    await journal.record(
        guild.id, "team:5:channel", desk.world.sandbox.channel(guild, "general").id
    )
    await desk.world.settle()
    assert desk.hall() == ["trial once:1"]


async def test_a_deleted_channel_is_forgotten_and_waited_for(desk: Desk) -> None:
    desk.kind("trial")
    desk.world.sandbox.plan_refusal(404, 10003)
    assert desk.world.app is not None
    journal, guild = desk.world.app.services.server, desk.world.guild
    await journal.intend(guild.id, "team:5:channel")
    await journal.record(guild.id, "team:5:channel", 12345)
    number = await desk.put("trial", place="team:5:channel")
    row = await desk.row(number)
    assert (row.state, row.reason, row.lease_until) == ("planned", NO_CHANNEL, None)
    assert (await journal.objects(guild.id))["team:5:channel"] is None
    here = desk.world.sandbox.channel(guild, "general").id
    await journal.record(guild.id, "team:5:channel", here)
    await desk.world.settle()
    assert desk.hall() == ["trial once:1"]


async def test_answers_go_before_what_has_waited_longer(desk: Desk) -> None:
    desk.kind("trial")
    desk.kind("answer", Courtesy.ANSWER)
    moment = desk.now + HOUR
    await desk.put("trial", due=moment - timedelta(minutes=10), settle=False)
    await desk.put("answer", due=moment, settle=False)
    await desk.world.stop()
    with desk.world.timeline.allow_outage():
        await desk.world.run_until(moment)
    await desk.world.start()
    assert desk.hall() == ["answer once:1", "trial once:1"]


async def test_everything_due_at_once_comes_in_order_each_once(desk: Desk) -> None:
    desk.kind("trial")
    moment = desk.now + HOUR
    # More than one portion of what is looked up at a time. Five in 5 s would take 100 s.
    desk.sandbox.rates.set(0.05)
    for n in range(105):
        await desk.put("trial", f"once:{n}", due=moment, settle=False)
    await desk.world.advance(hours=1)
    assert desk.hall() == [f"trial once:{n}" for n in range(105)]


async def test_nobody_is_pinged_by_what_a_message_says(desk: Desk) -> None:
    async def rude(due: Due) -> OutMessage:
        return OutMessage("@everyone @here <@1> look")

    desk.kind("rude", render=rude)
    await desk.put("rude")
    [body] = desk.asked()
    mentions = body["allowed_mentions"]
    assert isinstance(mentions, dict)
    assert not mentions.get("parse")
    assert not mentions.get("users")
    assert not desk.posts()[0].mention_everyone


def test_the_wait_doubles_to_a_limit_and_is_never_the_same_for_all() -> None:
    waits = [backoff(n).total_seconds() for n in range(12)]
    for n, wait in enumerate(waits):
        usual = min(2.0 * 2**n, LONGEST_BACKOFF_SECONDS)
        assert 0.8 * usual <= wait <= 1.2 * usual
    assert len({backoff(3) for _ in range(20)}) > 10
    assert backoff(30_000).total_seconds() <= 1.2 * LONGEST_BACKOFF_SECONDS
