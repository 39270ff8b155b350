"""Bot tokens."""

from __future__ import annotations

import base64
import secrets


def bot_token(user_id: int) -> str:
    """A new token of a bot: its user id, then chance; as long as Discord's."""
    head = base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("=")
    return f"{head}.{secrets.token_hex(3)}.{secrets.token_urlsafe(28)}"
