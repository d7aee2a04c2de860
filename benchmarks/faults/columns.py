"""The actions of the table: each as the product's own client does it, and as one without protections does."""

import json
import time
from collections.abc import Callable, Iterator
from typing import ClassVar
from uuid import uuid4

from simple_websocket import ConnectionClosed

from benchmarks.faults.place import Answer, Place
from tests.tab_sockets import RefusedError, TabSocket

LIMIT_SECONDS = 60.0
"""An action that is not acknowledged until then is unknown."""
FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0
FIRST_ANSWER, LONGEST_ANSWER = 0.5, 8.0
_STATES = "reflex___state____state.proto_ddf___web___"
ADD_NOTE = f"{_STATES}errors___detail___state____incident_page_state.add_note"
SEARCH = f"{_STATES}apps___state____app_state.set_log_search"
TYPED_NOTE = "typed note"
_CONNECTION_ERRORS = (OSError, ConnectionClosed, RefusedError, AssertionError)
"""An AssertionError: the tab waited for its limit."""


class Column:
    """One action. `mark` is a text of its own for each trial."""

    name: ClassVar[str]
    keeps_open = False
    """It uses one connection for all its actions; else each attempt has its own."""
    can_double = False
    """Whether a second effect can be told from the first."""

    def __init__(self, place: Place) -> None:
        self.place = place

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
        return any(self.attempt(mark, seconds) for seconds in _attempts())

    def act_unprotected(self, mark: str) -> bool:
        """Do it once, as a page that keeps nothing."""
        return self.attempt(mark, FIRST_ANSWER)

    def stored(self) -> list[str]:
        """The marks that are stored, in their order; nothing where no order can be told."""
        return []

    def close(self) -> None:
        """After the last trial."""


def _attempts() -> Iterator[float]:
    """How long each attempt may take; waits between them."""
    wait, answer, end = FIRST_WAIT, FIRST_ANSWER, time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        yield answer
        time.sleep(wait)
        wait, answer = min(2 * wait, LONGEST_WAIT), min(2 * answer, LONGEST_ANSWER)


class Outbox(Column):
    """Adds a note, as the outbox of a browser sends it: under one id until there is an outcome."""

    name = "outbox"
    can_double = True

    def prepare(self) -> None:
        self._id, self._token = str(uuid4()), str(uuid4())

    def attempt(self, mark: str, seconds: float) -> bool:
        return self._send(self._id, mark, seconds)

    def act_unprotected(self, mark: str) -> bool:
        """Without an answer the person does it once more, which is a submission of its own."""
        return any(self._send(str(uuid4()), mark, FIRST_ANSWER) for _ in range(2))

    def effects(self, mark: str) -> int:
        return self.place.notes().count(mark)

    def stored(self) -> list[str]:
        return self.place.notes()

    def close(self) -> None:
        self.place.forget_notes()

    def _send(self, submission_id: str, mark: str, seconds: float) -> bool:
        incident = self.place.incident
        page = f"/errors/{incident}"
        told = {
            "event": ADD_NOTE,
            "payload": {"incident_id": incident, "form": {TYPED_NOTE: mark}},
            "token": self._token,
            "router_data": {"pathname": page, "asPath": page, "query": {}},
            "kept": {},
        }
        answer = self.place.ask(
            "POST",
            "/api/outbox",
            seconds,
            json.dumps(told).encode(),
            Content_Type="application/json",
            Idempotency_Key=submission_id,
            Cookie=self.place.cookie,
        )
        _wait_as_told(answer)
        return answer is not None and answer.status == 200 and _outcome(answer) == "done"


def _outcome(answer: Answer) -> str:
    return str(json.loads(answer.body).get("outcome"))


def _wait_as_told(answer: Answer | None) -> None:
    if answer is not None and (seconds := answer.headers.get("retry-after")):
        time.sleep(float(seconds))


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
        for seconds in _attempts():
            self.close()
            try:
                self._tab = self._connect()
                self._tab.load()
                return int(_shows(self._tab, mark))
            except _CONNECTION_ERRORS:
                self._abandon()
                time.sleep(seconds)
        return 0

    def close(self) -> None:
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


class SignIn(Column):
    """Signs in with name and password; stored is a session whose cookie is accepted."""

    name = "sign-in"

    def prepare(self) -> None:
        self._cookie = ""

    def attempt(self, mark: str, seconds: float) -> bool:
        self._cookie = self.place.sign_in(seconds, mark)
        return bool(self._cookie)

    def effects(self, mark: str) -> int:
        answer = self.place.ask("GET", "/api/session", LONGEST_ANSWER, Cookie=self._cookie)
        return int(answer is not None and answer.status == 200)


class Readiness(Column):
    """Asks whether the server is ready, until it says so; true if it then serves a page."""

    name = "readiness"

    def attempt(self, mark: str, seconds: float) -> bool:
        answer = self.place.ask("GET", "/readiness", seconds, Cookie=self.place.cookie)
        return answer is not None and answer.status == 200

    def effects(self, mark: str) -> int:
        answer = self.place.ask("GET", "/apps", LONGEST_ANSWER, Cookie=self.place.cookie)
        return int(answer is not None and answer.status == 200)


MEASURED: tuple[type[Column], ...] = (Outbox, UiEvent, SignIn, Readiness)
