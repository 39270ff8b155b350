"""Everything that is SQLite's own, in one place.

The recipe: no implicit transactions by the driver, write-ahead log, foreign keys on, wait for
a lock, and writers that take the lock at BEGIN. With the driver's defaults, five
read-modify-write transactions at once lost four of their five updates without an error.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError

BUSY_MILLISECONDS = 2_000
"""How long a writer waits for another process: a person waits for an answer 3 s at most."""
STILL_BUSY_MILLISECONDS = 100
"""The same once a writer has waited in vain, until one succeeds: everybody is told at once."""
MIGRATING_MILLISECONDS = 10_000

_PATIENCE = "liftoff_busy_milliseconds"
"""What a connection was told last; it keeps it as long as it lives."""


def is_sqlite(url: str) -> bool:
    """Whether the database URL names SQLite."""
    return make_url(url).get_backend_name() == "sqlite"


def prepare_folder(url: str) -> None:
    """Makes the folder that the database file is to live in."""
    name = make_url(url).database
    if name and name != ":memory:":
        Path(name).expanduser().parent.mkdir(parents=True, exist_ok=True)


def tune(engine: Engine, *, foreign_keys: bool = True) -> None:
    """Applies the recipe to every connection of `engine`.

    `foreign_keys=False` is for migrations: rebuilding a table with them on deletes the rows
    that point to it.
    """

    wait = _Wait()

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute(f"PRAGMA busy_timeout={MIGRATING_MILLISECONDS}")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("liftoff_read", False)
        if reading:
            connection.exec_driver_sql("BEGIN")
        elif foreign_keys:
            wait.begin(connection)
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Wait:
    """How patient writers are with other processes. Those of this process stand in a line."""

    def __init__(self) -> None:
        self._milliseconds = BUSY_MILLISECONDS

    def begin(self, connection: Connection) -> None:
        """Takes the lock. Raises OperationalError when it was waited for in vain."""
        if connection.info.get(_PATIENCE) != self._milliseconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={self._milliseconds}")
            connection.info[_PATIENCE] = self._milliseconds
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            self._milliseconds = STILL_BUSY_MILLISECONDS
            raise
        self._milliseconds = BUSY_MILLISECONDS
