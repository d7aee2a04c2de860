"""One action of the table: what a trial does, and how often it is stored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from benchmarks.faults.place import Place
from benchmarks.faults.upstream import Upstream

LIMIT_SECONDS = 60.0
"""An action that is not acknowledged until then is unknown."""
FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0
FIRST_ANSWER, LONGEST_ANSWER = 0.5, 8.0


class Column:
    """One action. `mark` is a text of its own for each trial."""

    name: ClassVar[str]
    keeps_open = False
    """It uses one connection for all its actions; else each attempt has its own."""
    can_double = False
    """Whether a second effect can be told from the first."""
    struck_within = 0.03
    """Up to so many seconds after it began a process is struck."""
    upstream: Upstream | None = None
    """What it calls, if it calls another system."""

    def __init__(self, place: Place) -> None:
        self.place = place
        """What the faults strike."""

    @classmethod
    @contextmanager
    def opened(cls, place: Place) -> Iterator[Self]:
        """For all faults. A column may bring a place of its own."""
        yield cls(place)

    @classmethod
    def is_struck_by(cls, row: str) -> bool:
        """Whether the fault of that row is one for this class."""
        return True

    def attempt(self, mark: str, seconds: float) -> bool:
        """Do it once; whether it was acknowledged within that time."""
        raise NotImplementedError

    def effects(self, mark: str) -> int:
        """How often it is stored."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Before a trial, while there is no fault."""

    def act(self, mark: str) -> bool:
        """Do it until it is acknowledged."""
        return any(self.attempt(mark, seconds) for seconds in attempts())

    def act_unprotected(self, mark: str) -> bool:
        """Do it once, as a page that keeps nothing."""
        return self.attempt(mark, FIRST_ANSWER)

    def stored(self) -> list[str]:
        """The marks that are stored, in their order; nothing where no order can be told."""
        return []

    def clean_up(self) -> None:
        """After the last trial of a cell."""


def attempts() -> Iterator[float]:
    """How long each attempt may take. Waits between them."""
    wait, answer, end = FIRST_WAIT, FIRST_ANSWER, time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        yield answer
        time.sleep(wait)
        wait, answer = min(2 * wait, LONGEST_WAIT), min(2 * answer, LONGEST_ANSWER)
