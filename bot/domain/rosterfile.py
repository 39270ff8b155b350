"""A roster file as it arrives: bytes in, the fields of each row out. What they mean: `roster`."""

import csv
import io
from dataclasses import dataclass

from bot.domain.errors import Refusal, shown

COLUMNS = (
    "discord_username",
    "name",
    "email",
    "role",
    "team",
    "project",
    "timezone",
    "languages",
    "availability",
    "project_preferences",
    "rank",
    "score",
)
MAX_BYTES = 1_000_000
MAX_ROWS = 2_000

_DELIMITERS = (",", ";", "\t")
# How files begin that spreadsheets and phones offer next to the CSV one wanted.
_OTHER_FORMATS = (
    b"PK\x03\x04",  # xlsx, ods, zip
    b"\xd0\xcf\x11\xe0",  # xls
    b"\x89PNG",
    b"\xff\xd8\xff",  # jpeg
    b"GIF8",
    b"%PDF",
    b"\x1f\x8b",  # gzip
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "please save it as CSV in UTF-8 and attach it again"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to correct on one line of the file; lines count from 1, the header's."""

    line: int
    reason: str


class RosterProblems(Refusal):
    """The roster cannot be used as it is.

    `problems` lists every bad row in order of the lines; empty where the file itself is refused,
    and then the sentence says it all.
    """

    def __init__(self, sentence: str, problems: list[Problem] | None = None) -> None:
        super().__init__(sentence)
        self.problems = problems or []


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line on which it begins, and its fields by column, without outer spaces."""

    line: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """The rows that could be read, what is wrong with others, and columns that nobody uses."""

    records: list[Record]
    problems: list[Problem]
    unused: list[str]


def read_roster_file(data: bytes, filename: str) -> RosterFile:
    """The rows of a roster in CSV with the columns of `COLUMNS`, in any order.

    Commas, semicolons or tabs divide fields; rows without any text are passed over. Raises
    RosterProblems if it is no such file, larger than 1 MB, or longer than 2,000 rows.
    """
    text = _decode(data, shown(filename))
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    records: list[Record] = []
    problems: list[Problem] = []
    rows = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error:
            # A quotation mark that is never closed also ends here, as a field without end.
            if header is None:
                raise RosterProblems(_not_csv(shown(filename))) from None
            problems.append(
                Problem(
                    line,
                    'From here on nothing could be read: a quotation mark (") is missing, or'
                    " there is one too many.",
                )
            )
            break
        if not any(cells):
            continue
        if header is None:
            header = _check_header([cell.casefold() for cell in cells], shown(filename))
            continue
        rows += 1
        if rows > MAX_ROWS:
            raise RosterProblems(
                f"That roster has more than {MAX_ROWS:,} rows; please import it in parts."
            )
        if len(cells) != len(header):
            problems.append(
                Problem(
                    line,
                    f"This row has {_fields(len(cells))}, but the header has {len(header)}; a field"
                    f" that holds a {_spoken(delimiter)} needs quotation marks around it.",
                )
            )
            continue
        records.append(Record(line, dict(zip(header, cells, strict=True))))
    if header is None:
        raise RosterProblems(_empty(shown(filename)))
    if not rows and not problems:
        raise RosterProblems(
            f"There are no people in {shown(filename)}, only the header; please add a row for each."
        )
    unused = [column for column in header if column and column not in COLUMNS]
    return RosterFile(records, problems, unused)


def _decode(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise RosterProblems(
            f"{name} is larger than 1 MB; please attach the roster alone, as a CSV file."
        )
    if not data.strip():
        raise RosterProblems(_empty(name))
    if data.startswith(_OTHER_FORMATS):
        raise RosterProblems(_not_csv(name))
    if data.startswith(_UTF16):
        raise RosterProblems(f"{name} is not written in UTF-8; {_SAVE_AS}.")
    if b"\0" in data:
        raise RosterProblems(_not_csv(name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterProblems(f"{name} is not written in UTF-8; {_SAVE_AS}.") from None
    if not text.strip():
        raise RosterProblems(_empty(name))
    return text


def _delimiter(text: str) -> str:
    """What divides the fields of the first line: whatever finds the most of our columns in it."""
    first = text.lstrip().splitlines()[0].casefold()

    def found(delimiter: str) -> int:
        return len({cell.strip(' "') for cell in first.split(delimiter)} & set(COLUMNS))

    return max(_DELIMITERS, key=found)


def _check_header(header: list[str], name: str) -> list[str]:
    missing = [column for column in COLUMNS if column not in header]
    if len(missing) == len(COLUMNS):
        raise RosterProblems(_not_csv(name))
    if missing:
        columns = "column" if len(missing) == 1 else "columns"
        raise RosterProblems(
            f"{name} lacks the {columns} {', '.join(missing)};"
            " please add what is missing to its first line (fields may stay empty)."
        )
    twice = [column for column in COLUMNS if header.count(column) > 1]
    if twice:
        raise RosterProblems(
            f"{name} has the column {twice[0]} more than once; please keep only one of them."
        )
    return header


def _empty(name: str) -> str:
    return f"{name} is empty; please attach the roster as a CSV file."


def _not_csv(name: str) -> str:
    return (
        f"{name} is no CSV file with the columns of a roster ({COLUMNS[0]}, {COLUMNS[1]}, …);"
        f" {_SAVE_AS}."
    )


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _spoken(delimiter: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab"}[delimiter]
