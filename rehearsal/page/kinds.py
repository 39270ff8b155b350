"""The kinds of delivery in words, and what the courtesy rules allow."""

from __future__ import annotations

KINDS: dict[str, tuple[str, str]] = {
    "gr": ("greeting", "Greeting"),
    "sn": ("stranger_note", "Note to a stranger"),
    "on": ("organizer_note", "Note to organizers"),
    "hm": ("home", "Home message"),
    "tw": ("team_welcome", "Team welcome"),
    "in": ("introduction", "Introduction"),
    "cp": ("checkin_prompt", "Check-in prompt"),
    "cs": ("checkin_shared", "Check-in shared"),
    "oo": ("one_on_one_offer", "One-on-one offer"),
    "or": ("one_on_one_reminder", "One-on-one reminder"),
    "oc": ("one_on_one_change", "One-on-one change"),
    "cw": ("captain_week", "Captain's week"),
    "cd": ("captain_day", "Captain's eve"),
    "cb": ("captain_bookings", "Captain's new bookings"),
    "nw": ("navigator_week", "Navigator's week"),
    "wb": ("welcome_back", "Welcome back"),
    "tf": ("team_farewell", "Team farewell"),
}
"""Code in the nonce: the kind's name and its words, in the order of a cohort's life."""

CAPS: dict[str, int] = {"mentee": 3, "navigator": 3, "captain": 5, "organizer": 3}
"""Unprompted direct messages a person and local week (docs/programme.md, courtesy)."""

OUTCOMES: dict[str, str] = {
    "delivered": "arrived",
    "cancelled": "called off",
    "expired": "too late to be useful",
    "failed": "did not reach anybody",
    "duplicated": "doubled",
    "lost": "lost",
}

PERSONAS: dict[str, str] = {
    "prompt": "answers promptly",
    "slow": "takes their time",
    "skipper": "often skips",
    "closed-dms": "has direct messages closed",
    "leaves": "leaves along the way",
    "late": "joins late",
    "pauses": "takes a break",
    "captain": "captain",
    "navigator": "navigator",
    "organizer": "organizer",
}

_WORDS = dict(KINDS.values())
_ORDER = {kind: place for place, (kind, _) in enumerate(KINDS.values())}


def kind_words(kind: str) -> str:
    """A kind's name for people; an unknown kind in its own words."""
    return _WORDS.get(kind) or kind.replace("_", " ").capitalize()


def kind_order(kind: str) -> tuple[int, str]:
    """A key that sorts kinds by when they come up in a cohort, unknown ones last."""
    return (_ORDER.get(kind, len(_ORDER)), kind)


def kind_of_nonce(nonce: str) -> str:
    """The kind named by a nonce such as `cp-41`; "" for any other text."""
    code, dash, _ = nonce.partition("-")
    return KINDS[code][0] if dash and code in KINDS else ""
