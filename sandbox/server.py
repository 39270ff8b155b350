"""The sandbox itself: a small Discord on 127.0.0.1, and its in-process face."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox import guild_payloads, guilds, resolving
from sandbox.byhand import Admin
from sandbox.conformance import Conformance, Violation, from_environment
from sandbox.doing import Doing
from sandbox.errors import Refused
from sandbox.faults import Faults
from sandbox.forms import Modal
from sandbox.gateway import Gateway
from sandbox.http import Front, Refusal
from sandbox.intents import GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT
from sandbox.model import Application, Channel, Guild, Json, Member, Role, User
from sandbox.people import Person
from sandbox.rates import Rates
from sandbox.recording import Wire
from sandbox.tokens import bot_token
from sandbox.world import World


class Sandbox:
    """A Discord of one's own.

    ``now`` gives the time (aware, UTC) that ids, timestamps, interaction tokens and nonces
    follow; acknowledgements and heartbeats are wall time. ``record`` is where the wire goes.
    ``openapi`` is Discord's description of its API, to check everything against; without it
    LIFTOFF_DISCORD_OPENAPI says where it is, and without that nothing is checked.
    ``rates`` are "off", "real" or a factor that real windows are multiplied by; ``faults`` is a
    plan of what goes wrong, ``seed`` how its dice fall; ``wall`` is the machine's time (UTC), for
    X-RateLimit-Reset only. ``undocumented_limits`` switches on what only bot authors report.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        record: Path | None = None,
        port: int = 0,
        openapi: Path | None = None,
        rates: str | float = "off",
        faults: Path | None = None,
        seed: int = 0,
        wall: Callable[[], datetime] | None = None,
        undocumented_limits: bool = False,
    ) -> None:
        self.world = World(now)
        self.world.undocumented.on = undocumented_limits
        self.wire = Wire(record, now, self._start_record)
        self.gateway = Gateway(self.world, self.wire)
        self.world.emit = self.gateway.emit
        self.world.listening = self.gateway.listening
        self.gateway.token_reset = self.reset_token
        self.acknowledge_within = 3.0
        """Wall seconds a bot has to acknowledge an interaction."""
        self.answer_within = 10.0
        """Wall seconds a person waits for the answer to a deferred interaction."""
        self.violations: list[Violation] = []
        """What the sandbox itself said and Discord would not say."""
        self.conformance: Conformance | None = None
        openapi = openapi or from_environment()
        if openapi is not None:
            self.conformance = Conformance(openapi, self.violations)
            self.gateway.inspect = self.conformance.dispatch
        self.rates = Rates(rates, wall)
        self.faults = Faults(self.world, seed)
        if faults is not None:
            self.faults.load(faults)
        self.admin = Admin(self)
        self.unplanned: list[Json] = []
        self.planned: list[Refusal] = []
        self.people: dict[str, Person] = {}
        self.by_token: dict[str, Application] = {}
        self.in_flight = 0
        """Requests that are being answered."""
        self.requests_begun = 0
        self.requests_ended = 0
        self.actions = 0
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self.port = 0

    # -- life ---------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens on 127.0.0.1 and opens the record."""
        self.wire.open()
        app = web.Application(client_max_size=120 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", Front(self).handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._wanted_port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.base_url = f"http://127.0.0.1:{self.port}"
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Ends all connections and writes the record to its end."""
        for connection in list(self.gateway.connections):
            connection.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.wire.close()

    def flush(self) -> None:
        """Writes what is recorded so far."""
        self.wire.flush()

    @property
    def api_base(self) -> str:
        """What stands for https://discord.com/api/v10."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What stands for wss://gateway.discord.gg."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    # -- whether everything is quiet ----------------------------------------------------

    @property
    def activity(self) -> int:
        """Rises with every request begun or ended, event sent, and action of a person."""
        return self.requests_begun + self.requests_ended + self.gateway.dispatched + self.actions

    @property
    def last_sequence(self) -> int:
        """Number of the newest event sent to the connected bot; 0 without one."""
        live = self.gateway.live
        return live.sequence if live else 0

    # -- preparing ----------------------------------------------------------------------

    @property
    def application(self) -> Application:
        """The (first) application; Refused when there is none."""
        for app in self.world.applications.values():
            return app
        raise Refused("there is no application in this sandbox")

    def create_application(
        self,
        name: str,
        *,
        privileged_intents: int = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT,
    ) -> Application:
        """A new application with its bot user; privileged intents as switched on in the portal."""
        user = self.world.new_user(name, None, bot=True)
        app = Application(user.id, name, bot_token(user.id), user, privileged_intents)
        self.world.applications[app.id] = app
        self.by_token[app.token] = app
        return app

    def reset_token(self, app: Application) -> None:
        """Gives a bot a new token; the old one is worth nothing any more."""
        del self.by_token[app.token]
        app.token = bot_token(app.user.id)
        self.by_token[app.token] = app

    def create_guild(self, name: str, owner: Person | None = None) -> Guild:
        """A new server with @everyone and #general; without ``owner`` it gets one of its own."""
        user = owner.user if owner else self.world.new_user("server-owner", "Server owner")
        return guilds.create_guild(self.world, name, user)

    def invite_bot(
        self, app: Application, guild: Guild, permissions: int, position: int | None = None
    ) -> Role:
        """Adds the bot with its managed role, on top of the list unless ``position`` is given."""
        role = Role(
            self.world.ids.next(),
            guild.id,
            app.name,
            permissions,
            0,
            managed=True,
            bot_id=app.bot_user_id,
        )
        top = max(one.position for one in guild.role_map.values()) + 1
        guilds.add_role(self.world, guild, role, position=top if position is None else position)
        guilds.add_member(self.world, guild, app.user, role_ids=[role.id])
        for session in self.gateway.sessions.values():
            if session.app is app:
                self.gateway.guild_create(session, guild)
        return role

    def create_person(
        self, username: str, display_name: str | None = None, locale: str = "en-US"
    ) -> Person:
        """Somebody with an account, in no server yet."""
        if username in self.people:
            raise Refused(f"the username {username!r} is taken")
        user = self.world.new_user(username, display_name)
        user.locale = locale
        self.people[username] = person = Person(self, user)
        return person

    def grant(self, person: Person, guild: Guild, permissions: int, *, name: str = "Admin") -> Role:
        """Gives a role with these permissions; somebody who is not a member becomes one."""
        for role in guild.roles:
            if role.name == name and role.permissions == permissions:
                break
        else:
            role = Role(self.world.ids.next(), guild.id, name, permissions, 1)
            guilds.add_role(self.world, guild, role)
        member = guilds.add_member(self.world, guild, person.user)
        if role.id not in member.role_ids:
            member.role_ids.append(role.id)
            self.world.tell_member("GUILD_MEMBER_UPDATE", member)
        return role

    def fill(self, guild: Guild, members: int) -> None:
        """Adds so many members that nobody plays: a crowd for load tests."""
        for number in range(members):
            user = self.world.new_user(f"member{number:05}", f"Member {number}")
            guilds.add_member(self.world, guild, user)

    def plan_refusal(self, status: int, code: int, user: Person | User | None = None) -> None:
        """Answers of this status and code (about ``user``) do not go to ``unplanned``."""
        self.planned.append(Refusal(status, code, user.id if user else None))

    # -- looking ------------------------------------------------------------------------

    def channel(self, guild: Guild, name: str) -> Channel:
        """The channel or thread of this name; Refused when there is none."""
        for one in [*guild.channels, *guild.threads]:
            if one.name == name:
                return one
        raise Refused(f"no channel {name!r} in {guild.name}")

    def can_read(self, person: Person | Member, channel: Channel) -> bool:
        """Whether somebody can see a channel and read what was written there."""
        return self.world.reads(person.user, channel)

    # -- for people ---------------------------------------------------------------------

    def person_acted(
        self, person: Doing, action: str, body: Json, interaction: int | None, **more: str
    ) -> None:
        """Notes what a person does (before it takes effect)."""
        self.wire.begin()
        self.actions += 1
        fields: Json = {
            "person": person.username,
            "user_id": str(person.id),
            "action": action,
            "body": body,
            **more,
        }
        if interaction is not None:
            fields["interaction_id"] = str(interaction)
        self.wire.write("person", fields)

    def resolve(self, ids: list[str], channel: Channel) -> Json:
        """``resolved`` of chosen users, roles and channels."""
        return resolving.resolve(self.world, ids, channel)

    def settle_form(self, modal: Modal, components: list[Json], channel: Channel) -> Json:
        """Replaces files in a submitted form by their ids; gives its ``resolved``."""
        return resolving.settle_form(self.world, components, channel)

    def _start_record(self) -> Json:
        app = next(iter(self.world.applications.values()), None)
        return {
            "guilds": [
                guild_payloads.guild_create(one, None, all_members=True)
                for one in self.world.guilds.values()
            ],
            "application_id": str(app.id) if app else None,
            "bot_user_id": str(app.bot_user_id) if app else None,
            "people": {name: str(person.id) for name, person in self.people.items()},
        }
