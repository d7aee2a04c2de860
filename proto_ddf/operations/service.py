"""Starts, retries, cancels and reads operations, for pages and other callers. Thread-safe; call it from an event loop
by `asyncio.to_thread`."""

import time
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from typing import Any, NoReturn

from pydantic import BaseModel
from sqlmodel import Session

from proto_ddf import errors
from proto_ddf.accounts import audit
from proto_ddf.current_user import ANONYMOUS, current_user
from proto_ddf.db import reserve
from proto_ddf.errors import describe
from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.errors.types import ValidationError
from proto_ddf.operations import queries
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal import journal
from proto_ddf.operations.model import KINDS, Kind
from proto_ddf.operations.recovery import attempts
from proto_ddf.operations.views import OperationView
from proto_ddf.submissions import in_doubt, outside


def start(
    kind: str,
    operation_input: BaseModel,
    user_id: str | None = None,
    also: Callable[[Session, str], None] | None = None,
) -> str:
    """Start an operation and return its id. It is in the journal before this returns, with what `also` writes in the same
    transaction (see `journal.create`). It is the current user's unless `user_id` says whose.

    Raises:
        KeyError: when there is no such kind.
        pydantic.ValidationError: when the input does not fit the kind's model.
        ProtoDDFError: as the kind's `prepare`.
        SystemError: when the engine is not launched; code disk_space_low when the disk is full.
    """
    registered = KINDS[kind]
    given = registered.input_model.model_validate(operation_input.model_dump())
    engine.current()
    _need_reserve(registered)
    with in_doubt():
        run = journal.create(registered, registered.prepare(given), user_id or current_user(), also)
        try:
            engine.hand_over(run)
        except BaseException:
            journal.forget(run.operation_id)
            raise
    _audit("operation_started", registered.title(given), run.operation_id)
    return run.operation_id


def retry(operation_id: str) -> None:
    """Run a failed operation again from the step that failed. Of several concurrent callers one succeeds.

    Raises:
        ValidationError: field "operation", when it is not failed (any more) or does not exist.
        SystemError: when the engine is not launched; code disk_space_low when the disk is still full; code
            too_early before the time of the next attempt that the error gives.
    """
    _check_failed(operation_id)
    _end_repairs(operation_id)
    with engine.exclusive(operation_id):
        view = _check_failed(operation_id)
        if not _run_again(view):
            _refuse(operation_id, queries.load(operation_id), "tried again")
    _audit("operation_tried_again", view.title, operation_id)


def go_on(operation_id: str, after_run: int) -> bool:
    """Run an operation, whose run of that number failed, again after its repair. False if it is not failed any more, or a
    person tried it again meanwhile. Raises SystemError as `retry`."""
    with engine.exclusive(operation_id):
        view = queries.load(operation_id)
        if view is None or view.state != "failed":
            return False
        _need_time(view)
        return _run_again(view, after_run)


def _check_failed(operation_id: str) -> OperationView:
    """The operation. Raises as `retry`."""
    view = queries.load(operation_id)
    if view is None or view.state != "failed":
        _refuse(operation_id, view, "tried again")
    _need_time(view)
    return view


def _run_again(view: OperationView, after_run: int | None = None) -> bool:
    engine.wait_ended(view.id)
    _need_reserve(KINDS.get(view.kind))
    with in_doubt():
        run = journal.retry(view.id, after_run)
        if run is None:
            return False
        try:
            engine.hand_over(run)
        except Exception as error:
            described = describe(error, operation=view.title, operation_id=view.id)
            journal.refuse_run(run, described)
            raise
    return True


def _end_repairs(operation_id: str) -> None:
    """A person has decided about a failed operation: what is repairing it stops first."""
    for repairing in attempts.supersede(operation_id):
        with outside(), suppress(ValidationError):  # it has just ended
            cancel(repairing)
        engine.wait_ended(repairing)


def cancel(operation_id: str) -> None:
    """Stop an operation that is pending, running or failed. Its clean-up runs in the background and sets `finished_at` at
    its end.

    Raises:
        ValidationError: field "operation", when it has ended or does not exist.
        SystemError: when the engine is not launched.
    """
    engine.current()
    _end_repairs(operation_id)
    with engine.exclusive(operation_id):
        if not journal.cancel(operation_id):
            _refuse(operation_id, queries.load(operation_id), "cancelled")
        engine.stop(operation_id)
    if (cancelled := queries.load(operation_id)) is not None:
        _audit("operation_cancelled", cancelled.title, operation_id)


def wait_for_clean_up(subject: str, seconds: float = 10.0) -> None:
    """Wait until the clean-up of each cancelled operation about the subject has ended, but no longer than `seconds`."""
    until = time.monotonic() + seconds
    while any(each.finished_at is None for each in recent(20, subject=subject, state="cancelled")):
        if time.monotonic() > until:
            return
        time.sleep(0.1)


def view(operation_id: str) -> OperationView | None:
    """One operation with the last lines of its steps' logs; None when there is none."""
    return queries.load(operation_id)


def recent(
    limit: int = 50,
    kind: str | None = None,
    subject: str | None = None,
    state: str | None = None,
) -> list[OperationView]:
    """The newest operations first, without logs."""
    return queries.load_many(limit, kind, subject, state)


def last_for(subject: str, kind: str | None = None) -> OperationView | None:
    """The newest operation about a subject."""
    return next(iter(queries.load_many(1, kind, subject)), None)


def _need_reserve(kind: Kind[Any] | None) -> None:
    """On a full disk not even a failure could be recorded. What frees space writes into the reserve that is given up."""
    if not reserve.hold() and not (kind and kind.frees_space):
        raise errors.SystemError("The disk is full.", component="disk", code="disk_space_low")


def _audit(action: str, title: str, operation_id: str) -> None:
    """What the server does by itself, or where nobody signs in, has no entry: the operation says as much."""
    if current_user() != ANONYMOUS:
        audit.record(action, title, operation_id)


def _need_time(failed: OperationView) -> None:
    """Try Again must not bypass a pause, such as that of an open circuit, even if the page allows it too early."""
    retry_at = next_attempt_at(failed.error or {})
    seconds = seconds_until(retry_at)
    if seconds > 0:
        raise errors.SystemError(
            "It is too early to try again.",
            component="operations",
            code="too_early",
            retry_after=ceil(seconds),
            retry_at=retry_at,
        )


def _refuse(operation_id: str, found: OperationView | None, wish: str) -> NoReturn:
    state = found.state if found else "unknown"
    raise ValidationError(
        f"This operation cannot be {wish}: it is {state}.", field="operation", value=operation_id
    )
