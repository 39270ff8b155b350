"""The stage: a server of its own, everybody who will come to it, and the bot, which can restart."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import App
from bot.clock import VirtualClock
from bot.logs import configure_logging
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.settings import Database, Discord, Logging, Security, Settings
from rehearsal.oracle_roster import Roster, slug
from rehearsal.ownprocess import OwnProcess
from rehearsal.timeline import Timeline
from sandbox import Channel, Guild, Message, Person, Sandbox

GUILD_NAME = "Djangonaut Space"
STRANGER = "curious_visitor"
MANAGE_GUILD = 1 << 5

_LEFT_BEHIND = ("wire.jsonl", "report.json", "script.json", "index.html", "bot.log")
_DATABASE = "liftoff.db"


def clear(out: Path) -> None:
    """Removes what an earlier rehearsal left in `out`, and nothing else; makes the folder."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (*_LEFT_BEHIND, _DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm"):
        (out / name).unlink(missing_ok=True)


@dataclass
class InProcess:
    """The bot as a part of this process: quick to start, and its time is moved by a call."""

    settings: Settings
    timeline: Timeline
    log: Path

    def __post_init__(self) -> None:
        self._clock: VirtualClock | None = None
        self._app: App | None = None

    async def start(self) -> None:
        """Starts a bot. Raises what made its start fail."""
        clock = VirtualClock(self.timeline.now())
        app = App(self.settings, clock)
        await app.start()
        self._clock, self._app = clock, app
        self.timeline.join(clock)

    async def stop(self) -> None:
        """Stops it; nothing happens when there is none."""
        if self._app is None or self._clock is None:
            return
        self.timeline.part(self._clock)
        app, self._app = self._app, None
        await app.stop()


@contextmanager
def bot_logs(path: Path, settings: Settings, timeline: Timeline, *, own: bool) -> Iterator[None]:
    """Sends the logs of this process to a file, with virtual time, and puts all back at the end.

    Does nothing for a bot in its `own` process: that writes there itself.
    """
    if own:
        yield
        return
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    kept = structlog.get_config()
    with path.open("w", encoding="utf-8") as stream:
        configure_logging(
            now=timeline.now,
            level=settings.logging.level,
            format="json",
            secret_values=settings.secret_values(),
            stream=stream,
        )
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.configure(**kept)


class Stage:
    """Everything that stands before the play begins."""

    def __init__(
        self, out: Path, roster: Roster, timeline: Timeline, *, own_process: bool = False
    ) -> None:
        self.out = out
        self.roster = roster
        self.timeline = timeline
        self.own_process = own_process
        self.sandbox = Sandbox(timeline.now, record=out / "wire.jsonl")
        self.people: dict[str, Person] = {}
        self.guild: Guild
        self.settings: Settings
        self.bot: InProcess | OwnProcess
        self.restarts = 0

    async def build(self, names: dict[str, str], organizer: str) -> None:
        """Opens the server, makes the guild and all accounts, and invites the bot.

        `names` are display names by username; `organizer` gets Manage Server.
        """
        self.timeline.serve(self.sandbox)
        await self.sandbox.start()
        app = self.sandbox.create_application("Liftoff")
        self.guild = self.sandbox.create_guild(GUILD_NAME)
        for username, name in names.items():
            self.people[username] = self.sandbox.create_person(username, name)
        self.sandbox.grant(self.people[organizer], self.guild, MANAGE_GUILD, name="Staff")
        self.sandbox.invite_bot(app, self.guild, INVITE_PERMISSIONS.value)
        self.settings = Settings(
            discord=Discord(
                token=SecretStr(app.token),
                api_base=self.sandbox.api_base,
                gateway_url=self.sandbox.gateway_url,
            ),
            database=Database(url=f"sqlite+aiosqlite:///{(self.out / _DATABASE).resolve()}"),
            security=Security(encryption_keys=(SecretStr(Fernet.generate_key().decode()),)),
            logging=Logging(format="json"),
        )
        kind = OwnProcess if self.own_process else InProcess
        self.bot = kind(self.settings, self.timeline, self.out / "bot.log")

    async def restart(self) -> None:
        """Stops the bot and starts a new one. Time stands still meanwhile."""
        await self.bot.stop()
        await self.bot.start()
        self.restarts += 1

    async def close(self) -> None:
        """Stops the bot and the server, whatever state they are in."""
        bot = getattr(self, "bot", None)
        if bot is not None:
            await bot.stop()
            if isinstance(bot, OwnProcess):
                await bot.close()
        await self.sandbox.stop()

    # -- looking around -----------------------------------------------------------------

    def place(self, word: str) -> Channel | None:
        """The first text channel whose name contains a word, e.g. welcome."""
        for channel in self.guild.channels:
            if channel.type == 0 and word in channel.name:
                return channel
        return None

    def team_channel(self, team: str) -> Channel | None:
        """The channel of a team."""
        for channel in self.guild.channels:
            if channel.type == 0 and f"-{slug(team)}-" in f"-{channel.name}-":
                return channel
        return None

    @property
    def home(self) -> Message | None:
        """The pinned message that leads to everything."""
        welcome = self.place("welcome")
        if welcome is None:
            return None
        return next((m for m in welcome.messages.values() if m.pinned and m.buttons), None)

    def sent_by_bot(self) -> int:
        """How many messages of the bot there are, answers that one person sees not counted."""
        me = self.sandbox.application.bot_user_id
        return sum(
            message.author.id == me
            for channel in self.sandbox.world.channels.values()
            for message in channel.messages.values()
        )
