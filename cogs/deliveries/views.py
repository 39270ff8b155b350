"""The buttons, the form and the previews of `/deliveries`."""

from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.delivery.kinds import Nothing, OutMessage
from bot.delivery.stamp import stamped
from bot.domain.deliveries import State
from bot.services.deliveries import LONGEST_WORDING, Look
from bot.services.delivery_entries import Coming, Entry, Failed, Held, Page
from bot.ui.actions import ActionButton, buttons
from bot.ui.forms import Field, Form
from cogs.deliveries import messages
from cogs.deliveries.messages import Names, what

COMING = "deliveries:coming"
HELD = "deliveries:held"
FAILED = "deliveries:failed"
LOOK = "deliveries:look"
EDIT = "deliveries:edit"
HOLD = "deliveries:hold"
RELEASE = "deliveries:release"
CANCEL = "deliveries:cancel"
RETRY = "deliveries:retry"
RETRY_ALL = "deliveries:retryall"
CANCEL_ALL = "deliveries:cancelall"
CLOSE = "deliveries:close"
FORM = "deliveries:words"

TEXT = "text"
_LAST_ROW = 4
_ROWS = 5

WORDS_FORM = Form(
    name=FORM,
    title="The words of this message",
    note="Everybody in the channel will read it. Nobody is told who wrote it.",
    fields=(
        Field(
            TEXT,
            "Text",
            hint="It replaces the text of this one message. Leave it empty for my own words.",
            long=True,
            max_length=LONGEST_WORDING,
        ),
    ),
)


@dataclass(frozen=True)
class Card:
    """A private message to an organizer: a preview with what can be done about it."""

    content: str
    embeds: list[discord.Embed]
    view: discord.ui.View
    files: list[discord.File]


def worded(message: OutMessage, wording: str | None) -> OutMessage:
    """The message as it is sent: with an organizer's text where there is one."""
    return message if wording is None else replace(message, content=wording)


def coming_buttons(lists: Coming, names: Names) -> discord.ui.View:
    """Below what is coming: a look at each, other pages, the other lists."""
    looks = [
        ActionButton(LOOK, entry.id, label=f"Look at {what(entry, names)}")
        for entry in lists.entries
    ]
    more = _turns(COMING, lists.page)
    if lists.held:
        more.append(_button(HELD, "", f"What is held back ({lists.held})"))
    if lists.failed:
        more.append(_button(FAILED, "", f"What could not be sent ({lists.failed})"))
    return buttons(*looks, *more, _button(CLOSE, "", "Close this list"))


def held_buttons(lists: Held, names: Names) -> discord.ui.View:
    """Below what is held back: a row of buttons for each."""
    rows = [_choices(entry, names, row) for row, entry in enumerate(lists.entries)]
    return buttons(*[one for row in rows for one in row], *_leading_on(HELD, lists.page))


def failed_buttons(lists: Failed, names: Names) -> discord.ui.View:
    """Below what failed: a row of buttons for each message, and for each private kind."""
    found: list[ActionButton] = []
    for row, group in enumerate(lists.groups):
        many = messages.counted(group.kind, group.count, names)
        found.append(_button(RETRY_ALL, group.handle, f"Try again: {many}", row=row))
        found.append(_button(CANCEL_ALL, group.handle, f"Cancel: {many}", row=row, danger=True))
    for row, entry in enumerate(lists.entries, len(lists.groups)):
        found += _choices(entry, names, row)
    return buttons(*found, *_leading_on(FAILED, lists.page))


def leading_on() -> discord.ui.View:
    """Below what was done."""
    return buttons(
        _button(COMING, "", "What is coming"),
        _button(HELD, "", "What is held back"),
        _button(FAILED, "", "What could not be sent"),
        _button(CLOSE, "", "Close this note"),
    )


def preview(look: Look, message: OutMessage | Nothing, names: Names) -> Card:
    """A message exactly as it will look, and below it what an organizer can do about it.

    Its own buttons are drawn but switched off: a look has no effects.
    """
    facts = discord.Embed(title="Preview")
    if isinstance(message, Nothing):
        facts.description = messages.facts(look, names, pinned=False, buttons_left_out=False)
        view = _controls(discord.ui.View(timeout=None), look.entry, wordable=False)
        return Card(messages.nothing(message.reason), [facts], view, [])
    message = stamped(worded(message, look.wording), look.entry.id)
    view = message.view or discord.ui.View(timeout=None)
    left_out = len(view.to_components()) >= _ROWS
    if left_out:
        view = discord.ui.View(timeout=None)
    for child in view.children:
        _switch_off(child)
    facts.description = messages.facts(look, names, pinned=message.pin, buttons_left_out=left_out)
    embeds = [facts] if message.embed is None else [message.embed, facts]
    view = _controls(view, look.entry, wordable=look.entry.wordable)
    return Card(message.content, embeds, view, message.files)


def _switch_off(child: discord.ui.Item[Any]) -> None:
    item = child.item if isinstance(child, discord.ui.DynamicItem) else child
    if isinstance(item, discord.ui.Button | discord.ui.Select):
        item.disabled = True


def _controls(view: discord.ui.View, entry: Entry, *, wordable: bool) -> discord.ui.View:
    found = []
    if wordable:
        found.append(_button(EDIT, entry.id, "Change the text", row=_LAST_ROW))
    if entry.state == State.PLANNED:
        found.append(_button(HOLD, entry.id, "Hold it back", row=_LAST_ROW))
    elif entry.state == State.STOPPED:
        found.append(_button(RELEASE, entry.id, "Let it go", row=_LAST_ROW))
    else:
        found.append(_button(RETRY, entry.id, "Try it again", row=_LAST_ROW))
    if entry.state != State.PLANNED:
        found.append(_button(CANCEL, entry.id, "Cancel it", row=_LAST_ROW, danger=True))
    found.append(_button(CLOSE, "", "Close this preview", row=_LAST_ROW))
    for one in found:
        view.add_item(one)
    return view


def _choices(entry: Entry, names: Names, row: int) -> list[ActionButton]:
    name = what(entry, names)
    go, label = (RELEASE, "Let go") if entry.state == State.STOPPED else (RETRY, "Try again")
    return [
        _button(LOOK, entry.id, f"Look at {name}", row=row),
        _button(go, entry.id, f"{label}: {name}", row=row),
        _button(CANCEL, entry.id, f"Cancel: {name}", row=row, danger=True),
    ]


def _turns(name: str, page: Page, row: int | None = None) -> list[ActionButton]:
    found = []
    if page.number > 0:
        found.append(_button(name, page.number - 1, "Earlier ones", row=row))
    if page.number + 1 < page.pages:
        found.append(_button(name, page.number + 1, "Later ones", row=row))
    return found


def _leading_on(name: str, page: Page) -> list[ActionButton]:
    return [
        *_turns(name, page, _LAST_ROW),
        _button(COMING, "", "What is coming", row=_LAST_ROW),
        _button(CLOSE, "", "Close this list", row=_LAST_ROW),
    ]


def _button(
    name: str, arg: int | str, label: str, *, row: int | None = None, danger: bool = False
) -> ActionButton:
    return ActionButton(name, arg, label=label, row=row, danger=danger)
