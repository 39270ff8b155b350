import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.availability import parse_availability
from bot.domain.overlap import shared_blocks_every_week
from bot.domain.policy import Role
from bot.domain.roster import Roster, RosterProblems, parse_roster
from bot.domain.rosterfile import COLUMNS, MAX_BYTES, MAX_ROWS
from bot.domain.wallclock import zone

EXAMPLES = Path(__file__).parents[2] / "examples" / "rosters"
GOOD = {
    "discord_username": "ada.love",
    "name": "Ada Love",
    "email": "ada@example.org",
    "role": "mentee",
    "team": "Mercury",
    "project": "Django",
    "timezone": "Asia/Kathmandu",
    "languages": "ne;en",
    "availability": "Mon 18:00-21:00",
    "project_preferences": "",
    "rank": "",
    "score": "",
}
NAVIGATOR = {**GOOD, "discord_username": "navi", "name": "Navi", "role": "navigator"}
CAPTAIN = {**GOOD, "discord_username": "cap", "name": "Cap", "role": "captain", "project": ""}


def write(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def parse(*rows: dict[str, str]) -> Roster:
    return parse_roster(write(*rows), "roster.csv")


def problems(*rows: dict[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(RosterProblems) as refused:
        parse(*rows)
    assert "Nothing was imported" in refused.value.sentence
    for problem in refused.value.problems:
        assert problem.reason.endswith(".")
        assert "\n" not in problem.reason
        assert len(problem.reason) < 260
    return [(problem.line, problem.reason) for problem in refused.value.problems]


def refusal(data: bytes, filename: str = "roster.csv") -> str:
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, filename)
    assert refused.value.problems == []
    return refused.value.sentence


def test_the_example_of_a_session() -> None:
    roster = parse_roster((EXAMPLES / "session.csv").read_bytes(), "session.csv")
    roles = [row.role for row in roster.rows]
    assert [roles.count(role) for role in Role] == [18, 8, 4, 3]
    assert [team.name for team in roster.teams] == [
        *("Mercury", "Venus", "Terra", "Mars", "Jupiter", "Saturn")
    ]
    assert roster.warnings == ()
    mercury = roster.teams[0]
    assert [row.username for row in mercury.navigators] == ["sita_codes72", "petra.orbit87"]
    assert mercury.mentees[0].name == "Anika Nagy"
    assert (mercury.project, mercury.captain and mercury.captain.username) == (
        "Django",
        "noor.orbit73",
    )
    relief = roster.people["minjun.space87"]
    assert [row.teams for row in relief] == [()]
    assert {len(team.mentees) for team in roster.teams} == {3}


@pytest.mark.parametrize("name", ["session.csv", "pilot.csv"])
def test_the_teams_of_the_examples_share_the_hours_they_need(name: str) -> None:
    roster = parse_roster((EXAMPLES / name).read_bytes(), name)
    for team in roster.teams:
        people = [
            (row.availability, zone(row.timezone)) for row in (*team.navigators, *team.mentees)
        ]
        assert shared_blocks_every_week(people, date(2027, 2, 22), 8).blocks >= 5
        assert team.captain is not None
        captain = team.captain.availability, zone(team.captain.timezone)
        for mentee in team.mentees:
            pair = [captain, (mentee.availability, zone(mentee.timezone))]
            assert shared_blocks_every_week(pair, date(2027, 2, 22), 8).blocks >= 3


def test_one_row() -> None:
    applicant = {
        **GOOD,
        "discord_username": "Ada.Love",
        "team": "",
        "project": "",
        "project_preferences": "Wagtail; BeeWare",
        "rank": "1",
        "score": "7.5",
    }
    (row,) = parse(applicant).rows
    assert (row.line, row.username, row.name, row.role) == (2, "ada.love", "Ada Love", Role.MENTEE)
    assert (row.teams, row.project, row.timezone) == ((), None, "Asia/Kathmandu")
    assert row.languages == ("ne", "en")
    assert row.availability == parse_availability("Mon 18:00-21:00")
    assert (row.preferences, row.rank, row.score) == (("Wagtail", "BeeWare"), 1, 7.5)


def test_what_may_be_empty() -> None:
    (row,) = parse(
        {**GOOD, "email": "", "team": "", "project": "", "languages": "", "availability": ""}
    ).rows
    assert (row.rank, row.score, row.languages, bool(row.availability)) == (3, None, (), False)


def test_emails_are_not_kept() -> None:
    assert "example.org" not in repr(parse(GOOD, NAVIGATOR, CAPTAIN))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_divides_fields_is_found(delimiter: str) -> None:
    data = write(GOOD, NAVIGATOR, CAPTAIN, delimiter=delimiter)
    assert len(parse_roster(data, "roster.csv").rows) == 3


def test_what_spreadsheets_do_to_files() -> None:
    plain = parse(GOOD, NAVIGATOR, CAPTAIN)
    data = write(GOOD, NAVIGATOR, CAPTAIN)
    for changed in (
        b"\xef\xbb\xbf" + data,
        data.replace(b"\n", b"\r\n"),
        data.replace(b"\n", b"\r"),
        data.rstrip(b"\n"),
        data + b"\n\n,,,,,,,,,,,\n",
        data.replace(b"discord_username,name", b'"Discord_Username", NAME '),
        write(GOOD, NAVIGATOR, CAPTAIN, columns=tuple(reversed(COLUMNS))),
    ):
        assert parse_roster(changed, "roster.csv").rows == plain.rows


def test_lines_are_counted_over_blank_ones_and_line_breaks() -> None:
    bad = {**GOOD, "discord_username": "other", "timezone": "Mars/Olympus"}
    data = write({**GOOD, "email": "two\nlines"}, bad).replace(b"\nother", b"\n\nother")
    with pytest.raises(RosterProblems) as refused:
        parse_roster(data, "roster.csv")
    assert [problem.line for problem in refused.value.problems] == [5]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("discord_username", "", "fill in discord_username"),
        ("discord_username", "Ada Love", "“Ada Love” is no Discord username"),
        ("discord_username", "ada#1234", "no Discord username"),
        ("discord_username", "@ada", "no Discord username"),
        ("discord_username", "everyone", "no Discord username"),
        ("discord_username", "a", "2 to 32"),
        ("discord_username", "a" * 33, "2 to 32"),
        ("discord_username", "adá", "no Discord username"),
        ("name", "", "fill in the name"),
        ("name", "x" * 33, "at most 32"),
        ("name", "@everyone", "@everyone"),
        ("name", "<@123456>", "plain text"),
        ("name", "A\nB", "line break"),
        ("name", "A\x07B", "control character"),
        ("role", "", "is no role"),
        ("role", "boss", "mentee, navigator, captain or organizer"),
        ("team", "Mercury;Venus", "has one team"),
        ("team", "x" * 41, "at most 40"),
        ("team", "@here", "the team without"),
        ("team", "<#1>", "the team as plain text"),
        ("project", "x" * 61, "at most 60"),
        ("project", "@everyone", "the project without"),
        ("timezone", "", "fill in the timezone"),
        ("timezone", "Mars/Olympus", "do not know the timezone"),
        ("timezone", "EST", "several timezones"),
        ("timezone", "Kathmandu", "please write Asia/Kathmandu"),
        ("languages", "@everyone", "the language without"),
        ("availability", "evenings", "could not read “evenings”"),
        ("availability", "Mon 18:00-24:30", "no time 24:30"),
        ("project_preferences", ";".join(map(str, range(21))), "at most 20"),
        ("rank", "first", "no rank"),
        ("rank", "-1", "no rank"),
        ("rank", "1.5", "no rank"),
        ("score", "nan", "no score"),
        ("score", "1e5", "no score"),
    ],
)
def test_bad_fields(column: str, value: str, says: str) -> None:
    found = problems({**GOOD, column: value}, NAVIGATOR, CAPTAIN)
    assert [line for line, _ in found] == [2]
    assert says in found[0][1]


