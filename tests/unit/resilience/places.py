"""A place of a bulkhead, held for a block."""

import contextlib
from collections.abc import AsyncIterator, Iterator

from proto_ddf.resilience.limits import Bulkhead


@contextlib.contextmanager
def place_taken(bulkhead: Bulkhead) -> Iterator[None]:
    """A place that a thread holds for the block."""
    bulkhead.enter_sync()
    try:
        yield
    finally:
        bulkhead.leave()


@contextlib.asynccontextmanager
async def place_taken_async(bulkhead: Bulkhead) -> AsyncIterator[None]:
    """A place that a task holds for the block."""
    await bulkhead.enter()
    try:
        yield
    finally:
        bulkhead.leave()
