"""The command `liftoff`."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import click
import discord
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.settings import Settings, SettingsError, load_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="liftoff")
def main() -> None:
    """Liftoff runs cohort mentoring on Discord."""


_config = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The configuration file; default: config.toml if it is there.",
)


def _settings(config: Path | None) -> Settings:
    try:
        return load_settings(config)
    except SettingsError as error:
        _give_up(str(error), 2)


@main.command()
@_config
def run(config: Path | None) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    from bot.app import run_bot

    settings = _settings(config)
    try:
        asyncio.run(run_bot(settings))
    except SettingsError as error:
        _give_up(str(error), 2)
    except discord.LoginFailure:
        _give_up(
            "Discord does not accept this token. Please copy it anew from the page “Bot” of your "
            "application and put it into LIFTOFF_DISCORD__TOKEN.",
            2,
        )
    except discord.PrivilegedIntentsRequired:
        _give_up(
            "Discord refuses the Server Members Intent. Please switch it on, on the page “Bot” "
            "of your application, and start again.",
            2,
        )
    except ConnectionError as error:
        _give_up(str(error), 1)
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
        _give_up(f"Discord cannot be reached right now ({error}). Please try again later.", 1)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        _give_up(f"The database cannot be used ({cause}). Please check database.url.", 1)


def _give_up(sentence: str, status: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)


@main.command()
@_config
def migrate(config: Path | None) -> None:
    """Bring the database to the newest version."""
    from bot.storage.migrate import migrate as upgrade

    settings = _settings(config)
    asyncio.run(upgrade(settings.database.url))
    click.echo("The database is up to date.")


@main.group()
def keys() -> None:
    """Keys that confidential text is encrypted with."""


@keys.command("new")
def new_key() -> None:
    """Print a new key for LIFTOFF_SECURITY__ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


@main.command()
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path("examples/rosters/session.csv"),
    show_default=True,
    help="The roster to play.",
)
@click.option("--weeks", type=click.IntRange(1, 26), default=8, show_default=True)
@click.option("--start", default="2027-02-22", show_default=True, help="Day 1 of week 1.")
@click.option("--seed", type=int, default=1, show_default=True, help="Who behaves how.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("rehearsal-out"),
    show_default=True,
    help="Where report.json, wire.jsonl and index.html go.",
)
@click.option(
    "--own-process", is_flag=True, help="Run the bot as a process of its own (slower start)."
)
def rehearse(roster: Path, weeks: int, start: str, seed: int, out: Path, own_process: bool) -> None:
    """Perform a whole cohort on a Discord that exists only on this machine."""
    from rehearsal.perform import Play, perform

    play = Play(
        roster=roster, weeks=weeks, start=start, seed=seed, out=out, own_process=own_process
    )
    sys.exit(asyncio.run(perform(play)))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--control-port", type=click.IntRange(0, 65535), default=0, help="Likewise.")
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file whose people get an account; its columns discord_username, name, languages.",
)
@click.option("--guild", default="Sandbox", show_default=True, help="The name of the server.")
@click.option("--permissions", type=int, help="Of the bot's role; default: what Liftoff asks for.")
@click.option("--members", type=click.IntRange(0, 100_000), default=0, help="So many more members.")
@click.option("--rates", default="off", show_default=True, help="real, off, or a FACTOR.")
@click.option(
    "--faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A plan of what goes wrong (TOML or JSON).",
)
@click.option("--seed", type=int, default=0, help="How the dice of the faults fall.")
@click.option("--clock", type=click.Choice(["system", "virtual"]), default="system")
@click.option("--start", default="2027-02-22T09:00:00+00:00", help="Of the virtual clock.")
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), help="Where the wire goes."
)
def sandbox(clock: str, start: str, permissions: int | None, **options: Any) -> None:
    """Serve a Discord of its own on this machine (see docs/sandbox.md)."""
    from bot.clock import SystemClock
    from bot.provisioning.desired import INVITE_PERMISSIONS
    from sandbox import Refused
    from sandbox.control_settings import OwnClock
    from sandbox.standalone import Setup, serve

    wall = SystemClock().now
    held = INVITE_PERMISSIONS.value if permissions is None else permissions
    try:
        own = OwnClock(_moment(start)) if clock == "virtual" else None
        setup = Setup(permissions=held, **options)
        now = wall if own is None else own.now
        asyncio.run(serve(setup, now=now, announce=click.echo, wall=wall, clock=own))
    except Refused as error:
        _give_up(f"{error}.", 2)
    except OSError as error:
        _give_up(f"The sandbox cannot start: {error.strerror or error}.", 1)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _give_up(f"--start takes a moment such as 2027-02-22T09:00:00+00:00, not {text!r}.", 2)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
