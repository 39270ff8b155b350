"""What the rows of a roster mean, and which do not fit together."""

from datetime import date
from pathlib import Path

import pytest

from bot.domain.availability import parse_availability
from bot.domain.overlap import shared_blocks_every_week
from bot.domain.policy import Role
from bot.domain.roster import RosterProblems, parse_roster
from bot.domain.rosterfile import COLUMNS
from bot.domain.wallclock import zone
from tests.domain.rosters import CAPTAIN, GOOD, NAVIGATOR, parse, problems, write

EXAMPLES = Path(__file__).parents[2] / "examples" / "rosters"


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
