"""Settings: where they come from, and what a person is told when one is wrong."""

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import (
    Clock,
    Discord,
    Settings,
    SettingsError,
    described_settings,
    load_settings,
)

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes config.toml into the current folder."""
    monkeypatch.chdir(tmp_path)

    def writer(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return writer


def refused(path: Path | None = None) -> list[str]:
    """The lines that a person is shown."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value).splitlines()


@pytest.mark.usefixtures("write")
def test_nothing_is_required() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.programme.prompt_hour == time(9, 0)
    assert settings.programme.caps.captain == 5
    assert settings.discord.is_real


def test_file_then_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write('[programme]\nprompt_hour = "10:30"\ncohort_weeks = 6\n[programme.caps]\nmentee = 2\n')
    monkeypatch.setenv("LIFTOFF_PROGRAMME__COHORT_WEEKS", "4")
    monkeypatch.setenv("LIFTOFF_PROGRAMME__CAPS__CAPTAIN", "7")
    programme = load_settings().programme
    assert programme.prompt_hour == time(10, 30)
    assert programme.cohort_weeks == 4
    assert (programme.caps.mentee, programme.caps.captain, programme.caps.navigator) == (2, 7, 3)


def test_an_empty_variable_is_no_setting(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write('[logging]\nlevel = "warning"\n')
    monkeypatch.setenv("LIFTOFF_LOGGING__LEVEL", "")
    assert load_settings().logging.level == "WARNING"


def test_toml_time_and_weekday(write: Write) -> None:
    write('[programme]\nprompt_hour = 07:15:00\nprompt_weekday = "sunday"\n')
    programme = load_settings().programme
    assert (programme.prompt_weekday, programme.prompt_hour) == ("Sunday", time(7, 15))


def test_file_named_by_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("[programme]\ncohort_weeks = 5\n")
    other = tmp_path / "other.toml"
    other.write_text("[programme]\ncohort_weeks = 6\n")
    monkeypatch.setenv("LIFTOFF_CONFIG", str(other))
    assert load_settings().programme.cohort_weeks == 6
    assert load_settings(tmp_path / "config.toml").programme.cohort_weeks == 5


def test_file_that_was_named_must_be_there(write: Write, tmp_path: Path) -> None:
    write("")
    assert refused(tmp_path / "no.toml") == [
        f"{tmp_path}/no.toml: no such file. Please check the path"
    ]
    assert "cannot be read" in refused(tmp_path)[0]


def test_file_that_is_no_toml(write: Write) -> None:
    assert "should be TOML" in refused(write("[discord\n"))[0]
    path = write("")
    path.write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(path)[0]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[programme]\nprompt_hour = "nine"',
            "programme.prompt_hour: should be a time such as 09:00, not 'nine'",
        ),
        (
            '[programme]\nprompt_hour = "24:00"',
            "programme.prompt_hour: should be a time such as 09:00, not '24:00'",
        ),
        (
            "[programme]\nprompt_hour = true",
            "programme.prompt_hour: should be a time such as 09:00, not True",
        ),
        (
            '[programme]\nprompt_weekday = "Mo"',
            "programme.prompt_weekday: should be a day of the week such as Monday, not 'Mo'",
        ),
        (
            "[programme]\ncohort_weeks = 0",
            "programme.cohort_weeks: should be a number of weeks from 1 to 52, not 0",
        ),
        (
            "[programme]\ncohort_weeks = 8.5",
            "programme.cohort_weeks: should be a number of weeks from 1 to 52, not 8.5",
        ),
        (
            "[programme]\ncohort_weeks = true",
            "programme.cohort_weeks: should be a number of weeks from 1 to 52, not True",
        ),
        (
            '[programme.names]\nmentee = "@everyone"',
            "programme.names.mentee: should be a plain name, without @, #, : or `, not '@everyone'",
        ),
        (
            '[programme.quiet_hours]\nstart = "08:00"',
            "programme.quiet_hours: start and end should differ, or no hour is left to write in",
        ),
        (
            "[programme.one_on_one]\nminutes = 25",
            "programme.one_on_one.minutes: should be 15 to 120 minutes, in quarter hours, not 25",
        ),
        ("programme = 3", "programme: should be a section of its own, such as [programme]"),
        ("discord = true", "discord: should be a section of its own, such as [discord]"),
        (
            "[programme]\nprompt_our = 3",
            "programme.prompt_our: there is no such setting; did you mean programme.prompt_hour?",
        ),
        ("[programm]\n", "programm: there is no such setting; did you mean programme?"),
        (
            "[logging]\nzzz = 1",
            "logging.zzz: there is no such setting; there are logging.format, logging.level",
        ),
    ],
)
def test_one_kind_line(write: Write, text: str, line: str) -> None:
    assert refused(write(text)) == [line]


