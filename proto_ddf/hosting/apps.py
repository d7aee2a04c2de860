"""The service for generated apps: start, stop, restart, check, remove, list, logs.

Synchronous and thread-safe. A lock per app lets only one of these functions work on an app at a time.
"""

import re
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from proto_ddf import errors
from proto_ddf.db.tables import AppRecord, AppState, utc_now
from proto_ddf.errors.types import IntegrationError, ProtoDDFError
from proto_ddf.generator.code.package import sqlite_file
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import good_configuration, records
from proto_ddf.hosting.app_access import set_sign_in
from proto_ddf.hosting.app_address import endpoint
from proto_ddf.hosting.health import ProbeResult, listens, probe_app
from proto_ddf.hosting.launch import (
    data_environment,
    end_orphans,
    folder,
    launch,
    log_file,
    sibling_folders,
)
from proto_ddf.hosting.ports import PORT_REGISTRY, PortPair, is_free
from proto_ddf.hosting.processes import end_tree, is_alive
from proto_ddf.hosting.records import AppView
from proto_ddf.logs import get_logger
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.progress import NoProgress, Progress
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.serving.app_main import STARTED
from proto_ddf.sources.schema.model import SourceSchema

START_SECONDS = 60.0
"""How long an app may take to listen, and again to give its first answer: a machine that makes several apps is slow."""
CHECK_SECONDS = 20.0
"""How long an app may go on giving a wrong answer."""
POLL_SECONDS = 0.02
CHECK_POLL_SECONDS = 0.2
"""Between probes of an app whose port accepts connections. It is not shorter, because each failed probe counts for the
circuit breaker."""
GRACE_SECONDS = 5.0
EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt)\b")
"""The beginning of the last line of a traceback."""
LOG_LINES = 200
"""Of an app's log, in which the cause of a failure is looked for."""
LOG_TAIL_BYTES = 512 * 1024

log = get_logger(__name__)

_locks: dict[str, threading.Lock] = {}
_locks_lock = threading.Lock()


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
        if time.monotonic() > begin + (CHECK_SECONDS if answer.status else START_SECONDS):
            break
        _pause(progress, CHECK_POLL_SECONDS)
        answer = _probe(record)
    if answer.http:
        record_health(record, AppState.RUNNING, process=True, port=True, http=True)
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


def app_log(slug: str, lines: int = 200, search: str = "") -> list[str]:
    """The last lines of an app's log that contain `search`, oldest first, with those of the last rotated file."""
    wanted: deque[str] = deque(maxlen=lines)
    newest = log_file(slug)
    for file in (newest.with_suffix(".log.1"), newest):
        try:
            with file.open("rb") as content:
                content.seek(max(0, file.stat().st_size - LOG_TAIL_BYTES))
                text = content.read().decode(errors="replace")
        except OSError:
            continue
        wanted.extend(line for line in text.splitlines() if search.lower() in line.lower())
    return list(wanted)


@contextmanager
def exclusive(slug: str, progress: Progress) -> Iterator[None]:
    """Hold the app's lock, so that nothing else starts or stops it."""
    lock = lock_of(slug)
    while not lock.acquire(timeout=0.1):
        progress.check_stop()
    try:
        yield
    finally:
        lock.release()


def lock_of(slug: str) -> threading.Lock:
    with _locks_lock:
        return _locks.setdefault(slug, threading.Lock())


def record_health(
    record: AppRecord, state: AppState, *, process: bool, port: bool, http: bool
) -> None:
    """Record the result of a health check of an app."""
    health = {"process": process, "port": port, "http": http}
    health["checked_at"] = utc_now().isoformat()  # type: ignore[assignment]
    values = {"last_error": ""} if http and record.last_error else {}
    records.change(record.slug, state=state, health=health, **values)


def spawn(record: AppRecord) -> AppRecord:
    """Start the app's process and record it, without waiting. The caller holds the app's lock."""
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


def _start(slug: str, progress: Progress) -> None:
    record = records.read(slug)
    try:
        if not is_alive(record.pid, record.pid_create_time):
            progress.report("Starting the app")
            records.change(slug, crashes=0, last_error="")
            record = spawn(_with_free_port(record))
        wait_until_listening(record, progress)
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
            raise start_failed(record, "it ended")
        if time.monotonic() > deadline:
            end_tree(record.pid, record.pid_create_time, GRACE_SECONDS)
            raise start_failed(record, f"it did not answer within {START_SECONDS:.0f} seconds")
        _pause(progress)


def run_log(slug: str) -> list[str]:
    """The last lines of the app's log, without those of earlier runs."""
    lines = app_log(slug, LOG_LINES)
    begins = [number for number, line in enumerate(lines) if line.startswith(STARTED)]
    return lines[begins[-1] + 1 :] if begins else lines


def crash_reason(slug: str, otherwise: str) -> tuple[str, list[str]]:
    """Why an app's process ended, in one line, and the log of its last run."""
    lines = run_log(slug)
    return next(filter(EXCEPTION.match, reversed(lines)), otherwise), lines


def start_failed(record: AppRecord, what: str) -> errors.SystemError:
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


def stop_all_processes() -> int:
    """End the processes of all apps. Which apps should run stays recorded, so that the next server starts them again.

    Returns how many ran.
    """
    ran = 0
    for record in records.all_records():
        with exclusive(record.slug, NoProgress()):
            ran += is_alive(record.pid, record.pid_create_time)
            end_tree(record.pid, record.pid_create_time, GRACE_SECONDS)
            if record.wanted_running:
                records.change(record.slug, state=AppState.STOPPED, pid=None, pid_create_time=None)
    return ran


def _stop(slug: str) -> None:
    record = records.find_record(slug)
    if record is not None:
        records.change(slug, wanted_running=False, next_restart_at=None)
        stop_processes(record)


def stop_processes(record: AppRecord) -> None:
    """End the app's processes, whether it should run or not. The caller holds the app's lock."""
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


def _pause(progress: Progress, seconds: float = POLL_SECONDS) -> None:
    progress.check_stop()
    time.sleep(seconds)
