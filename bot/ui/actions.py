"""Buttons and forms that still work after a restart.

Their custom_id says everything: `lo:<feature>:<action>:<row id>`. A cog registers what to do for
`<feature>:<action>`; authorization happens in the service that its handler calls, and every
error ends in one presenter.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import discord
import structlog

from bot.clock import Clock
from bot.ui.answers import Interaction, answer
from bot.ui.errors import present_error
from bot.ui.forms import FormValues, read_form

ButtonHandler = Callable[[Interaction, str], Awaitable[None]]
FormHandler = Callable[[Interaction, str, FormValues], Awaitable[None]]
DraftSaver = Callable[[int, str, FormValues], Awaitable[None]]

_log = structlog.get_logger(__name__)

_GONE = (
    "This button belongs to something that is over. "
    "The pinned message in the welcome channel, and `/help`, always lead on."
)


class Router:
    """Finds the handler of a button or form, runs it, and presents what goes wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buttons: dict[str, ButtonHandler] = {}
        self._forms: dict[str, tuple[FormHandler, str]] = {}
        self._save_draft: DraftSaver | None = None

    def keep_drafts_with(self, save: DraftSaver) -> None:
        """How to keep what somebody typed into a form that was refused."""
        self._save_draft = save

    def button(self, name: str, handler: ButtonHandler) -> None:
        """Registers the handler of `feature:action`. Raises ValueError when it is taken."""
        if name in self._buttons:
            raise ValueError(f"two cogs want the button {name}")
        self._buttons[name] = handler

    def form(self, name: str, handler: FormHandler, *, opened_by: str) -> None:
        """Registers a form's handler; `opened_by` is the button that opens it (again)."""
        if name in self._forms:
            raise ValueError(f"two cogs want the form {name}")
        self._forms[name] = handler, opened_by

    @property
    def names(self) -> list[str]:
        """All registered buttons, for tests and documentation."""
        return sorted(self._buttons)

    @property
    def form_names(self) -> list[str]:
        """All registered forms, for tests and documentation."""
        return sorted(self._forms)

    async def press(self, interaction: Interaction, name: str, arg: str) -> None:
        """Runs the handler of a pressed button."""
        with self._clock.working():
            handler = self._buttons.get(name)
            try:
                if handler is None:
                    await answer(interaction, _GONE)
                else:
                    await handler(interaction, arg)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the person hears of it
                await present_error(interaction, error)

    async def submit(self, interaction: Interaction) -> None:
        """Runs the handler of a submitted form, found by its custom_id alone.

        A form that is refused is kept as a draft, and comes back prefilled by a button.
        """
        data = cast(dict[str, Any], interaction.data or {})
        match = _FORM_ID.fullmatch(data.get("custom_id", ""))
        if match is None:
            return
        name, arg = match["name"], match["arg"]
        with self._clock.working():
            entry = self._forms.get(name)
            if entry is None:
                await answer(interaction, _GONE)
                return
            handler, opened_by = entry
            values = read_form(data)
            try:
                await handler(interaction, arg, values)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the person hears of it
                view = None
                if await self._kept(interaction.user.id, draft_key(name, arg), values):
                    view = buttons(
                        ActionButton(opened_by, arg, label="Open the form again", primary=True)
                    )
                await present_error(interaction, error, view=view)

    async def _kept(self, user_id: int, key: str, values: FormValues) -> bool:
        """Keeps a draft if that can be done. What broke the form may break this, too."""
        if self._save_draft is None:
            return False
        try:
            await self._save_draft(user_id, key, values)
        except Exception:  # noqa: BLE001 -- the person must hear of the first error all the same
            _log.exception("a draft could not be kept")
            return False
        return True


def draft_key(form: str, arg: int | str) -> str:
    """Under which name a refused form is kept: one week's answer is not another's."""
    return f"{form}:{arg}"


_FORM_ID = re.compile(r"lo:(?P<name>[a-z_]+:[a-z_]+):(?P<arg>[0-9]*):(?P<opening>[0-9]+)")


class ActionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"lo:(?P<name>[a-z_]+:[a-z_]+):(?P<arg>[0-9]*)(?:~[0-9]+)?",
):
    """A button that carries what it means: `name` is `feature:action`, `arg` a row's id.

    After a `~` may stand the number of the delivery that it belongs to (`bot.delivery.stamp`).
    """

    def __init__(
        self,
        name: str,
        arg: int | str = "",
        *,
        label: str,
        primary: bool = False,
        danger: bool = False,
        disabled: bool = False,
        row: int | None = None,
    ) -> None:
        style = discord.ButtonStyle.secondary
        if primary:
            style = discord.ButtonStyle.primary
        if danger:
            style = discord.ButtonStyle.danger
        self.name, self.arg = name, str(arg)
        super().__init__(
            discord.ui.Button(
                label=label[:80],
                style=style,
                custom_id=f"lo:{name}:{arg}",
                disabled=disabled,
                row=row,
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
    ) -> Self:
        label = getattr(item, "label", None) or "Go on"
        return cls(match["name"], match["arg"], label=label)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.router.press(interaction, self.name, self.arg)


def buttons(*items: ActionButton) -> discord.ui.View:
    """A row (or rows) of buttons that never time out."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
