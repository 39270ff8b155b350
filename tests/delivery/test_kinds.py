"""What cogs say of their kinds, and what a renderer is given."""

from datetime import timedelta

import pytest

from bot.delivery.kinds import Due, Kind, Kinds, Late, UnknownKind
from bot.domain.deliveries import Courtesy
from tests.delivery.conftest import plainly
from tests.storage.rows import GUILD, NOW
from tests.support.world import World

LONGEST_NONCE = 25


def kind(name: str, code: str) -> Kind:
    return Kind(name, code, Courtesy.POST, plainly, private=False, late=Late.AS_USUAL)


def due(**more: object) -> Due:
    facts: dict[str, object] = {
        "id": 41,
        "kind": "trial",
        "guild_id": GUILD,
        "cohort_id": 1,
        "subject": "team:5",
        "occurrence": "week:3",
        "person_id": None,
        "user_id": None,
        "due_at": NOW,
        "now": NOW,
    }
    return Due(**(facts | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "code"), [("trial", "zz"), ("other", "tr"), ("trial", "tr")])
def test_two_cogs_cannot_share_a_name_or_a_code(name: str, code: str) -> None:
    kinds = Kinds()
    kinds.register(kind("trial", "tr"))
    with pytest.raises(ValueError, match=f"{name} .* clashes with trial"):
        kinds.register(kind(name, code))
    assert [one.name for one in kinds.all()] == ["trial"]


def test_a_kind_that_nobody_registered_is_unknown() -> None:
    with pytest.raises(UnknownKind, match="nothing_like_it"):
        Kinds().get("nothing_like_it")


def test_numbers_are_read_from_subject_and_occurrence() -> None:
    assert (due().subject_id, due().number) == (5, 3)


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (timedelta(0), False),
        (timedelta(hours=1), False),
        (timedelta(hours=1, seconds=1), True),
        (timedelta(seconds=-5), False),
    ],
)
def test_late_is_more_than_an_hour(after: timedelta, late: bool) -> None:
    assert due(now=NOW + after).late == late


async def test_every_kind_has_a_code_that_fits_the_nonce(world: World) -> None:
    assert world.app is not None
    kinds = world.app.kinds.all()
    assert len(kinds) >= 16
    for one in kinds:
        assert len(one.code) == 2
        assert len(f"{one.code}-{2**63}") <= LONGEST_NONCE


async def test_only_the_greeting_may_go_public(world: World) -> None:
    """The rule: anything private never falls back to a mention where messages are closed."""
    assert world.app is not None
    public = [one.name for one in world.app.kinds.all() if one.public_when_closed]
    assert public == ["greeting"]


async def test_kinds_for_channels_and_only_they_are_posts_or_follow_an_answer(world: World) -> None:
    assert world.app is not None
    for one in world.app.kinds.all():
        if one.courtesy in (Courtesy.MUST, Courtesy.REGULAR):
            assert one.private, f"{one.name} goes to one person and is nobody else's business"
        if one.courtesy is Courtesy.POST:
            assert not one.private
