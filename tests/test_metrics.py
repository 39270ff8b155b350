"""The bot's figures: served, documented, and about nobody."""

import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from bot.app import App
from bot.clock import VirtualClock
from bot.delivery.meter import Meter
from bot.domain.deliveries import TRANSITIONS, Event, State
from bot.metrics import Metrics, PortTaken
from bot.settings_model import Metrics as MetricsSettings
from bot.storage.engine import Database
from bot.storage.tables import Delivery, Guild
from tests.conversations.acting import CAPTAIN, MENTEE, running, sql
from tests.support.world import START, World

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(liftoff_\w+)` \| (\w+) \| ([^|]+) \|", re.MULTILINE)
OUTCOME = re.compile(r"^\| `(\w+)` \| [^|]+ \|$", re.MULTILINE)
JUDGED = (Event.EXPIRE, Event.CANCEL, Event.HOLD)
"""What can be decided of a delivery before it is written (bot/delivery/judge.py)."""
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(port: int) -> str:
    """What a monitoring system is told."""
    async with (
        aiohttp.ClientSession() as web,
        web.get(f"http://127.0.0.1:{port}/metrics") as response,
    ):
        assert response.status == 200
        assert response.content_type == "text/plain"
        return await response.text()


def value(text: str, sample: str) -> float:
    """One sample by its name with its labels."""
    for line in text.splitlines():
        name, _, number = line.rpartition(" ")
        if name == sample:
            return float(number)
    raise AssertionError(f"{sample} is not in\n{text}")


@pytest.fixture
async def served(world: World) -> tuple[World, int]:
    """A bot that serves its figures, and where."""
    assert world.app is not None
    port = free_port()
    await world.app.metrics.start(port)
    return world, port


async def test_what_was_sent_is_counted(served: tuple[World, int]) -> None:
    world, port = served
    await running(world, MENTEE, CAPTAIN)
    await world.run_until(START + timedelta(days=8))
    text = await asked(port)
    assert value(text, 'liftoff_deliveries_total{kind="checkin_prompt",outcome="sent"}') >= 2
    assert value(text, 'liftoff_delivery_late_seconds_count{kind="home"}') == 1
    assert value(text, "liftoff_deliveries_due") == 0
    assert value(text, "liftoff_deliveries_parked") == 0


async def test_what_expires_is_counted(served: tuple[World, int]) -> None:
    world, port = served
    await running(world, MENTEE)
    sql(
        world,
        "UPDATE delivery SET last_useful_at = due_at, not_before = '2027-03-02 00:00:00.000000'"
        " WHERE kind = 'checkin_prompt' AND occurrence = 'week:1'",
    )
    await world.run_until(START + timedelta(days=21))
    text = await asked(port)
    assert value(text, 'liftoff_deliveries_total{kind="checkin_prompt",outcome="expired"}') >= 2


async def test_nobody_is_in_the_figures(served: tuple[World, int]) -> None:
    world, port = served
    await running(world, MENTEE, CAPTAIN)
    await world.run_until(START + timedelta(days=10))
    text = await asked(port)
    labels = {name for _, found, _ in SAMPLE.findall(text) for name in re.findall(r"(\w+)=", found)}
    assert labels == {"kind", "outcome", "le"}
    assert world.app is not None
    kinds = {kind.name for kind in world.app.kinds.all()}
    assert set(re.findall(r'kind="(\w+)"', text)) <= kinds


async def test_stopping_ends_serving(served: tuple[World, int]) -> None:
    world, port = served
    await asked(port)
    await world.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(port)


async def test_without_the_setting_nothing_is_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    async def start(_self: Metrics, port: int) -> None:
        started.append(port)

    monkeypatch.setattr(Metrics, "start", start)
    await world.restart()
    assert started == []


async def test_a_port_that_is_taken_is_told_in_one_sentence(world: World) -> None:
    await world.stop()
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = world.settings.model_copy(update={"metrics": MetricsSettings(port=port)})
        app = App(taken, VirtualClock(START))
        with pytest.raises(PortTaken, match=rf"^Port {port}, .*\(Address already in use\); .*\.$"):
            await app.start()
    await world.start()


# -- the gauges ------------------------------------------------------------------------------------


async def filled(db: Database) -> None:
    """Two servers: one row parked in each, one due, one that is due later."""
    async with db.write() as uow:
        for guild in (1, 2):
            uow.session.add(Guild(id=guild, name="x", created_at=START))
        await uow.session.flush()
        rows = [
            (1, "parked", None),
            (2, "parked", None),
            (2, "planned", START),
            (1, "planned", START + timedelta(days=1)),
            (1, "sent", None),
        ]
        for number, (guild, state, not_before) in enumerate(rows):
            uow.session.add(
                Delivery(
                    guild_id=guild,
                    kind="x",
                    subject="x:1",
                    occurrence=f"once:{number}",
                    courtesy="post",
                    due_at=START,
                    rule="at once",
                    last_useful_at=START + timedelta(days=3),
                    state=state,
                    not_before=not_before,
                )
            )
        await uow.commit()


@pytest.fixture
async def gauges(db: Database) -> AsyncIterator[int]:
    """Figures over a database alone."""
    port = free_port()
    metrics = Metrics(CollectorRegistry(), db, VirtualClock(START))
    await metrics.start(port)
    yield port
    await metrics.stop()
    await metrics.stop()


async def test_what_is_due_and_what_is_parked_is_counted_when_asked(
    db: Database, gauges: int
) -> None:
    assert value(await asked(gauges), "liftoff_deliveries_parked") == 0
    await filled(db)
    text = await asked(gauges)
    assert value(text, "liftoff_deliveries_parked") == 2
    assert value(text, "liftoff_deliveries_due") == 1


async def test_without_the_database_the_rest_is_still_told(db: Database, gauges: int) -> None:
    async with db.write() as uow:
        await (await uow.session.connection()).exec_driver_sql("DROP TABLE delivery")
        await uow.commit()
    assert str(value(await asked(gauges), "liftoff_deliveries_due")) == "nan"


# -- the documentation -----------------------------------------------------------------------------


def metrics() -> Iterator[tuple[str, str, set[str]]]:
    """Every metric as Prometheus calls it, with its sort and labels."""
    meter = Meter()
    Metrics(meter.registry, None, None)  # type: ignore[arg-type]
    meter.sent("home", 1)
    for metric in meter.registry.collect():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        labels = {label for sample in metric.samples for label in sample.labels} - {"le"}
        yield name, metric.type, labels


def test_every_metric_is_documented_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    told = {
        name: (sort, set(re.findall(r"`(\w+)`", labels)))
        for name, sort, labels in ROW.findall(text)
    }
    assert told == {name: (sort, labels) for name, sort, labels in metrics()}


def test_every_outcome_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("The values of `outcome`:")[2]
    sender = (ROOT / "bot/delivery/sender.py").read_text(encoding="utf-8")
    named = set(re.findall(r'\.ended\([^"]*"(\w+)"\)', sender))
    judged = {TRANSITIONS[State.PLANNED, event].value for event in JUDGED}
    assert set(OUTCOME.findall(text)) == {"sent"} | named | judged
