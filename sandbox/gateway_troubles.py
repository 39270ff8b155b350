"""What happens to a gateway connection in the course of a day, on demand."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from sandbox.model import Application, Channel, Guild, Json
from sandbox.sessions import CODES, FINAL, Connection, Session


class Troubles(ABC):
    """Methods of the gateway that disturb it. ``app`` limits them to one application.

    Each tells how many connections (or sessions) it concerned.
    """

    sessions: dict[str, Session]
    connections: set[Connection]
    away: set[int]

    @abstractmethod
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
        """Sends an event."""

    @abstractmethod
    def guild_create(self, session: Session, guild: Guild) -> bool:
        """Sends a guild as a bot first sees it."""

    @abstractmethod
    def detach(self, session: Session) -> None:
        """Takes a session from its connection."""

    @abstractmethod
    def end(self, session: Session) -> None:
        """Ends a session."""

    def _connected(self, app: Application | None) -> list[tuple[Session, Connection]]:
        return [
            (session, session.connection)
            for session in self.sessions.values()
            if session.connection is not None and app in (None, session.app)
        ]

    def reconnect(self, app: Application | None = None, *, close_after: float = 5.0) -> int:
        """Op 7: asks clients to reconnect and resume; who stays is closed after some seconds."""
        found = self._connected(app)
        loop = asyncio.get_running_loop()
        for _, connection in found:
            connection.send(7)
            if connection.deadline is not None:
                connection.deadline.cancel()
            connection.deadline = loop.call_later(close_after, connection.close, 4000)
        return len(found)

    def invalidate(self, *, resumable: bool, app: Application | None = None) -> int:
        """Op 9: takes the session from its connection; it can be resumed, or is gone.

        The client may IDENTIFY (or RESUME) on the same connection or on a new one.
        """
        found = self._connected(app)
        for session, connection in found:
            connection.send(9, resumable)
            self.detach(session)
            if not resumable:
                self.end(session)
        return len(found)

    def drop(self, app: Application | None = None) -> int:
        """Cuts connections without a word, as a network would; sessions can resume."""
        found = [
            one
            for one in self.connections
            if app is None or (one.session is not None and one.session.app is app)
        ]
        for connection in found:
            connection.abort()
            if connection.session is not None:
                self.detach(connection.session)
        return len(found)

    def close(self, code: int, app: Application | None = None) -> int:
        """Closes connections with one of Discord's codes; some of them end the session, too."""
        if code not in CODES:
            raise ValueError(f"Discord does not close with {code}")
        found = self._connected(app)
        for session, connection in found:
            connection.close(code)
            self.detach(session)
            if code in FINAL:
                self.end(session)
        return len(found)

    def request_heartbeat(self, app: Application | None = None) -> int:
        """Op 1: asks for a heartbeat at once."""
        found = self._connected(app)
        for _, connection in found:
            connection.send(1)
        return len(found)

    def take_away(self, guild: Guild) -> int:
        """An outage of one guild: GUILD_DELETE with ``unavailable``, then no events of it."""
        body: Json = {"id": str(guild.id), "unavailable": True}
        reached = 0
        if guild.id not in self.away:
            reached = self.emit("GUILD_DELETE", body, guild=guild)
            self.away.add(guild.id)
        return reached

    def bring_back(self, guild: Guild) -> int:
        """The end of that outage: GUILD_CREATE."""
        if guild.id not in self.away:
            return 0
        self.away.discard(guild.id)
        return sum(self.guild_create(one, guild) for one in self.sessions.values())
