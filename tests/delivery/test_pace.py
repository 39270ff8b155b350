"""How fast: below the limit, gently with strangers, people first, and no place waits for another.

What is about seconds is tried on a loop whose time is made (`Jumping`), so that a busy machine
changes nothing. On the wire, in real time, only what must be so at any speed is claimed.
"""

import asyncio
import selectors
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.clock import SystemClock
from bot.delivery.dispatcher import AT_A_TIME
from bot.delivery.pace import ANSWER_WITHIN_SECONDS, OPENINGS_AT_ONCE, WORKERS, Pace
from bot.ui.answers import Interaction, answer
from sandbox import Channel, Message, Sandbox
from tests.delivery.conftest import MESSAGES
from tests.delivery.course import Course
from tests.delivery.crashing import struck
from tests.support.conformance import said_properly

Result = TypeVar("Result")

OPENING = "/users/@me/channels"
HANGS = 600.0
"""Wall seconds that a slow request takes: longer than any test."""


# --- in made time --------------------------------------------------------------------------------


TURN_SECONDS = 1e-6


class _Jump(selectors.DefaultSelector):
    """Instead of waiting, the time jumps; a turn of the loop takes a little of it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        self.now += TURN_SECONDS if found else max(timeout or 0.0, TURN_SECONDS)
        return found


class Jumping(asyncio.SelectorEventLoop):
    """A loop that never waits: its time jumps to whatever comes next."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def jumping(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` in made time."""
    with asyncio.Runner(loop_factory=Jumping) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


async def drained(pace: Pace, count: int, takes: float) -> list[float]:
    """When each of so many requests was let through that take so many seconds."""
    granted: list[float] = []
    waiting = list(range(count))

    async def worker() -> None:
        while waiting:
            waiting.pop()
            await pace.request()
            granted.append(now())
            await asyncio.sleep(takes)

    await asyncio.gather(*(worker() for _ in range(pace.workers)))
    return granted


def most_in_a_second(moments: list[float]) -> int:
    """The fullest second, wherever it begins."""
    return max(sum(begin <= one < begin + 1 for one in moments) for begin in moments)


@pytest.mark.parametrize("rate", [1, 5, 40, 45])
@pytest.mark.parametrize("takes", [0.0, 0.3])
def test_never_beyond_the_limit_and_hardly_below(rate: int, takes: float) -> None:
    count = 20 * rate
    granted = jumping(drained(Pace(per_second=rate), count, takes))
    assert len(granted) == count
    assert most_in_a_second(granted) <= min(rate * 1.1 + 1, 50)
    assert count / (granted[-1] - granted[0]) >= 0.95 * rate


def test_after_a_rest_there_is_no_burst() -> None:
    async def work() -> list[float]:
        pace = Pace(per_second=40)
        await drained(pace, 10, 0)
        await asyncio.sleep(600)
        return await drained(pace, 200, 0)

    assert most_in_a_second(jumping(work())) <= 44


def test_without_a_limit_nothing_waits() -> None:
    granted = jumping(drained(Pace(), 1000, 0))
    assert granted[-1] - granted[0] < 0.01


def test_some_people_at_once_and_then_one_after_another() -> None:
    async def work() -> list[float]:
        pace = Pace(openings_per_minute=6)
        return [round(pace.opening_in(user), 3) for user in range(OPENINGS_AT_ONCE + 4)]

    assert jumping(work()) == [0.0] * OPENINGS_AT_ONCE + [10, 20, 30, 40]


def test_who_waited_is_let_through_and_keeps_nobody_else() -> None:
    async def work() -> None:
        pace = Pace(openings_per_minute=6)
        for user in range(OPENINGS_AT_ONCE):
            assert pace.opening_in(user) == 0
        first, second = pace.opening_in(100), pace.opening_in(101)
        assert (round(first), round(second)) == (10, 20)
        await asyncio.sleep(first)
        assert pace.opening_in(100) == 0, "its turn has come"
        assert round(pace.opening_in(102)) == 20, "behind the one that waits"

    jumping(work())


def test_after_a_quiet_time_some_at_once_again() -> None:
    async def work() -> None:
        pace = Pace(openings_per_minute=6)
        for user in range(OPENINGS_AT_ONCE):
            pace.opening_in(user)
        await asyncio.sleep(3600)
        again = [pace.opening_in(1000 + user) for user in range(OPENINGS_AT_ONCE + 1)]
        assert again[:-1] == [0.0] * OPENINGS_AT_ONCE
        assert again[-1] > 0

    jumping(work())


