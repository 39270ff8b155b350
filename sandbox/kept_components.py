"""What Discord fills in when it keeps a component: defaults, and what it knows of media."""

from __future__ import annotations

import zlib

from sandbox.model import Json

_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in (3, 5, 6, 7, 8)},
    11: {"description": None, "spoiler": False},
    13: {"name": None, "size": None, "spoiler": False},
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}
_ITEM: Json = {"description": None, "spoiler": False}


def fill_in(component: Json) -> Json:
    """A component with all fields that Discord's responses have."""
    kept = {**_DEFAULTS.get(component["type"], {}), **said(component)}
    if "emoji" in kept:
        kept["emoji"] = _named(kept["emoji"])
    if "options" in kept:
        kept["options"] = [_option(one) for one in kept["options"]]
    if "default_values" in kept:
        kept["default_values"] = [_named(one) for one in kept["default_values"]]
    for key in ("media", "file"):
        if isinstance(kept.get(key), dict):
            kept[key] = _media(kept[key])
    if "items" in kept:
        kept["items"] = [
            {**_ITEM, **said(item), "media": _media(item["media"])} for item in kept["items"]
        ]
    return kept


def said(given: Json) -> Json:
    """What was given, without the keys that were left open: Discord gives no null back."""
    return {key: value for key, value in given.items() if value is not None}


def _named(given: Json) -> Json:
    """An emoji or a default value: its id, if there is one, is text."""
    kept = said(given)
    return {**kept, "id": str(kept["id"])} if "id" in kept else kept


def _option(given: Json) -> Json:
    kept = said(given)
    return {**kept, "emoji": _named(kept["emoji"])} if "emoji" in kept else kept


def _media(given: Json) -> Json:
    """An unfurled media item. Nothing is fetched: size and type stay unknown."""
    url = str(given.get("url", ""))
    return {
        "id": str(zlib.crc32(url.encode()) << 22),
        "url": url,
        "proxy_url": url,
        "width": None,
        "height": None,
        "content_type": None,
    }
