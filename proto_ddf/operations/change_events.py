"""Tells who watches operations, in this process, that one has changed. What has changed is read from the journal.

Other things that change by themselves have ids of their own here, as the health of sources has.
"""

import asyncio
import contextlib
from threading import Lock
from types import TracebackType
from weakref import WeakSet


class Subscription:
    """Somebody on an event loop who waits for changes. Closed by `close()` or by leaving its `with`."""

    def __init__(self, operation_id: str | None) -> None:
        self.operation_id = operation_id
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 (the answer is part of the contract)
        """Whether something changed since the last call; waits for it at most `timeout` seconds."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout)
        except TimeoutError:
            return False
        self._changed.clear()
        return True

    def close(self) -> None:
        with _lock:
            _subscriptions.discard(self)

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(self._changed.set)


_subscriptions: WeakSet[Subscription] = WeakSet()
_lock = Lock()


def subscribe(operation_id: str | None) -> Subscription:
    """Watch one operation, or every one for None. To be called on the event loop that will wait.

    A subscription nobody refers to any more is forgotten.
    """
    subscription = Subscription(operation_id)
    with _lock:
        _subscriptions.add(subscription)
    return subscription


def publish(operation_id: str) -> None:
    """Tell that an operation changed; from any thread."""
    with _lock:
        concerned = [s for s in _subscriptions if s.operation_id in (None, operation_id)]
    for subscription in concerned:
        subscription._wake()
