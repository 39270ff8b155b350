"""Sessions whose steps are never torn apart by a cancellation."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

Result = TypeVar("Result")

_STEPS = (
    "close",
    "commit",
    "connection",
    "delete",
    "execute",
    "flush",
    "get",
    "get_one",
    "merge",
    "refresh",
    "rollback",
    "scalar",
    "scalars",
)


async def to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Awaits `work` to its end; a cancellation that comes meanwhile takes effect afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # it has been looked at: the cancellation is what counts
    raise cancelled


class WholeSteps(AsyncSession):
    """A session for tasks that may be cancelled at any time.

    The driver works in a thread of its own (SQLite) or over a socket (PostgreSQL). Cancelled in
    the middle of a step, it would leave a connection that answers nobody, and a process that does
    not end. So a cancellation takes effect between two steps; what is not committed is lost then.
    """


def _whole(name: str) -> Callable[..., Awaitable[Any]]:
    step = getattr(AsyncSession, name)

    @wraps(step)
    async def method(self: WholeSteps, *args: Any, **kwargs: Any) -> Any:
        return await to_the_end(step(self, *args, **kwargs))

    return method


for _name in _STEPS:
    setattr(WholeSteps, _name, _whole(_name))