def test_every_problem_at_once_and_where_it_is(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[programme]\ncohort_weeks = 0\ncohort_week = 3\n")
    monkeypatch.setenv("LIFTOFF_LOGGING__LEVEL", "loud")
    monkeypatch.setenv("LIFTOFF_DISCRD__TOKEN", TOKEN)
    monkeypatch.setenv("LIFTOFF_DISCORD__TOKN", TOKEN)
    lines = refused()
    assert lines == [
        "LIFTOFF_DISCORD__TOKN: there is no such setting; did you mean LIFTOFF_DISCORD__TOKEN?",
        "LIFTOFF_DISCRD__TOKEN: there is no such setting; did you mean LIFTOFF_DISCORD__TOKEN?",
        "logging.level (from LIFTOFF_LOGGING__LEVEL): should be DEBUG, INFO, WARNING or ERROR, "
        "not 'loud'",
        "programme.cohort_weeks: should be a number of weeks from 1 to 52, not 0",
        "programme.cohort_week: there is no such setting; did you mean programme.cohort_weeks?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f'[discord]\ntoken = "{TOKEN}"',
        f'[discord]\ntokn = "{TOKEN}"',
        f'[discord]\napi_base = "{TOKEN}"',
        f'[discord]\ngateway_url = "{TOKEN}"',
        f'discord = "{TOKEN}"',
        f'[security]\nencryption_keys = ["{TOKEN}"]',
        f'[database]\nurl = "mysql://liftoff:{TOKEN}@host/name"',
        f'token = "{TOKEN}"',
    ],
)
def test_secrets_are_never_repeated(write: Write, text: str) -> None:
    lines = refused(write(text))
    assert len(lines) == 1
    assert TOKEN not in lines[0]


def test_token_in_the_file_is_refused(write: Write) -> None:
    (line,) = refused(write(f'[discord]\ntoken = "{TOKEN}"\n'))
    assert line.startswith("discord.token: should not stand in the configuration file")
    assert "LIFTOFF_DISCORD__TOKEN" in line
    assert "discord.token_file" in line


@pytest.mark.usefixtures("write")
def test_token_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFTOFF_DISCORD__TOKEN", f" {TOKEN}\n")
    settings = load_settings()
    assert settings.require_token() == TOKEN
    assert TOKEN not in repr(settings)
    assert TOKEN in settings.secret_values()
    monkeypatch.setenv("LIFTOFF_DISCORD__TOKEN", f"Bot {TOKEN}")
    assert "without 'Bot'" in refused()[0]


