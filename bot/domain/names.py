"""What may be used as a name (of a person, team, project, …) in messages and channel names."""

import re
import unicodedata

from bot.domain.errors import Refusal, shown

NAME_LIMIT = 32  # Discord's limit for a nickname
TEAM_LIMIT = 40
PROJECT_LIMIT = 60

# Discord's markup for people, roles, channels, emoji, times and commands.
_MARKUP = re.compile(r"<(?:@|#|a?:|t:|id:|/)")
# Marks that turn the writing direction around and so can disguise what stands beside them.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_name(text: str, what: str, limit: int) -> str:
    """`text` as a name: spaces at the ends removed, several made one.

    `what` names the field in the refusal, as in "the team". Raises Refusal if the name is empty,
    longer than `limit` characters, or holds control characters, line breaks, mentions of
    everybody, or Discord's markup.
    """
    bad = {c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}} | (
        set(text) & _TURNING
    )
    if bad:
        raise Refusal(
            f"There is an invisible control character or a line break in {what} {shown(text)};"
            " please type it again."
        )
    name = " ".join(unicodedata.normalize("NFC", text).split())
    plain = unicodedata.normalize("NFKC", name).casefold()
    if "@everyone" in plain or "@here" in plain:
        raise Refusal(f"Please write {what} without @everyone or @here.")
    if _MARKUP.search(plain):
        raise Refusal(f"Please write {what} as plain text, without a mention such as <@…> or <#…>.")
    if not any(unicodedata.category(character)[0] in "LNSP" for character in name):
        raise Refusal(f"Please fill in {what}.")
    if len(name) > limit:
        raise Refusal(
            f"Please shorten {what} {shown(name, 20)} to at most {limit} characters;"
            f" it has {len(name)}."
        )
    return name
