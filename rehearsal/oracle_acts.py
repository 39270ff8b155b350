"""What people did, read from the `person` records: runs, clicks, forms, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rehearsal.oracle_time import HOUR
from rehearsal.oracle_wire import Json, Record, Reply, Wire, strings


@dataclass(frozen=True)
class Act:
    """One action of a person, with what they were shown in answer."""

    at: datetime
    n: int
    who: str
    what: str
    name: str
    body: Json
    interaction: str
    answers: tuple[Reply, ...]

    @property
    def buttons(self) -> list[str]:
        """Custom ids in all answers."""
        return [button for answer in self.answers for button in answer.buttons]

    def field(self, *words: str) -> str:
        """What was entered under the first label that contains one of the words."""
        entered = self.body.get("values") or {}
        for word in words:
            for label, value in entered.items():
                if word in str(label).lower():
                    return "; ".join(strings(value)).strip()
        return ""

    @property
    def answered(self) -> bool:
        """Whether the bot took the interaction up at all."""
        return any(answer.callback for answer in self.answers)


def _name(record: Record) -> str:
    body = record.part("body")
    if record.text("action") == "run":
        return str(body.get("command") or body.get("name") or "").strip().lstrip("/").lower()
    # After the `~` stands which message it was pressed in.
    return str(body.get("custom_id") or "").partition("~")[0]


def read_acts(wire: Wire) -> list[Act]:
    """All acts of people, in order."""
    return [
        Act(
            at=record.at,
            n=record.n,
            who=wire.person(record),
            what=record.text("action"),
            name=_name(record),
            body=record.part("body"),
            interaction=record.text("interaction_id"),
            answers=tuple(wire.answers(record.text("interaction_id"))),
        )
        for record in wire.of("person")
    ]


def runs(acts: list[Act], command: str) -> Iterator[Act]:
    """Runs of one command, given without its slash."""
    return (act for act in acts if act.what == "run" and act.name == command)


def clicks(acts: list[Act], prefix: str) -> Iterator[Act]:
    """Clicks on components whose custom id begins with `prefix`."""
    return (act for act in acts if act.what in ("click", "choose") and act.name.startswith(prefix))


def option(act: Act, *names: str) -> str:
    """An option of a command, or what was entered in a form under a label with that word."""
    options = act.body.get("options") or {}
    if isinstance(options, list):
        options = {entry["name"]: entry.get("value") for entry in options}
    for name in names:
        if options.get(name) not in (None, ""):
            return str(options[name])
    return act.field(*names)


def confirmed(acts: list[Act], verb: str, *commands: str) -> Iterator[Act]:
    """When people really did what they had asked for: the run itself, or what confirmed it.

    An answer that offers a button or form whose custom id contains the verb asks back; then only
    a click or submit of just that within the hour counts.
    """
    for act in acts:
        asked = act.what == "run" and act.name in commands
        asked = asked or (act.what == "click" and act.name in _shortcuts(verb))
        if not asked or not act.answered:
            continue
        offered = [button for button in act.buttons if _asks_for(verb, button)]
        offered += [
            str(answer.shown.get("custom_id"))
            for answer in act.answers
            if answer.shown.get("custom_id") and answer.body.get("type") == 9
        ]
        if not offered:
            yield act
            continue
        for later in acts:
            soon = act.n < later.n and later.at <= act.at + HOUR
            if soon and later.who == act.who and later.name in offered and later.answered:
                yield later
                break


def _shortcuts(verb: str) -> tuple[str, ...]:
    return ("lo:people:break:",) if verb == "pause" else ()


def _asks_for(verb: str, custom_id: str) -> bool:
    parts = custom_id.split(":")
    action = parts[2] if len(parts) > 2 and parts[0] == "lo" else ""
    return verb in action or action in ("confirm", "yes")