def test_token_from_a_file(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "token"
    write(f'[discord]\ntoken_file = "{secret}"\n')
    assert "cannot be read" in refused()[0]
    secret.write_text("\n")
    assert "is empty" in refused()[0]
    secret.write_text("two words")
    (line,) = refused()
    assert line.startswith("discord.token_file: should be the bot's token alone")
    secret.write_text(f"{TOKEN}\n")
    assert load_settings().require_token() == TOKEN
    monkeypatch.setenv("LIFTOFF_DISCORD__TOKEN", "from-the-environment")
    assert load_settings().require_token() == "from-the-environment"


@pytest.mark.usefixtures("write")
def test_what_is_missing_is_said_when_needed() -> None:
    settings = load_settings()
    with pytest.raises(SettingsError, match="LIFTOFF_DISCORD__TOKEN"):
        settings.require_token()
    with pytest.raises(SettingsError, match="LIFTOFF_SECURITY__ENCRYPTION_KEYS"):
        settings.require_encryption_keys()


def test_encryption_keys(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    secret = tmp_path / "keys"
    secret.write_text(f"{new}\n{old}\n")
    write(f'[security]\nencryption_keys_file = "{secret}"\n')
    assert load_settings().require_encryption_keys() == (new, old)
    secret.write_text(f"{new}\n{old[:-4]}\n")
    (line,) = refused()
    assert line.startswith("security.encryption_keys_file: ")
    assert "key 2" in line
    assert old[:-4] not in line
    monkeypatch.setenv("LIFTOFF_SECURITY__ENCRYPTION_KEYS", f"{old}, {new}")
    settings = load_settings()
    assert settings.require_encryption_keys() == (old, new)
    assert set(settings.secret_values()) == {old, new}
    assert old not in repr(settings)


@pytest.mark.parametrize(
    "url",
    ["sqlite:///x.db", "sqlite+aiosqlite://", "postgresql://u@h/n", "mysql+aiomysql://h/n", ""],
)
def test_other_databases_are_refused(write: Write, url: str) -> None:
    (line,) = refused(write(f'[database]\nurl = "{url}"\n'))
    assert line.startswith("database.url: should be sqlite+aiosqlite:///FILE or postgresql+asyncpg")


def test_database_password_is_a_secret(write: Write) -> None:
    write('[database]\nurl = "postgresql+asyncpg://liftoff:p%40ss%2Fword@db/liftoff"\n')
    settings = load_settings()
    assert set(settings.secret_values()) == {"p%40ss%2Fword", "p@ss/word"}
    assert "p%40ss" not in repr(settings)


CLOCK = 'url = "ws://127.0.0.1:9/clock"'


@pytest.mark.parametrize(
    "discord",
    [
        "",
        'api_base = "http://127.0.0.1:9/api/v10"',  # the gateway would be the real one
        'gateway_url = "ws://127.0.0.1:9"',
        'api_base = "https://canary.discord.com/api"\ngateway_url = "ws://127.0.0.1:9"',
        'api_base = "http://127.0.0.1:9"\ngateway_url = "wss://GATEWAY.discord.gg"',
        'api_base = "https://discordapp.com/api"\ngateway_url = "ws://127.0.0.1:9"',
    ],
)
def test_virtual_time_never_meets_the_real_discord(write: Write, discord: str) -> None:
    (line,) = refused(write(f"[discord]\n{discord}\n[clock]\n{CLOCK}\n"))
    assert line.startswith("clock.url: should not be set when the bot talks to the real Discord")


def test_virtual_time_in_a_rehearsal(write: Write) -> None:
    write(
        '[discord]\napi_base = "http://127.0.0.1:9/api/v10/"\ngateway_url = "ws://127.0.0.1:9"\n'
        f"[clock]\n{CLOCK}\n"
    )
    settings = load_settings()
    assert settings.clock.url == "ws://127.0.0.1:9/clock"
    assert settings.discord.api_base == "http://127.0.0.1:9/api/v10"
    assert not settings.discord.is_real


@pytest.mark.parametrize("url", ["ws://192.0.2.1/clock", "http://127.0.0.1/clock", "clock"])
def test_the_clock_is_on_this_machine(write: Write, url: str) -> None:
    (line,) = refused(write(f'[clock]\nurl = "{url}"\n'))
    assert line.startswith("clock.url: should be an address on this machine")


def test_made_in_code_they_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFTOFF_LOGGING__LEVEL", "ERROR")
    monkeypatch.setenv("LIFTOFF_DISCORD__GATEWAY_URL", "ws://127.0.0.1:1")
    settings = Settings(discord=Discord(api_base="http://127.0.0.1:2"), clock=Clock())
    assert settings.logging.level == "INFO"
    assert settings.discord.gateway_url is None


def test_every_setting_says_what_it_should_be() -> None:
    assert [setting.key for setting in described_settings() if not setting.should] == []
