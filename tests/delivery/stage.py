"""The sending part of the bot alone, on one sandbox and in virtual time, quick to start and drop.

Everything is real: the file, the dispatcher, the library's client on the wire. Only the gateway is
missing, so that one example of a property test takes milliseconds.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import discord
from discord.http import Route

from bot.clock import VirtualClock
from bot.delivery.alarm import Alarm
from bot.delivery.claims import Claims
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.judge import Policy
from bot.delivery.kinds import Due, Kind, Kinds, Late, OutMessage
from bot.delivery.messenger import Messenger
from bot.delivery.meter import Meter
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.records import Records
from bot.delivery.sender import Sender
from bot.domain.courtesy import Caps
from bot.domain.deliveries import Courtesy
from bot.domain.wallclock import Quiet
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.services.planning import Planner
from bot.services.troubles import TroubleService
from bot.services.waiting import WaitingService
from bot.storage.engine import Database, Topic
from bot.storage.tables import ServerObject
from sandbox import Message, Sandbox
from sandbox.faults import Fault
from tests.delivery.conftest import MESSAGES
from tests.storage.rows import add, guild, person
from tests.support.conformance import said_properly
from tests.support.database import KEY
from tests.support.world import START

Result = TypeVar("Result")

ZONE = "Asia/Kathmandu"
HALL = "hall"
SOON = 0.02
"""Wall seconds that a request hangs in which the bot dies."""
PATIENCE = 20.0
"""Wall seconds within which everything settles."""

KINDS = {
    "answer": Courtesy.ANSWER,
    "must": Courtesy.MUST,
    "regular": Courtesy.REGULAR,
    "nudge": Courtesy.NUDGE,
    "post": Courtesy.POST,
}
"""The kinds of delivery here: one of each class, named after it."""


@dataclass(frozen=True)
class Read:
    """One message as somebody reads it: `key` and `version` are in its text."""

    key: str
    version: int
    number: int | None
    """The number of the delivery that it carries."""
    at: datetime
    direct: bool


class Stage:
    """One sandbox for all examples; a new database and a new bot for each."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template = template
        self._folder = folder
        self.loop = asyncio.new_event_loop()
        self.clock = VirtualClock(START)
        self.sandbox = Sandbox(self.now)
        self.sandbox.world.nonce_window = timedelta(seconds=-1)  # only the number helps
        self._examples = 0
        self.versions: dict[str, int] = {}
        self.shown: list[str] = []
        """What was read behind "My messages"."""
        self.dying_in_renderer = False
        self._rendering = asyncio.Event()
        self.do(self._open())

    def now(self) -> datetime:
        """The time of the present example, UTC."""
        return self.clock.now()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs `work` to its end."""
        return self.loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    async def _open(self) -> None:
        await self.sandbox.start()
        application = self.sandbox.create_application("Liftoff")
        self.guild = self.sandbox.create_guild("Djangonaut Space")
        self.mia = self.sandbox.create_person("mia")
        await self.mia.join(self.guild)
        self.sandbox.invite_bot(application, self.guild, INVITE_PERMISSIONS.value)
        self.hall = self.sandbox.channel(self.guild, "general")
        Route.BASE = self.sandbox.api_base
        self.client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None)
        await self.client.login(application.token)

    def close(self) -> None:
        """Ends everything; fails if the sandbox said what Discord would not say."""
        self.do(self.client.close())
        self.do(self.sandbox.stop())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        assert not self.sandbox.unplanned, self.sandbox.unplanned
        said_properly(self.sandbox)

    # -- one example --------------------------------------------------------------------

    def begin(self) -> None:
        """A new database with one person, and a bot."""
        Route.BASE = self.sandbox.api_base
        self._examples += 1
        # The same Monday for each. Ids follow the time, and only messages are made from here on.
        self.clock = VirtualClock(START + timedelta(weeks=1))
        vars(self.sandbox.world.ids)["_last"] = 0
        self.file = self._folder / f"{self._examples}.db"
        shutil.copy(self._template, self.file)
        for channel in (self.hall, self.mia.direct):
            channel.messages.clear()
        self.sandbox.world.nonces.clear()
        self.sandbox.faults.clear()
        self.mia.user.open = True
        self.versions, self.shown = {}, []
        self.dying_in_renderer = False
        self.task: asyncio.Task[None] | None = None
        self.do(self._furnish())
        self.watch()
        self.start()

    async def _furnish(self) -> None:
        self.db = Database(f"sqlite+aiosqlite:///{self.file}", [KEY])
        self.outbox = Outbox(self.clock)
        self.waiting = WaitingService(self.db, self.clock)
        mia = person("mia", ZONE, self.guild.id, user_id=self.mia.id)
        hall = ServerObject(
            guild_id=self.guild.id, key=HALL, discord_id=self.hall.id, intended_at=START
        )
        async with self.db.write() as uow:
            await add(uow.session, guild(self.guild.id), mia, hall)
            self.mia_id = mia.id
            await uow.commit()

    def watch(self) -> None:
        """Every change of a state is written down by the database itself."""
        self.sql("CREATE TABLE seen (before TEXT, after TEXT)")
        self.sql(
            "CREATE TRIGGER see AFTER UPDATE OF state ON delivery WHEN OLD.state <> NEW.state "
            "BEGIN INSERT INTO seen VALUES (OLD.state, NEW.state); END"
        )
        self.sql(
            "CREATE TRIGGER born AFTER INSERT ON delivery "
            "BEGIN INSERT INTO seen VALUES ('', NEW.state); END"
        )

    def end(self) -> None:
        """Drops the bot and the database."""
        self.die()
        self.do(self.db.close())

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Asks the database by another line than the bot's."""
        with closing(sqlite3.connect(self.file, timeout=10)) as line, line:
            return line.execute(statement, values).fetchall()

    # -- the bot ------------------------------------------------------------------------

    def start(self) -> None:
        """A new process, as far as anybody can see."""
        self.do(self._start())
        self.settle()

    async def _start(self) -> None:
        kinds = Kinds()
        for number, (name, courtesy) in enumerate(KINDS.items()):
            kind = Kind(
                name, f"k{number}", courtesy, self._render, private=False, late=Late.AS_USUAL
            )
            kinds.register(kind)
        quiet = Policy(Caps(), 2, Quiet(), timedelta(seconds=60))
        pace = Pace(workers=1)
        planner = Planner(self.outbox, self.clock, 2)
        troubles = TroubleService(self.db, self.clock, planner)
        self.alarm = Alarm(self.clock)
        claims = Claims(self.db, self.clock, quiet)
        sender = Sender(
            claims,
            Records(self.db, self.clock, troubles.tell),
            kinds,
            Messenger(self.client, pace),
            self.clock,
            Meter(),
        )
        dispatcher = Dispatcher(claims, sender, self.alarm, self.clock, pace)
        self.alarm.start()
        self.clock.busy_when(lambda: self.alarm.pending)
        self.db.listen(Topic.DELIVERIES, self.alarm.ring)
        self.task = asyncio.create_task(dispatcher.run(), name="dispatcher")
        await asyncio.sleep(0)

    async def _render(self, due: Due) -> OutMessage:
        key = f"{due.kind} {due.occurrence}"
        if self.dying_in_renderer:
            self._rendering.set()
            await asyncio.sleep(PATIENCE)
        return OutMessage(f"{key} v{self.versions.get(key, 1)}")

    @property
    def up(self) -> bool:
        """Whether there is a bot."""
        return self.task is not None

    def die(self) -> None:
        """The process is gone in this moment; nothing more is recorded."""
        self.do(self._die())

    async def _die(self) -> None:
        if self.task is None:
            return
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.task = None
        self.alarm.stop()
        self.clock.forget_process()
        vars(self.db)["_listeners"].clear()
        await self._arrived()

    async def _arrived(self) -> None:
        """What was on the wire when it died arrives all the same."""
        while self.sandbox.in_flight:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.001)

    # -- time ---------------------------------------------------------------------------

    def settle(self) -> None:
        """Waits until everything that is due is done."""
        if self.up:
            self.do(self.clock.settled(0))

    def run_until(self, moment: datetime) -> None:
        """Lets time pass, stopping at everything that is due."""
        while self.up:
            wake = self.do(self.clock.settled(0))
            if wake is None or wake > moment:
                break
            self.clock.advance(wake)
        self.clock.advance(moment)
        self.settle()

    def run_until_it_dies(self, moment: datetime, fault: Fault | None) -> bool:
        """The same, with a bot that dies in the renderer, or when `fault` has struck."""
        self.dying_in_renderer = fault is None
        self._rendering.clear()
        while self.up:
            if self.do(self._dead_or_idle(fault)):
                self.dying_in_renderer = False
                self.clock.advance(max(moment, self.clock.now()))
                return True
            wake = self.do(self.clock.settled(0))
            if wake is None or wake > moment:
                break
            self.clock.advance(wake)
        self.dying_in_renderer = False
        self.clock.advance(moment)
        self.settle()
        return False

    async def _dead_or_idle(self, fault: Fault | None) -> bool:
        idle = asyncio.ensure_future(self.clock.settled(0))
        while not idle.done():
            if fault.happened if fault is not None else self._rendering.is_set():
                idle.cancel()
                await asyncio.gather(idle, return_exceptions=True)
                await self._die()
                return True
            await asyncio.sleep(0)
        return False

    # -- looking ------------------------------------------------------------------------

    def read(self) -> list[Read]:
        """Every message that there is, in the channel and in direct messages."""
        found = [self._read(m, False) for m in self.hall.messages.values() if m.type == 0]
        return found + [self._read(m, True) for m in self.mia.direct.messages.values()]

    @staticmethod
    def _read(message: Message, direct: bool) -> Read:
        key, _, version = message.content.rpartition(" v")
        footer = message.embeds[0]["footer"]["text"] if message.embeds else ""
        number = int(footer.removeprefix("Message ")) if footer else None
        return Read(key, int(version), number, message.created_at, direct)

    def fail(self, what: int | str, *, method: str = "POST", **more: Any) -> Fault:
        """What goes wrong with the next requests about messages."""
        return self.sandbox.faults.add(what, method=method, route=MESSAGES, **more)
