"""What a rehearsal says while it runs: one line a week, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, TextIO

from rehearsal.stage import Stage

SHOWN_ERRORS = 30


class Progress:
    """Writes lines to `stream`. On a terminal a short note says what is going on between them."""

    def __init__(self, stream: TextIO, weeks: int) -> None:
        self._stream = stream
        self._weeks = weeks
        self._tty = stream.isatty()
        self._noted = False

    def note(self, text: str) -> None:
        """Something that the next line replaces; nothing where lines cannot be replaced."""
        if self._tty:
            self._stream.write(f"\r\x1b[2K{text} …")
            self._stream.flush()
            self._noted = True

    def line(self, text: str) -> None:
        """A line that stays."""
        if self._noted:
            self._stream.write("\r\x1b[2K")
            self._noted = False
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def week(self, number: int, day: date, stage: Stage, did: Counter[str]) -> None:
        """The state of things at the beginning of a week; week 0 is the one before the first."""
        here = sum(person.id in stage.guild.member_map for person in stage.people.values())
        name = f"Week {number} of {self._weeks}" if number <= self._weeks else "The end"
        name = "Before the start" if number == 0 else name
        facts = (
            _many(stage.sent_by_bot(), "message"),
            f"{here} people on the server",
            _many(did["check-ins"], "check-in"),
            _many(did["meetings"], "meeting") + " booked",
            _many(stage.restarts, "restart"),
        )
        when = f"{day:%a} {day.day} {day:%b}"
        self.line(f"{name:<16} · {when:<10} · {' · '.join(facts)}")

    def verdict(self, report: Mapping[str, Any], page: str) -> None:
        """How it ended, and where to look."""
        totals = report["deliveries"].values()
        due, delivered = (sum(kind.get(key, 0) for kind in totals) for key in ("due", "delivered"))
        lost, doubled = (sum(kind.get(key, 0) for kind in totals) for key in ("lost", "duplicated"))
        others = sum(kind.get("cancelled", 0) + kind.get("expired", 0) for kind in totals)
        self.line("")
        self.line(
            f"{report['people']} people in {report['teams']} teams, {report['weeks']} weeks, "
            f"played in {report['wall_seconds']:g} s."
        )
        self.line(
            f"Due: {due} messages. Delivered: {delivered}; fell away: {others}; "
            f"lost: {lost}; doubled: {doubled}."
        )
        restarts = report.get("restarts", {})
        self.line(
            f"The bot was restarted {_many(restarts.get('count', 0), 'time')}, and "
            f"{_many(len(restarts.get('clicked', [])), 'kind')} of buttons worked afterwards."
        )
        errors = report["errors"]
        if report["passed"]:
            self.line("Everything that was due came, once, to the right people. It passed.")
        else:
            self.line(f"It did not pass: {_many(len(errors), 'error')}.")
            for error in errors[:SHOWN_ERRORS]:
                self.line(f"  - {error}")
            if len(errors) > SHOWN_ERRORS:
                self.line(f"  and {len(errors) - SHOWN_ERRORS} more in report.json")
        self.line(f"See it: {page}")


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
