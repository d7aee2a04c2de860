"""Submits changes to an imported app as its outbox does, and ends the process at a chosen moment."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from reflex_base.event.context import EventContext

from tests.served_apps import ImportedApp

KILLED = 9


@contextmanager
def submitted(app: ImportedApp, key: str = "", content: str = "content") -> Iterator[Any]:
    """The block runs as the event of a submission with that id; gives the submission."""
    submission = app.submission_store.Submission(key or uuid4().hex, content)
    event = EventContext(token="tab", state_manager=None, enqueue_impl=None)  # type: ignore[arg-type]
    with event, app.submissions.carried_out_by(event.txid, submission):
        yield submission


def killed(app: ImportedApp, when: str, work: Callable[[], object]) -> bool:
    """Run the work in a copy of this process that is killed at a moment: before the "begin" of the change, before the
    "commit", or before the "reply" is kept. Returns whether it came there."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == KILLED
    try:
        app.database.engine().dispose(close=False)  # its connections are the parent's
        _die_at(app, when)
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _die_at(app: ImportedApp, when: str) -> None:
    def die(*_: Any, **__: Any) -> None:
        os._exit(KILLED)

    match when:
        case "begin":
            app.changes.must_be_editable = die
            app.submissions.Attempt.begin = die
        case "commit":
            app.database.engine().dialect.do_commit = die
        case "reply":
            app.submission_store.keep = die
