"""How fast the bot writes unasked: below Discord's limits, and never before a person's answer."""

import asyncio
from typing import Protocol

from aiolimiter import AsyncLimiter

WORKERS = 24
"""How many messages are on their way at once: a request takes a few tenths of a second."""
ANSWER_WITHIN_SECONDS = 3.0
"""Discord forgets an interaction that is not answered within this time."""
OPENINGS_AT_ONCE = 10
"""So many people may be written to for the first time without a pause between them."""
_LOOK_AGAIN_SECONDS = 0.01
_STEP_SECONDS = 0.1


class Question(Protocol):
    """An interaction: somebody waits for its answer."""

    @property
    def answered(self) -> bool:
        """Whether the first answer has been given."""
        ...


class Pace:
    """Lets requests through one by one, in wall time.

    `per_second` requests at most (never twice as many in one second, as a bucket that fills up
    would allow), and after the first few `openings_per_minute` people whose direct messages are
    opened. None: no limit, as in virtual time, where `workers` should be 1 so that a rehearsal goes
    the same way every time.
    """

    def __init__(
        self,
        *,
        per_second: float | None = None,
        openings_per_minute: float | None = None,
        workers: int = WORKERS,
    ) -> None:
        self.workers = workers
        self._requests = None if per_second is None else _even(per_second)
        self._apart = None if openings_per_minute is None else 60 / openings_per_minute
        self._next_opening = float("-inf")
        self._promised: set[int] = set()
        self._questions: list[tuple[float, Question]] = []

    def asked(self, question: Question) -> None:
        """Somebody pressed, typed or sent something: what is due to others waits for the answer."""
        self._questions.append((asyncio.get_running_loop().time(), question))

    async def after_answers(self) -> None:
        """Returns once nobody waits for an answer any more."""
        # The library says nothing when an answer is given. Only a bot with a backlog looks.
        while self._somebody_waits():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    def _somebody_waits(self) -> bool:
        earliest = asyncio.get_running_loop().time() - ANSWER_WITHIN_SECONDS
        self._questions = [
            (when, question)
            for when, question in self._questions
            if when > earliest and not question.answered
        ]
        return bool(self._questions)

    async def request(self) -> None:
        """Returns when one more request may be made, and nobody waits for an answer."""
        while True:
            await self.after_answers()
            if self._requests is None:
                return
            await self._requests.acquire()
            if not self._somebody_waits():
                return

    def opening_in(self, user_id: int) -> float:
        """In how many seconds direct messages may be opened to somebody; 0: now.

        A later moment is kept free for them: whoever asks again then is let through.
        """
        if self._apart is None or user_id in self._promised:
            self._promised.discard(user_id)
            return 0.0
        now = asyncio.get_running_loop().time()
        self._next_opening = max(self._next_opening, now - OPENINGS_AT_ONCE * self._apart)
        self._next_opening += self._apart
        wait = self._next_opening - now
        if wait <= 0:
            return 0.0
        self._promised.add(user_id)
        return wait


def _even(per_second: float) -> AsyncLimiter:
    # A bucket as large as the whole second would let twice the rate through in the first one.
    share = max(1.0, per_second * _STEP_SECONDS)
    return AsyncLimiter(share, share / per_second)
