"""An action that starts an operation, which is then followed to its end."""

import sqlite3
import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, ClassVar, Self
from uuid import uuid4

from benchmarks.faults.columns.column import (
    FIRST_ANSWER,
    LONGEST_ANSWER,
    Column,
    attempts,
)
from benchmarks.faults.columns.submission import Event, send
from benchmarks.faults.place import Place
from benchmarks.faults.upstream import Upstream, opened_upstream

END_SECONDS = 180.0
"""An operation that has not succeeded until then is unknown: a build takes long on a busy machine."""
_LOOK_SECONDS = 0.02


class OperationColumn(Column):
    """Submits a form, as the outbox of a browser does, and waits for the operation that it starts. One that failed is
    tried again, as a person does. It is acknowledged when the operation has succeeded."""

    can_double = True
    kind: ClassVar[str]
    """Of the operation."""
    page: ClassVar[str]
    state: ClassVar[str]
    """The full name of the page's state class."""

    @abstractmethod
    def submitted(self) -> Event:
        """What starts the operation."""

    @abstractmethod
    def records(self) -> int:
        """How many complete ones the operation has made."""

    @classmethod
    @contextmanager
    def opened(cls, place: Place) -> Iterator[Self]:
        with opened_upstream() as upstream:
            column = cls(place)
            column.upstream = upstream
            column.begin(upstream)
            yield column

    def begin(self, upstream: Upstream) -> None:
        """Before the first trial."""

    def prepare(self) -> None:
        self.token = str(uuid4())
        self.trial_name = f"Trial {self.token[:8]}"

    def act(self, mark: str) -> bool:
        end = time.monotonic() + END_SECONDS
        submission_id = self._submit_until_done(self.submitted())
        return bool(submission_id) and self._until_succeeded(operation_id(submission_id), end)

    def act_unprotected(self, mark: str) -> bool:
        """Without an answer the person does it once more, which is a submission of its own; and does not try again what
        failed."""
        event, end = self.submitted(), time.monotonic() + END_SECONDS
        for submission_id in (str(uuid4()), str(uuid4())):
            if send(self.place, submission_id, event, FIRST_ANSWER) == "done":
                return self._end_of(operation_id(submission_id), end) == "SUCCEEDED"
        return False

    def effects(self, mark: str) -> int:
        """None unless it is complete; else how many operations were started to make it."""
        started = self._started()
        for each in started:
            self._end_of(each, time.monotonic() + END_SECONDS)
        made = self.records()
        return max(made, len(started)) if made else 0

    def run(self, event: Event) -> None:
        """Start another operation, where there is no fault, and wait until it has succeeded."""
        started = self._submit_until_done(event)
        assert started, event
        assert self._until_succeeded(operation_id(started), time.monotonic() + END_SECONDS), event

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Of the database of the home folder."""
        with closing(sqlite3.connect(self.place.database, timeout=30)) as opened:
            return opened.execute(query, values).fetchall()

    def _submit_until_done(self, event: Event) -> str:
        """Returns the id under which it was done; "" if it was not. What was refused, as on a full disk, the person submits
        once more, which has an id of its own."""
        submission_id = str(uuid4())
        for seconds in attempts():
            outcome = send(self.place, submission_id, event, seconds)
            if outcome == "done":
                return submission_id
            if outcome:
                submission_id = str(uuid4())
        return ""

    def _until_succeeded(self, found: str, end: float) -> bool:
        while (state := self._end_of(found, end)) == "FAILED":
            self._try_again(found)
        return state == "SUCCEEDED"

    def _try_again(self, found: str) -> None:
        name = f"{self.state}.resume_operation"
        event = Event(name, {"operation_id": found}, self.page, self.token)
        outcome = send(self.place, str(uuid4()), event, LONGEST_ANSWER)
        if outcome != "done":  # it is too early
            time.sleep(_LOOK_SECONDS)

    def _end_of(self, found: str, end: float) -> str:
        """The state in which the operation has ended; "" if it has not."""
        query = "SELECT state FROM operation WHERE id = ? AND finished_at IS NOT NULL"
        while time.monotonic() < end:
            if ended := self.rows(query, found):
                return str(ended[0][0])
            time.sleep(_LOOK_SECONDS)
        return ""

    def _started(self) -> list[str]:
        query = "SELECT id FROM operation WHERE kind = ? AND title LIKE ?"
        return [each for (each,) in self.rows(query, self.kind, f"%{self.trial_name}")]


def operation_id(submission_id: str) -> str:
    """Of the operation that a submission starts."""
    return submission_id.replace("-", "")


def kept(state: str, **variables: str) -> dict[str, str]:
    """What the browser keeps of a form, as it sends it."""
    return {f"{state}.{name}_rx_state_": text for name, text in variables.items()}
