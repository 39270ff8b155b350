"""`liftoff sandbox`: one line of JSON, then a Discord until it is stopped."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import Refused
from sandbox.conformance import VARIABLE
from sandbox.standalone import OWNER, Account, locale_of, read_roster

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "examples" / "rosters" / "pilot.csv"
COMMAND = (sys.executable, "-m", "bot", "sandbox")


@asynccontextmanager
async def running(*options: str | Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """A sandbox in a process of its own, and what it announced."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *map(str, options), cwd=ROOT, stdout=pipe, stderr=pipe
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, bytes]:
    """Status and what else it said."""
    out, err = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode is not None
    return process.returncode, out + err


async def test_it_announces_itself_serves_and_stops(tmp_path: Path) -> None:
    wire = tmp_path / "wire.jsonl"
    plan = tmp_path / "plan.toml"
    plan.write_text('[[faults]]\nwhat = "503"\nroute = "/users/@me"\ncount = 1\n')
    options = ("--port", "0", "--roster", ROSTER, "--faults", plan, "--record", wire)
    async with running(*options, "--rates", "0.5", "--seed", "7") as (process, said):
        assert set(said) == {
            "api",
            "gateway",
            "control",
            "application_id",
            "guild_id",
            "bot_token",
            "people",
        }
        usernames = [one.username for one in read_roster(ROSTER)]
        assert list(said["people"]) == [OWNER, *usernames]
        head = {"Authorization": f"Bot {said['bot_token']}"}
        async with aiohttp.ClientSession() as web:
            answers, limits = [], {}
            for _ in range(2):
                async with web.get(f"{said['api']}/users/@me", headers=head) as reply:
                    answers.append((reply.status, (await reply.json()).get("id")))
                    limits = dict(reply.headers)
            assert answers == [(503, None), (200, said["application_id"])]
            assert limits["X-RateLimit-Limit"] == "10"
            assert float(limits["X-RateLimit-Reset"]) > 1_700_000_000
            async with web.get(f"{said['control']}/people/{usernames[0]}") as reply:
                assert (await reply.json())["id"] == said["people"][usernames[0]]
            async with web.get(f"{said['control']}/rates") as reply:
                rates = await reply.json()
            assert (rates["setting"], rates["gateway"]) == (0.5, 0.5)
            async with web.ws_connect(said["gateway"]) as socket:
                assert (await socket.receive_json())["op"] == 10
                process.send_signal(signal.SIGTERM)
                assert await ended(process) == (0, b"")
    kinds = [json.loads(line)["kind"] for line in wire.read_text().splitlines()]
    assert kinds[:3] == ["start", "request", "request"]


async def test_ctrl_c_stops_it_and_its_clock_can_be_its_own() -> None:
    options = ("--clock", "virtual", "--start", "2027-02-22", "--guild", "Home")
    async with running(*options) as (process, said):
        async with aiohttp.ClientSession() as web:
            async with web.put(f"{said['control']}/clock", json={"advance": 60}) as reply:
                assert (await reply.json())["now"].startswith("2027-02-22T00:01:00")
            async with web.get(f"{said['control']}/guilds/{said['guild_id']}") as reply:
                assert (await reply.json())["name"] == "Home"
        process.send_signal(signal.SIGINT)
        assert await ended(process) == (0, b"")


async def asked(said: Any, *paths: str) -> list[int]:
    """What a bot gets, by status."""
    head = {"Authorization": f"Bot {said['bot_token']}"}
    async with aiohttp.ClientSession(headers=head) as web:
        found = []
        for path in paths:
            async with web.get(said["api"] + path) as reply:
                found.append(reply.status)
    return found


async def test_it_says_in_the_end_what_it_was_asked_for_and_has_not() -> None:
    async with running() as (process, said):
        paths = ("/users/5", "/guilds/1607326079385600000/weather", "/guilds/1607326079385600001")
        assert await asked(said, *paths, paths[1]) == [404] * 4
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == (0, b"There is no route for GET /guilds/{id}/weather\n")


@pytest.fixture
def stricter(openapi: Path, tmp_path: Path) -> Path:
    """A description of a Discord that says something more of the bot."""
    whole = json.loads(openapi.read_text(encoding="utf-8"))
    whole["components"]["schemas"]["UserPIIResponse"]["required"].append("shoe_size")
    path = tmp_path / "stricter.json"
    path.write_text(json.dumps(whole))
    return path


async def test_it_says_in_the_end_what_it_said_wrongly(
    stricter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(stricter))
    async with running() as (process, said):
        assert await asked(said, "/users/@me", "/users/@me") == [200, 200]
        async with (
            aiohttp.ClientSession() as web,
            web.get(f"{said['control']}/conformance") as reply,
        ):
            found = await reply.json()
        assert found["checked"] >= 4, "two requests and their answers"
        assert found["violations"] == [
            {
                "where": "GET /users/@me 200",
                "pointer": "",
                "message": '"shoe_size" is a required property',
            }
        ]
        process.send_signal(signal.SIGTERM)
        remark = b'Discord would not say: GET /users/@me 200 at /: "shoe_size" is a required '
        assert await ended(process) == (1, remark + b"property\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rates", "fast"], b"rates are off, real or a number"),
        (["--roster", "pyproject.toml"], b"has no column discord_username or username"),
        (["--faults", "pyproject.toml"], b"is no plan of faults"),
        (["--clock", "virtual", "--start", "soon"], b"--start takes a moment"),
    ],
)
async def test_what_cannot_be_served_says_so(options: list[str], words: bytes) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *options, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    status, said = await ended(process)
    assert status == 2
    assert words in said
    assert b"Traceback" not in said


def test_a_roster_gives_names_and_languages_only(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "\ufeffdiscord_username,name,email,languages\n"
        "ana,Ana,a@example.org,pt;en\n"
        "ben,,b@example.org,\n"
        "ana,Twice,,\n"
        ",Nobody,,\n"
    )
    assert read_roster(path) == [Account("ana", "Ana", "pt-BR"), Account("ben", None, "en-US")]
    path.write_text("username\ncleo\n")
    assert read_roster(path) == [Account("cleo", None, "en-US")]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="cannot be read"):
        read_roster(path)


@pytest.mark.parametrize(
    ("languages", "locale"),
    [("en", "en-US"), ("pl;en", "pl"), ("ZH", "zh-CN"), ("ne", "en-US"), ("en-GB, fr", "en-GB")],
)
def test_locales(languages: str, locale: str) -> None:
    assert locale_of(languages) == locale
