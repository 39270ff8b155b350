"""The loop of the keepers outlives what goes wrong in a round."""

import asyncio
from contextlib import suppress

from bot.clock import SystemClock
from bot.provisioning.rounds import Rounds


class Shaky(Rounds):
    """Fails in its first round, as when somebody else holds the database."""

    patience_seconds = 0.01

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.begun = 0
        self.done = asyncio.Event()

    async def make_round(self) -> None:
        self.begun += 1
        if self.begun == 1:
            raise OSError("the database is locked")
        self.done.set()


async def test_a_round_that_fails_is_followed_by_another() -> None:
    keeper = Shaky()
    work = asyncio.create_task(keeper.run())
    await asyncio.wait_for(keeper.done.wait(), 5)
    assert keeper.begun == 2
    assert not work.done()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def test_without_a_ring_there_is_no_round() -> None:
    keeper = Shaky()
    keeper.begun = 1
    work = asyncio.create_task(keeper.run())
    await asyncio.wait_for(keeper.done.wait(), 5)
    await asyncio.sleep(0.05)
    assert keeper.begun == 2, "the first comes unasked"
    keeper.done.clear()
    keeper.ring()
    await asyncio.wait_for(keeper.done.wait(), 5)
    assert keeper.begun == 3
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
