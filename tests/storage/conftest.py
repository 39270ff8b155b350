"""The same tests on both databases: SQLite in the quick suite, PostgreSQL in the deep one."""

from collections.abc import AsyncIterator

import pytest

from bot.storage.engine import Database
from bot.storage.migrate import migrate
from tests.support.database import KEY

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database without any table."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    folder = tmp_path_factory.mktemp("empty")
    return f"sqlite+aiosqlite:///{folder / 'new' / 'liftoff.db'}"


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a database for :func:`store`; SQLite's is migrated already."""
    fixture = "postgres_url" if request.param == "postgresql" else "database_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """A migrated database of the test's own."""
    await migrate(store_url)
    database = Database(store_url, [KEY])
    yield database
    await database.close()
