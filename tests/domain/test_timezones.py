from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import timezones
from bot.domain.errors import Refusal
from bot.domain.timezones import find_timezone, iana_name
from bot.domain.wallclock import zone_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/BERLIN ", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("Kathmandu", "Asia/Kathmandu"),
        ("katmandu", "Asia/Kathmandu"),
        ("sao paulo", "America/Sao_Paulo"),
        ("SÃO PAULO", "America/Sao_Paulo"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("St. John's", "America/St_Johns"),
        ("st johns", "America/St_Johns"),
        ("Zürich", "Europe/Zurich"),
        ("Łódź", "Europe/Warsaw"),
        ("İstanbul", "Europe/Istanbul"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("Lord Howe", "Australia/Lord_Howe"),
        ("chatham", "Pacific/Chatham"),
        # Cities and countries that the tz database has no zone of that name for.
        ("Pune", "Asia/Kolkata"),
        ("pune, India", "Asia/Kolkata"),
        ("Kathmandu, Nepal", "Asia/Kathmandu"),
        ("Springfield, Nepal", "Asia/Kathmandu"),
        ("Edinburgh, Scotland", "Europe/London"),
        ("Boston, USA", "America/New_York"),
        ("UK", "Europe/London"),
        ("India", "Asia/Kolkata"),
        ("Nepal", "Asia/Kathmandu"),
        ("Germany", "Europe/Berlin"),
        ("Côte d'Ivoire", "Africa/Abidjan"),
        # Old names give today's.
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Japan", "Asia/Tokyo"),
        ("Kiev", "Europe/Kyiv"),
        ("GMT", "UTC"),
    ],
)
def test_found(text: str, name: str) -> None:
    assert find_timezone(text) == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write your city"),
        ("x" * 101, "write your city"),
        ("Berlni", "if you mean Europe/Berlin"),
        ("Boston, MA", "if you mean Boston (America/New_York)"),
        # Not the Melbourne of Australia without a question.
        ("Melbourne, Florida", "if you mean Australia/Melbourne"),
        ("Berlin, Brazil", "if you mean Europe/Berlin"),
        ("Mars/Olympus", "I do not know the timezone “Mars/Olympus”"),
        ("東京", "nearest to you"),
        ("CST", "Chicago, Shanghai or Havana"),
        ("cst", "“CST” can mean several"),
        # A name of the tz database, but with clocks that never change; nobody there means that.
        ("EST", "New York"),
        ("Georgia", "Tbilisi or New York"),
        ("Brazil", "such as Sao Paulo"),
        ("USA", "such as"),
        ("GMT+5", "does not say when your clocks change"),
        ("UTC+5:30", "does not say when your clocks change"),
        ("+05:30", "does not say when your clocks change"),
        ("Factory", "I do not know"),
        ("../../etc/passwd", "I do not know"),
        ("@everyone", "I do not know"),
    ],
)
def test_not_found(text: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        find_timezone(text)
    assert says in refused.value.sentence


@pytest.mark.parametrize("text", ["Santa", "Santa, Santo Dominga"])
def test_at_most_three_suggestions(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        find_timezone(text)
    suggested = refused.value.sentence.partition("if you mean ")[2]
    names = suggested.removesuffix(", please write that.").replace(" or ", ", ").split(", ")
    assert 1 <= len(names) <= 3
    for name in names:
        assert name.partition("(")[2].rstrip(")") in zone_names() or name in zone_names()


def test_every_example_that_a_hint_gives_can_be_typed() -> None:
    for hint in timezones._AMBIGUOUS.values():
        for city in hint.replace(" or ", ", ").split(", "):
            assert find_timezone(city) in zone_names()


def test_every_alias_names_a_zone_in_use_today() -> None:
    for name, aliases in timezones._ALIASES.items():
        assert find_timezone(name) == name
        for alias in aliases.split(","):
            assert find_timezone(alias) == name


def test_every_zone_has_rules_that_can_be_read() -> None:
    for name in zone_names():
        assert iana_name(name.upper()) == name
        assert ZoneInfo(name).key == name


def test_todays_names_stay() -> None:
    for name in ("Asia/Kathmandu", "Europe/Kyiv", "America/Nuuk", "Asia/Kolkata", "Asia/Yangon"):
        assert find_timezone(name) == name


@given(st.text(max_size=120))
def test_any_text_is_found_or_refused(text: str) -> None:
    try:
        assert find_timezone(text) in zone_names()
    except Refusal as refusal:
        sentence = refusal.sentence
    else:
        return
    assert sentence.endswith(".")
    assert len(sentence) < 250