@dataclass
class Asked:
    """An interaction, as far as the pace looks at it."""

    answered: bool = False


@pytest.mark.parametrize("per_second", [None, 40])
@pytest.mark.parametrize(
    ("answered_after", "waits"), [(0.5, 0.5), (2.9, 2.9), (60.0, ANSWER_WITHIN_SECONDS)]
)
def test_whoever_asked_is_answered_first(
    per_second: int | None, answered_after: float, waits: float
) -> None:
    async def work() -> float:
        pace, asked = Pace(per_second=per_second), Asked()
        pace.asked(asked)

        async def reply() -> None:
            await asyncio.sleep(answered_after)
            asked.answered = True

        replying = asyncio.create_task(reply())
        await pace.request()
        waited = now()
        await replying
        return waited

    assert waits <= jumping(work()) <= waits + 0.2


def test_a_request_that_waits_for_its_turn_lets_a_question_go_first() -> None:
    async def work() -> tuple[list[float], float]:
        pace, asked = Pace(per_second=10), Asked()
        sending = asyncio.create_task(drained(pace, 60, 0.1))
        await asyncio.sleep(2)
        begin = now()
        pace.asked(asked)
        await asyncio.sleep(1.5)
        asked.answered = True
        return await sending, begin

    granted, begin = jumping(work())
    assert [one for one in granted if begin < one < begin + 1.5] == []
    assert most_in_a_second(granted) <= 12, "nor do they all come at once afterwards"


# --- on the wire ---------------------------------------------------------------------------------


def said(channel: Channel) -> list[str]:
    return [m.content for m in channel.messages.values() if m.type == 0]


@pytest.fixture
async def course(database_url: str, tmp_path: Path) -> AsyncIterator[Course]:
    wire = tmp_path / "wire.jsonl"
    async with Sandbox(SystemClock().now, record=wire) as sandbox:
        here = Course(sandbox, database_url, wire)
        try:
            yield here
        finally:
            await here.stop()
    assert not sandbox.unplanned, sandbox.unplanned
    said_properly(sandbox)


async def test_the_wire_sees_no_more_than_the_limit_and_what_was_under_way(course: Course) -> None:
    await course.start(per_second=20)
    places = [f"place:{n}" for n in range(30)]
    for key in places:
        await course.place(key)
    begin = SystemClock().now()
    numbers = await course.put(
        *({"place": places[n % 30], "occurrence": f"once:{n}"} for n in range(80))
    )
    await course.sent(*numbers)
    moments = [(one - begin).total_seconds() for one in course.arrived("POST", MESSAGES)]
    assert len(moments) == 80
    # What was let through before a second began may arrive in it, one for each worker.
    assert most_in_a_second(moments) <= 20 + 2 + WORKERS
    # 80 at 20 a second: the last cannot have come sooner.
    assert moments[-1] >= (80 - 2) / 20


async def test_each_place_in_order_and_none_waits_for_another(course: Course) -> None:
    await course.start()
    channels = {key: await course.place(key) for key in ("place:1", "place:2", "place:3")}
    slow = course.sandbox.faults.add("slow", method="POST", route=MESSAGES, count=1, seconds=HANGS)
    [first] = await course.put({"place": "place:1", "occurrence": "first:0"})
    await struck(slow)
    # The first to each place takes long to write: others to it would overtake, if they might.
    rows = [
        {"place": f"place:{1 + n % 3}", "occurrence": f"once:{n:02}{':slow' if n < 3 else ''}"}
        for n in range(24)
    ]
    numbers = await course.put(*rows)
    await course.sent(*(number for n, number in enumerate(numbers) if n % 3))
    assert (await course.row(first)).state == "claimed"
    assert said(channels["place:1"]) == [], "nothing overtakes what hangs"
    for key in ("place:2", "place:3"):
        texts = said(channels[key])
        assert texts == sorted(texts)
        assert len(texts) == 8


async def test_many_for_one_slow_place_do_not_hide_the_rest(course: Course) -> None:
    await course.start()
    await course.place("place:1")
    other = await course.place("place:2")
    slow = course.sandbox.faults.add("slow", method="POST", route=MESSAGES, count=1, seconds=HANGS)
    many = [{"place": "place:1", "occurrence": f"once:{n}"} for n in range(AT_A_TIME + 20)]
    numbers = await course.put(*many, {"place": "place:2", "occurrence": "last:1"})
    await course.sent(numbers[-1])
    assert slow.happened
    assert said(other) == ["trial last:1"]


