"""Makes each submission of a page take effect exactly once, even if it is sent several times: by a second click, or
after a lost connection.

Each submission has an id from the browser (see outbox.py), and the app keeps its reply. If the database is the app's
own, the reply is written in the transaction of the change: one is stored if and only if the other is. Other databases
get no table of ours. For them a file beside the code records a submission before its change begins, and the reply
afterwards. If there is no reply because the app or the database stopped in between, the row shows what happened; see
repeats.py. Where it cannot, the person decides.

The form of a new row also has a random token (see row_snapshot.py), which its draft keeps. So two submissions of one
form add one row.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from uuid import uuid4

import sqlalchemy as sa
from reflex_base.event.context import EventContext

from . import submission_store as store
from .config import OWN_DATABASE
from .conflicts import Conflict
from .errors import ADDED_BEFORE, BEING_SAVED, MAYBE_ADDED, NOT_WRITTEN, DataError, OutcomeUnknown
from .submission_store import Reply, Submission
from .views import TableView

_running: dict[str, Submission] = {}
"""By the id of the Reflex event that carries it out."""
_forms: set[str] = set()
"""The tokens of the forms that are being saved."""
_lock = threading.Lock()


class AddedBefore(DataError):
    """The form of a new row was saved before with other texts, or it is unknown whether it was saved."""

    def __init__(self, address: str = "") -> None:
        super().__init__(ADDED_BEFORE if address else MAYBE_ADDED)
        self.outcome = "refused" if address else "unknown"
        self.address = address
        """Of the row that was added; empty if that is unknown."""


@contextmanager
def carried_out_by(event_id: str, submission: Submission) -> Iterator[None]:
    """The Reflex event with that id carries out the submission."""
    _running[event_id] = submission
    try:
        yield
    finally:
        del _running[event_id]


def current() -> Submission:
    """The submission that the present event carries out; a new one if the event came another way."""
    try:
        event_id = EventContext.get().txid
    except LookupError:
        event_id = ""
    return _running.get(event_id) or Submission(uuid4().hex, "")


class Attempt:
    """One attempt to carry out the present submission, which changes the table of `view`."""

    def __init__(self, view: TableView) -> None:
        self._view = view
        self._submission = current()
        self._title = self._form = self._texts = ""
        self.may_be_done = False
        """The change was begun before, and it is unknown whether it was written."""
        self.must_ask = False
        """If that cannot be found out, the person has to decide."""

    def begin(
        self, title: str, *, form: str = "", texts: str = "", agreed: bool = False
    ) -> Reply | None:
        """Record that a change begins. Returns a reply if the form was saved with the same texts before, so that there
        is nothing to do.

        Args:
            title: what to tell the person once the change is written.
            form: for a new row, the token of its form.
            texts: for a new row, the digest of its texts.
            agreed: whether the person wants another row from this form.

        Raises:
            AddedBefore: the form has added a row with other texts, or may have.
            DataError: the form is being saved, or nothing can be recorded.
        """
        self._title = title
        self._reserve(form)
        self._form, self._texts = form, texts
        is_other = False
        for each in store.earlier(self._submission.id, form):
            is_own = each.id == self._submission.id
            if not is_own and each.texts != texts:
                is_other, last = True, each
            elif each.reply and each.reply.outcome == "done":
                self._submission.reply = each.reply
                return each.reply
            else:
                self.may_be_done = True
                self.must_ask = self.must_ask or is_own or not agreed
        if is_other and not agreed:
            raise AddedBefore(last.reply.address if last.reply else "")
        self._submission.has_begun = True
        if not OWN_DATABASE:
            store.begin(self._submission, form, texts)
        return None

    def written(self, connection: sa.Connection, key: str) -> None:
        """The change is written, and will be committed. `key` is the row's key as it appears in an address; empty if
        the row is deleted."""
        self.found(key)
        if OWN_DATABASE:
            store.add(connection, self._submission, self._form, self._texts)

    def found(self, key: str) -> None:
        """The change was written before."""
        address = f"/{self._view.route}/{key}".rstrip("/")
        self._submission.reply = Reply("done", self._title, address=address)

    def refused(self, error: DataError) -> None:
        """The change was not written."""
        self._submission.reply = self._refusal(error)

    def lost(self) -> None:
        """It is unknown whether the change was written."""
        self._submission.reply = None

    def end(self) -> None:
        """Store the reply, if there is one."""
        if self._submission.reply:
            store.keep(self._submission)
        with _lock:
            _forms.discard(self._form)

    def _reserve(self, form: str) -> None:
        with _lock:
            if form in _forms:
                raise DataError(BEING_SAVED)
            if form:
                _forms.add(form)

    def _refusal(self, error: DataError) -> Reply:
        problem, labels = error.problem, self._view.by_name
        return Reply(
            error.outcome,
            problem.title,
            f"{problem.message} {problem.hint}".strip(),
            fields={labels[name].label: text for name, text in error.fields.items()},
            address=error.address,
            versions=list(map(asdict, error.versions)) if isinstance(error, Conflict) else [],
            again={"form": {"_another": "yes"}} if isinstance(error, AddedBefore) else {},
        )


@contextmanager
def attempt(view: TableView) -> Iterator[Attempt]:
    """Carry out the present submission, and store its reply. If the connection is lost during the commit, there is no
    reply, and the browser sends the submission again."""
    made = Attempt(view)
    try:
        yield made
    except OutcomeUnknown:
        made.lost()
        raise
    except DataError as error:
        made.refused(error)
        raise
    except Exception:
        made.refused(DataError(NOT_WRITTEN))
        raise
    finally:
        made.end()
