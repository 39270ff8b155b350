"""The life of a delivery as a diagram, made from the transition table.

`python -m tests.docs.diagram` writes it into docs/deliveries.md.
"""

import re
from pathlib import Path

from bot.domain.deliveries import TRANSITIONS, Event, State

DOCUMENT = Path(__file__).parents[2] / "docs" / "deliveries.md"
BEGIN = "<!-- made from bot/domain/deliveries.py by: python -m tests.docs.diagram -->"
END = "<!-- end of what is made -->"

_ARROW = re.compile(r"^    (\w+) --> (\w+): (.+)$", re.MULTILINE)


def mermaid() -> str:
    """The diagram's source. Events between the same two states share an arrow."""
    arrows: dict[tuple[State, State], list[Event]] = {}
    for (state, event), following in TRANSITIONS.items():
        arrows.setdefault((state, following), []).append(event)
    lines = ["stateDiagram-v2", "    [*] --> planned"]
    lines += [
        f"    {state} --> {following}: {', '.join(events)}"
        for (state, following), events in arrows.items()
    ]
    # Where a delivery can come to rest for good.
    lines += [f"    {state} --> [*]" for state in (State.SENT, State.CANCELLED, State.EXPIRED)]
    return "\n".join(lines)


def drawn(diagram: str) -> dict[tuple[State, Event], State]:
    """The transition table that a diagram shows."""
    return {
        (State(state), Event(event)): State(following)
        for state, following, events in _ARROW.findall(diagram)
        for event in events.split(", ")
    }


def document(text: str) -> str:
    """The document with the present diagram between its two marks."""
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{BEGIN}\n\n```mermaid\n{mermaid()}\n```\n\n{END}{tail}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
