"""Cleans up after cancelled operations, in the background, once they have stopped."""

from threading import Thread

from structlog.contextvars import bound_contextvars

from proto_ddf.errors import describe
from proto_ddf.hosting.processes import end_tree
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.operations.engine.runner import ActiveRuns
from proto_ddf.operations.journal import journal, records
from proto_ddf.operations.model import KINDS, UndoContext

log = get_logger(__name__)


def clean_up_in_background(runs: ActiveRuns, operation_id: str) -> None:
    """Wait until the operation has stopped, then undo it. If the server is killed in between, it does so at its next
    start; an undo may therefore run twice."""
    name = f"clean-up-{operation_id}"
    Thread(target=_clean_up, args=(runs, operation_id), name=name, daemon=True).start()


def _clean_up(runs: ActiveRuns, operation_id: str) -> None:
    work = f"Clean up after operation {operation_id}"
    with bound_contextvars(operation_id=operation_id), own_errors.reported("operations", work):
        active = runs.find(operation_id)
        if active:
            active.ended.wait()
        for child in records.children(operation_id):
            end_tree(child.pid, child.create_time)
        _undo(operation_id)
        journal.cleaned_up(operation_id)
        log.info("operation cancelled")


def _undo(operation_id: str) -> None:
    record = records.read(operation_id)
    kind = KINDS.get(record.kind) if record else None
    if record is None or kind is None or kind.undo is None:
        return
    try:
        given = kind.input_model.model_validate(record.input)
        kind.undo(UndoContext(operation_id, given, records.outputs(operation_id)))
    except Exception as error:
        operation = f"Clean up after {record.title}"
        described = describe(error, operation=operation, operation_id=operation_id)
        log.warning("clean-up failed", code=described["code"], exc_info=error)
        intake.report(described, operation, operation_id, record.user_id, subject=record.subject)
