"""Removes what of the operations' record nobody needs any more: logs and operations that are long over, and what DBOS
keeps of runs that have ended.
"""

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
from proto_ddf.operations.journal.journal import UNFINISHED
from proto_ddf.operations.stop_flag import StopFlag

BATCH = 100
"""Operations per transaction: others wait for the write lock only a moment."""
PAUSE_SECONDS = 0.01
"""Between transactions, in which others get the lock."""
PAGE = 1000
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""A workflow's states in which DBOS does nothing with it."""

_id, _state = col(OperationRecord.id), col(OperationRecord.state)
_finished_at = col(OperationRecord.finished_at)


def prune_operations(keep: int, stop: StopFlag) -> int:
    """Delete all but the newest `keep` operations, with their steps and logs; returns how many.

    Kept as well: those not over, and those that the page of an app or a source refers to. Errors of the
    deleted ones stay on record, without a link to follow or a Try Again.

    Raises:
        OperationStopped: once `stop` is set.
    """
    newest = select(_id).order_by(col(OperationRecord.created_at).desc(), _id.desc()).limit(keep)
    old = select(_id).where(_is_over(), _id.not_in(newest), _id.not_in(_shown()))
    pruned = 0
    for ids in _batches(_all(old), stop):
        pruned += write(partial(_delete_operations, ids=ids))
    return pruned


def prune_logs(before: datetime, stop: StopFlag) -> int:
    """Delete the steps' logs of operations that were over `before`; returns of how many operations.

    Those that the page of an app or a source refers to keep theirs.

    Raises:
        OperationStopped: once `stop` is set.
    """
    has_log = select(col(StepLogRecord.id)).where(col(StepLogRecord.operation_id) == _id).exists()
    over = _is_over() & (_finished_at < before)
    pruned = 0
    for ids in _batches(_all(select(_id).where(over, has_log, _id.not_in(_shown()))), stop):
        pruned += write(partial(_delete_logs, ids=ids))
    return pruned


def prune_workflows(stop: StopFlag) -> int:
    """Delete what DBOS keeps of runs that have ended: the journal has all that is to be known of them. Returns of how
    many runs.

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


def _is_over() -> ColumnElement[bool]:
    """Nothing runs, waits, or is owed (a cancelled operation's clean-up)."""
    return _state.not_in(UNFINISHED) & _finished_at.is_not(None)


def _shown() -> Any:
    """Ids of the operations that made an app, or are the last ones about an app or a source."""
    subjects = union(
        select(col(AppRecord.slug)), select(col(SourceRecord.id)), select(col(SourceRecord.name))
    )
    subject = col(OperationRecord.subject)
    newest_first = (col(OperationRecord.created_at).desc(), _id.desc())
    place = func.row_number().over(partition_by=subject, order_by=newest_first).label("place")
    about = select(_id, place).where(subject.in_(subjects)).subquery()
    makers = select(col(AppRecord.operation_id)).where(col(AppRecord.operation_id).is_not(None))
    return union(makers, select(about.c.id).where(about.c.place == 1))


def _delete_operations(opened: Session, ids: Sequence[str]) -> int:
    over = _still_over(opened, ids)
    errors = update(ErrorRecord).where(col(ErrorRecord.operation_id).in_(over))
    opened.execute(errors.values(operation_id=None))
    opened.execute(delete(OperationRecord).where(_id.in_(over)))
    return len(over)


def _delete_logs(opened: Session, ids: Sequence[str]) -> int:
    over = _still_over(opened, ids)
    opened.execute(delete(StepLogRecord).where(col(StepLogRecord.operation_id).in_(over)))
    return len(over)


def _still_over(opened: Session, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that have not been tried again since they were chosen."""
    return list(opened.execute(select(_id).where(_id.in_(ids), _is_over())).scalars())


def _all(query: Any) -> list[str]:
    with session() as opened:
        return list(opened.execute(query).scalars())


def _batches(ids: Sequence[str], stop: StopFlag) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH):
        stop.pause(PAUSE_SECONDS)
        yield ids[start : start + BATCH]
