"""The opening: what an organizer understands in ten seconds, and the figures behind it."""

from __future__ import annotations

from typing import Any

from rehearsal.page import timestamps
from rehearsal.page.cohort import Cohort, options
from rehearsal.page.kinds import CAPS, kind_order, kind_words

COLUMNS = ("due", "delivered", "cancelled", "expired", "failed", "duplicated", "lost")


def summary(cohort: Cohort) -> dict[str, Any]:
    """The verdict in words, the facts, and the tables behind them."""
    report = cohort.report
    deliveries = report.get("deliveries") or {}
    totals = {
        column: sum(int(row.get(column) or 0) for row in deliveries.values()) for column in COLUMNS
    }
    errors = [str(error) for error in report.get("errors") or ()]
    access = report.get("access") or {}
    wrong = access.get("wrong") or 0
    wrong = len(wrong) if isinstance(wrong, list) else int(wrong)
    bad = totals["lost"] + totals["duplicated"] + totals["failed"] + wrong + len(errors)
    passed = bool(report.get("passed", not bad))
    return {
        "passed": passed,
        "verdict": _verdict(passed, totals, wrong, errors),
        "name": _name(cohort),
        "dates": _dates(cohort),
        "zone": str(cohort.zone),
        "people": int(report.get("people") or len(cohort.people)),
        "teams": int(report.get("teams") or len(cohort.roster.teams)),
        "weeks": cohort.weeks,
        "seconds": _seconds(report.get("wall_seconds")),
        "totals": totals,
        "aside": _aside(totals),
        "access": (int(access.get("checked") or 0), wrong) if access else None,
        "caps": _caps(report.get("direct_messages_per_week") or {}),
        "interactions": report.get("interactions") or {},
        "errors": errors,
        "rows": [
            {
                "name": kind_words(kind),
                "cells": [int(deliveries[kind].get(column) or 0) for column in COLUMNS],
            }
            for kind in sorted(deliveries, key=kind_order)
        ],
        "columns": COLUMNS,
        "requests": sorted((report.get("requests") or {}).items(), key=lambda pair: -int(pair[1])),
    }


def _verdict(passed: bool, totals: dict[str, int], wrong: int, errors: list[str]) -> str:
    if passed:
        return "Everything that was due arrived, once, at its hour."
    parts = [
        f"{totals[column]} {word}"
        for column, word in (
            ("lost", "lost"),
            ("duplicated", "doubled"),
            ("failed", "not reaching anybody"),
        )
        if totals[column]
    ]
    if wrong:
        parts.append(f"{wrong} wrongly readable")
    if not parts and errors:
        parts.append(f"{len(errors)} {'error' if len(errors) == 1 else 'errors'}")
    return "Something went wrong: " + (", ".join(parts) or "see the errors below") + "."


def _aside(totals: dict[str, int]) -> str:
    parts = []
    if totals["cancelled"]:
        parts.append(f"{totals['cancelled']} called off")
    if totals["expired"]:
        parts.append(f"{totals['expired']} past their use")
    return " and ".join(parts)


def _name(cohort: Cohort) -> str:
    for deed in cohort.story.deeds:
        if deed.kind == "run" and "cohort create" in str(deed.body.get("command")):
            return str(options(deed).get("name") or "")
    return ""


def _dates(cohort: Cohort) -> str:
    first = timestamps.day_text(cohort.start, year=True)
    last = cohort.week_dates(cohort.weeks).split(" to ")[-1]
    return f"{first} to {last}"


def _seconds(value: Any) -> str:
    if value is None:
        return ""
    seconds = float(value)
    return (
        f"{seconds:.1f}\N{NO-BREAK SPACE}s" if seconds < 10 else f"{seconds:.0f}\N{NO-BREAK SPACE}s"
    )


def _caps(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each role's busiest week against what the courtesy rules allow."""
    return [
        {
            "role": role.capitalize() + "s",
            "median": _number(figures[role].get("median")),
            "maximum": _number(figures[role].get("maximum")),
            "cap": cap,
            "over": float(figures[role].get("maximum") or 0) > cap,
        }
        for role, cap in CAPS.items()
        if isinstance(figures.get(role), dict)
    ]


def _number(value: Any) -> str:
    return f"{float(value or 0):g}"
