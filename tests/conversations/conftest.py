"""Every world of these tests is judged by the courtesy rules when its story is over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversations.acting import complaints, written
from tests.support.world import World


@pytest.fixture(name="world")
async def courteous_world(world: World, tmp_path: Path) -> AsyncIterator[World]:
    """The world, with everything that the bot wrote in it looked through at the end."""
    yield world
    await world.settle()
    world.sandbox.flush()
    found = [line for body in written(tmp_path / "wire.jsonl") for line in complaints(body)]
    assert not found, "\n".join(dict.fromkeys(found))
