"""Deletes old records of operations: operations that ended, their logs, and the workflows of runs that ended."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dbos import DBOS
from sqlalchemy import ColumnElement, delete, func, select, union, update
from sqlmodel import Session, col

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    ErrorRecord,
    OperationRecord,
    SourceRecord,
    StepLogRecord,
)
from proto_ddf.db.writing import write
from proto_ddf.operations.journal.changes import UNFINISHED
from proto_ddf.operations.stop_flag import StopFlag

BATCH = 100
"""Operations per transaction, so that others wait only briefly for the write lock."""
PAUSE_SECONDS = 0.01
"""Between transactions, so that others get the lock."""
PAGE = 1000
"""Workflows read at once."""
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""The final states of a workflow."""

_id, _state = col(OperationRecord.id), col(OperationRecord.state)
_finished_at = col(OperationRecord.finished_at)


def prune_operations(keep: int, stop: StopFlag) -> int:
    """Delete all but the newest `keep` operations, with their steps and logs; returns how many.

    Operations that have not ended are kept too, and those that the page of an app or a source shows. Errors of deleted
    operations stay, without a link to the operation and without Try Again.

    Raises:
        OperationStopped: once `stop` is set.
    """
    newest = select(_id).order_by(col(OperationRecord.created_at).desc(), _id.desc()).limit(keep)
    old = select(_id).where(_has_ended(), _id.not_in(newest), _id.not_in(_shown()))
    pruned = 0
    for ids in _batches(_all(old), stop):
        pruned += write(partial(_delete_operations, ids=ids))
    return pruned


def prune_logs(before: datetime, stop: StopFlag) -> int:
    """Delete the step logs of operations that ended before that time; returns the number of operations.

    Operations that the page of an app or a source shows keep their logs.

    Raises:
        OperationStopped: once `stop` is set.
    """
    has_log = select(col(StepLogRecord.id)).where(col(StepLogRecord.operation_id) == _id).exists()
    ended = _has_ended() & (_finished_at < before)
    pruned = 0
    for ids in _batches(_all(select(_id).where(ended, has_log, _id.not_in(_shown()))), stop):
        pruned += write(partial(_delete_logs, ids=ids))
    return pruned


def prune_workflows(stop: StopFlag) -> int:
    """Delete the DBOS workflows of runs that ended, since the journal has their record; returns how many.

    Raises:
        OperationStopped: once `stop` is set.
    """
    pruned = 0
    while page := _ended_workflows():
        for ids in _batches(page, stop):
            DBOS.delete_workflows(list(ids))
        pruned += len(page)
    return pruned


def _ended_workflows() -> list[str]:
    page = DBOS.list_workflows(status=list(ENDED), limit=PAGE, load_input=False, load_output=False)
    return [workflow.workflow_id for workflow in page]


def _has_ended() -> ColumnElement[bool]:
    """The operation has ended, and so has its clean-up if it was cancelled."""
    return _state.not_in(UNFINISHED) & _finished_at.is_not(None)


def _shown() -> Any:
    """Ids of the operations that made an app, and of the latest one about each app and source."""
    subjects = union(
        select(col(AppRecord.slug)), select(col(SourceRecord.id)), select(col(SourceRecord.name))
    )
    subject = col(OperationRecord.subject)
    newest_first = (col(OperationRecord.created_at).desc(), _id.desc())
    rank = func.row_number().over(partition_by=subject, order_by=newest_first).label("rank")
    about = select(_id, rank).where(subject.in_(subjects)).subquery()
    makers = select(col(AppRecord.operation_id)).where(col(AppRecord.operation_id).is_not(None))
    return union(makers, select(about.c.id).where(about.c.rank == 1))


def _delete_operations(opened: Session, ids: Sequence[str]) -> int:
    ended = _still_ended(opened, ids)
    errors = update(ErrorRecord).where(col(ErrorRecord.operation_id).in_(ended))
    opened.execute(errors.values(operation_id=None))
    opened.execute(delete(OperationRecord).where(_id.in_(ended)))
    return len(ended)


def _delete_logs(opened: Session, ids: Sequence[str]) -> int:
    ended = _still_ended(opened, ids)
    opened.execute(delete(StepLogRecord).where(col(StepLogRecord.operation_id).in_(ended)))
    return len(ended)


def _still_ended(opened: Session, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that were not started again after they were selected."""
    return list(opened.execute(select(_id).where(_id.in_(ids), _has_ended())).scalars())


def _all(query: Any) -> list[str]:
    with session() as opened:
        return list(opened.execute(query).scalars())


def _batches(ids: Sequence[str], stop: StopFlag) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH):
        stop.pause(PAUSE_SECONDS)
        yield ids[start : start + BATCH]
