"""A lock per app, so that only one thread works on an app at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from proto_ddf.progress import Progress

_locks: dict[str, threading.Lock] = {}
_locks_lock = threading.Lock()


@contextmanager
def exclusive(slug: str, progress: Progress) -> Iterator[None]:
    """Hold the app's lock, so that nothing else starts or stops it."""
    lock = lock_of(slug)
    while not lock.acquire(timeout=0.1):
        progress.check_stop()
    try:
        yield
    finally:
        lock.release()


def lock_of(slug: str) -> threading.Lock:
    with _locks_lock:
        return _locks.setdefault(slug, threading.Lock())
