"""What a connected bot may ask for: members (op 8), presence (op 3), voice (op 4), sounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox import payloads
from sandbox.gateway_limits import MEMBERS_SECONDS
from sandbox.intents import GUILD_MEMBERS, GUILD_PRESENCES
from sandbox.model import Guild, Json, Member
from sandbox.recording import dumps
from sandbox.sessions import Close, Session

if TYPE_CHECKING:
    from sandbox.gateway import Gateway

CHUNK = 1000
FOUND = 100
STATUSES = ("online", "dnd", "idle", "invisible", "offline")


def _guild(gateway: Gateway, session: Session, given: Any) -> Guild | None:
    """The guild a request is about, None when this session has none of that id."""
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, (str, int)) or not str(given).isdecimal():
        raise Close(4001)
    guild = gateway.world.guilds.get(int(given))
    if guild is None or session.app.user.id not in guild.member_map:
        return None
    return guild if session.serves(guild.id) and guild.id not in gateway.away else None


def _send(gateway: Gateway, session: Session, event: str, body: Json) -> None:
    if gateway.inspect is not None:
        gateway.inspect(event, body)
    session.event(event, dumps(body))
    gateway.dispatched += 1


def members(gateway: Gateway, session: Session, data: Json) -> None:
    """Request Guild Members: chunks of at most 1000.

    Prefixes and ids find at most 100. All members need GUILD_MEMBERS (without it nothing comes,
    as from Discord) and are given once in 30 s; sooner is answered with RATE_LIMITED.
    """
    guild = _guild(gateway, session, data.get("guild_id"))
    query, ids, limit = data.get("query"), data.get("user_ids"), data.get("limit")
    if (query is None) == (ids is None) or (query is not None and not isinstance(limit, int)):
        raise Close(4001)
    if guild is None:
        return
    missing: list[str] = []
    if ids is not None:
        found, missing = _by_id(guild, ids)
    elif query == "":
        if not session.intents & GUILD_MEMBERS:
            return
        found = guild.members
        if limit:
            found = found[: min(limit, FOUND)]
        elif _too_soon(gateway, session, guild, data.get("nonce")):
            return
    else:
        start = str(query).lower()
        found = [one for one in guild.members if _called(one, start)][: min(limit or FOUND, FOUND)]
    chunks = [found[i : i + CHUNK] for i in range(0, len(found), CHUNK)] or [[]]
    for i, chunk in enumerate(chunks):
        body: Json = {
            "guild_id": str(guild.id),
            "members": [payloads.member(one) for one in chunk],
            "chunk_index": i,
            "chunk_count": len(chunks),
        }
        if missing:
            body["not_found"] = missing
        if data.get("presences") and session.intents & GUILD_PRESENCES:
            body["presences"] = []
        _send(gateway, session, "GUILD_MEMBERS_CHUNK", body | _nonce(data.get("nonce")))


def _by_id(guild: Guild, given: Any) -> tuple[list[Member], list[str]]:
    asked = [str(one) for one in (given if isinstance(given, list) else [given])][:FOUND]
    known = {str(one.id): one for one in guild.members}
    found = [known[one] for one in dict.fromkeys(asked) if one in known]
    return found, [one for one in asked if one not in known]


def _called(member: Member, start: str) -> bool:
    return any(
        name.lower().startswith(start) for name in (member.user.username, member.display_name)
    )


def _nonce(given: Any) -> Json:
    """A nonce of more than 32 bytes is ignored."""
    return {"nonce": given} if isinstance(given, str) and 0 < len(given.encode()) <= 32 else {}


def _too_soon(gateway: Gateway, session: Session, guild: Guild, nonce: Any) -> bool:
    now = asyncio.get_running_loop().time()
    seconds = MEMBERS_SECONDS * gateway.rates
    wait = gateway.member_requests.wait((session.app.id, guild.id), now, seconds)
    if not wait:
        return False
    meta: Json = {"guild_id": str(guild.id), **_nonce(nonce)}
    body: Json = {"opcode": 8, "retry_after": round(wait, 3), "meta": meta}
    _send(gateway, session, "RATE_LIMITED", body)
    return True


def presence(data: Any) -> Json:
    """A presence as a bot may set it; 4001 otherwise."""
    if (
        not isinstance(data, dict)
        or data.get("status", "online") not in STATUSES
        or not isinstance(data.get("activities") or [], list)
    ):
        raise Close(4001)
    return data


def voice(gateway: Gateway, session: Session, data: Json) -> None:
    """Update Voice State: taken note of by nobody, there is no voice here."""
    _guild(gateway, session, data.get("guild_id"))


def sounds(gateway: Gateway, session: Session, data: Json) -> None:
    """Request Soundboard Sounds: there are none."""
    asked = data.get("guild_ids")
    if not isinstance(asked, list):
        raise Close(4001)
    for one in asked:
        guild = _guild(gateway, session, one)
        if guild is not None:
            body: Json = {"guild_id": str(guild.id), "soundboard_sounds": []}
            _send(gateway, session, "SOUNDBOARD_SOUNDS", body)


def channel_info(gateway: Gateway, session: Session, data: Json) -> None:
    """Request Channel Info: no voice channel has a status."""
    guild = _guild(gateway, session, data.get("guild_id"))
    if guild is not None:
        _send(gateway, session, "CHANNEL_INFO", {"guild_id": str(guild.id), "channels": []})
