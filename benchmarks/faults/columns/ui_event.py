"""An event by the websocket of a tab."""

import time
from uuid import uuid4

from simple_websocket import ConnectionClosed

from benchmarks.faults.columns.column import FIRST_ANSWER, Column, attempts
from benchmarks.faults.columns.submission import STATES
from benchmarks.faults.place import Place
from tests.tab_sockets import RefusedError, TabSocket

SEARCH = f"{STATES}apps___state____app_state.set_log_search"
_CONNECTION_ERRORS = (OSError, ConnectionClosed, RefusedError, AssertionError)
"""An AssertionError: the tab waited for its limit."""


class UiEvent(Column):
    """Types into a search field: an event by the websocket of a tab that connects again with its token."""

    name = "UI event"
    keeps_open = True

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._token = str(uuid4())
        self._tab: TabSocket | None = None
        self._abandoned: list[TabSocket] = []
        """Those whose end the server does not know of: closing them would tell it."""

    def prepare(self) -> None:
        self._open()

    def attempt(self, mark: str, seconds: float) -> bool:
        try:
            tab = self._open()
            if _shows(tab, mark):  # the event had arrived, only its answer had not
                return True
            tab.send(SEARCH, text=mark)
            if _read(tab, mark, seconds):
                return True
        except _CONNECTION_ERRORS:
            pass
        self._abandon()
        return False

    def act_unprotected(self, mark: str) -> bool:
        """Once, and what is sent counts as done, whatever is read afterwards."""
        try:
            tab = self._open()
            tab.send(SEARCH, text=mark)
        except _CONNECTION_ERRORS:
            self._abandon()
            return False
        _read(tab, mark, FIRST_ANSWER)
        return True

    def effects(self, mark: str) -> int:
        """Whether a connection that is made after the fault shows it."""
        for seconds in attempts():
            self.clean_up()
            try:
                return int(_shows(self._open(), mark))
            except _CONNECTION_ERRORS:
                self._abandon()
                time.sleep(seconds)
        return 0

    def clean_up(self) -> None:
        for each in [*self._abandoned, *([self._tab] if self._tab else [])]:
            each.close()
        self._abandoned, self._tab = [], None

    def _open(self) -> TabSocket:
        """The tab; it connects again if it has to."""
        if self._tab is None:
            self._tab = TabSocket(self.place.proxy.port, self.place.cookie, self._token)
            self._tab.load()
        return self._tab

    def _abandon(self) -> None:
        if self._tab is not None:
            self._abandoned.append(self._tab)
            self._tab = None


def _shows(tab: TabSocket, mark: str) -> bool:
    return bool(tab.value("log_search") == mark)


def _read(tab: TabSocket, mark: str, seconds: float) -> bool:
    """Read until it shows the mark."""
    end = time.monotonic() + seconds
    while not _shows(tab, mark):
        if tab.is_closed or time.monotonic() >= end:
            return False
        tab.read(min(0.05, seconds))
    return True
