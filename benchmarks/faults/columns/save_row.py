"""Saving a row in a generated app, by the outbox."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

from benchmarks.faults.app_place import FIRST, AppPlace, app_on_server, app_with_own_file
from benchmarks.faults.columns.column import FIRST_ANSWER, LONGEST_ANSWER, Column
from benchmarks.faults.columns.submission import Event, send
from benchmarks.faults.place import Place
from benchmarks.faults.upstream import UPSTREAM_ROW, Upstream, opened_upstream

NEW = "new"


class SaveRow(Column):
    """Adds a row and changes one, in turn, as the outbox of a browser sends it: under one id until there is an outcome.

    The database chooses the key of a row that is added, so that its key keeps no second one out.
    """

    name = "save a row"
    can_double = True
    place: AppPlace
    _key = ""

    @classmethod
    def is_struck_by(cls, row: str) -> bool:
        return row != UPSTREAM_ROW

    @classmethod
    @contextmanager
    def opened(cls, place: Place) -> Iterator[Self]:
        with _folder() as folder, app_with_own_file(folder / "disk") as app:
            yield cls(app)

    def prepare(self) -> None:
        self._key = str(FIRST) if self._key == NEW else NEW
        self._tab = str(uuid4())
        self._open_form()

    def attempt(self, mark: str, seconds: float) -> bool:
        """What was refused is submitted again from the same form, as a person does who has read why."""
        outcome = self._send(mark, seconds)
        if outcome == "refused":
            self._id = str(uuid4())
        return outcome == "done"

    def act_unprotected(self, mark: str) -> bool:
        """Without an answer the person fills in the form again: another one, which knows nothing of the first."""
        if self._send(mark, FIRST_ANSWER) == "done":
            return True
        self._open_form()
        return self._send(mark, LONGEST_ANSWER) == "done"

    def effects(self, mark: str) -> int:
        return self.place.written().count(mark)

    def stored(self) -> list[str]:
        return self.place.written()

    def clean_up(self) -> None:
        self.place.forget()
        self._key = ""

    def _open_form(self) -> None:
        self._id, self._form = str(uuid4()), self.place.form(self._key)

    def _send(self, mark: str, seconds: float) -> str:
        page, payload = f"/notes/{self._key}", {"form": self._form | {"word": mark}}
        return send(self.place, self._id, Event(self.place.save, payload, page, self._tab), seconds)


class SaveRowOnServer(SaveRow):
    """The same in an app on a PostgreSQL server, which is the other system that it calls."""

    def __init__(self, place: AppPlace, upstream: Upstream) -> None:
        super().__init__(place)
        self.upstream = upstream

    @classmethod
    def is_struck_by(cls, row: str) -> bool:
        return row == UPSTREAM_ROW

    @classmethod
    @contextmanager
    def opened(cls, place: Place) -> Iterator[Self]:
        with (
            _folder() as folder,
            opened_upstream() as upstream,
            app_on_server(folder, upstream) as app,
        ):
            yield cls(app, upstream)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="faults-app-") as folder:
        yield Path(folder)
