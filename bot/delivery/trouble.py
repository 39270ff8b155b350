"""What can go wrong with a request, in the few sorts that a dispatcher can act on."""

from collections.abc import Callable

import aiohttp
import discord

CLOSED = {50007, 50278}
"""Discord's codes for: direct messages closed, no server in common."""
NOT_ALLOWED = {50001, 50013}
"""Missing access, missing permissions."""
UNKNOWN_CHANNEL = 10003
OPENING_TOO_FAST = 40003


class DirectMessagesClosed(Exception):
    """The person does not take direct messages from the bot."""


class ComeBackLater(Exception):
    """Discord or the network failed in a way that may pass.

    `perhaps_done`: whether what was asked for may have been done all the same.
    """

    def __init__(self, reason: str, *, perhaps_done: bool = True) -> None:
        super().__init__(reason)
        self.perhaps_done = perhaps_done


class NotYet(Exception):
    """Nothing was tried: the bot keeps its pace, and this one's turn is in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("direct messages are opened one after another")
        self.seconds = seconds


class ChannelGone(Exception):
    """The channel has been deleted."""


class Forbidden(Exception):
    """The bot lacks permissions; `missing` names them as discord.py does, if that can be told."""

    def __init__(self, reason: str, missing: frozenset[str]) -> None:
        super().__init__(reason)
        self.missing = missing


class WillNotWork(Exception):
    """Discord refuses this message and would refuse it again."""


class translated:
    """Turns the library's many exceptions into those of this module.

    `missing` tells which permissions are lacking; it is asked only when Discord says that some are.
    """

    def __init__(self, missing: Callable[[], frozenset[str]] = frozenset) -> None:
        self._missing = missing

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, discord.HTTPException):
            raise self._of_discord(error) from error
        if isinstance(error, discord.RateLimited):
            raise ComeBackLater(str(error), perhaps_done=False) from error
        if isinstance(error, aiohttp.ClientError | OSError | TimeoutError):
            reached = not isinstance(error, aiohttp.ClientConnectorError)
            reason = f"{type(error).__name__}: {error}"
            raise ComeBackLater(reason, perhaps_done=reached) from error

    def _of_discord(self, error: discord.HTTPException) -> Exception:
        said = f"{error.status} {error.code}: {error.text}"
        if error.status >= 500:
            return ComeBackLater(str(error))
        if error.status == 429 or error.code == OPENING_TOO_FAST:
            return ComeBackLater(said, perhaps_done=False)
        if error.code in CLOSED:
            return DirectMessagesClosed(error.text)
        if error.code in NOT_ALLOWED:
            return Forbidden(said, self._missing())
        if error.status == 404 and error.code == UNKNOWN_CHANNEL:
            return ChannelGone(error.text)
        return WillNotWork(said)
