"""A sandbox on its own, for bots in other processes and other languages."""

from __future__ import annotations

import asyncio
import csv
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.control import Control
from sandbox.control_settings import OwnClock
from sandbox.errors import Refused
from sandbox.model import Guild
from sandbox.recording import dumps
from sandbox.server import Sandbox

USERNAMES = ("discord_username", "username")
OWNER = "server-owner"
"""The account that owns the server: it may do everything there."""

_ID = re.compile(r"\b\d{15,}\b")
_REGIONS = {"en": "en-US", "es": "es-ES", "pt": "pt-BR", "sv": "sv-SE", "zh": "zh-CN"}
_LOCALES = {
    *("bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr"),
    *("hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th"),
    *("tr", "uk", "vi", "zh-CN", "zh-TW"),
}


@dataclass(frozen=True)
class Account:
    """Somebody of a roster."""

    username: str
    name: str | None
    locale: str


@dataclass(frozen=True)
class Setup:
    """What a sandbox of its own starts with."""

    roster: Path | None = None
    port: int = 0
    control_port: int = 0
    rates: str | float = "off"
    faults: Path | None = None
    seed: int = 0
    record: Path | None = None
    guild: str = "Sandbox"
    permissions: int = 8
    """What the bot's role may do."""
    members: int = 0
    """How many further members the server has, for load tests."""


def locale_of(languages: str) -> str:
    """Discord's locale for the first language of a roster's cell; en-US for one it lacks."""
    first = languages.replace(",", ";").split(";")[0].strip()
    locale = _REGIONS.get(first.lower(), first)
    return locale if locale in _LOCALES else "en-US"


def read_roster(path: Path) -> list[Account]:
    """The accounts of a roster: a CSV file with ``discord_username`` (or ``username``).

    ``name`` and ``languages`` are read, too, and nothing else. Refused when it is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            column = next((one for one in USERNAMES if one in (rows.fieldnames or ())), None)
            if column is None:
                raise Refused(f"{path.name} has no column {' or '.join(USERNAMES)}")
            found: dict[str, Account] = {}
            for row in rows:
                username = (row[column] or "").strip()
                if username and username not in found:
                    name, languages = row.get("name") or "", row.get("languages") or ""
                    found[username] = Account(username, name.strip() or None, locale_of(languages))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path.name} cannot be read: {error}") from None
    return list(found.values())


def populate(sandbox: Sandbox, setup: Setup) -> Guild:
    """Makes the application, the server, the accounts, and invites the bot."""
    app = sandbox.create_application("Bot")
    owner = sandbox.create_person(OWNER, "Server owner")
    guild = sandbox.create_guild(setup.guild, owner)
    for account in read_roster(setup.roster) if setup.roster else []:
        if account.username != OWNER:
            sandbox.create_person(account.username, account.name, account.locale)
    sandbox.invite_bot(app, guild, setup.permissions)
    sandbox.fill(guild, setup.members)
    return guild


def remarks(sandbox: Sandbox) -> list[str]:
    """What somebody should know who has used a sandbox: what it said wrongly, what it lacks."""
    missing = dict.fromkeys(
        f"{one['method']} {_ID.sub('{id}', one['path'])}"
        for one in sandbox.unplanned
        if one["route"] is None
    )
    return [
        *(f"There is no route for {one}" for one in missing),
        *(f"Discord would not say: {one}" for one in sandbox.violations),
    ]


async def serve(
    setup: Setup,
    *,
    now: Callable[[], datetime],
    announce: Callable[[str], None],
    wall: Callable[[], datetime] | None = None,
    clock: OwnClock | None = None,
) -> None:
    """Announces one line of JSON and serves until SIGTERM or SIGINT.

    ``now`` is the time of ids and timestamps; ``clock`` is given when the control API may move
    it. Raises Refused for a roster or plan that is none, OSError when the port is taken. What went
    wrong over the wire is said on stderr in the end; SystemExit(1) when the sandbox itself said
    what Discord would not say.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sandbox = Sandbox(
        now,
        record=setup.record,
        port=setup.port,
        rates=setup.rates,
        faults=setup.faults,
        seed=setup.seed,
        wall=wall,
    )
    sandbox.gateway.rates = sandbox.rates.factor
    guild = populate(sandbox, setup)
    control = Control(sandbox, clock)
    try:
        await sandbox.start()
        await control.start(setup.control_port)
        line = {
            "api": sandbox.api_base,
            "gateway": sandbox.gateway_url,
            "control": control.url,
            "application_id": str(sandbox.application.id),
            "guild_id": str(guild.id),
            "bot_token": sandbox.application.token,
            "people": {name: str(person.id) for name, person in sandbox.people.items()},
        }
        announce(dumps(line))
        await stop.wait()
    finally:
        await control.stop()
        await sandbox.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    for remark in remarks(sandbox):
        sys.stderr.write(f"{remark}\n")
    if sandbox.violations:
        raise SystemExit(1)
