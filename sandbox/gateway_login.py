"""IDENTIFY and RESUME: how a session begins and how it goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox import compression, intents, payloads
from sandbox.gateway_limits import IDENTIFY_SECONDS
from sandbox.gateway_requests import presence
from sandbox.model import Application, Json
from sandbox.recording import dumps
from sandbox.sessions import Close, Connection, Session

if TYPE_CHECKING:
    from sandbox.gateway import Gateway


def _application(gateway: Gateway, token: Any) -> Application:
    bare = str(token).removeprefix("Bot ")
    for app in gateway.world.applications.values():
        if app.token == bare:
            return app
    raise Close(4004)


def _shard(data: Json) -> tuple[int, int]:
    given = data.get("shard")
    if given is None:
        return (0, 1)
    match given:
        case [int(number), int(count)] if 0 <= number < count:
            return (number, count)
    raise Close(4010)


def _intents(app: Application, data: Json) -> int:
    wanted = data.get("intents")
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted & ~intents.ALL:
        raise Close(4013)
    if wanted & intents.PRIVILEGED & ~app.privileged_intents:
        raise Close(4014)
    return wanted


def identify(gateway: Gateway, connection: Connection, data: Json) -> None:
    """Starts a session: READY, then its guilds."""
    gateway.wire.begin()
    if connection.session is not None:
        raise Close(4005)
    app = _application(gateway, data.get("token"))
    starts = gateway.world.session_starts
    if not starts.take(app.id):
        # "All active sessions for the app will be terminated, the bot token will be reset".
        gateway.token_reset(app)
        starts.forget(app.id)
        gateway.close(4004, app)
        raise Close(4004)
    shard, wanted = _shard(data), _intents(app, data)
    guilds = [one for one in gateway.world.guilds.values() if app.user.id in one.member_map]
    session = Session(app, wanted, shard)
    guilds = [one for one in guilds if session.serves(one.id)]
    if len(guilds) > starts.guilds_per_shard:
        raise Close(4011)
    bucket = (app.id, shard[0] % starts.max_concurrency)
    pace = IDENTIFY_SECONDS * gateway.rates
    if gateway.identifies.wait(bucket, asyncio.get_running_loop().time(), pace):
        return connection.send(9, False)
    session.large_threshold = min(250, max(50, int(data.get("large_threshold") or 50)))
    if data.get("presence"):
        session.presence = presence(data["presence"])
    if data.get("compress") and connection.pack is compression.plain:
        connection.pack = compression.payload
    attach(session, connection)
    gateway.sessions[session.id] = session
    gateway.wire.write("gateway", {"what": "identify", "session": session.id})
    ready: Json = {
        "v": 10,
        "user": payloads.own_user(app.user),
        "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
        "session_id": session.id,
        "resume_gateway_url": f"{gateway.url}/resume",
        "application": {"id": str(app.id), "flags": 0},
        "private_channels": [],
        "relationships": [],
        "user_settings": {},
        "_trace": [],
    }
    if data.get("shard"):
        ready["shard"] = list(shard)
    if gateway.inspect is not None:
        gateway.inspect("READY", ready)
    session.event("READY", dumps(ready))
    gateway.dispatched += 1
    gateway.wire.write("gateway", {"what": "ready", "session": session.id})
    for guild in guilds:
        gateway.guild_create(session, guild)
    return None


def attach(session: Session, connection: Connection) -> None:
    """Joins a session and its connection."""
    session.connection, connection.session = connection, session
    for timer in (session.expiry, connection.deadline):
        if timer is not None:
            timer.cancel()


def resume(gateway: Gateway, connection: Connection, data: Json) -> None:
    """Goes on with a session: what was missed, then RESUMED; or op 9 when it is not there."""
    gateway.wire.begin()
    if connection.session is not None:
        raise Close(4005)
    app = _application(gateway, data.get("token"))
    session = gateway.sessions.get(str(data.get("session_id")))
    if session is None or session.app is not app:
        return connection.send(9, False)
    seen = data.get("seq")
    if not isinstance(seen, int) or not 0 <= seen <= session.sequence:
        gateway.end(session)
        raise Close(4007)
    if not session.reaches(seen):
        gateway.end(session)
        return connection.send(9, False)
    if session.connection is not None:
        session.connection.session = None
        session.connection.close(4000)
    attach(session, connection)
    gateway.wire.write("gateway", {"what": "resume", "session": session.id})
    for number, frame in session.buffer:
        if number > seen:
            connection.queue.put_nowait(frame)
    session.event("RESUMED", dumps({"_trace": []}))
    gateway.dispatched += 1
    return None
