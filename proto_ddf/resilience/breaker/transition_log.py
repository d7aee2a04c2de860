"""The last transitions of a breaker, and the listeners that are notified of them."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from proto_ddf.logs import get_logger
from proto_ddf.redaction import plain_text
from proto_ddf.resilience.breaker.snapshot import Transition

_log = get_logger(__name__)

_MOST_KEPT = 50

Listener = Callable[[Any, Transition], None]
"""Called with the breaker and the transition."""


class TransitionLog:
    """`add` and `recent` are called under the owner's lock, `notify` outside it.

    Args:
        seconds: how long a transition is kept.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._recent: deque[tuple[float, Transition]] = deque(maxlen=_MOST_KEPT)
        self._pending: deque[Transition] = deque()
        self._notifying = threading.Lock()
        self._listeners: tuple[tuple[object, Listener], ...] = ()
        self._listeners_lock = threading.Lock()

    def add(self, now: float, transition: Transition) -> None:
        self._recent.append((now, transition))
        self._pending.append(transition)

    def recent(self, now: float) -> tuple[Transition, ...]:
        """Oldest first."""
        while self._recent and self._recent[0][0] < now - self._seconds:
            self._recent.popleft()
        return tuple(transition for _, transition in self._recent)

    def add_listener(self, listener: Listener) -> Callable[[], None]:
        """Returns a function that removes the listener."""
        entry = (object(), listener)
        with self._listeners_lock:
            self._listeners = (*self._listeners, entry)

        def remove() -> None:
            with self._listeners_lock:
                self._listeners = tuple(one for one in self._listeners if one is not entry)

        return remove

    def notify(self, name: str, owner: object) -> None:
        """Notify the listeners of every pending transition: each once, in order.

        If another thread (or an outer frame of this one) is notifying, it does this work: it checks for pending
        transitions again after it released the lock.
        """
        while self._pending:
            if not self._notifying.acquire(blocking=False):
                return
            try:
                while self._pending:
                    self._notify_one(name, owner, self._pending.popleft())
            finally:
                self._notifying.release()

    def _notify_one(self, name: str, owner: object, transition: Transition) -> None:
        _log.warning(
            "breaker changed state",
            target=name,
            before=transition.before,
            after=transition.after,
            reason=transition.reason,
        )
        for _, listener in self._listeners:
            try:
                listener(owner, transition)
            except Exception as error:
                _log.error(
                    "listener raised",
                    target=name,
                    error=plain_text(error),
                    error_type=type(error).__name__,
                )
