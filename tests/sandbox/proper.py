"""How a test gets a sandbox of its own: `async with proper(Sandbox(…)) as sandbox`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox import Sandbox
from tests.support.conformance import said_properly


@asynccontextmanager
async def proper(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    """Starts and stops it. Fails when it said what Discord would not say, or lacked a route."""
    async with sandbox:
        yield sandbox
    said_properly(sandbox)