async def test_what_becomes_due_while_one_place_hangs_is_sent(course: Course) -> None:
    await course.start()
    await course.place("place:1")
    other = await course.place("place:2")
    slow = course.sandbox.faults.add("slow", method="POST", route=MESSAGES, count=1, seconds=HANGS)
    await course.put({"place": "place:1"})
    await struck(slow)
    soon = SystemClock().now() + timedelta(seconds=0.5)
    numbers = await course.put(
        {"place": "place:2", "occurrence": "at:once"},
        {"place": "place:2", "occurrence": "in:half", "due_at": soon},
    )
    await course.sent(*numbers)
    assert said(other) == ["trial at:once", "trial in:half"]


async def test_what_failed_is_tried_again_while_one_place_hangs(course: Course) -> None:
    await course.start()
    await course.place("place:1")
    other = await course.place("place:2")
    slow = course.sandbox.faults.add("slow", method="POST", route=MESSAGES, count=1, seconds=HANGS)
    await course.put({"place": "place:1"})
    await struck(slow)
    course.sandbox.faults.add(503, method="POST", route=MESSAGES, count=1)
    numbers = await course.put({"place": "place:2", "occurrence": "again:1"})
    await course.sent(*numbers)
    assert said(other) == ["trial again:1"]


async def test_strangers_are_written_to_gently_and_hold_up_nobody(course: Course) -> None:
    await course.start(openings=60)
    hall = await course.place("place:1")
    people = [await course.person(f"person{n}") for n in range(OPENINGS_AT_ONCE + 3)]
    begin = SystemClock().now()
    rows: list[dict[str, Any]] = [
        {"person_id": number, "occurrence": f"once:{number}"} for _, number in people
    ]
    crowd = [{"place": "place:1", "occurrence": f"after:{n}"} for n in range(3)]
    numbers = await course.put(*rows, *crowd)
    await course.sent(*numbers)
    opened = course.arrived("POST", OPENING)
    assert len(opened) == len(people)
    for n, moment in enumerate(opened):
        earliest = max(0, n + 1 - OPENINGS_AT_ONCE)
        assert moment >= begin + timedelta(seconds=earliest) - timedelta(milliseconds=50)
    assert [len(account.inbox()) for account, _ in people] == [1] * len(people)
    assert len(said(hall)) == 3
    posted = [(await course.row(number)).sent_at for number in numbers[-3:]]
    assert all(moment is not None and moment < opened[-1] for moment in posted)


async def test_who_waits_to_be_written_to_holds_no_worker(course: Course) -> None:
    await course.start(openings=1)
    people = [await course.person(f"person{n}") for n in range(OPENINGS_AT_ONCE + 2)]
    numbers = await course.put(
        *({"person_id": number, "occurrence": f"once:{number}"} for _, number in people)
    )
    await course.sent(*numbers[:OPENINGS_AT_ONCE])

    async def put_off() -> bool:
        rows = [await course.row(number) for number in numbers[OPENINGS_AT_ONCE:]]
        reason = "direct messages are opened one after another"
        return [(row.state, row.reason) for row in rows] == [("planned", reason)] * len(rows)

    await course.until(put_off)


async def test_a_button_is_answered_before_the_backlog_goes_on(course: Course) -> None:
    app = await course.start(per_second=10)
    hall = await course.place("place:0")
    mia, _ = await course.person("mia")
    begun: list[int] = []

    async def think(interaction: Interaction, _arg: str) -> None:
        # What was under way when it was pressed has arrived by now.
        await asyncio.sleep(0.5)
        begun.append(course.sandbox.requests_begun)
        await asyncio.sleep(1.0)
        begun.append(course.sandbox.requests_begun)
        await answer(interaction, "thought about it")

    app.client.router.button("trial:think", think)
    base = await course.put({"kind": "base", "place": "place:0"})
    await course.sent(*base)
    [button] = [m for m in hall.messages.values() if m.type == 0]
    assert isinstance(button, Message)
    places = [f"place:{n}" for n in range(1, 26)]
    for key in places:
        await course.place(key)
    numbers = await course.put(*({"place": key, "occurrence": f"once:{key}"} for key in places))
    await course.sent(numbers[0])
    outcome = await mia.click(button, "Think")
    assert [m.content for m in outcome.messages] == ["thought about it"]
    # Ten a second would have gone out meanwhile.
    assert begun[1] - begun[0] <= 2
    await course.sent(*numbers)
