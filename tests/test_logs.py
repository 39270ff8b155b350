"""Logs: one format for all, the clock's time, and nothing private."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from bot.logs import HIDDEN, LIBRARY_LEVELS, configure_logging, get_logger, short_id

MOMENT = datetime(2027, 3, 14, 12, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = "dGhpcy1pcy1ub3QtYS1yZWFsLWtleS1hdC1hbGwtISE="


@pytest.fixture(autouse=True)
def restore() -> Iterator[None]:
    """Leaves logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARY_LEVELS}
    yield
    logging.captureWarnings(False)
    root.handlers = handlers
    root.setLevel(level)
    for name, lowest in levels.items():
        logging.getLogger(name).setLevel(lowest)
    structlog.reset_defaults()


class Lines:
    """What was logged."""

    def __init__(self, **options: Any) -> None:
        self.stream = io.StringIO()
        options = {"format": "json", "level": "DEBUG", **options}
        configure_logging(now=lambda: MOMENT, stream=self.stream, **options)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_one_object_a_line_at_the_clocks_time() -> None:
    lines = Lines()
    get_logger("bot.delivery").info("sent", kind="checkin_prompt", row=41)
    logging.getLogger("discord.client").warning("shard %s\nclosed", 0)
    assert lines.entries == [
        {
            "event": "sent",
            "kind": "checkin_prompt",
            "row": 41,
            "logger": "bot.delivery",
            "level": "info",
            "timestamp": "2027-03-14T07:00:00.000Z",
        },
        {
            "event": "shard 0\nclosed",
            "logger": "discord.client",
            "level": "warning",
            "timestamp": "2027-03-14T07:00:00.000Z",
        },
    ]


def test_console() -> None:
    lines = Lines(format="console")
    get_logger("bot").info("sent", kind="greeting")
    try:
        raise ValueError("told by " + TOKEN)
    except ValueError:
        get_logger("bot").exception("unexpected")
    assert "2027-03-14T07:00:00.000Z [info] sent" in lines.text.replace("     ", "")
    assert "kind=greeting" in lines.text
    assert "ValueError: told by [hidden]" in lines.text


def test_level() -> None:
    lines = Lines(level="WARNING")
    get_logger("bot").info("no")
    logging.getLogger("discord").info("no")
    get_logger("bot").warning("yes")
    assert [entry["event"] for entry in lines.entries] == ["yes"]


def test_libraries_that_quote_messages_are_kept_short() -> None:
    lines = Lines(level="DEBUG")
    logging.getLogger("discord.gateway").debug("WebSocket Event: %s", {"d": "my secret worry"})
    logging.getLogger("discord.http").debug("POST with %s", {"content": "my secret worry"})
    logging.getLogger("sqlalchemy.engine").info("('my secret worry',)")
    logging.getLogger("aiosqlite").debug("executing ('my secret worry',)")
    assert lines.text == ""


@pytest.mark.parametrize(
    "secret",
    [
        f"GET failed with {TOKEN} in it",
        "Authorization: Bot abcdefghijklmnop",
        f"key {KEY} is used",
        "postgresql+asyncpg://liftoff:hunter22@db/liftoff",
        "POST /webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MA/messages/@original",
        "known to the settings: correct horse",
        "and in an address: correct%20horse",
        "input should be int [type=int, input_value='my secret worry', input_type=str]",
    ],
)
@pytest.mark.parametrize("how", ["event", "argument", "value", "nested", "exception", "foreign"])
def test_secrets_are_hidden_wherever_they_stand(secret: str, how: str) -> None:
    lines = Lines(secret_values=["correct horse"])
    log = get_logger("bot")
    if how == "event":
        log.info(secret)
    elif how == "argument":
        log.info("saw %s", secret)
    elif how == "value":
        log.info("saw", what=secret)
    elif how == "nested":
        log.info("saw", what={"a": [(secret,), {"b": RuntimeError(secret)}]})
    elif how == "exception":
        try:
            raise RuntimeError(secret)
        except RuntimeError:
            log.exception("saw")
    else:
        logging.getLogger("library").error("saw %s", secret, exc_info=RuntimeError(secret))
    for private in (TOKEN, KEY, "abcdefgh", "hunter22", "aW50", "correct", "worry"):
        assert private not in lines.text
    assert HIDDEN in lines.text


@pytest.mark.parametrize("key", ["token", "content", "answer", "Authorization", "encryption_keys"])
def test_private_keys_are_hidden(key: str) -> None:
    lines = Lines()
    get_logger("bot").info("saw", **{key: "my secret worry"}, inner={key: ["my secret worry"]})
    assert lines.entries[0][key] == HIDDEN
    assert lines.entries[0]["inner"] == {key: HIDDEN}


def test_what_is_not_private_stays() -> None:
    lines = Lines(secret_values=["", "abc"])
    get_logger("bot").info("abc", path="/channels/123/messages/456", ratio=0.5, none=None)
    (entry,) = lines.entries
    assert (entry["event"], entry["path"]) == ("abc", "/channels/123/messages/456")
    assert (entry["ratio"], entry["none"]) == (0.5, None)


def test_database_errors_do_not_quote_what_people_wrote() -> None:
    lines = Lines()
    # Not written out where it is used: a traceback quotes the source.
    worry = "my secret worry"
    insert = text("insert into answers values (:answer)")
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("create table answers (answer text unique)"))
        connection.execute(insert, {"answer": worry})
        with pytest.raises(IntegrityError) as caught:
            connection.execute(insert, {"answer": worry})
    engine.dispose()
    assert worry in str(caught.value)
    get_logger("bot").error("unexpected", exc_info=caught.value)
    assert worry not in lines.text
    assert "UNIQUE constraint failed" in lines.text


def test_warnings_are_logged_in_the_same_format() -> None:
    lines = Lines()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    assert lines.entries[0]["logger"] == "py.warnings"


def test_the_last_configuration_counts() -> None:
    log = get_logger("bot")
    first = Lines()
    second = Lines(format="console")
    log.info("here")
    assert first.text == ""
    assert "here" in second.text


def test_naive_moments_would_be_local_time() -> None:
    lines = Lines()
    assert MOMENT.astimezone(UTC).hour == 7
    get_logger("bot").info("x")
    assert lines.entries[0]["timestamp"].startswith("2027-03-14T07")


def test_short_id() -> None:
    ids = {short_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 8 and int(one, 16) >= 0 for one in ids)
