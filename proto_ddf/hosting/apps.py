"""The service for generated apps: start, stop, restart, check, remove, list.

Synchronous and thread-safe. A lock per app lets only one of these functions work on an app at a time.
"""

import shutil
import time
from pathlib import Path

from proto_ddf import errors
from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.errors.types import IntegrationError, ProtoDDFError
from proto_ddf.generator.code.package import sqlite_file
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import app_processes, good_configuration, records
from proto_ddf.hosting.app_access import set_sign_in
from proto_ddf.hosting.app_address import endpoint
from proto_ddf.hosting.app_locks import exclusive
from proto_ddf.hosting.app_logs import run_log
from proto_ddf.hosting.health import ProbeResult, probe_app
from proto_ddf.hosting.launch import data_environment, folder, sibling_folders
from proto_ddf.hosting.ports import PORT_REGISTRY, PortPair, is_free
from proto_ddf.hosting.processes import end_tree, is_alive
from proto_ddf.hosting.records import AppView
from proto_ddf.logs import get_logger
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.progress import NoProgress, Progress
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.sources.schema.model import SourceSchema

CHECK_SECONDS = 20.0
"""How long an app may go on giving a wrong answer."""
CHECK_POLL_SECONDS = 0.2
"""Between probes of an app whose port accepts connections. It is not shorter, because each failed probe counts for the
circuit breaker."""

log = get_logger(__name__)


def create_app(
    spec: AppSpec,
    source_id: str | None,
    operation_id: str | None = None,
    made_from: SourceSchema | None = None,
) -> None:
    """Record a new app; `made_from` is the present schema of its source. One operation may call it several times.

    Raises:
        ValidationError: field name, code project_name_taken.
    """
    records.add(spec, source_id, operation_id, made_from)


def set_ports(slug: str, pair: PortPair) -> None:
    """Record the ports reserved for an app."""
    records.change(slug, frontend_port=pair.frontend, backend_port=pair.backend)


def start_app(slug: str, progress: Progress | None = None) -> None:
    """Start an app and wait until its port accepts connections. An app that already runs is not started again.

    Raises:
        SystemError: code app_start_failed with the last lines of its log; port_in_use.
        IntegrationError: code source_gone.
    """
    progress = progress or NoProgress()
    with exclusive(slug, progress):
        _start(slug, progress)


def stop_app(slug: str, progress: Progress | None = None) -> None:
    """End an app's whole process tree (SIGTERM, then SIGKILL), and record that the app should not run."""
    with exclusive(slug, progress or NoProgress()):
        _stop(slug)


def restart_app(slug: str, progress: Progress | None = None) -> None:
    """Stop and start an app. Raises as `start_app` does."""
    progress = progress or NoProgress()
    with exclusive(slug, progress):
        _stop(slug)
        _start(slug, progress)


def check_app(slug: str, progress: Progress | None = None) -> None:
    """Wait until the app answers the request for its first page with HTTP 200.

    Raises:
        SystemError: code app_check_failed, with the status or the last lines of its log.
    """
    progress = progress or NoProgress()
    record = records.read(slug)
    begin = time.monotonic()
    answer = _probe(record)
    while not answer.http and is_alive(record.pid, record.pid_create_time):
        if time.monotonic() > begin + (
            CHECK_SECONDS if answer.status else app_processes.START_SECONDS
        ):
            break
        app_processes.pause(progress, CHECK_POLL_SECONDS)
        answer = _probe(record)
    if answer.http:
        records.record_health(record, AppState.RUNNING, process=True, port=True, http=True)
        _keep_configuration(record)
        return
    reason = f"HTTP status {answer.status}" if answer.status else "no answer"
    error = errors.SystemError(
        f"{record.name} does not show its first page: {reason}",
        component="hosting",
        code="app_check_failed",
        app=record.name,
        slug=slug,
        port=record.frontend_port,
        reason=reason,
        log=run_log(slug),
    )
    records.change(slug, last_error=error.message)
    raise error


def _keep_configuration(record: AppRecord) -> None:
    try:
        good_configuration.keep(record)
    except OSError as error:  # the app is well all the same
        log.warning("configuration not kept", app=record.slug, reason=str(error))


def _probe(record: AppRecord) -> ProbeResult:
    try:
        return probe_app(record.slug, endpoint(record.slug, record.frontend_port))
    except CircuitOpenError:
        return ProbeResult(port=False, status=None)


def remove_app(slug: str, progress: Progress | None = None) -> None:
    """Stop an app, free its ports, delete its folder and its record. It may be called again after an interruption."""
    with exclusive(slug, progress or NoProgress()):
        _stop(slug)
        PORT_REGISTRY.release(slug)
        for path in (folder(slug), *sibling_folders(slug)):
            shutil.rmtree(path, ignore_errors=True)
        set_sign_in(slug, needed=False)
        records.delete(slug)


def list_apps() -> list[AppView]:
    """Every app, newest first."""
    return [records.view(record) for record in records.all_records()]


def get_app(slug: str) -> AppView | None:
    record = records.find_record(slug)
    return records.view(record) if record else None


def app_database(slug: str) -> Path | None:
    """The SQLite file an app works on; None if its database is not SQLite, or the file does not exist."""
    record = records.read(slug)
    if record.spec.get("dialect", "sqlite") != "sqlite":
        return None
    try:
        url = data_environment(record)["DATABASE_URL"]
    except IntegrationError:
        return None
    path = sqlite_file(url, folder(slug))
    return path if path is not None and path.exists() else None


def _start(slug: str, progress: Progress) -> None:
    record = records.read(slug)
    try:
        if not is_alive(record.pid, record.pid_create_time):
            progress.report("Starting the app")
            records.change(slug, crashes=0, last_error="")
            record = app_processes.spawn(_with_free_port(record))
        app_processes.wait_until_listening(record, progress)
    except ProtoDDFError as error:
        records.change(
            slug,
            state=AppState.FAILED,
            wanted_running=False,
            next_restart_at=None,
            last_error=error.message,
        )
        raise


def _with_free_port(record: AppRecord) -> AppRecord:
    """Give an app that never ran other ports if its own were taken since they were reserved.

    An app that ran keeps its address, because people may have bookmarked it. The exception is a port that browsers
    refuse to open.
    """
    port = record.frontend_port
    if port is None:
        return record
    if port not in BLOCKED_PORTS and (record.started_at is not None or is_free(port)):
        return record
    PORT_REGISTRY.release(record.slug)
    set_ports(record.slug, PORT_REGISTRY.reserve_pair(record.slug))
    return records.read(record.slug)


def stop_all_processes() -> int:
    """End the processes of all apps. Which apps should run stays recorded, so that the next server starts them again.

    Returns how many ran.
    """
    ran = 0
    for record in records.all_records():
        with exclusive(record.slug, NoProgress()):
            ran += is_alive(record.pid, record.pid_create_time)
            end_tree(record.pid, record.pid_create_time, app_processes.GRACE_SECONDS)
            if record.wanted_running:
                records.change(record.slug, state=AppState.STOPPED, pid=None, pid_create_time=None)
    return ran


def _stop(slug: str) -> None:
    record = records.find_record(slug)
    if record is not None:
        records.change(slug, wanted_running=False, next_restart_at=None)
        app_processes.stop_processes(record)
