import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.names import NAME_LIMIT, check_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Māia Şahin", "Māia Şahin"),
        ("  李娜   Tanaka ", "李娜 Tanaka"),
        ("Alex O'Brien-da Silva", "Alex O'Brien-da Silva"),
        ("x" * 32, "x" * 32),
        ("👩‍🚀 Ada", "👩‍🚀 Ada"),
        ("🚀", "🚀"),
        ("a < b > c", "a < b > c"),
        ("mail@example.org", "mail@example.org"),
        # A letter and its accent, apart or as one, are the same name.
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_good_names(text: str, expected: str) -> None:
    assert check_name(text, "the name", NAME_LIMIT) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "fill in the name"),
        ("   ", "fill in the name"),
        ("\u200b\u200b", "fill in the name"),
        ("x" * 33, "at most 32 characters; it has 33"),
        ("@everyone", "without @everyone"),
        ("hello @HERE", "without @everyone or @here"),
        ("＠everyone", "without @everyone"),
        ("<@123>", "plain text"),
        ("<@!123>", "plain text"),
        ("<@&123>", "plain text"),
        ("see <#123>", "plain text"),
        ("<:wave:123>", "plain text"),
        ("<t:123>", "plain text"),
        ("</help:123>", "plain text"),
        ("A\nB", "line break"),
        ("A\u2028B", "line break"),
        ("A\0B", "control character"),
        ("A\x1b[31mB", "control character"),
        ("A\u202eB", "control character"),
    ],
)
def test_bad_names(text: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_name(text, "the name", NAME_LIMIT)
    assert says in refused.value.sentence
    assert "the name" in refused.value.sentence


@given(st.text(max_size=50))
def test_a_checked_name_is_good_as_it_is(text: str) -> None:
    try:
        name = check_name(text, "the name", NAME_LIMIT)
    except Refusal:
        return
    assert check_name(name, "the name", NAME_LIMIT) == name
    assert 1 <= len(name) <= 32
    assert name.splitlines() == [name]
