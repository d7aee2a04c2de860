"""Starts and ends the processes of an app, and records it. The caller holds the app's lock."""

import time
from datetime import UTC, datetime

from proto_ddf import errors
from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.hosting import records
from proto_ddf.hosting.app_address import endpoint
from proto_ddf.hosting.app_logs import crash_reason
from proto_ddf.hosting.health import listens
from proto_ddf.hosting.launch import end_orphans, launch
from proto_ddf.hosting.processes import end_tree, is_alive
from proto_ddf.progress import Progress

START_SECONDS = 60.0
"""How long an app may take to listen, and again to give its first answer: a machine that makes several apps is slow."""
POLL_SECONDS = 0.02
GRACE_SECONDS = 5.0


def spawn(record: AppRecord) -> AppRecord:
    """Start the app's process and record it, without waiting."""
    pid, created = launch(record)
    records.change(
        record.slug,
        pid=pid,
        pid_create_time=created,
        started_at=datetime.fromtimestamp(created, UTC),
        state=AppState.STARTING,
        wanted_running=True,
        next_restart_at=None,
    )
    return records.read(record.slug)


def wait_until_listening(record: AppRecord, progress: Progress) -> None:
    """Wait until the port of an app that was just started accepts connections.

    Raises:
        SystemError: code app_start_failed, with the last lines of its log.
    """
    assert record.frontend_port is not None
    deadline = time.monotonic() + START_SECONDS
    host = endpoint(record.slug, record.frontend_port).host
    while not listens(record.frontend_port, host=host):
        if not is_alive(record.pid, record.pid_create_time):
            raise _start_failed(record, "it ended")
        if time.monotonic() > deadline:
            end_tree(record.pid, record.pid_create_time, GRACE_SECONDS)
            raise _start_failed(record, f"it did not answer within {START_SECONDS:.0f} seconds")
        pause(progress)


def _start_failed(record: AppRecord, what: str) -> errors.SystemError:
    reason, log = crash_reason(record.slug, what)
    return errors.SystemError(
        f"{record.name} did not start: {reason}",
        component="hosting",
        code="app_start_failed",
        app=record.name,
        slug=record.slug,
        reason=reason,
        log=log,
    )


def stop_processes(record: AppRecord) -> None:
    """End the app's processes, whether it should run or not."""
    slug = record.slug
    end_tree(record.pid, record.pid_create_time, GRACE_SECONDS)
    end_orphans(slug)
    records.change(
        slug,
        state=AppState.STOPPED,
        pid=None,
        pid_create_time=None,
        crashes=0,
        health={},
        last_error="",
    )


def pause(progress: Progress, seconds: float = POLL_SECONDS) -> None:
    progress.check_stop()
    time.sleep(seconds)
