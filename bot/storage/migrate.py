"""Brings a database to the newest migration: at the start, and by `liftoff migrate`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from bot.storage import sqlite


def alembic_config() -> Config:
    """Alembic's configuration, found beside the migrations wherever they are installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(url: str) -> None:
    """Upgrades the database at `url` to the newest version; does nothing if it is there.

    Raises RuntimeError when foreign keys do not hold afterwards (SQLite).
    """
    if sqlite.is_sqlite(url):
        sqlite.prepare_folder(url)
    engine = create_async_engine(url)
    if sqlite.is_sqlite(url):
        sqlite.tune(engine.sync_engine, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
            if sqlite.is_sqlite(url):
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise RuntimeError(f"{len(broken)} rows point to nothing after migrating")
    finally:
        await engine.dispose()
