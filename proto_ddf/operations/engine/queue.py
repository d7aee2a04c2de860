"""DBOS as the durable queue of runs: it hands out runs, and hands them out again after a crash. It knows nothing of their
steps.

Call it from threads, not from an event loop: DBOS refuses that, and its async functions replace the loop's default
executor.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from contextvars import Context
from typing import TypeVar

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus, _workflow_commands

from proto_ddf.db.engine import forget_file, single_file_engine
from proto_ddf.monitoring import own_errors
from proto_ddf.operations.journal import journal, records
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.stop_flag import SERVER_STOPPING, OperationStopped
from proto_ddf.settings import get_settings

_T = TypeVar("_T")

APPLICATION_VERSION = "2"
"""Version of the workflow. Runs handed over by another version are replaced at launch."""
QUEUE = "operations"
POLLING_SECONDS = 2.0
"""Runs in the queue wait half of it on average; each poll costs an idle server two milliseconds."""
UNUSED_SECONDS = 60.0
"""Between DBOS's polls for schedules, delayed workflows and timeouts, none of which are used here."""
BUSY_MS = 30_000
"""How long DBOS waits for a lock on its database: its own default."""
ACTIVE = ("PENDING", "ENQUEUED", "DELAYED")

_execute: Callable[[Run], None] | None = None
"""The function that executes a run; None before the launch."""


def launch(execute: Callable[[Run], None], concurrency: int) -> sqlalchemy.Engine:
    """Start DBOS, on a database file that is checked not to be replaced; returns the engine of that database. `execute` is
    called at once for runs that a crash interrupted, and for at most `concurrency` runs of the queue at a time."""
    global _execute
    _execute = execute
    path = get_settings().operations_path
    forget_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    database = single_file_engine(path, BUSY_MS)
    config: DBOSConfig = {
        "name": "proto-ddf",
        "system_database_url": f"sqlite:///{path}",
        "system_database_engine": database,
        "executor_id": "proto-ddf",
        "application_version": APPLICATION_VERSION,
        "log_level": "WARNING",
        "scheduler_polling_interval_sec": UNUSED_SECONDS,
    }
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = UNUSED_SECONDS  # there is no setting for it
    logging.getLogger("dbos").addFilter(_should_be_logged)
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=concurrency, polling_interval_sec=POLLING_SECONDS)
    return database


def put(run: Run, *, at_once: bool) -> None:
    """Hand a run to DBOS, to start at once or in its turn."""

    def start() -> None:
        with SetWorkflowID(workflow_id(run)):
            if at_once:
                DBOS.start_workflow(run_operation, run.operation_id, run.number)
            else:
                DBOS.enqueue_workflow(QUEUE, run_operation, run.operation_id, run.number)

    _outside(start)


def reconcile(hand_over: Callable[[Run], None]) -> None:
    """Make the queue agree with the journal after a crash or an update: each pending operation has a workflow, if needed by
    `hand_over` of a new run, and all other workflows are cancelled."""
    active = active_workflows()
    pending = records.pending()
    wanted = {workflow_id(run) for run in pending}
    live = {each.workflow_id for each in active if each.app_version == APPLICATION_VERSION}
    left_over = [each.workflow_id for each in active if each.workflow_id not in wanted & live]
    if left_over:
        _outside(lambda: DBOS.cancel_workflows(left_over))
    for run in pending:
        if workflow_id(run) in live:
            continue
        with own_errors.reported("operations", f"Go on with operation {run.operation_id}"):
            if renewed := journal.renew(run):
                hand_over(renewed)


def active_workflows() -> list[WorkflowStatus]:
    """The workflows that are in DBOS's queue or running."""
    return _outside(
        lambda: DBOS.list_workflows(status=list(ACTIVE), load_input=False, load_output=False)
    )


@DBOS.workflow(name="run_operation", max_recovery_attempts=None)
def run_operation(operation_id: str, number: int) -> None:
    """The only workflow. It stores nothing about the steps."""
    execute = _execute
    if execute is None:
        raise OperationStopped(SERVER_STOPPING)
    execute(Run(operation_id, number))


def workflow_id(run: Run) -> str:
    return f"{run.operation_id}:{run.number}"


def _should_be_logged(record: logging.LogRecord) -> bool:
    """False for the traceback that DBOS logs for every run interrupted by the stop of the server."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, OperationStopped)


def _outside(call: Callable[[], _T]) -> _T:
    """Call DBOS as if outside any workflow, even if a step of one is the caller."""
    return Context().run(call)
