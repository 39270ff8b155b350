"""Migrations: they make the tables that the models describe, and can be repeated and undone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import sqlite
from bot.storage.engine import Database
from bot.storage.migrate import alembic_config, migrate
from bot.storage.tables import Base, Guild
from tests.storage.rows import GUILD, add, guild, person
from tests.support.database import KEY


@asynccontextmanager
async def connected(url: str, *, foreign_keys: bool = True) -> AsyncIterator[Any]:
    engine = create_async_engine(url)
    if sqlite.is_sqlite(url):
        sqlite.tune(engine.sync_engine, foreign_keys=foreign_keys)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def shape(connection: Connection) -> dict[str, Any]:
    """Everything there is to know of the tables, as the database tells it."""
    look = inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)],
            look.get_pk_constraint(table)["constrained_columns"],
            sorted(
                (f["name"], f["constrained_columns"], f["referred_table"])
                for f in look.get_foreign_keys(table)
            ),
            sorted((u["name"], u["column_names"]) for u in look.get_unique_constraints(table)),
            sorted((i["name"], i["column_names"], i["unique"]) for i in look.get_indexes(table)),
        )
        for table in tables(connection)
    }


def alembic(connection: Connection, step: Any, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    step(config, revision)


async def test_an_empty_database_becomes_what_the_models_say(empty_url: str) -> None:
    await migrate(empty_url)
    async with connected(empty_url) as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(tables) == {*Base.metadata.tables, "alembic_version"}


async def test_the_comparison_sees_what_differs(empty_url: str) -> None:
    await migrate(empty_url)
    async with connected(empty_url) as connection:
        await connection.execute(text("ALTER TABLE fact ADD COLUMN extra INTEGER"))
        await connection.execute(text("DROP INDEX ix_delivery_not_before"))
        found = str(await connection.run_sync(differences))
    assert "extra" in found
    assert "ix_delivery_not_before" in found


async def test_down_to_nothing_and_up_again(empty_url: str) -> None:
    await migrate(empty_url)
    async with connected(empty_url, foreign_keys=False) as connection:
        before = await connection.run_sync(shape)
        await connection.run_sync(alembic, command.downgrade, "base")
        assert await connection.run_sync(tables) == {"alembic_version"}
    await migrate(empty_url)
    async with connected(empty_url) as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(shape) == before


async def test_migrating_again_changes_nothing(empty_url: str) -> None:
    await migrate(empty_url)
    store = Database(empty_url, [KEY])
    async with store.write() as uow:
        await add(uow.session, guild(), person("mia"))
        await uow.commit()
    async with connected(empty_url) as connection:
        before = await connection.run_sync(shape)
        version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    await migrate(empty_url)
    async with connected(empty_url) as connection:
        assert await connection.run_sync(shape) == before
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == version
        assert await connection.scalar(text("SELECT count(*) FROM person")) == 1
    async with store.read() as session:
        assert (await session.get_one(Guild, GUILD)).name == "Djangonaut Space"
    await store.close()


async def test_rows_that_point_to_nothing_are_told(database_url: str) -> None:
    async with connected(database_url, foreign_keys=False) as connection:
        await connection.execute(
            text("INSERT INTO availability (person_id, start_minute, end_minute) VALUES (9, 0, 60)")
        )
    with pytest.raises(RuntimeError, match="1 rows point to nothing"):
        await migrate(database_url)


def test_migrations_form_one_line() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_every_constraint_has_a_name_that_both_databases_take() -> None:
    for table in Base.metadata.tables.values():
        names = [constraint.name for constraint in table.constraints]
        for name in [*names, *(index.name for index in table.indexes)]:
            assert name, f"{table.name} has a constraint without a name"
            assert len(str(name)) <= 63
