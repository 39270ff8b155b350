"""The gateway: sessions, intents, resume ("Gateway", "Gateway Events" in the documentation)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from sandbox import guild_payloads, payloads
from sandbox.intents import GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT, wants
from sandbox.model import Application, Channel, Guild, Json
from sandbox.recording import Wire, dumps
from sandbox.sessions import Connection, Session

if TYPE_CHECKING:
    from sandbox.world import World


class Gateway:
    """All sessions of all bots."""

    def __init__(self, world: World, wire: Wire) -> None:
        self.world = world
        self.wire = wire
        self.url = ""
        self.heartbeat_interval = 41250
        """Milliseconds between heartbeats (wall time)."""
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.dispatched = 0

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
        ``channel``, as their intents allow.
        """
        text = dumps(body)
        stripped: str | None = None
        reached = 0
        for session in self.sessions.values():
            if app is not None and session.app is not app:
                continue
            if not wants(session.intents, event, body, guild is not None, session.app.bot_user_id):
                continue
            me = session.app.user
            if guild is not None and me.id not in guild.member_map:
                continue
            if channel is not None and not self.world.sees(me, channel):
                continue
            own = text
            if (
                guild is not None
                and event in ("MESSAGE_CREATE", "MESSAGE_UPDATE")
                and not session.intents & MESSAGE_CONTENT
                and not _addressed(body, str(me.id))
            ):
                if stripped is None:
                    nothing: Json = {"content": "", "embeds": [], "attachments": []}
                    stripped = dumps({**body, **nothing, "components": []})
                own = stripped
            session.event(event, own)
            reached += session.connection is not None
            self.dispatched += 1
        if record:
            self.wire.write("event", {"event": event, "sessions": reached}, body=text)
        return reached

    def listening(self, app: Application) -> bool:
        """Whether a bot is connected or may still resume."""
        return any(session.app is app for session in self.sessions.values())

    @property
    def live(self) -> Session | None:
        """The newest session that is connected now."""
        connected = [one for one in self.sessions.values() if one.connection is not None]
        return connected[-1] if connected else None

    # -- one connection -----------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handles a WebSocket from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=1 << 16, compress=False, timeout=0.5)
        await socket.prepare(request)
        connection = Connection(socket, compress=request.query.get("compress") == "zlib-stream")
        connection.transport = request.transport
        self.connections.add(connection)
        pump = asyncio.create_task(connection.pump())
        connection.send(10, {"heartbeat_interval": self.heartbeat_interval, "_trace": []})
        self._expect_heartbeat(connection)
        try:
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    connection.close(4002, "Error while decoding payload.")
                    continue
                try:
                    frame = json.loads(message.data)
                    self._receive(connection, int(frame["op"]), frame.get("d"))
                except (ValueError, KeyError, TypeError):
                    connection.close(4002, "Error while decoding payload.")
        finally:
            pump.cancel()
            self.connections.discard(connection)
            if connection.heartbeat is not None:
                connection.heartbeat.cancel()
            self._ended(connection)
        return socket

    def _ended(self, connection: Connection) -> None:
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if connection.socket.close_code in (1000, 1001):
            self.sessions.pop(session.id, None)
        self.wire.write("gateway", {"what": "closed", "session": session.id})

    def _expect_heartbeat(self, connection: Connection) -> None:
        if connection.heartbeat is not None:
            connection.heartbeat.cancel()
        loop = asyncio.get_running_loop()
        seconds = self.heartbeat_interval * 1.5 / 1000
        connection.heartbeat = loop.call_later(seconds, self._missed, connection)

    def _missed(self, connection: Connection) -> None:
        session = connection.session
        what = {"what": "heartbeat-missed", "session": session.id if session else None}
        self.wire.write("gateway", what)
        connection.close(4009, "Session timed out.")

    def _receive(self, connection: Connection, op: int, data: Any) -> None:
        if op == 1:
            self._expect_heartbeat(connection)
            connection.send(11)
        elif op == 2:
            self._identify(connection, data)
        elif op == 6:
            self._resume(connection, data)
        elif connection.session is None:
            connection.close(4003, "Not authenticated.")
        elif op == 8:
            self._members(connection.session, data)
        elif op not in (3, 4, 31, 43):
            connection.close(4001, "Unknown opcode.")

    def _application(self, token: Any) -> Application | None:
        bare = str(token).removeprefix("Bot ")
        for app in self.world.applications.values():
            if app.token == bare:
                return app
        return None

    def _identify(self, connection: Connection, data: Json) -> None:
        self.wire.begin()
        app = self._application(data.get("token"))
        if connection.session is not None:
            return connection.close(4005, "Already authenticated.")
        if app is None:
            return connection.close(4004, "Authentication failed.")
        intents = int(data["intents"])
        privileged = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
        if intents & privileged & ~app.privileged_intents:
            return connection.close(4014, "Disallowed intent(s).")
        self._forget(app)
        session = Session(app, intents)
        session.large_threshold = int(data.get("large_threshold") or 50)
        session.connection, connection.session = connection, session
        self.sessions[session.id] = session
        self.wire.write("gateway", {"what": "identify", "session": session.id})
        guilds = [one for one in self.world.guilds.values() if app.user.id in one.member_map]
        ready: Json = {
            "v": 10,
            "user": payloads.own_user(app.user),
            "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(app.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "_trace": [],
        }
        if data.get("shard"):
            ready["shard"] = data["shard"]
        session.event("READY", dumps(ready))
        self.dispatched += 1
        self.wire.write("gateway", {"what": "ready", "session": session.id})
        for guild in guilds:
            self.guild_create(session, guild)
        return None

    def guild_create(self, session: Session, guild: Guild) -> None:
        """Sends a guild as a bot first sees it; not recorded, the bot joined before."""
        everybody = (
            session.intents & (GUILD_MEMBERS | GUILD_PRESENCES) == GUILD_MEMBERS | GUILD_PRESENCES
            and len(guild.member_map) <= session.large_threshold
        )
        viewer = guild.member_map[session.app.user.id]
        body = guild_payloads.guild_create(guild, viewer, all_members=everybody)
        session.event("GUILD_CREATE", dumps(body))
        self.dispatched += 1

    def _forget(self, app: Application) -> None:
        """A bot that identifies anew gives up the sessions it lost before."""
        for session in list(self.sessions.values()):
            if session.app is app and session.connection is None:
                del self.sessions[session.id]

    def _resume(self, connection: Connection, data: Json) -> None:
        self.wire.begin()
        session = self.sessions.get(str(data.get("session_id")))
        app = self._application(data.get("token"))
        if app is None:
            return connection.close(4004, "Authentication failed.")
        seen = int(data["seq"] or 0)
        if session is not None and seen > session.sequence:
            return connection.close(4007, "Invalid seq.")
        if session is None or session.app is not app or not _reaches(session, seen):
            return connection.send(9, False)
        if session.connection is not None:
            session.connection.close(4000, "Resumed elsewhere.")
        session.connection, connection.session = connection, session
        self.wire.write("gateway", {"what": "resume", "session": session.id})
        for number, frame in session.buffer:
            if number > seen:
                connection.queue.put_nowait(frame)
        session.event("RESUMED", dumps({"_trace": []}))
        self.dispatched += 1
        return None

    def _members(self, session: Session, data: Json) -> None:
        """Request Guild Members: chunks of at most 1000."""
        guild = self.world.guilds.get(int(data["guild_id"]))
        if guild is None or session.app.user.id not in guild.member_map:
            return
        limit, query, ids = int(data.get("limit") or 0), data.get("query"), data.get("user_ids")
        missing: list[str] = []
        if ids is not None:
            asked = [int(one) for one in (ids if isinstance(ids, list) else [ids])]
            found = [guild.member_map[one] for one in asked if one in guild.member_map]
            missing = [str(one) for one in asked if one not in guild.member_map]
        elif not query and not limit:
            found = guild.members if session.intents & GUILD_MEMBERS else []
        else:
            start = str(query or "").lower()
            found = [
                one
                for one in guild.members
                if one.user.username.lower().startswith(start)
                or one.display_name.lower().startswith(start)
            ][: limit or 100]
        chunks = [found[i : i + 1000] for i in range(0, len(found), 1000)] or [[]]
        for i, chunk in enumerate(chunks):
            body: Json = {
                "guild_id": str(guild.id),
                "members": [payloads.member(one) for one in chunk],
                "chunk_index": i,
                "chunk_count": len(chunks),
            }
            if missing:
                body["not_found"] = missing
            if data.get("presences"):
                body["presences"] = []
            if data.get("nonce"):
                body["nonce"] = data["nonce"]
            session.event("GUILD_MEMBERS_CHUNK", dumps(body))
            self.dispatched += 1

    def drop(self) -> None:
        """Cuts every connection without a word, as a network would; sessions can resume."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()


def _reaches(session: Session, seen: int) -> bool:
    return seen == session.sequence or bool(session.buffer and session.buffer[0][0] <= seen + 1)


def _addressed(body: Json, me: str) -> bool:
    """Whether a bot gets a message's content without the intent: its own, or it is mentioned."""
    return body["author"]["id"] == me or any(one["id"] == me for one in body["mentions"])
