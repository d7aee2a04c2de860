"""Starts, retries, cancels and reads operations, for pages and other callers. Thread-safe; call it from an event loop
by `asyncio.to_thread`."""

import time
from math import ceil
from typing import NoReturn

from pydantic import BaseModel

from proto_ddf import errors
from proto_ddf.db import reserve
from proto_ddf.errors import describe
from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.errors.types import ValidationError
from proto_ddf.operations import queries
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal import journal
from proto_ddf.operations.model import KINDS
from proto_ddf.operations.views import OperationView


def start(kind: str, operation_input: BaseModel, user_id: str = "anonymous") -> str:
    """Start an operation and return its id. It is in the journal before this returns.

    Raises:
        KeyError: when there is no such kind.
        pydantic.ValidationError: when the input does not fit the kind's model.
        ProtoDDFError: as the kind's `prepare`.
        SystemError: when the engine is not launched; code disk_space_low when the disk is full.
    """
    registered = KINDS[kind]
    given = registered.input_model.model_validate(operation_input.model_dump())
    engine.current()
    _need_reserve()
    run = journal.create(registered, registered.prepare(given), user_id)
    try:
        engine.hand_over(run)
    except BaseException:
        journal.forget(run.operation_id)
        raise
    return run.operation_id


def retry(operation_id: str) -> None:
    """Run a failed operation again from the step that failed. Of several concurrent callers one succeeds.

    Raises:
        ValidationError: field "operation", when it is not failed (any more) or does not exist.
        SystemError: when the engine is not launched; code disk_space_low when the disk is still full; code
            too_early before the time of the next attempt that the error gives.
    """
    with engine.exclusive(operation_id):
        view = queries.load(operation_id)
        if view is None or view.state != "failed":
            _refuse(operation_id, view, "tried again")
        _need_time(view)
        engine.wait_ended(operation_id)
        _need_reserve()
        run = journal.retry(operation_id)
        if run is None:
            _refuse(operation_id, queries.load(operation_id), "tried again")
        try:
            engine.hand_over(run)
        except Exception as error:
            described = describe(error, operation=view.title, operation_id=operation_id)
            journal.refuse_run(run, described)
            raise


def cancel(operation_id: str) -> None:
    """Stop an operation that is pending, running or failed. Its clean-up runs in the background and sets `finished_at` at
    its end.

    Raises:
        ValidationError: field "operation", when it has ended or does not exist.
        SystemError: when the engine is not launched.
    """
    with engine.exclusive(operation_id):
        engine.current()
        if not journal.cancel(operation_id):
            _refuse(operation_id, queries.load(operation_id), "cancelled")
        engine.stop(operation_id)


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


def _need_reserve() -> None:
    """On a full disk not even a failure could be recorded."""
    if not reserve.hold():
        raise errors.SystemError("The disk is full.", component="disk", code="disk_space_low")


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
