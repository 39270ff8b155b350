"""The gateway: connections, sessions and who is told what ("Gateway" in the documentation)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from sandbox import compression, gateway_login, gateway_requests, guild_payloads
from sandbox.gateway_limits import FRAME_BYTES, Pace, too_many
from sandbox.gateway_troubles import Troubles
from sandbox.intents import GUILD_PRESENCES, MESSAGE_CONTENT, wants, without_content
from sandbox.model import Application, Channel, Guild, Json
from sandbox.recording import Wire, dumps
from sandbox.sessions import FINAL, Close, Connection, Session

if TYPE_CHECKING:
    from sandbox.world import World

_MESSAGES = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


class Gateway(Troubles):
    """All sessions of all bots."""

    def __init__(self, world: World, wire: Wire) -> None:
        self.world = world
        self.wire = wire
        self.url = ""
        self.heartbeat_interval = 41250
        """Milliseconds between heartbeats (wall time)."""
        self.acknowledges_heartbeats = True
        """Without it connections are zombies: a client has to notice."""
        self.identify_within = 60.0
        """Wall seconds a connection has to IDENTIFY or RESUME (then 4009)."""
        self.resume_within = 180.0
        """Wall seconds that a session outlives its connection."""
        self.rates = 0.0
        """What the windows of two limits are multiplied by (wall time); 0 is no limit.

        They are 1 IDENTIFY in 5 s (op 9) and all members of a guild once in 30 s (RATE_LIMITED),
        apart from the rates of requests, for they make every restart of a bot slow. 120 frames in
        60 s and 1000 IDENTIFYs a day hold always.
        """
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.away: set[int] = set()
        """Ids of guilds that are unavailable."""
        self.dispatched = 0
        self.identifies = Pace()
        self.member_requests = Pace()
        self.token_reset: Callable[[Application], None] = lambda _: None
        self.inspect: Callable[[str, Json], None] | None = None
        """Looks at every event before it goes."""

    # -- sending ------------------------------------------------------------------------

    def emit(
        self,
        event: str,
        body: Json,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        app: Application | None = None,
        record: bool = True,
    ) -> int:
        """Sends an event to whom it concerns; tells to how many connected sessions.

        ``app`` names the only receiver; otherwise it goes to bots in ``guild`` that see
        ``channel``, as their intents and shards allow. Events of an unavailable guild are lost.
        """
        if self.inspect is not None:
            self.inspect(event, body)
        text = dumps(body)
        place = guild.id if guild is not None else int(body.get("guild_id") or 0)
        silent = guild is not None and guild.id in self.away
        stripped: dict[int, str] = {}
        reached = 0
        for session in () if silent else self.sessions.values():
            if app is not None and session.app is not app:
                continue
            me = session.app.user
            if not session.serves(place) or not wants(
                session.intents, event, body, place != 0, me.id
            ):
                continue
            if guild is not None and me.id not in guild.member_map:
                continue
            if channel is not None and not self.world.sees(me, channel):
                continue
            own = text
            if guild is not None and event in _MESSAGES and not session.intents & MESSAGE_CONTENT:
                if me.id not in stripped:
                    stripped[me.id] = dumps(without_content(body, str(me.id)))
                own = stripped[me.id]
            session.event(event, own)
            reached += session.connection is not None
            self.dispatched += 1
        if record:
            self.wire.write("event", {"event": event, "sessions": reached}, body=text)
        return reached

    def guild_create(self, session: Session, guild: Guild) -> bool:
        """Sends a guild as a bot first sees it (or that it is away); not recorded."""
        viewer = guild.member_map.get(session.app.user.id)
        if (
            viewer is None
            or not session.serves(guild.id)
            or not wants(session.intents, "GUILD_CREATE", {}, True, viewer.id)
        ):
            return False
        if guild.id in self.away:
            session.event("GUILD_DELETE", dumps({"id": str(guild.id), "unavailable": True}))
        else:
            body = guild_payloads.guild_create(
                guild,
                viewer,
                presences=bool(session.intents & GUILD_PRESENCES),
                large_threshold=session.large_threshold,
            )
            if self.inspect is not None:
                self.inspect("GUILD_CREATE", body)
            session.event("GUILD_CREATE", dumps(body))
        self.dispatched += 1
        return True

    def listening(self, app: Application) -> bool:
        """Whether a bot is connected or may still resume."""
        return any(session.app is app for session in self.sessions.values())

    @property
    def live(self) -> Session | None:
        """The newest session that is connected now."""
        connected = [one for one in self.sessions.values() if one.connection is not None]
        return connected[-1] if connected else None

    # -- sessions -----------------------------------------------------------------------

    def detach(self, session: Session) -> None:
        """A session loses its connection; it waits for a resume, for a while."""
        connection = session.connection
        if connection is None:
            return
        session.connection = connection.session = None
        loop = asyncio.get_running_loop()
        session.expiry = loop.call_later(self.resume_within, self.end, session)
        self.wire.write("gateway", {"what": "closed", "session": session.id})

    def end(self, session: Session) -> None:
        """A session is over; nobody can resume it."""
        self.detach(session)
        if session.expiry is not None:
            session.expiry.cancel()
        self.sessions.pop(session.id, None)

    # -- one connection -----------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handles a WebSocket from HELLO to its end."""
        query = request.query
        if query.get("encoding", "json") != "json":
            return web.Response(status=400, text="The sandbox speaks JSON only.")
        try:
            pack = compression.transport(query.get("compress"))
        except compression.Unavailable as missing:
            return web.Response(status=400, text=str(missing))
        socket = web.WebSocketResponse(max_msg_size=1 << 20, compress=False, timeout=0.5)
        await socket.prepare(request)
        connection = Connection(socket, request.transport, pack, request.path)
        self.connections.add(connection)
        pump = asyncio.create_task(connection.pump())
        if query.get("v", "10") not in ("9", "10"):
            connection.close(4012)
        connection.send(10, {"heartbeat_interval": self.heartbeat_interval, "_trace": []})
        loop = asyncio.get_running_loop()
        connection.deadline = loop.call_later(self.identify_within, connection.close, 4009)
        self._expect_heartbeat(connection)
        try:
            async for message in socket:
                if connection.closing is None:
                    self._frame(connection, message.type, message.data)
        finally:
            pump.cancel()
            self.connections.discard(connection)
            connection.stop_timers()
            session = connection.session
            if session is not None:
                self.detach(session)
                # Who hangs up with these codes goes offline.
                if connection.closing is None and socket.close_code in (1000, 1001):
                    self.end(session)
        return socket

    def _frame(self, connection: Connection, kind: WSMsgType, data: Any) -> None:
        """One frame of a client; JSON may come as text or as bytes."""
        try:
            if kind not in (WSMsgType.TEXT, WSMsgType.BINARY):
                raise Close(4002)
            if too_many(connection.sent, asyncio.get_running_loop().time()):
                raise Close(4008)
            if len(data.encode() if isinstance(data, str) else data) > FRAME_BYTES:
                raise Close(4002)
            try:
                frame = json.loads(data)
                op, inner = frame["op"], frame.get("d")
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Close(4002) from None
            self._receive(connection, op, inner)
        except Close as refused:
            session = connection.session
            connection.close(refused.code)
            if session is not None:
                self.detach(session)
                if refused.code in FINAL:
                    self.end(session)

    def _receive(self, connection: Connection, op: Any, data: Any) -> None:
        if op == 1:
            self._expect_heartbeat(connection)
            if self.acknowledges_heartbeats:
                connection.send(11)
            return None
        if op not in (2, 3, 4, 6, 8, 31, 43):
            raise Close(4003 if connection.session is None else 4001)
        if not isinstance(data, dict):
            raise Close(4002)
        if op == 2:
            return gateway_login.identify(self, connection, data)
        if op == 6:
            return gateway_login.resume(self, connection, data)
        session = connection.session
        if session is None:
            raise Close(4003)
        if op == 3:
            session.presence = gateway_requests.presence(data)
        elif op == 4:
            gateway_requests.voice(self, session, data)
        elif op == 8:
            gateway_requests.members(self, session, data)
        elif op == 31:
            gateway_requests.sounds(self, session, data)
        else:
            gateway_requests.channel_info(self, session, data)
        return None

    def _expect_heartbeat(self, connection: Connection) -> None:
        if connection.heartbeat is not None:
            connection.heartbeat.cancel()
        loop = asyncio.get_running_loop()
        seconds = self.heartbeat_interval * 1.5 / 1000
        connection.heartbeat = loop.call_later(seconds, self._missed, connection)

    def _missed(self, connection: Connection) -> None:
        """ "Your connection will be closed and you will be forced to Resume"."""
        session = connection.session
        what = {"what": "heartbeat-missed", "session": session.id if session else None}
        self.wire.write("gateway", what)
        connection.close(4000)
        if session is not None:
            self.detach(session)
