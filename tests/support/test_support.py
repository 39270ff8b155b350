"""The tests' own foundations hold."""

import datetime as dt
import socket
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.network import OtherMachineError, is_this_machine
from tests.support.postgres import find_programs

# Addresses set aside for documentation: nobody is there, should the guard ever fail.
ELSEWHERE_V4 = "192.0.2.1"
ELSEWHERE_V6 = "2001:db8::1"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", b"127.0.0.1", ""])
def test_loopback_is_this_machine(host: object) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", [ELSEWHERE_V4, ELSEWHERE_V6, "10.0.0.1", "discord.com", b"x.org"])
def test_other_hosts_are_not(host: object) -> None:
    assert not is_this_machine(host)


def test_connecting_elsewhere_fails() -> None:
    with socket.socket() as plain, pytest.raises(OtherMachineError):
        plain.connect((ELSEWHERE_V4, 9))
    with socket.socket() as plain, pytest.raises(OtherMachineError):
        plain.connect_ex((ELSEWHERE_V4, 9))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with datagram, pytest.raises(OtherMachineError):
        datagram.sendto(b"?", (ELSEWHERE_V4, 9))


def test_looking_up_a_name_elsewhere_fails() -> None:
    with pytest.raises(OtherMachineError):
        socket.getaddrinfo("example.org", 443)


def test_connecting_here_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_local_time_is_awkward() -> None:
    moment = dt.datetime(2027, 2, 22, 9, 0, tzinfo=dt.UTC)
    assert moment.astimezone().utcoffset() == dt.timedelta(hours=5, minutes=45)


def test_missing_postgresql_is_a_failure_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="apt install postgresql"):
        find_programs(tmp_path)


@pytest.mark.postgres
async def test_a_database_of_its_own(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        version = await connection.scalar(text("select version()"))
        tables = await connection.scalar(
            text("select count(*) from pg_tables where schemaname = 'public'")
        )
        await connection.execute(text("create table seen (id integer)"))
    await engine.dispose()
    assert str(version).startswith("PostgreSQL")
    assert tables == 0


@pytest.mark.postgres
async def test_the_next_test_finds_it_empty(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        await connection.execute(text("create table seen (id integer)"))
    await engine.dispose()
