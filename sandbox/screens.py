"""What a person's client keeps to itself: open forms, what is typed there, private answers."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Refused
from sandbox.forms import TEXT_INPUT, Modal
from sandbox.model import Message, User
from sandbox.world import World


class Screen:
    """One client. Several forms may be open, as if on several devices."""

    def __init__(self, world: World, user: User) -> None:
        self.phone = False
        """A phone shows old text again in a form whose custom id it knows, sent or not."""
        self._world = world
        self._user = user
        self._forms: list[Modal] = []
        self._kept: dict[tuple[str, str], str] = {}
        self._forgotten: set[int] = set()

    def restart(self) -> None:
        """A fresh client: no form is open, no text is kept, and ephemeral messages are gone."""
        for modal in self._forms:
            modal.closed = True
        self._forms.clear()
        self._kept.clear()
        self._forgotten |= {one.id for one in self.whispers()}

    def whispers(self) -> list[Message]:
        """The ephemeral messages that are still shown, oldest first."""
        return [
            one
            for one in self._world.ephemerals.values()
            if one.ephemeral_to == self._user.id and one.id not in self._forgotten
        ]

    def shows(self, message: Message) -> bool:
        """Whether a message is not somebody else's ephemeral one, and not forgotten."""
        if message.ephemeral_to is None:
            return True
        return message.ephemeral_to == self._user.id and message.id not in self._forgotten

    def open(self, modal: Modal) -> None:
        """A form appears; only a phone fills in what it remembers."""
        self._forms.append(modal)
        if self.phone:
            for one in modal.fields:
                old = self._kept.get((modal.custom_id, one.custom_id))
                if old is not None:
                    modal.typed[one.custom_id] = old

    def type_into(self, modal: Modal, values: dict[str, Any]) -> None:
        """Notes what is typed and chosen, by label or custom id; nothing is sent."""
        self.check(modal)
        for name, value in values.items():
            modal.typed[modal.field(name).custom_id] = value
        self.remember(modal)

    def remember(self, modal: Modal, given: dict[str, Any] | None = None) -> None:
        """What a phone would show again."""
        named = {modal.field(name).custom_id: value for name, value in (given or {}).items()}
        for one in modal.fields:
            value = {**modal.typed, **named}.get(one.custom_id)
            if one.kind == TEXT_INPUT and value is not None:
                self._kept[modal.custom_id, one.custom_id] = str(value)

    def dismiss(self, modal: Modal) -> None:
        """Closes a form; what was typed is lost."""
        self.check(modal)
        modal.closed = True

    def check(self, modal: Modal | None) -> Modal:
        """The form, if it is open here; else Refused."""
        if modal is None:
            raise Refused("no form is open")
        if modal.interaction.user is not self._user:
            raise Refused("that form is open on somebody else's screen")
        if modal.sent:
            raise Refused("that form was sent already")
        if modal.closed:
            raise Refused("that form was closed; what was typed is lost")
        return modal
