"""A PostgreSQL server of the tests' own, and an empty database for each test.

A test marked `postgres` asks for `postgres_url`. The server is started once per test process, on
a Unix socket in a folder of its own, and writes nothing anywhere else. Where PostgreSQL is
missing, such tests fail and say what to install: a check that did not happen is not a success.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

ROLE = "liftoff"
MISSING = (
    "PostgreSQL's server programs are missing: please install them (Debian, Ubuntu: "
    "'apt install postgresql'; macOS: 'brew install postgresql'), or run 'make test' alone"
)
_numbers = count(1)


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `socket_folder` is what clients take as the host."""

    socket_folder: Path

    def url(self, database: str) -> str:
        """The database's address as `database.url` takes it."""
        return f"postgresql+asyncpg://{ROLE}@/{database}?host={self.socket_folder}"


def find_programs(debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """The newest folder that holds initdb and pg_ctl. Fails the test when there is none."""
    folders = sorted(
        debian.glob("*/bin"),
        key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()],
        reverse=True,
    )
    if found := shutil.which("initdb"):
        # The real place: a link elsewhere has no neighbours.
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.fail(MISSING, pytrace=False)


def _server_user() -> pwd.struct_passwd | None:
    """Who runs the server; None for whoever runs the tests. PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'")


def _run(command: Sequence[str | Path], user: pwd.struct_passwd | None, folder: Path) -> None:
    done = subprocess.run(
        command,
        # No pipe: the server inherits it, and reading it would wait for the server's end.
        stdout=(log := (folder / "commands.log").open("a+b")),
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        timeout=120,
        check=False,
    )
    log.close()
    if done.returncode != 0:
        logs = "\n".join(
            path.read_text(errors="replace")[-4000:] for path in sorted(folder.glob("*.log"))
        )
        pytest.fail(f"{Path(command[0]).name} failed ({done.returncode}):\n{logs}", pytrace=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server for this test process, stopped and removed at its end."""
    programs = find_programs()
    user = _server_user()
    # Not under pytest's own folder, which other users cannot enter; short, for the socket's path.
    folder = Path(tempfile.mkdtemp(prefix="liftoff-pg-"))
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        _run(
            [
                programs / "initdb",
                *("--pgdata", data),
                *("--username", ROLE),
                *("--auth", "trust"),
                *("--encoding", "UTF8"),
                *("--locale", "C"),
                "--no-sync",
            ],
            user,
            folder,
        )
        # Safe to lose: these databases live for one test.
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off "
            "-c synchronous_commit=off -c full_page_writes=off -c max_connections=60 "
            "-c shared_buffers=32MB -c timezone=Pacific/Chatham"
        )
        control: list[str | Path] = [programs / "pg_ctl", "--pgdata", data, "--silent"]
        log = folder / "server.log"
        _run([*control, "--wait", "--log", log, "--options", options, "start"], user, folder)
        try:
            yield PostgresServer(folder)
        finally:
            _run([*control, "--mode", "immediate", "stop"], user, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """The address of a new, empty database, dropped after the test."""
    name = f"test_{next(_numbers)}"
    admin = await asyncpg.connect(
        host=str(postgres_server.socket_folder), user=ROLE, database="postgres"
    )
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield postgres_server.url(name)
        # FORCE: connections that a failing test left open must not fail the next one.
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()