def test_everything_bad_is_listed_at_once() -> None:
    found = problems(
        {**GOOD, "timezone": "Mars", "role": "boss"},
        NAVIGATOR,
        {**CAPTAIN, "rank": "x", "availability": "late"},
    )
    assert [line for line, _ in found] == [2, 2, 4, 4]


def test_the_same_role_twice() -> None:
    found = problems(GOOD, NAVIGATOR, {**GOOD, "discord_username": "ADA.LOVE", "team": "Venus"})
    assert len(found) == 1
    assert found[0][0] == 4
    assert "lines 2 and 4" in found[0][1]


def test_two_captains() -> None:
    second = {**CAPTAIN, "discord_username": "cup", "name": "Cup", "team": "Venus; Mercury"}
    found = problems(
        GOOD, {**NAVIGATOR, "team": "Venus"}, CAPTAIN, second, {**second, "discord_username": "x_x"}
    )
    assert [line for line, _ in found] == [5, 6, 6]
    assert "has a captain on line 4 already (Cap)" in found[0][1]
    assert "lines 4 and 5" in found[0][1]


def test_a_captain_on_two_lines_is_one_problem() -> None:
    assert len(problems(GOOD, NAVIGATOR, CAPTAIN, CAPTAIN)) == 1


def test_two_captains_are_seen_even_if_a_row_has_other_mistakes() -> None:
    second = {**CAPTAIN, "discord_username": "cup", "timezone": "Mars"}
    assert [line for line, _ in problems(GOOD, CAPTAIN, second)] == [4, 4]


