"""The flag that stops a running operation."""

from threading import Event

CANCELLED = "cancelled"
SERVER_STOPPING = "server stopping"
SUPERSEDED = "superseded"
"""The journal has given the operation to another run."""


class OperationStopped(BaseException):
    """Raised in a run that should stop. Not an Exception, so that no handler takes it for a failure."""


class StopFlag:
    """Set once, by another thread; only the first reason counts."""

    def __init__(self) -> None:
        self._event = Event()
        self.reason = ""

    def set(self, reason: str) -> None:
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises OperationStopped once the flag is set."""
        if self._event.is_set():
            raise OperationStopped(self.reason)

    def pause(self, seconds: float) -> None:
        """Wait for some seconds.

        Raises:
            OperationStopped: as soon as the flag is set.
        """
        self._event.wait(seconds)
        self.check()
