"""Who may do what: every action for every kind of person."""

from itertools import product

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.policy import Action, Level, Role, check, level

ORGANIZING = {
    Action.CREATE_COHORT,
    Action.SEE_COHORT,
    Action.IMPORT_ROSTER,
    Action.LAUNCH_COHORT,
    Action.CLOSE_COHORT,
    Action.CHANGE_COHORT,
}
ALLOWED = {
    Level.STRANGER: set[Action](),
    Level.MEMBER: {Action.TAKE_PART},
    Level.ORGANIZER: {Action.TAKE_PART, *ORGANIZING},
    Level.ADMIN: {Action.TAKE_PART, *ORGANIZING, Action.NAME_ORGANIZERS},
}


@pytest.mark.parametrize(("held", "action"), list(product(Level, Action)))
def test_who_may_do_what(held: Level, action: Action) -> None:
    if action in ALLOWED[held]:
        check(action, held)
    else:
        with pytest.raises(NotAllowed) as refused:
            check(action, held)
        sentence = str(refused.value)
        assert sentence.endswith(".")
        assert not {"level", "permission denied", "error"} & set(sentence.lower().split())


@pytest.mark.parametrize("higher", list(Level)[1:])
def test_more_trust_never_takes_anything_away(higher: Level) -> None:
    assert ALLOWED[Level(higher - 1)] <= ALLOWED[higher]


@pytest.mark.parametrize(
    ("manage_guild", "organizer", "member", "expected"),
    [
        (False, False, False, Level.STRANGER),
        (False, False, True, Level.MEMBER),
        (False, True, False, Level.ORGANIZER),
        (False, True, True, Level.ORGANIZER),
        (True, False, False, Level.ADMIN),
        (True, True, True, Level.ADMIN),
    ],
)
def test_the_highest_level_counts(
    manage_guild: bool, organizer: bool, member: bool, expected: Level
) -> None:
    assert level(manage_guild=manage_guild, organizer=organizer, member=member) is expected


def test_an_organizer_cannot_name_organizers_and_is_told_who_can() -> None:
    with pytest.raises(NotAllowed, match="Manage Server"):
        check(Action.NAME_ORGANIZERS, Level.ORGANIZER)


def test_the_roles_are_the_programmes() -> None:
    assert set(Role) == {"mentee", "navigator", "captain", "organizer"}
