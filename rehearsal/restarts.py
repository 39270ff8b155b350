"""Restarts the bot between the first message of a kind and the first click on it.

What can be clicked must outlive the process that sent it; this is how every rehearsal proves it.
"""

from __future__ import annotations

from rehearsal.stage import Stage
from sandbox import Message


class Restarts:
    """Remembers which kinds have been through a restart."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._seen: set[str] = set()
        self._border = 0
        self.tried: set[str] = set()
        """Actions (`feature:action`) that were clicked on a message older than the process."""

    async def before_click(self, message: Message) -> None:
        """Restarts when nothing of this kind was clicked yet. Ephemeral answers do not count."""
        if message.ephemeral:
            return
        kind = kind_of(message)
        if kind in self._seen:
            return
        self._seen.add(kind)
        await self._stage.restart()
        # Ids rise with time and with each object: what is older has a smaller one.
        self._border = self._stage.sandbox.world.ids.next()

    def clicked(self, message: Message, custom_id: str) -> None:
        """Notes what was clicked on a message that an earlier process had sent."""
        if message.id < self._border:
            self.tried.add(action_of(custom_id))

    def as_dict(self) -> dict[str, object]:
        """What the report says of it."""
        return {
            "count": self._stage.restarts,
            "kinds": sorted(self._seen),
            "clicked": sorted(self.tried),
            "untried": sorted(self._sent() - self._seen),
        }

    def _sent(self) -> set[str]:
        """Every kind of message with something to click that stands somewhere on the server."""
        me = self._stage.sandbox.application.bot_user_id
        return {
            kind_of(message)
            for channel in self._stage.sandbox.world.channels.values()
            for message in channel.messages.values()
            if message.author.id == me and message.buttons and not message.deleted
        }


def action_of(custom_id: str) -> str:
    """`feature:action` of a custom id."""
    return ":".join(custom_id.split(":")[1:3])


def kind_of(message: Message) -> str:
    """A kind of message: the delivery's code, if it has one, and what can be clicked on it."""
    nonce = str(message.nonce or "")
    code = nonce.partition("-")[0] if "-" in nonce else ""
    actions = sorted({action_of(b.custom_id) for b in message.buttons if b.custom_id})
    return f"{code or 'answer'}: {', '.join(actions)}"
