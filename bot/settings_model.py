"""What can be set, what each setting should be, and its default (docs/settings.md).

A field's description completes the sentence "should be …" that a person is shown when the value
is something else, so it is written for them. Nothing here reads a file or the environment
(`bot.settings` does): a `Settings(...)` made in code is exactly what it says.
"""

import base64
import binascii
import re
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

REAL_DISCORD = ("discord.com", "discordapp.com", "discord.gg")
DATABASES = ("sqlite+aiosqlite:///", "postgresql+asyncpg://")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NEW_KEY = (
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


class SettingsError(Exception):
    """The settings cannot be used. The text has one line per problem and never a secret."""


def _wall_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value.strip()):
        raise ValueError("should be a time such as 09:00")
    hours, minutes = value.strip().split(":")
    return time(int(hours), int(minutes))


def _name_of_day(value: object) -> object:
    return value.strip().capitalize() if isinstance(value, str) else value


def _level_name(value: object) -> object:
    return value.upper() if isinstance(value, str) and value.upper() in LEVELS else value


def _plain_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.strip()
    if re.search(r"[@#:`\n]", name) or name.casefold() in {"everyone", "here"}:
        raise ValueError("should be a plain name, without @, #, : or `")
    return name


WallTime = Annotated[time, BeforeValidator(_wall_time)]
Weekday = Annotated[
    Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    BeforeValidator(_name_of_day),
]
RoleName = Annotated[str, BeforeValidator(_plain_name), Field(min_length=1, max_length=40)]


class Section(BaseModel):
    """A group of settings: immutable, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        # Python counts True as 1; no setting here is a yes or no.
        should = cls.model_fields[info.field_name or ""].description
        if isinstance(value, bool) and should:
            raise ValueError(f"should be {should}")
        return value


def _web_address(value: str | None, schemes: tuple[str, ...], should: str) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"should be {should}")
    return value.rstrip("/")


class Discord(Section):
    """Where Discord is and who the bot is there."""

    token: SecretStr | None = Field(None, description="the bot's token", repr=False)
    token_file: Path | None = Field(None, description="a file that holds the bot's token alone")
    api_base: str = Field(
        "https://discord.com/api/v10",
        description="the address of Discord's API, such as https://discord.com/api/v10",
    )
    gateway_url: str | None = Field(
        None, description="the gateway's address, such as ws://127.0.0.1:8080/gateway"
    )

    @field_validator("token")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if not token or re.search(r"\s", token):
            raise ValueError("should be the bot's token alone, without 'Bot' before it")
        return SecretStr(token)

    @field_validator("api_base")
    @classmethod
    def _api(cls, value: str) -> str:
        should = "an address that begins with https:// (or http://)"
        return _web_address(value, ("http", "https"), should) or value

    @field_validator("gateway_url")
    @classmethod
    def _gateway(cls, value: str | None) -> str | None:
        return _web_address(value, ("ws", "wss"), "an address that begins with wss:// (or ws://)")

    @property
    def is_real(self) -> bool:
        """Whether any part of the conversation would be with the real Discord."""
        addresses = [self.api_base, self.gateway_url or "wss://gateway.discord.gg"]
        hosts = [urlsplit(address).hostname or "" for address in addresses]
        return any(
            host == real or host.endswith("." + real) for host in hosts for real in REAL_DISCORD
        )


class Database(Section):
    """Where everything is kept."""

    url: str = Field(
        "sqlite+aiosqlite:///liftoff.db",
        description="sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME",
        repr=False,  # may hold a password
    )

    @field_validator("url")
    @classmethod
    def _supported(cls, value: str) -> str:
        if not value.startswith(DATABASES) or value in DATABASES:
            raise ValueError(
                "should be sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME "
                "(no other database driver is supported)"
            )
        return value


class Security(Section):
    """What confidential answers are encrypted with."""

    encryption_keys: tuple[SecretStr, ...] = Field(
        (), description="Fernet keys separated by commas, the newest first", repr=False
    )
    encryption_keys_file: Path | None = Field(
        None, description="a file with one Fernet key a line, the newest first"
    )

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(key for key in re.split(r"[,\s]+", value) if key)
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, key in enumerate(keys, start=1):
            try:
                raw = base64.urlsafe_b64decode(key.get_secret_value())
            except (binascii.Error, ValueError):
                raw = b""
            if len(raw) != 32:
                raise ValueError(
                    f"should be Fernet keys separated by commas; key {number} is none. "
                    f"Make one with: {NEW_KEY}"
                )
        return keys


class Clock(Section):
    """A rehearsal's own time, for a bot that is another process."""

    url: str | None = Field(
        None, description="the rehearsal's clock, such as ws://127.0.0.1:8080/clock"
    )

    @field_validator("url")
    @classmethod
    def _on_loopback(cls, value: str | None) -> str | None:
        should = "an address on this machine, such as ws://127.0.0.1:8080/clock"
        if value is not None and urlsplit(value).hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError(f"should be {should}")
        return _web_address(value, ("ws",), should)


class Logging(Section):
    """What is written to standard error, and how."""

    level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(_level_name),
    ] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    format: Literal["console", "json"] = Field("console", description="console or json")


