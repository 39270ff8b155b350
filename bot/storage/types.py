"""Column types: moments that keep their meaning and text that only the bot can read."""

from datetime import UTC, datetime
from typing import Any, Protocol, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Stored in UTC, always returned aware.

    SQLite drops the offset of a timezone-aware column, so a naive value could slip in and
    come back hours off: naive values are refused with ValueError.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a timezone before it is stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else cast(datetime, value).replace(tzinfo=UTC)


class Cipher:
    """Encrypts confidential text. The first key encrypts, every key decrypts."""

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise ValueError("at least one encryption key is needed")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def unlock(self, token: bytes) -> str:
        """Raises ValueError, without the content, when no key fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise ValueError("confidential text was written with a key that is missing") from None


class _DialectWithCipher(Protocol):
    liftoff_cipher: Cipher


class EncryptedText(TypeDecorator[str]):
    """Text told in confidence: ciphertext in the file, plain only in the process.

    The cipher hangs on the engine's dialect, so that two databases in one process can have
    different keys and no key is global.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return cast(_DialectWithCipher, dialect).liftoff_cipher.lock(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return cast(_DialectWithCipher, dialect).liftoff_cipher.unlock(bytes(value))
