"""docs/storage.md names every table and every encrypted column, and no others."""

import re
from pathlib import Path

from bot.storage.tables import Base
from bot.storage.types import EncryptedText

DOCUMENT = Path(__file__).parents[2] / "docs" / "storage.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)


def described(text: str) -> dict[str, str]:
    """Tables of the document, with what a row is."""
    section = text.split("\n## Tables\n", 1)[1].split("\n## ", 1)[0]
    return dict(ROW.findall(section))


def test_every_table_is_described_once_in_order() -> None:
    found = described(DOCUMENT.read_text(encoding="utf-8"))
    assert list(found) == sorted(Base.metadata.tables)
    assert all(len(words.split()) >= 3 for words in found.values())


def test_every_encrypted_column_is_named_and_no_other() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split("\n## Confidential text\n", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`(\w+\.\w+)`", section)) - {"security.encryption_keys"}
    encrypted = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    }
    assert named == encrypted


def test_the_reader_above_sees_a_table_that_is_missing() -> None:
    text = (
        "# x\n## Tables\n| table | one row is |\n| `team` | a team |\n\n## Moments\n| `no` | no |"
    )
    assert described(text) == {"team": "a team"}
