"""Notifies listeners of every failed attempt of any policy."""

import threading
from collections.abc import Callable

from proto_ddf.logs import get_logger
from proto_ddf.redaction import plain_text

Listener = Callable[[str, str, Exception], None]
"""Called with the system, the target and the error, in the thread of the call. It must be quick."""

_log = get_logger(__name__)
_lock = threading.Lock()
_listeners: tuple[tuple[object, Listener], ...] = ()


def add_attempt_listener(listener: Listener) -> Callable[[], None]:
    """Have `listener` called after each failed attempt; returns a function that removes it. What it raises is logged."""
    global _listeners
    entry = (object(), listener)
    with _lock:
        _listeners = (*_listeners, entry)

    def remove() -> None:
        global _listeners
        with _lock:
            _listeners = tuple(one for one in _listeners if one is not entry)

    return remove


def attempt_failed(system: str, target: str, error: Exception) -> None:
    """Notify the listeners of a failed attempt. Never raises."""
    for _, listener in _listeners:
        try:
            listener(system, target, error)
        except Exception as raised:
            _log.error(
                "listener raised",
                system=system,
                error=plain_text(raised),
                error_type=type(raised).__name__,
            )
