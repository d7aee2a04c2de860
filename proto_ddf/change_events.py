"""Publishes, within this process, that an operation has changed. Subscribers read from the journal what has changed.

Other topics than ids of operations are possible, such as the health of a source.
"""

import asyncio
import contextlib
from threading import Lock
from types import TracebackType
from weakref import WeakSet


class Subscription:
    """Waits for changes on an event loop. Closed by `close()`, or at the end of its `with` block."""

    def __init__(self, topic: str | None) -> None:
        self.topic = topic
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109 (the answer is part of the contract)
        """Wait at most `timeout` seconds for a change since the last call; whether there was one."""
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


def subscribe(topic: str | None) -> Subscription:
    """Subscribe to one topic, or to all for None. To be called on the event loop that will wait.

    A subscription without references is removed.
    """
    subscription = Subscription(topic)
    with _lock:
        _subscriptions.add(subscription)
    return subscription


def publish(topic: str) -> None:
    """Publish a change, from any thread."""
    with _lock:
        subscribers = [s for s in _subscriptions if s.topic in (None, topic)]
    for subscription in subscribers:
        subscription._wake()
