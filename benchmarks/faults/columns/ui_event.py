"""An event by the websocket of a tab."""

import time
from collections.abc import Callable
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
        if self._tab is None:
            self._tab = self._connect()
            self._tab.load()

    def attempt(self, mark: str, seconds: float) -> bool:
        try:
            if self._tab is None:
                self._tab = self._connect()
                self._tab.load()
                if _shows(self._tab, mark):  # the event had arrived, only its answer had not
                    return True
            self._tab.send(SEARCH, text=mark)
            if _read(self._tab, lambda tab: _shows(tab, mark), seconds):
                return True
        except _CONNECTION_ERRORS:
            pass
        self._abandon()
        return False

    def act_unprotected(self, mark: str) -> bool:
        """It is sent once, and the tab that connects again is a new one to the server."""
        if self.attempt(mark, FIRST_ANSWER):
            return True
        self._token = str(uuid4())
        return False

    def effects(self, mark: str) -> int:
        """Whether a connection that is made after the fault shows it."""
        for seconds in attempts():
            self.clean_up()
            try:
                self._tab = self._connect()
                self._tab.load()
                return int(_shows(self._tab, mark))
            except _CONNECTION_ERRORS:
                self._abandon()
                time.sleep(seconds)
        return 0

    def clean_up(self) -> None:
        for each in [*self._abandoned, *([self._tab] if self._tab else [])]:
            each.close()
        self._abandoned, self._tab = [], None

    def _connect(self) -> TabSocket:
        return TabSocket(self.place.proxy.port, self.place.cookie, self._token)

    def _abandon(self) -> None:
        if self._tab is not None:
            self._abandoned.append(self._tab)
            self._tab = None


def _shows(tab: TabSocket, mark: str) -> bool:
    return bool(tab.value("log_search") == mark)


def _read(tab: TabSocket, condition: Callable[[TabSocket], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition(tab):
        if tab.is_closed or time.monotonic() >= end:
            return False
        tab.read(min(0.05, seconds))
    return True
