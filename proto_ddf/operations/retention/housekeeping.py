"""Housekeeping: at the start of the server and every hour, data that are no longer needed are removed.

It may be killed at any moment and run again at any time: each part selects anew what to remove, and nothing refers to
what is half removed.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from proto_ddf import submissions, vault
from proto_ddf.accounts import audit, one_time_tokens, session_records
from proto_ddf.db.tables import utc_now
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import own_errors, retention
from proto_ddf.monitoring.alerts.views import prune_alerts
from proto_ddf.notify import delivery_queue
from proto_ddf.operations.escalation.codegen import runs
from proto_ddf.operations.recovery import attempts
from proto_ddf.operations.retention import pruning
from proto_ddf.operations.retention.references import (
    references_on_record,
    remove_unreferenced,
    source_files,
)
from proto_ddf.operations.stop_flag import SERVER_STOPPING, OperationStopped, StopFlag
from proto_ddf.settings import get_settings
from proto_ddf.sources.files import cache, uploads
from proto_ddf.usage import events as usage_events

HOUR = 3600.0
GRACE_PERIOD = timedelta(days=1)
"""Uploads and secrets are kept for so long even if no record refers to them: a form that was not sent yet may."""
KEEP_REPLIES = timedelta(days=2)
"""A browser sends a submission again for a day at most."""

log = get_logger(__name__)


async def run_housekeeping() -> None:
    """Remove expired data now and every hour until cancelled. To be run once, for the server's life."""
    stop = StopFlag()
    try:
        while True:
            await asyncio.to_thread(remove_expired, stop)
            await asyncio.sleep(HOUR)
    finally:
        stop.set(SERVER_STOPPING)


def remove_expired(stop: StopFlag, clock: Callable[[], datetime] = utc_now) -> dict[str, int]:
    """Remove what is no longer needed; returns the number of removed items by part.

    A part that fails does not keep the others from running; `stop` ends it early. The engine must be launched.
    """
    settings, now = get_settings(), clock()
    before = now - timedelta(days=settings.keep_log_days)
    parts: dict[str, Callable[[], int]] = {
        "operations": partial(pruning.prune_operations, settings.keep_operations, stop),
        "logs": partial(pruning.prune_logs, before, stop),
        "workflows": partial(pruning.prune_workflows, stop),
        "notifications": partial(delivery_queue.prune, before),
        "errors": partial(
            retention.prune, before, settings.keep_errors, settings.keep_error_mb * 2**20
        ),
        "alerts": partial(prune_alerts, before),
        "repairs": partial(attempts.prune, now),
        "submissions": partial(submissions.prune, now - KEEP_REPLIES),
        "usage": partial(usage_events.prune, before),
        "audit": partial(audit.prune, now - timedelta(days=settings.keep_audit_days)),
        "one_time_tokens": partial(one_time_tokens.prune, now),
        "sessions": partial(
            session_records.prune, now - GRACE_PERIOD - timedelta(hours=settings.session_idle_hours)
        ),
        "codegen_runs": partial(runs.prune, before),
        "uploads": partial(remove_uploads, (now - GRACE_PERIOD).timestamp()),
        "secrets": partial(remove_secrets, now - GRACE_PERIOD),
        "copies": partial(remove_copies, (now - GRACE_PERIOD).timestamp()),
    }
    removed: dict[str, int] = {}
    for name, remove in parts.items():
        try:
            with own_errors.reported("housekeeping", f"Remove what is not needed any more: {name}"):
                stop.check()
                removed[name] = remove()
        except OperationStopped:
            break
    if any(removed.values()):
        log.info(
            "housekeeping removed", **{name: number for name, number in removed.items() if number}
        )
    return removed


def remove_uploads(before: float) -> int:
    """Delete the uploads last written before that time (seconds since the epoch) that no source, no operation that may
    still run and no running app refers to. Returns how many."""
    uploads.remove_set_aside()
    return remove_unreferenced(uploads.stale_uploads(before))


def remove_secrets(before: datetime) -> int:
    """Delete the secrets stored before that time that no source, no channel of notifications and no operation
    that may still run refers to. Returns how many."""
    return vault.prune(before, lambda opened: references_on_record(opened).secrets)


def remove_copies(before: float) -> int:
    """Delete the typed copies made before that time of files that no source reads. Returns how many."""
    return cache.prune(source_files(), before)
