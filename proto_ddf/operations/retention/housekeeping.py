"""Housekeeping: at the start of the server, and once an hour, what nobody can need any more is removed.

It may be killed at any moment and run at any time again: each part chooses anew what to remove, and nothing
refers to what is half removed.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from proto_ddf import vault
from proto_ddf.db.tables import utc_now
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import tracker
from proto_ddf.operations.retention import pruning
from proto_ddf.operations.retention.references import (
    references_on_record,
    remove_unreferenced,
    source_files,
)
from proto_ddf.operations.stop_flag import SERVER_STOPPING, OperationStopped, StopFlag
from proto_ddf.settings import get_settings
from proto_ddf.sources.files import cache, uploads

HOUR = 3600.0
UNSENT_AGE = timedelta(days=1)
"""A form that was filled in may name an upload or a secret before any record does; it is sent within a day."""

log = get_logger(__name__)


async def run_housekeeping() -> None:
    """Tidy up now and every hour until cancelled. Run it once, for the server's life."""
    stop = StopFlag()
    try:
        while True:
            await asyncio.to_thread(remove_expired, stop)
            await asyncio.sleep(HOUR)
    finally:
        stop.set(SERVER_STOPPING)


def remove_expired(stop: StopFlag, clock: Callable[[], datetime] = utc_now) -> dict[str, int]:
    """Remove what nobody can need any more, unless told to stop; returns how many of what. A part that fails
    holds up no other. The engine must be launched."""
    settings, now = get_settings(), clock()
    before = now - timedelta(days=settings.keep_log_days)
    parts: dict[str, Callable[[], int]] = {
        "operations": partial(pruning.prune_operations, settings.keep_operations, stop),
        "logs": partial(pruning.prune_logs, before, stop),
        "workflows": partial(pruning.prune_workflows, stop),
        "errors": partial(tracker.prune, before),
        "uploads": partial(remove_uploads, (now - UNSENT_AGE).timestamp()),
        "secrets": partial(remove_secrets, now - UNSENT_AGE),
        "copies": partial(remove_copies, (now - UNSENT_AGE).timestamp()),
    }
    removed: dict[str, int] = {}
    for name, remove in parts.items():
        try:
            stop.check()
            removed[name] = remove()
        except OperationStopped:
            break
        except Exception:
            log.exception("housekeeping failed", part=name)
    if any(removed.values()):
        log.info(
            "housekeeping removed", **{name: number for name, number in removed.items() if number}
        )
    return removed


def remove_uploads(before: float) -> int:
    """Delete the uploads not written to since that time (seconds since the epoch) that no source, no operation
    that may still run and no running app refers to. Returns how many."""
    uploads.remove_set_aside()
    return remove_unreferenced(uploads.stale_uploads(before))


def remove_secrets(before: datetime) -> int:
    """Forget the secrets stored before that time that no source and no operation that may still run names.
    Returns how many."""
    return vault.prune(before, lambda opened: references_on_record(opened).secrets)


def remove_copies(before: float) -> int:
    """Delete the typed copies made before that time of files that no source reads. Returns how many."""
    return cache.prune(source_files(), before)
