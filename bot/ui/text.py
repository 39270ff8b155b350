"""Text that is safe to show: what people typed can neither ping nor break the message."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(text: str) -> str:
    """What somebody typed, with markdown and mentions made harmless."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text, as_needed=True))


def quoted(text: str) -> str:
    """What somebody typed, as a quotation, line by line; several empty lines are one."""
    lines = re.sub(r"(\s*\n){3,}", "\n\n", plain(text)).splitlines()
    return "\n".join(f"> {line}" for line in lines or [""])


def pages(parts: Sequence[str], limit: int) -> list[str]:
    """Parts of a long answer as messages of at most `limit` characters, none left out.

    A part that is too long for one message goes on in the next, broken at a line if it has any.
    """
    found = [""]
    for part in parts:
        rest = f"{found[-1]}\n\n{part}" if found[-1] else part
        if len(rest) > limit and found[-1]:
            found.append("")
            rest = part
        while len(rest) > limit:
            cut = rest.rfind("\n", 1, limit)
            cut = cut if cut > 0 else limit
            found[-1], rest = rest[:cut], rest[cut:].lstrip("\n")
            found.append("")
        found[-1] = rest
    return found


def shortened(text: str, limit: int) -> str:
    """`text`, cut to `limit` characters at a word if it is longer."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut.rsplit(None, 1)[0] if ' ' in cut else cut}…"


def joined(names: list[str]) -> str:
    """Names as people say them: "Ana", "Ana and Bo", "Ana, Bo and Cy"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def stamp(moment: datetime, style: discord.utils.TimestampStyle = "F") -> str:
    """A moment that Discord shows in each reader's own timezone."""
    return discord.utils.format_dt(moment, style)


def city(zone: ZoneInfo) -> str:
    """The place that a timezone is named after: "Kathmandu" for Asia/Kathmandu."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def moment_label(moment: datetime, zone: ZoneInfo) -> str:
    """A moment for a button, complete in itself: "Tue 2 Mar 18:45 Kathmandu"."""
    here = moment.astimezone(zone)
    return f"{_DAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]} {here:%H:%M} {city(zone)}"


def wall(moment: datetime, zone: ZoneInfo) -> str:
    """The wall-clock time in a zone: "18:45 in Kathmandu"."""
    return f"{moment.astimezone(zone):%H:%M} in {city(zone)}"
