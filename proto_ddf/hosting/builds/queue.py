"""A queue for front-end builds: as many at once as cores and memory allow, first come first served."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

import psutil

from proto_ddf.progress import Progress

BUILD_BYTES = 900 * 1024**2
"""What one build takes at its peak, measured: 770 MB, and some room."""
POLL_SECONDS = 0.1


def slots() -> int:
    """How many builds may run at once on this machine, as its memory is now; at least one."""
    cores = len(os.sched_getaffinity(0))
    running_too = psutil.virtual_memory().available // BUILD_BYTES
    return int(max(1, min(cores, running_too)))


class BuildQueue:
    """Thread-safe. `capacity` tells how many may run when none runs yet."""

    def __init__(self, capacity: Callable[[], int] = slots) -> None:
        self._capacity = capacity
        self._changed = Condition()
        self._waiting: list[object] = []
        self._running = 0

    @contextmanager
    def slot(self, progress: Progress) -> Iterator[None]:
        """Wait for a turn, reporting the place, and hold it. check_stop gives the place up."""
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
                    place = self._waiting.index(ticket) + 1
                    if place == 1 and self._free():
                        self._running += 1
                        return
                if place != reported:
                    progress.report(f"Waiting for a build slot, place {place}")
                    reported = place
                progress.check_stop()
                with self._changed:
                    self._changed.wait(POLL_SECONDS)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _free(self) -> bool:
        # A build that runs has its memory already, so what is available is for further ones.
        return self._running == 0 or self._running < self._capacity()


BUILDS = BuildQueue()
