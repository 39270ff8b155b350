"""Small parts of request bodies, each fine unless it is told otherwise."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

V2 = 1 << 15


def x(count: int) -> str:
    """So many characters."""
    return "x" * count


def button(**more: Any) -> Json:
    """A button."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def buttons(count: int, prefix: str = "") -> list[Json]:
    """So many buttons with different ids."""
    return [button(custom_id=f"{prefix}{i}") for i in range(count)]


def row(*children: Json) -> Json:
    """A row of components."""
    return {"type": 1, "components": list(children)}


def options(count: int, **more: Any) -> list[Json]:
    """Options of a select menu."""
    return [{"label": str(i), "value": str(i), **more} for i in range(count)]


def select(count: int = 2, **more: Any) -> Json:
    """A select menu."""
    return {"type": 3, "custom_id": "pick", "options": options(count), **more}


def text(content: str) -> Json:
    """A text display of components V2."""
    return {"type": 10, "content": content}


def section(accessory: Json | None = None, texts: int = 1) -> Json:
    """A section with a button beside it."""
    return {
        "type": 9,
        "components": [text("x")] * texts,
        "accessory": button() if accessory is None else accessory,
    }


def embed(**more: Any) -> Json:
    """An embed with a title."""
    return {"title": "x", **more}


def fields(count: int, name: int = 1, value: int = 1) -> Json:
    """An embed of fields with names and values of some length."""
    return embed(fields=[{"name": x(name), "value": x(value)}] * count)


def line(**more: Any) -> Json:
    """A text input."""
    return {"type": 4, "custom_id": "a", "style": 1, **more}


def label(component: Json | None = None, **more: Any) -> Json:
    """A labelled component of a form."""
    return {
        "type": 18,
        "label": "x",
        "component": line() if component is None else component,
        **more,
    }


def form(*components: Json, **more: Any) -> Json:
    """A form; without components it asks for one line."""
    return {"custom_id": "f", "title": "x", "components": list(components) or [label()], **more}


def command(**more: Any) -> Json:
    """A slash command."""
    return {"name": "go", "description": "Goes", "type": 1, **more}


def option(**more: Any) -> Json:
    """An option that takes text."""
    return {"name": "where", "description": "Where", "type": 3, **more}


def choices(count: int, name: int = 1, value: int = 1) -> list[Json]:
    """Choices of an option with names and values of some length."""
    width = max(len(str(count)), 1)
    numbers = [str(i).rjust(width, "n") for i in range(count)]
    return [{"name": one.rjust(name, "n"), "value": one.rjust(value, "v")} for one in numbers]
