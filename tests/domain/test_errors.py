import pytest

from bot.domain.errors import NotAllowed, NotFound, Refusal, shown


@pytest.mark.parametrize("kind", [Refusal, NotAllowed, NotFound])
def test_a_refusal_is_its_sentence(kind: type[Refusal]) -> None:
    refusal = kind("Please try again.")
    assert isinstance(refusal, Refusal)
    assert str(refusal) == refusal.sentence == "Please try again."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Berlin", "“Berlin”"),
        ("  two\n\nlines\t", "“two lines”"),
        ("a\0b\u202ec", "“abc”"),
        ("", "“”"),
        ("x" * 41, "“" + "x" * 40 + "…”"),
        ("x" * 40, "“" + "x" * 40 + "”"),
        (" " * 5000 + "x", "“”"),
    ],
)
def test_what_somebody_typed_fits_into_a_sentence(text: str, expected: str) -> None:
    assert shown(text) == expected
