"""A small, strict Discord on loopback (REST v10 and gateway) that bots can be tested against.

See docs/sandbox.md. Nothing here knows the bot.
"""

from sandbox.drafts import Upload
from sandbox.errors import ApiError, Refused
from sandbox.forms import Field, Modal
from sandbox.interactions import Outcome
from sandbox.model import (
    Application,
    Attachment,
    Button,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
)
from sandbox.people import Person
from sandbox.server import Sandbox

__all__ = [
    "ApiError",
    "Application",
    "Attachment",
    "Button",
    "Channel",
    "Field",
    "Guild",
    "Member",
    "Message",
    "Modal",
    "Outcome",
    "Person",
    "Refused",
    "Role",
    "Sandbox",
    "Upload",
    "User",
]
