"""The real bot on the sandbox, in virtual time: what tests of conversations stand on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import App
from bot.clock import VirtualClock
from bot.delivery.kinds import Kind
from bot.provisioning.desired import INVITE_PERMISSIONS
from bot.settings import Database, Discord, Security, Settings
from rehearsal.timeline import Timeline
from sandbox import Guild, Message, Outcome, Person, Sandbox, Upload
from tests.support.conformance import said_properly
from tests.support.database import KEY

START = datetime(2027, 2, 15, 9, tzinfo=UTC)
"""A week before the usual first day, 2027-02-22."""

ROSTERS = Path(__file__).parents[2] / "examples" / "rosters"
MANAGE_GUILD = 1 << 5

PATIENCE = 60.0
"""Wall seconds that a bot may take to settle: rate limits make it wait."""


class World:
    """One sandbox with one guild, one bot, and people. Time moves only when told to."""

    def __init__(self, timeline: Timeline, sandbox: Sandbox, database_url: str) -> None:
        self.timeline = timeline
        self.sandbox = sandbox
        self._database_url = database_url
        self.application = sandbox.create_application("Liftoff")
        self.guild: Guild = sandbox.create_guild("Djangonaut Space")
        self.admin: Person = sandbox.create_person("admin", "Admin")
        sandbox.grant(self.admin, self.guild, MANAGE_GUILD, name="Staff")
        sandbox.invite_bot(self.application, self.guild, INVITE_PERMISSIONS.value)
        self.people: dict[str, Person] = {"admin": self.admin}
        self.kinds: list[Kind] = []
        """Kinds of delivery that every bot started here has beside those of its cogs."""
        self.app: App | None = None
        self._clock: VirtualClock | None = None

    @property
    def settings(self) -> Settings:
        """The bot's settings: the sandbox as Discord, a database of the test's own."""
        return Settings(
            discord=Discord(
                token=SecretStr(self.application.token),
                api_base=self.sandbox.api_base,
                gateway_url=self.sandbox.gateway_url,
            ),
            database=Database(url=self._database_url),
            security=Security(encryption_keys=(SecretStr(KEY),)),
        )

    async def start(self) -> App:
        """Starts a bot and waits until it has settled."""
        self._clock = VirtualClock(self.timeline.now())
        self.app = App(self.settings, self._clock)
        for kind in self.kinds:
            self.app.kinds.register(kind)
        await self.app.start()
        self.timeline.join(self._clock)
        await self.settle()
        return self.app

    async def stop(self) -> None:
        """Stops the bot; time stands still."""
        if self.app is not None and self._clock is not None:
            self.timeline.part(self._clock)
            app, self.app = self.app, None
            await app.stop()

    async def restart(self) -> None:
        """A new bot takes the place of the old one, at the same moment."""
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        """Waits until everything that was set off is done."""
        await self.timeline.settle()

    async def run_until(self, moment: datetime) -> None:
        """Lets time pass, stopping at everything that is due."""
        await self.timeline.run_until(moment)

    async def advance(self, **duration: float) -> None:
        """Lets time pass, given as for timedelta: `advance(days=2)`."""
        await self.run_until(self.timeline.now() + timedelta(**duration))

    def person(self, username: str, name: str = "", locale: str = "en-GB") -> Person:
        """Somebody with an account, who has not joined the server yet."""
        if username not in self.people:
            self.people[username] = self.sandbox.create_person(username, name or None, locale)
        return self.people[username]

    async def join(self, username: str, name: str = "") -> Person:
        """Somebody joins the server; returns once the bot has reacted."""
        person = self.person(username, name)
        await person.join(self.guild)
        await self.settle()
        return person

    async def run(self, who: Person, command: str, **options: Any) -> Outcome:
        """Runs a command in the guild; returns once the bot has settled."""
        outcome = await who.run(command, guild=self.guild, **options)
        await self.settle()
        return outcome

    async def click(self, who: Person, message: Message, label: str) -> Outcome:
        """Presses a button; returns once the bot has settled."""
        outcome = await who.click(message, label)
        await self.settle()
        return outcome

    async def cohort(
        self, roster: str = "pilot.csv", *, start: str = "2027-02-22", **options: Any
    ) -> None:
        """Creates a cohort named "Session 4" and imports a roster from the examples."""
        await self.run(self.admin, "/cohort create", name="Session 4", start=start, **options)
        upload = Upload(roster, (ROSTERS / roster).read_bytes(), "text/csv")
        await self.run(self.admin, "/cohort import", file=upload)

    async def launch(self) -> Outcome:
        """Launches the only open cohort, confirming with the button."""
        asked = await self.run(self.admin, "/cohort launch")
        return await self.click(self.admin, asked.messages[-1], "Launch Session 4")

    async def onboard(self, username: str, **fields: str) -> Person:
        """Somebody joins and fills in the form, changing the given fields by their label's key."""
        person = self.person(username)
        if person.id not in self.guild.member_map:
            await self.join(username)
        opened = await self.click(person, person.inbox()[0], "Get started")
        assert opened.modal is not None
        await person.submit(opened.modal, fields)
        await self.settle()
        return person

    def posts(self, channel: str, reader: Person | None = None) -> list[Message]:
        """What a channel shows to somebody who may read it (the admin, unless said otherwise).

        Notes of Discord's own, such as "pinned a message", are left out.
        """
        found = (reader or self.admin).read(self.sandbox.channel(self.guild, channel))
        return [message for message in found if message.type == 0]


@pytest.fixture
def rates() -> str | float:
    """Discord's rate limits hold, in wall time."""
    return "real"


@pytest.fixture
async def world(database_url: str, tmp_path: Path, rates: str | float) -> AsyncIterator[World]:
    """A running bot on a sandbox of the test's own; nothing refused may go unnoticed."""
    timeline = Timeline(START, PATIENCE)
    sandbox = Sandbox(timeline.now, record=tmp_path / "wire.jsonl", rates=rates)
    async with sandbox:
        timeline.serve(sandbox)
        stage = World(timeline, sandbox, database_url)
        await stage.start()
        try:
            yield stage
        finally:
            await stage.stop()
            await timeline.close()
    assert not sandbox.unplanned, sandbox.unplanned
    said_properly(sandbox)
