"""How long-running work reports its progress and learns that it should stop.

An operation's step runs with a Progress of its own in `current_progress`; everything it calls, in any
layer, reports there. Outside an operation the default swallows reports and never stops.
"""

from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """Told by the work; thread-safe."""

    def log(self, line: str) -> None:
        """One line for the step's log."""

    def report(self, message: str) -> None:
        """What the step is doing now, one short sentence ("Waiting for a build slot, place 2")."""

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        """Attempt number `attempt` of `attempts` failed; the next starts in `wait` seconds."""

    def check_stop(self) -> None:
        """Raises a BaseException when the user cancelled or the server is shutting down.
        Long work calls this at least every 0.1 s."""

    def remember_process(self, pid: int, create_time: float) -> None:
        """Note a child process, so that a later run of the step can end it after a kill -9."""


class NoProgress:
    """Discards all reports and never stops the work."""

    def log(self, line: str) -> None: ...

    def report(self, message: str) -> None: ...

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None: ...

    def check_stop(self) -> None: ...

    def remember_process(self, pid: int, create_time: float) -> None: ...


current_progress: ContextVar[Progress] = ContextVar("current_progress", default=NoProgress())  # noqa: B039
