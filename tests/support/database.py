"""A fresh, migrated database file for each test: the template is migrated once and copied."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.storage.engine import Database
from bot.storage.migrate import migrate

KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that nobody writes to."""
    path = tmp_path_factory.mktemp("template") / "liftoff.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def database_url(migrated_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated database of the test's own."""
    path = tmp_path / "liftoff.db"
    shutil.copy(migrated_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated database of the test's own."""
    database = Database(database_url, [KEY])
    yield database
    await database.close()
