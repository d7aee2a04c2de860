"""How a running operation is told to stop."""

from threading import Event

CANCELLED = "cancelled"
SERVER_STOPPING = "server stopping"
SUPERSEDED = "superseded"
"""By the journal, it is not the run's to go on."""


class OperationStopped(BaseException):
    """Raised in a run that is to stop. No Exception, so that nothing takes it for a failure."""


class StopFlag:
    """Set once, by another thread, with the reason."""

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
        """Wait, unless told to stop.

        Raises:
            OperationStopped: as soon as the flag is set.
        """
        self._event.wait(seconds)
        self.check()
