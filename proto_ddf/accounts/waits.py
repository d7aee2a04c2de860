"""Growing waits after failed attempts to sign in, for each account and each address."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

FREE_ATTEMPTS = 5
"""Failures without a wait."""
LONGEST_WAIT = 60.0
"""Short enough that nobody can keep a person out of their account by failing on purpose."""
FORGET_SECONDS = 3600.0
"""Without a further failure."""
MOST_KEYS = 10_000


class Waits:
    """How long each key (an account or address) must wait. Thread-safe, and bounded in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """Failures, and the time of the last one."""

    def begin(self, *keys: str) -> float:
        """Begin an attempt: 0, or how many seconds to wait first.

        It counts as a failure from now on, so that attempts at the same time do not all pass. `succeeded` takes that
        back.
        """
        with self._lock:
            wait = max(self._wait(key) for key in keys)
            if wait <= 0:
                for key in keys:
                    self._count(key)
            return wait

    def succeeded(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _wait(self, key: str) -> float:
        failures, last = self._failures.get(key, (0, 0.0))
        since = self._clock() - last
        if failures < FREE_ATTEMPTS or since > FORGET_SECONDS:
            return 0.0
        return float(min(LONGEST_WAIT, 2.0 ** min(failures - FREE_ATTEMPTS, 10))) - since

    def _count(self, key: str) -> None:
        failures, last = self._failures.pop(key, (0, 0.0))
        now = self._clock()
        self._failures[key] = (1 if now - last > FORGET_SECONDS else failures + 1, now)
        if len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)
