"""Watches the apps: health checks, restarts with backoff after crashes, and adoption after a restart of the server."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import psutil

from proto_ddf import errors
from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.hosting import records
from proto_ddf.hosting.app_address import endpoint
from proto_ddf.hosting.app_locks import exclusive, lock_of
from proto_ddf.hosting.app_logs import crash_reason
from proto_ddf.hosting.app_processes import spawn
from proto_ddf.hosting.app_serving import is_reached_as_set
from proto_ddf.hosting.health import probe, probe_app
from proto_ddf.hosting.processes import end_tree, find, is_alive
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.progress import NoProgress
from proto_ddf.resilience import CircuitOpenError

RESTART_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each restart after a crash. After one more crash the app has failed and is not restarted."""
WELL_AFTER_SECONDS = 60.0
"""After an app ran this long, its count of crashes starts again at 0."""
TICK_SECONDS = 1.0
CHECK_EVERY_SECONDS = 5.0
"""Between health checks of a healthy app. Other apps are checked every tick."""

_COMPONENT = "app watch"

log = get_logger(__name__)


def adopt_all() -> None:
    """Take over the apps of an earlier run of the server: running apps are kept, apps that should run are started
    again, and apps that should not run are ended. An app that listens elsewhere than the settings say is started again."""
    for record in records.all_records():
        slug = record.slug
        with own_errors.reported(_COMPONENT, f"Take over the app {slug}", subject=slug):
            _adopt(record)


def _adopt(record: AppRecord) -> None:
    with exclusive(record.slug, NoProgress()):
        alive = is_alive(record.pid, record.pid_create_time)
        if alive and not (record.wanted_running and _is_reached_as_set(record)):
            end_tree(record.pid, record.pid_create_time)
            records.change(record.slug, state=AppState.STOPPED, pid=None, pid_create_time=None)
            alive = False
        if record.wanted_running and not alive:
            now = datetime.now(UTC)
            records.change(record.slug, state=AppState.RESTARTING, next_restart_at=now)


def _is_reached_as_set(record: AppRecord) -> bool:
    process = find(record.pid, record.pid_create_time)
    if process is None or record.frontend_port is None:
        return True
    try:
        environment = process.environ()
    except psutil.Error:
        return True  # it has just ended
    return is_reached_as_set(record.slug, record.frontend_port, environment)


async def watch() -> None:
    """Watch the apps until cancelled. Run it once, for the life of the server."""
    watcher = Watcher()
    try:
        while True:
            with own_errors.reported(_COMPONENT, "Check the apps"):
                await asyncio.to_thread(watcher.tick)
            await asyncio.sleep(TICK_SECONDS)
    finally:
        watcher.close()


class Watcher:
    """Checks every app in each `tick`. `clock` returns seconds since the epoch."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._checked: dict[str, float] = {}
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="watch")

    def tick(self) -> None:
        """Check every app that should run, in parallel, so that a hanging app does not delay the others."""
        wanted = [record.slug for record in records.all_records() if record.wanted_running]
        list(self._pool.map(self._check_if_unlocked, wanted))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check_if_unlocked(self, slug: str) -> None:
        lock = lock_of(slug)
        if not lock.acquire(blocking=False):
            return  # it is being started or stopped
        try:
            with own_errors.reported(_COMPONENT, f"Check the app {slug}", subject=slug):
                record = records.find_record(slug)
                if record is not None and record.wanted_running:
                    self._check_app(record)
        finally:
            lock.release()

    def _check_app(self, record: AppRecord) -> None:
        if is_alive(record.pid, record.pid_create_time):
            self._check_health(record)
        elif record.next_restart_at is None:
            self._crashed(record, "")
        elif record.next_restart_at.timestamp() <= self._clock():
            self._restart(record)

    def _check_health(self, record: AppRecord) -> None:
        now = self._clock()
        well = record.state is AppState.RUNNING
        if well and now - self._checked.get(record.slug, 0.0) < CHECK_EVERY_SECONDS:
            return
        self._checked[record.slug] = now
        up_seconds = now - (record.started_at.timestamp() if record.started_at else now)
        starting = record.state is AppState.STARTING and up_seconds < WELL_AFTER_SECONDS
        try:
            # While it starts, no answer is not a failure and must not count for its circuit breaker.
            check = probe if starting else partial(probe_app, record.slug)
            result = check(endpoint(record.slug, record.frontend_port))
        except CircuitOpenError:
            return  # it did not answer, and is checked again when the breaker is half-open
        if result.http:
            state = AppState.RUNNING
            if record.crashes and up_seconds >= WELL_AFTER_SECONDS:
                records.change(record.slug, crashes=0)
        elif starting:
            return
        else:
            state = AppState.DEGRADED
        records.record_health(record, state, process=True, port=result.port, http=result.http)

    def _crashed(self, record: AppRecord, reason: str) -> None:
        crashes = record.crashes + 1
        found, tail = crash_reason(record.slug, "its process ended")
        reason = reason or found
        records.record_health(record, AppState.RESTARTING, process=False, port=False, http=False)
        if crashes > len(RESTART_WAITS):
            self._give_up(record, crashes, reason, tail)
            return
        wait = RESTART_WAITS[crashes - 1]
        at = datetime.fromtimestamp(self._clock(), UTC) + timedelta(seconds=wait)
        records.change(record.slug, crashes=crashes, next_restart_at=at, last_error=reason)
        log.warning(
            "An app crashed", app=record.slug, crashes=crashes, restart_in=wait, reason=reason
        )

    def _restart(self, record: AppRecord) -> None:
        try:
            spawn(record)
            log.info("An app was restarted", app=record.slug, crashes=record.crashes)
        except ProtoDDFError as error:
            self._crashed(record, error.message)

    def _give_up(self, record: AppRecord, crashes: int, reason: str, tail: list[str]) -> None:
        error = errors.SystemError(
            f"{record.name} crashed {crashes} times: {reason}",
            component="hosting",
            code="app_crashed",
            app=record.name,
            slug=record.slug,
            crashes=crashes,
            reason=reason,
            log=tail,
        )
        records.change(
            record.slug,
            state=AppState.FAILED,
            wanted_running=False,
            next_restart_at=None,
            crashes=crashes,
            last_error=error.message,
        )
        operation = f"Run {record.name}"
        intake.report(describe(error, operation), operation, subject=record.slug)
