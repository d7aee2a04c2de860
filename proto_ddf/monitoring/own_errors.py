"""Errors of the work that Proto-DDF does by itself, in loops and at its start: they are logged and reported, and the work goes
on.

Such work may fail again and again in the same way, and reporting may be what wakes it. So an equal error of the same work is
reported once in ten minutes, and none while the intake cannot store anything; all are logged.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from proto_ddf.errors import describe
from proto_ddf.errors.fingerprint import fingerprint
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake

PAUSE_SECONDS = 600.0
MOST = 1000
"""Errors that are remembered: with more, the oldest are reported again."""

log = get_logger(__name__)


class OwnErrors:
    """Thread-safe.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._reported: dict[tuple[str, str, str], float] = {}

    def report(
        self, error: BaseException, component: str, operation: str, *, subject: str = ""
    ) -> bool:
        """Log an error, and report it unless it was reported lately; whether it was reported.

        `component` names the work: "alert watch". `operation` says for people what was being done.
        """
        log.error(f"{component} failed and continues", operation=operation, exc_info=error)
        described = describe(error, operation, component=component)
        if intake.statistics().is_failing:
            return False
        if not self._is_due((component, operation, fingerprint(described))):
            return False
        intake.report(described, operation, subject=subject)
        return True

    @contextmanager
    def reported(self, component: str, operation: str, *, subject: str = "") -> Iterator[None]:
        """Report an exception of what is done inside, which ends there."""
        try:
            yield
        except Exception as error:
            self.report(error, component, operation, subject=subject)

    def _is_due(self, key: tuple[str, str, str]) -> bool:
        now = self._clock()
        with self._lock:
            last = self._reported.get(key)
            if last is not None and now - last < PAUSE_SECONDS:
                return False
            self._reported.pop(key, None)
            self._reported[key] = now
            if len(self._reported) > MOST:
                del self._reported[next(iter(self._reported))]
            return True


OWN_ERRORS = OwnErrors()
"""Those of this process."""
report = OWN_ERRORS.report
reported = OWN_ERRORS.reported
