"""Settings from outside: `config.toml`, `LIFTOFF_*` variables, and files that hold secrets.

The environment wins over the file (`__` nests: LIFTOFF_DISCORD__TOKEN is discord.token). Secrets
are taken from the environment or from files of their own, never from config.toml. Whatever is
unknown or unusable is told in one line per problem, all problems at once.
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings_model import (
    Caps,
    Clock,
    Database,
    Discord,
    Logging,
    Names,
    OneOnOne,
    Programme,
    QuietHours,
    Security,
    Settings,
    SettingsError,
)

__all__ = [
    "Caps",
    "Clock",
    "Database",
    "DescribedSetting",
    "Discord",
    "Logging",
    "Names",
    "OneOnOne",
    "Programme",
    "QuietHours",
    "Security",
    "Settings",
    "SettingsError",
    "described_settings",
    "load_settings",
]

PREFIX = "LIFTOFF_"
CONFIG_VARIABLE = "LIFTOFF_CONFIG"
NOT_SETTINGS = (CONFIG_VARIABLE, "LIFTOFF_DISCORD_OPENAPI")
"""The second is for tests and rehearsals: a description that they check all requests against."""
DEFAULT_CONFIG = Path("config.toml")
SECRETS = {
    "discord.token": "discord.token_file",
    "security.encryption_keys": "security.encryption_keys_file",
}
# What stands under these may be a secret, or a secret in the wrong place: never shown.
UNSPOKEN = ("discord", "database", "security")


class _Outside(BaseSettings, Settings):
    """Settings as read: variables first, then what config.toml says (passed as arguments)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        enable_decoding=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


@dataclass(frozen=True)
class DescribedSetting:
    """One setting as documentation and error messages speak of it."""

    key: str
    variable: str
    should: str
    default: object
    secret: bool


def described_settings() -> tuple[DescribedSetting, ...]:
    """Every setting there is, in the order of config.example.toml."""
    return tuple(_described(Settings, ""))


def _described(section: type[BaseModel], before: str) -> Iterator[DescribedSetting]:
    for name, field in section.model_fields.items():
        key = f"{before}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _described(field.annotation, f"{key}.")
        else:
            yield DescribedSetting(
                key=key,
                variable=PREFIX + key.replace(".", "__").upper(),
                should=field.description or "",
                default=field.default,
                secret=key in SECRETS,
            )


def load_settings(config_path: Path | None = None) -> Settings:
    """Settings from `config_path` (else LIFTOFF_CONFIG, else ./config.toml if there) and LIFTOFF_*.

    Raises SettingsError with one line per problem.
    """
    table = _read_config(config_path)
    problems = _misplaced_secrets(table) + _unknown_variables(os.environ)
    loaded: Settings | None = None
    try:
        loaded = _Outside(**table)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors() if not _told_already(detail)]
    if problems or loaded is None:
        raise SettingsError("\n".join(problems))
    plain = {name: getattr(loaded, name) for name in Settings.model_fields}
    return _with_secret_files(Settings.model_construct(**plain))


def _read_config(given: Path | None) -> dict[str, Any]:
    variable = os.environ.get(CONFIG_VARIABLE)
    named = given or (Path(variable) if variable else None)
    path = named or DEFAULT_CONFIG
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(f"{path}: no such file. Please check the path") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: should be a text file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: should be TOML: {error}") from None


def _misplaced_secrets(table: dict[str, Any]) -> list[str]:
    """Takes secrets out of the table, and says so for each."""
    problems = []
    for key, file_key in SECRETS.items():
        section, name = key.split(".")
        if isinstance(table.get(section), dict) and table[section].pop(name, None) is not None:
            problems.append(
                f"{key}: should not stand in the configuration file, where it is easily shared. "
                f"Please put it into the environment as {_variable(key)}, or into a file that "
                f"{file_key} names"
            )
    return problems


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {setting.variable.removeprefix(PREFIX) for setting in described_settings()}
    problems = []
    for variable in sorted(environ):
        name = variable.upper()
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        if (rest := name.removeprefix(PREFIX)) not in known:
            problems.append(f"{variable}: there is no such setting{_nearest(rest, known, PREFIX)}")
    return problems


def _told_already(detail: ErrorDetails) -> bool:
    """An unknown key that came in through a variable: named as the variable already."""
    return detail["type"] == "extra_forbidden" and _variable(_key(detail)) in {
        name.upper() for name in os.environ
    }


def _problem(detail: ErrorDetails) -> str:
    key = _key(detail)
    if not key:
        # A rule between sections: its text names the keys itself.
        return _rule(detail)
    fields = _section(key.rpartition(".")[0]).model_fields
    name = key.rpartition(".")[2]
    if detail["type"] == "extra_forbidden":
        nearest = _nearest(name, fields, key.removesuffix(name))
        return f"{key}: there is no such setting{nearest}"
    origin = f" (from {_variable(key)})" if _variable(key) in os.environ else ""
    annotation = fields[name].annotation
    is_section = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    if is_section and detail["type"] != "value_error":
        return f"{key}{origin}: should be a section of its own, such as [{key}]"
    should = _rule(detail) or f"should be {fields[name].description}"
    if key.startswith(UNSPOKEN) or is_section:
        return f"{key}{origin}: {should}"
    return f"{key}{origin}: {should}, not {_shown(detail['input'])}"


def _rule(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["error"]) if detail["type"] == "value_error" else ""


def _key(detail: ErrorDetails) -> str:
    """The dotted key; a position in a list is left out."""
    return ".".join(part for part in detail["loc"] if isinstance(part, str))


def _section(key: str) -> type[BaseModel]:
    section: type[BaseModel] = Settings
    for name in filter(None, key.split(".")):
        annotation = section.model_fields[name].annotation
        assert isinstance(annotation, type)
        section = annotation
    return section


def _variable(key: str) -> str:
    return PREFIX + key.replace(".", "__").upper()


def _nearest(name: str, known: Iterable[str], before: str) -> str:
    """What may have been meant by `name`, of the names that may follow `before`."""
    names = sorted(known)
    if near := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f"; did you mean {before}{near[0]}?"
    if len(names) > 10:
        return ""
    return f"; there are {', '.join(before + other for other in names)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _with_secret_files(settings: Settings) -> Settings:
    """Reads the files that hold secrets, unless the environment already gave the secret."""
    token, keys = settings.discord.token, settings.security.encryption_keys
    discord, security = settings.discord, settings.security
    try:
        if token is None and discord.token_file is not None:
            text = _secret_file("discord.token_file", discord.token_file)
            token = Discord(token=SecretStr(text)).token
        if not keys and security.encryption_keys_file is not None:
            text = _secret_file("security.encryption_keys_file", security.encryption_keys_file)
            keys = Security.model_validate({"encryption_keys": text}).encryption_keys
    except ValidationError as error:
        section = (
            "discord.token_file" if error.title == "Discord" else ("security.encryption_keys_file")
        )
        raise SettingsError(f"{section}: {_rule(error.errors()[0])}") from None
    return settings.model_copy(
        update={
            "discord": discord.model_copy(update={"token": token}),
            "security": security.model_copy(update={"encryption_keys": keys}),
        }
    )


def _secret_file(key: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(f"{key}: {path} cannot be read ({why})") from None
    if not text:
        raise SettingsError(f"{key}: {path} is empty; it should hold the secret alone")
    return text
