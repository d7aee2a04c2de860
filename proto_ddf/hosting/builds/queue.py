"""A first-in, first-out queue for front-end builds. Cores and memory limit how many run at the same time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

import psutil

from proto_ddf.progress import Progress

BUILD_BYTES = 900 * 1024**2
"""Memory of one build at its peak: 770 MB measured, and a reserve."""
POLL_SECONDS = 0.1


def slots() -> int:
    """How many builds may run at the same time with the memory that is free now; at least one."""
    cores = len(os.sched_getaffinity(0))
    fit_in_memory = psutil.virtual_memory().available // BUILD_BYTES
    return int(max(1, min(cores, fit_in_memory)))


class BuildQueue:
    """Thread-safe. `capacity` returns how many further builds fit."""

    def __init__(self, capacity: Callable[[], int] = slots) -> None:
        self._capacity = capacity
        self._changed = Condition()
        self._waiting: list[object] = []
        self._running = 0

    @contextmanager
    def slot(self, progress: Progress) -> Iterator[None]:
        """Wait for a slot and hold it. While waiting it reports the position in the queue and calls check_stop."""
        self._enter(progress)
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _enter(self, progress: Progress) -> None:
        ticket = object()
        reported = 0
        with self._changed:
            self._waiting.append(ticket)
        try:
            while True:
                with self._changed:
                    position = self._waiting.index(ticket) + 1
                    if position == 1 and self._free():
                        self._running += 1
                        return
                if position != reported:
                    progress.report(f"Waiting for a build slot, position {position}")
                    reported = position
                progress.check_stop()
                with self._changed:
                    self._changed.wait(POLL_SECONDS)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _free(self) -> bool:
        # A running build has its memory already, so the available memory is for further ones.
        return self._running == 0 or self._running < self._capacity()


BUILDS = BuildQueue()
