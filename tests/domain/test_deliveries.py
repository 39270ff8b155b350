"""The life of a delivery: exactly the transitions of the table, and a diagram made from it."""

from collections import deque
from itertools import product
from pathlib import Path

import pytest

from bot.domain.deliveries import TRANSITIONS, Event, ImpossibleTransition, State, after
from tests.docs.diagram import BEGIN, END, document, drawn, mermaid

BEGINNING = State.PLANNED
DOCUMENT = Path(__file__).parents[2] / "docs" / "deliveries.md"
IMPOSSIBLE = sorted(set(product(State, Event)) - set(TRANSITIONS))


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_what_is_in_the_table_happens(state: State, event: Event) -> None:
    assert after(state, event) is TRANSITIONS[state, event]


@pytest.mark.parametrize(("state", "event"), IMPOSSIBLE)
def test_everything_else_is_refused_by_name(state: State, event: Event) -> None:
    with pytest.raises(ImpossibleTransition, match=rf"that is {state} cannot {event}"):
        after(state, event)


def test_every_state_can_be_reached() -> None:
    seen, waiting = {BEGINNING}, deque([BEGINNING])
    while waiting:
        here = waiting.popleft()
        for (state, _), following in TRANSITIONS.items():
            if state is here and following not in seen:
                seen.add(following)
                waiting.append(following)
    assert seen == set(State)


def test_every_event_happens_somewhere() -> None:
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_only_a_claimed_or_a_waiting_message_becomes_a_sent_one() -> None:
    before = {state for (state, _), following in TRANSITIONS.items() if following is State.SENT}
    assert before == {State.CLAIMED, State.HELD}


def test_only_a_planned_message_is_claimed() -> None:
    assert [state for state, event in TRANSITIONS if event is Event.CLAIM] == [State.PLANNED]


def test_what_was_sent_is_never_sent_again() -> None:
    """From sent there is only the way back out: a withdrawn message may be planned again."""
    assert {event for state, event in TRANSITIONS if state is State.SENT} == {Event.WITHDRAW}
    assert not [event for state, event in TRANSITIONS if state is State.EXPIRED]


def test_the_diagram_in_the_documents_is_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == document(text), "please run: python -m tests.docs.diagram"


def test_the_diagram_says_all_of_the_table_and_nothing_else() -> None:
    assert drawn(mermaid()) == TRANSITIONS


def test_a_diagram_that_is_out_of_date_is_seen() -> None:
    stale = f"before\n{BEGIN}\nstateDiagram-v2\n{END}\nafter\n"
    assert document(stale) != stale
    assert document(document(stale)) == document(stale)
    assert document(stale).startswith("before\n")
    assert document(stale).endswith("\nafter\n")
