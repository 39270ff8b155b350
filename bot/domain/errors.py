"""Refusals: what a person is told when something they asked for cannot be done."""

import unicodedata


class Refusal(Exception):
    """A request that is refused; nothing was changed.

    `sentence` is written for the person who asked: one clear, kind sentence that says what to do.
    It is shown to that person only, and it is also `str(refusal)`.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refusal):
    """The person may not do this."""


class NotFound(Refusal):
    """What the person asked for does not exist (or they may not know that it does)."""


def shown(text: str, limit: int = 40) -> str:
    """What somebody typed, in quotation marks, made fit for a sentence of ours.

    White space becomes single spaces, control characters go, and what is longer than `limit`
    characters ends in an ellipsis, so that an odd input cannot break or bury the sentence.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text[: 20 * limit]
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    words = " ".join(visible.split())
    return f"“{words[:limit].rstrip()}…”" if len(words) > limit else f"“{words}”"
