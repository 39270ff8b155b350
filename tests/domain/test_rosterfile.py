"""Files that are no roster, or hardly one, are refused kindly."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.roster import RosterProblems, parse_roster
from bot.domain.rosterfile import COLUMNS, MAX_BYTES, MAX_ROWS
from tests.domain.rosters import CAPTAIN, GOOD, NAVIGATOR, parse, refusal, write


def xlsx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


HEADER = ",".join(COLUMNS).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b",,,\n", "is empty"),
        (HEADER, "only the header"),
        (HEADER + b"\n\n,,,,,,,,,,,\n", "only the header"),
        (b"\x89PNG\r\n\x1a\n", "is no CSV"),
        (xlsx(), "is no CSV"),
        (b"%PDF-1.7", "is no CSV"),
        (b"hello world", "is no CSV"),
        (b'{"people": []}', "is no CSV"),
        (b'"' + b"x" * 300_000, "is no CSV"),
        (b'a"b","c', "is no CSV"),
        (HEADER + b"\n\0", "is no CSV"),
        (write(GOOD).decode().encode("utf-16"), "not written in UTF-8"),
        (write({**GOOD, "name": "Zoë"}).decode().encode("latin-1"), "not written in UTF-8"),
        (b"x" * (MAX_BYTES + 1), "larger than 1 MB"),
        (b"\x89PNG" * 3_000_000, "larger than 1 MB"),
        (HEADER.replace(b",timezone", b"") + b"\n", "lacks the column timezone;"),
        (b"discord_username,name\n", "lacks the columns email, role, team"),
        (HEADER + b",name\n", "the column name more than once"),
    ],
)
def test_files_that_are_no_roster(data: bytes, says: str) -> None:
    sentence = refusal(data)
    assert says in sentence
    assert "please" in sentence
    assert len(sentence) < 300


def test_an_odd_file_name_does_not_break_the_sentence() -> None:
    assert refusal(b"", "a\nb@everyone" + "x" * 500 + ".csv").count("\n") == 0


def test_a_file_of_exactly_1_mb_is_read() -> None:
    data = write(GOOD, NAVIGATOR, CAPTAIN)
    assert len(parse_roster(data + b"\n" * (MAX_BYTES - len(data)), "roster.csv").rows) == 3


def test_too_many_rows() -> None:
    rows = [{**GOOD, "discord_username": f"m{n}", "team": ""} for n in range(MAX_ROWS + 1)]
    assert len(parse(*rows[:-1]).rows) == MAX_ROWS
    assert "more than 2,000 rows" in refusal(write(*rows))


@pytest.mark.parametrize(
    ("line", "count"),
    [(b"ada", "1 field"), (b"," * 10 + b"x", "11 fields"), (b"," * 12 + b"x", "13 fields")],
)
def test_a_row_with_a_wrong_number_of_fields(line: bytes, count: str) -> None:
    data = write(GOOD, CAPTAIN) + line + b"\n" + write({**NAVIGATOR, "rank": "x"}).split(b"\n")[1]
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, "roster.csv")
    found = refused.value.problems
    assert [problem.line for problem in found] == [4, 5]
    assert f"This row has {count}, but the header has 12" in found[0].reason


@pytest.mark.parametrize("rest", [b"", b"x" * 200_000, b"\n" + HEADER * 3, b'" x'])
def test_a_quotation_mark_without_its_partner(rest: bytes) -> None:
    data = write({**GOOD, "rank": "x"}, CAPTAIN) + b'"ada' + rest
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, "roster.csv")
    found = refused.value.problems
    assert [problem.line for problem in found] == [2, 4]
    assert 'a quotation mark (") is missing' in found[1].reason


def test_text_after_a_quotation_mark() -> None:
    data = write(GOOD, CAPTAIN) + b'"ada"x' + b"," * 11 + b"\n"
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, "roster.csv")
    assert [problem.line for problem in refused.value.problems] == [4]


@pytest.mark.parametrize("lost", [b"navi,Navi,navigator,Venus\n", b'"navi,Navi,navigator,Venus'])
def test_a_team_in_rows_that_could_not_be_read_is_not_missed(lost: bytes) -> None:
    data = write(GOOD, {**CAPTAIN, "team": "Mercury;Venus"}) + lost
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, "roster.csv")
    assert [problem.line for problem in refused.value.problems] == [4]


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: HEADER + b"\n" + tail))
def test_any_bytes_are_refused_kindly(data: bytes) -> None:
    with pytest.raises(RosterProblems):
        parse_roster(data, "roster.csv")


@given(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4), st.text(max_size=30))
def test_any_text_in_a_field_is_a_row_or_a_problem(columns: list[str], text: str) -> None:
    changed = {**GOOD, **dict.fromkeys(columns, text)}
    data = write(changed, NAVIGATOR, CAPTAIN).decode().encode("utf-8", "ignore")
    try:
        roster = parse_roster(data, "roster.csv")
    except RosterProblems as refused:
        mistakes = refused.problems
    else:
        assert len(roster.rows) == 3
        return
    assert mistakes or "\0" in text