def test_rows_of_a_person_that_contradict_each_other() -> None:
    other = {**GOOD, "role": "captain", "name": "Ada L.", "timezone": "Asia/Tokyo"}
    found = problems(GOOD, NAVIGATOR, other)
    assert [line for line, _ in found] == [4, 4]
    assert "The name of ada.love is “Ada L.” here and “Ada Love” on line 2" in found[0][1]
    assert "The timezone of ada.love" in found[1][1]


def test_a_captain_of_a_team_that_is_nobodys() -> None:
    found = problems(GOOD, NAVIGATOR, {**CAPTAIN, "team": "Mercury;Mercruy"})
    assert [line for line, _ in found] == [4]
    assert "Nobody else is in the team “Mercruy”" in found[0][1]


@pytest.mark.parametrize("bad", [{"timezone": "Mars"}, {"role": "boss"}])
def test_a_bad_row_does_not_make_its_team_seem_empty(bad: dict[str, str]) -> None:
    found = problems({**GOOD, **bad}, CAPTAIN)
    assert [line for line, _ in found] == [2]


def test_a_team_written_in_two_ways() -> None:
    found = problems(GOOD, {**NAVIGATOR, "team": "mercury"}, CAPTAIN)
    assert [line for line, _ in found] == [3]
    assert "“mercury” is written “Mercury” on line 2" in found[0][1]


def test_one_person_in_several_roles() -> None:
    roster = parse(
        {**GOOD, "team": "Venus"},
        NAVIGATOR,
        {**NAVIGATOR, "role": "captain", "team": "Mercury;Venus"},
        {**NAVIGATOR, "role": "organizer", "team": ""},
    )
    assert [row.role for row in roster.people["navi"]] == ["navigator", "captain", "organizer"]
    assert [team.name for team in roster.teams] == ["Venus", "Mercury"]
    assert list(roster.people) == ["ada.love", "navi"]
    assert roster.warnings == ("The team “Venus” has no navigator yet.",)


def test_warnings() -> None:
    mentees = [{**GOOD, "discord_username": f"mentee{n}"} for n in range(4)]
    roster = parse(
        *mentees,
        {**GOOD, "discord_username": "other", "project": "Wagtail"},
        NAVIGATOR,
        {**NAVIGATOR, "role": "organizer", "availability": "Fri 10:00-11:00"},
    )
    assert roster.warnings == (
        "Line 8: navi has other hours on line 7; those of line 7 are used.",
        "Line 8: organizers are in no team, so theirs was passed over.",
        "The team “Mercury” has 5 mentees; 3 are usual.",
        "The team “Mercury” has no captain yet.",
        "The team “Mercury” has more than one project; “Django” is used.",
    )
    assert roster.rows[-1].teams == ()


def test_a_column_that_nobody_uses() -> None:
    data = write({**GOOD, "notes": "x"}, NAVIGATOR, CAPTAIN, columns=(*COLUMNS, "notes"))
    assert parse_roster(data, "r.csv").warnings == ("The column “notes” is not used.",)


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
