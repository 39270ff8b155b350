"""The only place that builds things and hands them out."""

import asyncio
import signal
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import entry_points

import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.clock import Clock, SystemClock, VirtualClock
from bot.commands import sync_commands
from bot.delivery.alarm import Alarm
from bot.delivery.claims import Claims
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.judge import Policy
from bot.delivery.kinds import Kinds
from bot.delivery.messenger import Messenger
from bot.delivery.meter import Meter
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.records import Records
from bot.delivery.sender import Sender
from bot.domain.courtesy import Caps
from bot.domain.wallclock import Quiet
from bot.face import Liftoff
from bot.logs import configure_logging
from bot.metrics import Metrics
from bot.remote_clock import RemoteClock, join
from bot.services import Services
from bot.services.changes import ChangeService
from bot.services.checkins import CheckInService
from bot.services.cohorts import CohortDefaults, CohortService
from bot.services.crews import CrewService
from bot.services.deliveries import DeliveryService
from bot.services.delivery_lists import DeliveryLists
from bot.services.onboarding import OnboardingService
from bot.services.one_on_one_times import OneOnOneRules
from bot.services.one_on_ones import OneOnOneService
from bot.services.organizers import OrganizerService
from bot.services.overlaps import TeamRules
from bot.services.people import PeopleService
from bot.services.planning import Planner
from bot.services.presence import PresenceService
from bot.services.rosters import RosterService
from bot.services.server import ServerService
from bot.services.teams import TeamService
from bot.services.troubles import TroubleService
from bot.services.waiting import WaitingService
from bot.settings import Settings
from bot.storage.engine import Database, Topic
from bot.storage.migrate import migrate

_log = structlog.get_logger(__name__)

COGS = (
    "cogs.home",
    "cogs.cohorts",
    "cogs.onboarding",
    "cogs.teams",
    "cogs.people",
    "cogs.checkins",
    "cogs.one_on_ones",
    "cogs.deliveries",
)
"""Our own features. Others come from packages with an entry point in the group `liftoff.cogs`."""

STOP_WITHIN_SECONDS = 4.0
LEASE = timedelta(seconds=60)
"""How long a message that is being sent belongs to the process that claimed it."""
_DISCORD_TASKS = ("discord.py: ", "discord-ui-", "CommandTree-invoker")


