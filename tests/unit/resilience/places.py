"""A slot of a bulkhead, held during a block."""

import contextlib
from collections.abc import AsyncIterator, Iterator

from proto_ddf.resilience.limits import Bulkhead


@contextlib.contextmanager
def place_taken(bulkhead: Bulkhead) -> Iterator[None]:
    """A slot that a thread holds during the block."""
    bulkhead.enter_sync()
    try:
        yield
    finally:
        bulkhead.leave()


@contextlib.asynccontextmanager
async def place_taken_async(bulkhead: Bulkhead) -> AsyncIterator[None]:
    """A slot that a task holds during the block."""
    await bulkhead.enter()
    try:
        yield
    finally:
        bulkhead.leave()
