"""Progress: long-running work reports what it does and checks whether it should stop.

Each step of an operation has its own Progress in `current_progress`; all code that the step calls reports to it.
Outside an operation the default discards reports and never stops the work.
"""

from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """Called by the work. Thread-safe."""

    def log(self, line: str) -> None:
        """Add one line to the step's log."""

    def report(self, message: str) -> None:
        """Say what the step is doing now, in a short sentence ("Waiting for a build slot, position 2")."""

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        """Attempt number `attempt` of `attempts` failed; the next starts in `wait` seconds."""

    def check_stop(self) -> None:
        """Raises a BaseException if the user cancelled or the server is shutting down.
        Long-running work calls it at least every 0.1 s."""

    def remember_process(self, pid: int, create_time: float) -> None:
        """Record a child process, so that a later run of the step can end it if this server is killed."""


class NoProgress:
    """Discards all reports and never stops the work."""

    def log(self, line: str) -> None: ...

    def report(self, message: str) -> None: ...

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None: ...

    def check_stop(self) -> None: ...

    def remember_process(self, pid: int, create_time: float) -> None: ...


class PassedOn:
    """Passes all reports on to another Progress. Override what is to be kept or changed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def log(self, line: str) -> None:
        self._progress.log(line)

    def report(self, message: str) -> None:
        self._progress.report(message)

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self._progress.retrying(attempt, attempts, wait, error)

    def check_stop(self) -> None:
        self._progress.check_stop()

    def remember_process(self, pid: int, create_time: float) -> None:
        self._progress.remember_process(pid, create_time)


current_progress: ContextVar[Progress] = ContextVar("current_progress", default=NoProgress())  # noqa: B039
