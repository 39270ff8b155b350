"""The database: one engine, and units of work that commit only when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.storage import sqlite
from bot.storage.sessions import WholeSteps
from bot.storage.types import Cipher

# PostgreSQL has no BEGIN IMMEDIATE: one advisory lock per writing transaction gives the same
# promise (read-modify-write is safe), which is enough for a bot with one process.
_WRITER_LOCK = text("SELECT pg_advisory_xact_lock(7110)")

UNAVAILABLE = (DBAPIError, PoolTimeoutError)
"""What is raised while the database cannot be read or written. Whatever else SQLAlchemy raises,
such as NoResultFound, is no trouble with the database but a mistake of who asked."""

CLOSE_WITHIN_SECONDS = 2.0


class Topic(StrEnum):
    """What a transaction can have changed that somebody waits for."""

    DELIVERIES = "deliveries"
    ROLES = "roles"
    SERVER = "server"


class UnitOfWork:
    """One writing transaction. Leaving it without :meth:`commit` rolls everything back."""

    def __init__(
        self, session: AsyncSession, listeners: Mapping[Topic, list[Callable[[], None]]]
    ) -> None:
        self.session = session
        self._listeners = listeners
        self._touched: set[Topic] = set()

    def touch(self, topic: Topic) -> None:
        """Says what this transaction changes, so that listeners are woken after its commit."""
        self._touched.add(topic)

    async def commit(self) -> None:
        """Writes everything, then wakes those who wait for what was touched."""
        await self.session.commit()
        touched, self._touched = self._touched, set()
        for topic in touched:
            for listener in self._listeners.get(topic, ()):
                listener()


class Database:
    """Hands out units of work and reading sessions for one database URL.

    `url` is `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`; `keys` are Fernet keys, the
    first of which encrypts. Raises ValueError for a key that is none.
    """

    def __init__(self, url: str, keys: list[str]) -> None:
        self.url = url
        cipher = Cipher(keys)
        if sqlite.is_sqlite(url):
            sqlite.prepare_folder(url)
        self._engine: AsyncEngine = create_async_engine(
            url,
            # Errors must not carry what people wrote into the log.
            hide_parameters=True,
            # A file does not hang up; a server does, when it is restarted.
            pool_pre_ping=not sqlite.is_sqlite(url),
        )
        self._sqlite = sqlite.is_sqlite(url)
        if self._sqlite:
            sqlite.tune(self._engine.sync_engine)
        self._engine.dialect.liftoff_cipher = cipher  # type: ignore[attr-defined]
        self._listeners: dict[Topic, list[Callable[[], None]]] = {}
        # SQLite lets writers wait by sleeping longer and longer; here they stand in a line.
        self._writing: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self._sqlite else nullcontext()
        )
        self._closed = False
        self._sessions = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self._reader = self._engine.execution_options(liftoff_read=True)
        if not self._sqlite:
            # SQLite's readers see one state of the data anyway.
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ")

    def listen(self, topic: Topic, listener: Callable[[], None]) -> None:
        """Calls `listener` after each commit that touched `topic`."""
        self._listeners.setdefault(topic, []).append(listener)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """A writing transaction; nothing is kept unless `commit()` is awaited inside."""
        async with self._writing, self._session(self._engine) as session:
            if not self._sqlite:
                await session.execute(_WRITER_LOCK)
            yield UnitOfWork(session, self._listeners)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading, with one consistent view of the data."""
        async with self._session(self._reader) as session:
            yield session

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        if self._closed:
            # Whoever comes now is a task that the end of the process has not reached yet.
            raise asyncio.CancelledError("the database is closed")
        session = WholeSteps(engine, expire_on_commit=False)
        self._sessions += 1
        self._unused.clear()
        try:
            yield session
        finally:
            try:
                await session.close()
            finally:
                self._sessions -= 1
                if not self._sessions:
                    self._unused.set()

    async def close(self) -> None:
        """Lets what is under way end, within two seconds, and gives all connections back.

        A connection taken from somebody who still waits for it would never answer them.
        """
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_SECONDS):
                await self._unused.wait()
        await self._engine.dispose()
