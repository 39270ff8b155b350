"""Logs: structured, on standard error, with nothing in them that is nobody's business.

Our own loggers and those of the libraries (discord.py, SQLAlchemy, Alembic, APScheduler) go
through one formatter, so that a secret or a confidential text cannot slip past it: keys that hold
such things, the secrets in the settings wherever they stand, and the parameters that database
errors quote are left out.
"""

import logging
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO, cast
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

# Keys whose values are never logged: secrets, and what people write.
PRIVATE_KEYS = frozenset(
    {
        "answer",
        "answers",
        "authorization",
        "availability",
        "body",
        "content",
        "email",
        "encryption_key",
        "encryption_keys",
        "fields",
        "introduction",
        "message_content",
        "password",
        "payload",
        "secret",
        "text",
        "token",
        "values",
    }
)

# These libraries write whole messages, or the parameters of every statement, at lower levels than
# the ones given here. They are never let below, whatever `logging.level` says.
LIBRARY_LEVELS = {
    "discord": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "asyncpg": logging.WARNING,
    "apscheduler": logging.WARNING,
    "alembic": logging.INFO,
    "aiohttp.access": logging.WARNING,
    "asyncio": logging.INFO,
}

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A bot's token, whoever's.
    (re.compile(r"[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"), HIDDEN),
    (re.compile(r"\b(Bot|Bearer|Basic) [\w.~+/=-]{12,}"), rf"\1 {HIDDEN}"),
    # A Fernet key, and a text that one encrypted.
    (re.compile(r"(?<![\w-])[\w-]{43}=(?![\w=])"), HIDDEN),
    (re.compile(r"\bgAAAA[\w-]{60,}={0,2}"), HIDDEN),
    # Interaction and webhook tokens in paths: whoever has one can write as the bot.
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]{20,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^\s:/@]+:)[^\s/@]+(@)"), rf"\1{HIDDEN}\2"),
    # What database and validation errors quote of the values they were given.
    (re.compile(r"\[parameters: .*?\](?=\s*(?:\(Background|$))", re.DOTALL), "[parameters hidden]"),
    (re.compile(r"(DETAIL:\s*).*"), rf"\1{HIDDEN}"),
    (re.compile(r"input_value=.*?(, input_type=)", re.DOTALL), rf"input_value={HIDDEN}\1"),
)


class Redactor:
    """A structlog processor that hides secrets and confidential texts in a log entry."""

    def __init__(self, secret_values: Iterable[str] = ()) -> None:
        # The longest first: one secret may contain another. Short ones would hide ordinary words.
        forms = {form for value in secret_values for form in (value, quote(value, safe=""))}
        self._secrets = sorted((form for form in forms if len(form) >= 4), key=len, reverse=True)

    def __call__(
        self, logger: WrappedLogger | None, method: str, event_dict: EventDict
    ) -> EventDict:
        return {
            key: HIDDEN if key.lower() in PRIVATE_KEYS else self.value(value)
            for key, value in event_dict.items()
        }

    def value(self, value: object) -> object:
        """The value with everything private in it hidden, to any depth."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, bytes):
            return HIDDEN
        if isinstance(value, Mapping):
            return {
                str(key): HIDDEN if str(key).lower() in PRIVATE_KEYS else self.value(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(inner) for inner in value]
        # Anything else is written as its repr in the end: hide in that.
        return self.text(repr(value))

    def text(self, text: str) -> str:
        """The text with known secrets, and what looks like one, hidden."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def configure_logging(
    *,
    now: Callable[[], datetime],
    level: str = "INFO",
    format: str = "console",  # noqa: A002 -- the setting's name
    secret_values: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Sends every log to `stream` (standard error) as text ("console") or one JSON object a line.

    `now` gives the timestamps (aware; written in UTC): pass the clock's. `secret_values` are
    hidden wherever they stand. May be called again; the last call counts.
    """

    def timestamp(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
        moment = now().astimezone(UTC)
        event_dict["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event_dict

    target = stream or sys.stderr
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=target.isatty(),
            pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    named: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=named,
        processors=[
            timestamp,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            Redactor(secret_values),
            renderer,
        ],
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, lowest in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(lowest, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *named,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Not cached: a logger made when a module was imported follows a later configuration.
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log = get_logger(__name__)`, then `log.info("sent", kind=…)`."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def short_id() -> str:
    """Eight characters that tie what a person is shown to the log entry with the details."""
    return secrets.token_hex(4)
