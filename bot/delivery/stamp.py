"""The number of a delivery in its message, so that the message can be found again.

It stands in the custom_id of the message's first button of ours, after a `~` that the button's
handler never sees; a message without such a button has it in an embed's footer.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import discord

from bot.delivery.kinds import OutMessage

_FOOTER = re.compile(r"(?:^| · )Message (?P<row>[0-9]+)$")
_CUSTOM_ID = re.compile(r"lo:[a-z_]+:[a-z_]+:[0-9]*~(?P<row>[0-9]+)")


def stamped(message: OutMessage, row_id: int) -> OutMessage:
    """The message with its delivery's number in it."""
    for button in _buttons(message.view):
        # Without what stands there already: a message may be sent a second time.
        button.custom_id = f"{(button.custom_id or '').partition('~')[0]}~{row_id}"
        return message
    embed = discord.Embed() if message.embed is None else message.embed.copy()
    mark = f"Message {row_id}"
    embed.set_footer(
        text=f"{embed.footer.text} · {mark}" if embed.footer.text else mark,
        icon_url=embed.footer.icon_url,
    )
    return replace(message, embed=embed)


def _buttons(view: discord.ui.View | None) -> Iterator[discord.ui.Button[Any]]:
    for child in view.children if view is not None else ():
        item = child.item if isinstance(child, discord.ui.DynamicItem) else child
        if isinstance(item, discord.ui.Button) and (item.custom_id or "").startswith("lo:"):
            yield item


def row_of(message: discord.Message) -> int | None:
    """The number of the delivery that a message is; None where it carries none."""
    for custom_id in _custom_ids(message.components):
        if found := _CUSTOM_ID.fullmatch(custom_id):
            return int(found["row"])
    for embed in message.embeds:
        if found := _FOOTER.search(embed.footer.text or ""):
            return int(found["row"])
    return None


def _custom_ids(components: Iterable[Any]) -> Iterator[str]:
    for component in components:
        yield from _custom_ids(getattr(component, "children", ()))
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
