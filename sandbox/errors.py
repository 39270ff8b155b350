"""How the sandbox says no: Discord's error answers, and what a person's client will not do.

Codes and texts: Discord's documentation, "Opcodes and Status Codes" (JSON error codes).
"""

from __future__ import annotations

from typing import Any

TEXTS: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown Overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (404, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10070: (404, "Unknown Guild Scheduled Event"),
    20026: (403, "Your bot has been flagged by our anti-spam system for abusive behavior."),
    20028: (429, "The channel you are writing has hit the write rate limit."),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30005: (400, "Maximum number of guild roles reached (250)"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    30038: (400, "Maximum number of uncompleted guild scheduled events reached (100)"),
    30060: (400, "Maximum number of channel permission overwrites reached (1000)"),
    40003: (400, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40041: (400, "An application command with that name already exists"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50016: (400, "Provided too few or too many messages to delete"),
    50019: (400, "A message can only be pinned in the channel it was sent in"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50025: (401, "Invalid OAuth2 access token"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid role"),
    50033: (400, "Invalid Recipient(s)"),
    50034: (400, "A message provided was too old to bulk delete"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160006: (400, "Maximum number of active threads reached"),
    180000: (400, "Cannot update a finished event"),
}


class ApiError(Exception):
    """An answer of 400 or more, in Discord's shape."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: dict[str, Any] | None = None,
        *,
        planned: bool = False,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.planned = planned

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that the client receives."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def refuse(code: int, *, planned: bool = False) -> ApiError:
    """Discord's usual answer for a JSON error code (see ``TEXTS``)."""
    status, text = TEXTS[code]
    return ApiError(status, code, text, planned=planned)


class Problems:
    """Collects what is wrong with a request body, by path, for one 50035 answer."""

    def __init__(self) -> None:
        self.found: list[tuple[tuple[str, ...], str, str]] = []

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Notes one problem at ``path`` (keys and list positions)."""
        self.found.append((tuple(str(part) for part in path), code, message))

    def length(
        self, path: tuple[str | int, ...], value: Any, low: int, high: int, *, name: str = ""
    ) -> bool:
        """Checks that ``value`` is text of ``low`` to ``high`` characters; tells whether it is."""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret as string.")
            return False
        if not low <= len(value) <= high:
            if not value and low:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            elif low:
                text = f"Must be between {low} and {high} in length."
                self.add(path, "BASE_TYPE_BAD_LENGTH", text)
            else:
                text = f"Must be {high} or fewer in length."
                self.add(path, "BASE_TYPE_MAX_LENGTH", text)
            return False
        return True

    def required(self, path: tuple[str | int, ...]) -> None:
        """Notes that a field is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, path: tuple[str | int, ...], value: Any, allowed: tuple[Any, ...]) -> bool:
        """Checks that ``value`` is one of ``allowed``; tells whether it is."""
        if value in allowed and not isinstance(value, bool):
            return True
        listed = ", ".join(str(one) for one in allowed)
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return False

    def raise_if_any(self) -> None:
        """Raises the 50035 answer when something was noted."""
        if not self.found:
            return
        errors: dict[str, Any] = {}
        for path, code, message in self.found:
            at = errors
            for part in path:
                at = at.setdefault(part, {})
            at.setdefault("_errors", []).append({"code": code, "message": message})
        raise ApiError(400, 50035, "Invalid Form Body", errors)


def invalid(path: tuple[str | int, ...], code: str, message: str) -> ApiError:
    """A 50035 answer with one problem."""
    problems = Problems()
    problems.add(path, code, message)
    try:
        problems.raise_if_any()
    except ApiError as error:
        return error
    raise AssertionError("unreachable")


class Refused(Exception):
    """A person tried something that their Discord client would not let them do."""