class App:
    """One bot: storage, delivery and client. `start`, then `stop`; or `run` until a signal."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.db = Database(settings.database.url, list(settings.require_encryption_keys()))
        self.kinds = Kinds()
        self.services = _services(self.db, clock, settings, self.kinds)
        names = settings.programme.names
        pace = _pace(settings, clock)
        self.client = Liftoff(
            services=self.services,
            kinds=self.kinds,
            clock=clock,
            role_names={**names.model_dump(), "alumni": "Alumni"},
            set_up=self._set_up,
            pace=pace,
            guild_ready_timeout=2.0 if isinstance(clock, SystemClock) else 0.1,
        )
        self.alarm = Alarm(clock)
        self.meter = Meter()
        self.metrics = Metrics(self.meter.registry, self.db, clock)
        claims = Claims(self.db, clock, _policy(settings), self.meter)
        sender = Sender(
            claims,
            Records(self.db, clock, self.services.troubles.tell),
            self.kinds,
            Messenger(self.client, pace),
            clock,
            self.meter,
        )
        self.dispatcher = Dispatcher(claims, sender, self.alarm, clock, pace)
        self.db.listen(Topic.DELIVERIES, self.alarm.ring)
        self.db.listen(Topic.ROLES, self.client.role_keeper.ring)
        self.db.listen(Topic.SERVER, self.client.server_keeper.ring)
        self._tasks: list[asyncio.Task[None]] = []
        self._failed = asyncio.Event()

    async def start(self) -> None:
        """Logs in, loads the cogs and begins to work. Raises what made the start fail."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        _log.info("ready", user=str(self.client.user), guilds=len(self.client.guilds))

    async def _start(self) -> None:
        _point_at(self.settings)
        await migrate(self.settings.database.url)
        if (port := self.settings.metrics.port) is not None:
            await self.metrics.start(port)
        self.alarm.start()
        if isinstance(self.clock, VirtualClock):
            self._join_virtual_time(self.clock)
        await self.client.login(self.settings.require_token())
        self._own(self.client.connect(reconnect=True), "gateway")
        ready = asyncio.create_task(self.client.wait_until_ready(), name="ready")
        failed = asyncio.create_task(self._failed.wait(), name="failed")
        await asyncio.wait({ready, failed}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        failed.cancel()
        if (failure := self._failure()) is not None:
            raise failure
        self._own(self.dispatcher.run(), "dispatcher")
        self._own(self.client.role_keeper.run(), "roles")
        self._own(self.client.server_keeper.run(), "server")

    def _failure(self) -> BaseException | None:
        """What made a part of the bot fail, if one did."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                return error
        return None

    async def stop(self) -> None:
        """Ends cleanly: what is being sent is finished or given back, nothing is left running."""
        for task in reversed(self._tasks):
            if task.get_name() != "gateway":
                task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_SECONDS):
                await self.client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        with suppress(Exception):
            self.alarm.stop()
        await self.metrics.stop()
        await self.db.close()
        if isinstance(self.clock, VirtualClock):
            self.clock.forget_process()
        _log.info("stopped")

    async def run(self) -> None:
        """Runs until SIGTERM or SIGINT, or until a part fails; then stops cleanly.

        Raises what made a part fail, e.g. discord.PrivilegedIntentsRequired.
        """
        loop = asyncio.get_running_loop()
        wanted = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, wanted.set)
        starting = asyncio.create_task(self.start(), name="start")
        ending = asyncio.create_task(wanted.wait(), name="signal")
        failing = asyncio.create_task(self._failed.wait(), name="failure")
        try:
            await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                await asyncio.wait({ending, failing}, return_when=asyncio.FIRST_COMPLETED)
            failure = self._failure()
        finally:
            for task in (starting, ending, failing):
                task.cancel()
            await asyncio.gather(starting, ending, failing, return_exceptions=True)
            await self.stop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        if failure is not None:
            raise failure

    def _own(self, work: object, name: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)  # type: ignore[arg-type]
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        if task.exception() is not None:
            _log.error("a part of the bot failed", part=task.get_name())
        self._failed.set()

    async def _set_up(self) -> None:
        """Once, before the gateway: a cog that fails to load stops the start."""
        for name in COGS:
            await self.client.load_extension(name)
        for point in entry_points(group="liftoff.cogs"):
            await self.client.load_extension(point.value)
        await sync_commands(self.client)

    def _join_virtual_time(self, clock: VirtualClock) -> None:
        clock.hear_with(self._last_sequence)
        clock.busy_when(lambda: self.alarm.pending)
        clock.busy_when(lambda: self.client.role_keeper.pending)
        clock.busy_when(lambda: self.client.server_keeper.pending)
        clock.busy_when(_discord_is_working)

    def _last_sequence(self) -> int:
        socket = self.client.ws
        # Typed as always there, yet None before the first connection.
        return getattr(socket, "sequence", None) or 0


def _discord_is_working() -> bool:
    return any(task.get_name().startswith(_DISCORD_TASKS) for task in asyncio.all_tasks())


def _point_at(settings: Settings) -> None:
    """Points discord.py at the API and gateway of the settings."""
    Route.BASE = settings.discord.api_base
    if settings.discord.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord.gateway_url)


def _policy(settings: Settings) -> Policy:
    caps = settings.programme.caps
    return Policy(
        caps=Caps(caps.mentee, caps.navigator, caps.captain, caps.organizer),
        team_channel_posts=caps.team_channel_posts,
        quiet=_quiet(settings),
        lease=LEASE,
    )


def _pace(settings: Settings, clock: Clock) -> Pace:
    """How fast to write. Virtual time knows no pace, and there everything goes one by one."""
    if not isinstance(clock, SystemClock):
        return Pace(workers=1)
    delivery = settings.delivery
    return Pace(
        per_second=delivery.requests_per_second,
        openings_per_minute=delivery.first_messages_per_minute,
    )


def _quiet(settings: Settings) -> Quiet:
    hours = settings.programme.quiet_hours
    return Quiet(hours.start, hours.end)


def _services(db: Database, clock: Clock, settings: Settings, kinds: Kinds) -> Services:
    programme = settings.programme
    every = programme.one_on_one.every_weeks
    outbox = Outbox(clock)
    planner = Planner(outbox, clock, every)
    rules = OneOnOneRules(
        every_weeks=every,
        choices=programme.one_on_one.choices,
        length=timedelta(minutes=programme.one_on_one.minutes),
        notice=timedelta(hours=programme.one_on_one.notice_hours),
        quiet=_quiet(settings),
    )
    one_on_ones = OneOnOneService(db, clock, outbox, rules)
    defaults = CohortDefaults(
        programme.cohort_weeks, programme.prompt_weekday, f"{programme.prompt_hour:%H:%M}"
    )
    return Services(
        cohorts=CohortService(db, clock, planner, defaults),
        changes=ChangeService(db, clock, planner),
        organizers=OrganizerService(db, clock),
        rosters=RosterService(
            db,
            clock,
            planner,
            TeamRules(
                programme.max_mentees_per_team,
                programme.team_shared_hours,
                programme.captain_shared_hours,
            ),
        ),
        onboarding=OnboardingService(db, clock, planner),
        presence=PresenceService(db, clock, planner),
        check_ins=CheckInService(db, clock, planner),
        one_on_ones=one_on_ones,
        crews=CrewService(db, clock, every),
        people=PeopleService(db, clock, planner, one_on_ones),
        teams=TeamService(db, clock),
        troubles=TroubleService(db, clock, planner),
        waiting=WaitingService(db, clock),
        server=ServerService(db, clock),
        deliveries=DeliveryService(db, clock, kinds),
        delivery_lists=DeliveryLists(db, clock, kinds),
    )


async def clock_for(settings: Settings) -> Clock:
    """The system's clock, or the rehearsal's when the settings name one.

    Raises ConnectionError when nobody answers at `clock.url`.
    """
    if settings.clock.url is None:
        return SystemClock()
    return await join(settings.clock.url)


async def run_bot(settings: Settings) -> None:
    """Runs one bot until it is told to stop. Raises what made it fail."""
    clock = await clock_for(settings)
    configure_logging(
        now=clock.now,
        level=settings.logging.level,
        format=settings.logging.format,
        secret_values=settings.secret_values(),
    )
    try:
        await App(settings, clock).run()
    finally:
        if isinstance(clock, RemoteClock):
            await clock.close()
