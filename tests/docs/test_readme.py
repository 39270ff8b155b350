"""The README's promises that can be checked."""

import re
from pathlib import Path

from bot.provisioning.desired import INVITE_PERMISSIONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_invite_link_asks_for_exactly_what_the_bot_needs() -> None:
    numbers = re.findall(r"permissions=(\d+)", README)
    assert numbers == [str(INVITE_PERMISSIONS.value)]


def test_every_link_into_the_project_leads_somewhere() -> None:
    targets = re.findall(r"\]\(((?!https?:)[^)#]+)", README)
    assert targets
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert not missing


def test_the_first_screen_has_the_two_commands_and_a_picture() -> None:
    first_screen = "\n".join(README.splitlines()[:25])
    assert "make rehearse" in first_screen
    assert "make test" in first_screen
    assert "![" in first_screen
