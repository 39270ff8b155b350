"""What people write. Plain sentences, each with a number that makes it the only one of its kind."""

from __future__ import annotations

import random

_ABOUT = (
    "I bake bread at weekends and read changelogs for fun, shelf {n}.",
    "I teach mathematics at a school and learn Python at night, room {n}.",
    "I came to programming through a bird watching website, species {n}.",
    "I repair bicycles and now also failing tests, workshop {n}.",
    "I write documentation because I forget things, page {n}.",
    "I grow tomatoes on a balcony and query sets at work, pot {n}.",
    "I translate software into my first language, string {n}.",
    "I run a small library and would like to run its catalogue, book {n}.",
    "I like maps, trains and timezones that are not whole hours, line {n}.",
    "I sing in a choir and enjoy well named variables, song {n}.",
)
_DONE = (
    "Ticket {n}: I reproduced the bug and wrote a failing test for it.",
    "Ticket {n}: I read the contributing guide and set up the project.",
    "Ticket {n}: my first pull request is open, and a review came already.",
    "Ticket {n}: I reviewed somebody else's change and learnt how forms render.",
    "Ticket {n}: I improved a page of the documentation that had confused me.",
    "Ticket {n}: I found out how migrations are tested here.",
    "Ticket {n}: I paired with my navigator for an hour, which helped a lot.",
    "Ticket {n}: I wrote a release note and asked two questions in the forum.",
)
_STUCK = (
    "In {n} places I do not know whom to ask about the design.",
    "My test number {n} passes here and fails on the server.",
    "Work was heavy, I had only {n} minutes this week.",
    "The review has been waiting since message {n}, and I am not sure whether to ask again.",
)
_HELLO = (
    "Hello everybody! Greetings from my balcony, it is number {n}.",
    "Hi team, I am happy to be here. My favourite issue so far is {n}.",
    "Good morning from here! I have read the first {n} lines of the guide.",
)


class Lines:
    """Draws sentences for one person; `rng` decides which."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def about(self) -> str:
        """One line about oneself."""
        return self._one(_ABOUT)

    def done(self) -> str:
        """What somebody did or learnt."""
        return self._one(_DONE)

    def stuck(self) -> str:
        """What is in somebody's way; often nothing."""
        return self._one(_STUCK) if self._rng.random() < 0.4 else ""

    def hello(self) -> str:
        """A first word to a team."""
        return self._one(_HELLO)

    def energy(self) -> str | None:
        """One of the five, or none."""
        return self._rng.choice(("2", "3", "3", "4", "4", "5", None))

    def _one(self, sentences: tuple[str, ...]) -> str:
        return self._rng.choice(sentences).format(n=self._rng.randrange(10_000, 100_000))