class Delivery(Section):
    """How fast messages go out that nobody waits for."""

    requests_per_second: int = Field(
        40, ge=1, le=45, description="a number of requests from 1 to 45: Discord allows 50 in all"
    )
    first_messages_per_minute: int = Field(
        3, ge=1, le=60, description="a number of people from 1 to 60"
    )


class Metrics(Section):
    """Figures for a monitoring system, served on this machine alone."""

    port: int | None = Field(None, ge=1, le=65535, description="a port from 1 to 65535")


class Names(Section):
    """What a programme calls its people. Used for roles on the server and in texts."""

    mentee: RoleName = Field("Mentee", description="a name of 1 to 40 characters")
    navigator: RoleName = Field("Navigator", description="a name of 1 to 40 characters")
    captain: RoleName = Field("Captain", description="a name of 1 to 40 characters")
    organizer: RoleName = Field("Organizer", description="a name of 1 to 40 characters")


class Caps(Section):
    """Unprompted direct messages per person and local week, and bot posts per team channel."""

    mentee: int = Field(3, ge=1, le=50, description="a number of messages from 1 to 50")
    navigator: int = Field(3, ge=1, le=50, description="a number of messages from 1 to 50")
    captain: int = Field(5, ge=1, le=50, description="a number of messages from 1 to 50")
    organizer: int = Field(3, ge=1, le=50, description="a number of messages from 1 to 50")
    team_channel_posts: int = Field(2, ge=1, le=50, description="a number of posts from 1 to 50")


class QuietHours(Section):
    """When nobody is written to unprompted, in each person's own wall-clock time."""

    start: WallTime = Field(time(21, 0), description="a time such as 21:00")
    end: WallTime = Field(time(8, 0), description="a time such as 08:00")

    @model_validator(mode="after")
    def _some_day_is_left(self) -> "QuietHours":
        if self.start == self.end:
            raise ValueError("start and end should differ, or no hour is left to write in")
        return self


class OneOnOne(Section):
    """Meetings of a captain and one mentee."""

    minutes: int = Field(
        30, ge=15, le=120, multiple_of=15, description="15 to 120 minutes, in quarter hours"
    )
    notice_hours: int = Field(24, ge=0, le=168, description="a number of hours from 0 to 168")
    every_weeks: int = Field(2, ge=1, le=8, description="a number of weeks from 1 to 8")
    choices: int = Field(3, ge=1, le=4, description="a number of times from 1 to 4")


class Programme(Section):
    """The programme's rules. A new cohort takes them over."""

    prompt_weekday: Weekday = Field("Monday", description="a day of the week such as Monday")
    prompt_hour: WallTime = Field(time(9, 0), description="a time such as 09:00")
    cohort_weeks: int = Field(8, ge=1, le=52, description="a number of weeks from 1 to 52")
    max_mentees_per_team: int = Field(3, ge=1, le=20, description="a number of people from 1 to 20")
    team_shared_hours: int = Field(5, ge=0, le=40, description="a number of hours from 0 to 40")
    captain_shared_hours: int = Field(3, ge=0, le=40, description="a number of hours from 0 to 40")
    names: Names = Names()
    caps: Caps = Caps()
    quiet_hours: QuietHours = QuietHours()
    one_on_one: OneOnOne = OneOnOne()


class Settings(Section):
    """All settings. Made in code it is what it says; `load_settings` reads it from outside."""

    discord: Discord = Discord()
    database: Database = Database()
    security: Security = Security()
    clock: Clock = Clock()
    logging: Logging = Logging()
    delivery: Delivery = Delivery()
    metrics: Metrics = Metrics()
    programme: Programme = Programme()

    @model_validator(mode="after")
    def _virtual_time_is_for_rehearsals(self) -> "Settings":
        if self.clock.url is not None and self.discord.is_real:
            raise ValueError(
                "clock.url: should not be set when the bot talks to the real Discord: set "
                "discord.api_base and discord.gateway_url to a rehearsal's, or remove clock.url"
            )
        return self

    def require_token(self) -> str:
        """The bot's token. Raises SettingsError that says where to put it."""
        if self.discord.token is None:
            raise SettingsError(
                "discord.token: missing. Please put the bot's token into the environment as "
                "LIFTOFF_DISCORD__TOKEN, or into a file that discord.token_file names"
            )
        return self.discord.token.get_secret_value()

    def require_encryption_keys(self) -> tuple[str, ...]:
        """The Fernet keys, the one that encrypts first. Raises SettingsError if there are none."""
        if not self.security.encryption_keys:
            raise SettingsError(
                "security.encryption_keys: missing. Please make a key with "
                f"{NEW_KEY} and put it into the environment as LIFTOFF_SECURITY__ENCRYPTION_KEYS, "
                "or into a file that security.encryption_keys_file names. Keep a copy: without "
                "it confidential answers cannot be read again"
            )
        return tuple(key.get_secret_value() for key in self.security.encryption_keys)

    def secret_values(self) -> tuple[str, ...]:
        """Every secret in these settings, for the logs to leave out."""
        secrets = [key.get_secret_value() for key in self.security.encryption_keys]
        if self.discord.token is not None:
            secrets.append(self.discord.token.get_secret_value())
        if password := urlsplit(self.database.url).password:
            secrets += {password, unquote(password)}
        return tuple(secrets)
