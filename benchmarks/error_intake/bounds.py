"""What reporting adds to a failing operation, and what ten thousand errors at once take.

    python -m benchmarks.error_intake.bounds EVENTS.json

Prints its figures as JSON. A process of its own with an own home, as `worker`.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
from sqlmodel import col, func, select

from benchmarks.error_intake.worker import LIMIT_SECONDS, describe_all
from proto_ddf import errors
from proto_ddf.db.engine import migrate, session
from proto_ddf.db.tables import ErrorRecord, IncidentRecord
from proto_ddf.monitoring import intake
from proto_ddf.settings import get_settings

AT_ONCE = 10_000
ORDINARY = 500


def main(file: Path) -> None:
    get_settings().prepare_home()
    migrate()
    events = json.loads(file.read_text())
    large = [described for _, described in describe_all(events)]
    ordinary = [
        errors.describe(
            errors.IntegrationError(
                "connection refused", f"db-{n}", "connect", code="connection_failed"
            ),
            "Refresh",
        )
        for n in range(ORDINARY)
    ]
    warm_up = errors.describe(ValueError("warm up"), "Refresh")
    intake.report(warm_up, "Refresh")
    assert intake.flush(LIMIT_SECONDS)
    figures = {
        "ordinary": durations(ordinary),
        "large": durations(large),
        "equal": at_once([_with_class(large[0], AT_ONCE)] * AT_ONCE, same_operation=True),
        "different": at_once(
            [_with_class(large[n % len(large)], n) for n in range(AT_ONCE)], same_operation=False
        ),
    }
    print(json.dumps(figures))


def durations(described: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of each report, while the writer stores those before."""
    taken = []
    for number, each in enumerate(described):
        begin = time.perf_counter()
        intake.report(each, "Refresh", f"operation {number}")
        taken.append((time.perf_counter() - begin) * 1000)
    assert intake.flush(LIMIT_SECONDS)
    return taken


def at_once(described: list[dict[str, Any]], same_operation: bool) -> dict[str, float]:
    """Report all as fast as possible; the growth of memory in MB, what was refused, and what was stored."""
    process, peak, is_over = psutil.Process(), 0, threading.Event()
    before, incidents, stored = process.memory_info().rss, *stored_so_far()
    refused_before, queued = Counter(intake.statistics().refused), 0

    def watch() -> None:
        nonlocal peak, queued
        while not is_over.wait(0.005):
            peak = max(peak, process.memory_info().rss)
            queued = max(queued, intake.statistics().waiting_bytes)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number, each in enumerate(described):
        intake.report(each, "Refresh", "one" if same_operation else f"operation {number}")
    assert intake.flush(LIMIT_SECONDS)
    is_over.set()
    watcher.join()
    after_incidents, after_stored = stored_so_far()
    refusals = Counter(intake.statistics().refused) - refused_before
    without_body = refusals["body_low_disk"] + refusals["body_queue_full"]
    lost = sum(refusals.values()) - without_body
    assert after_stored - stored + lost == len(described), (after_stored - stored, refusals)
    return {
        "growth": max(peak - before, 0) / 2**20,
        "queued": queued / 2**20,
        "incidents": after_incidents - incidents,
        "stored": after_stored - stored,
        "refused": lost,
        "shortened": without_body,
    }


def stored_so_far() -> tuple[int, int]:
    """How many incidents there are, and how often an error was stored."""
    with session() as opened:
        incidents = opened.exec(select(func.count(col(IncidentRecord.id)))).one()
        times = opened.exec(select(func.coalesce(func.sum(col(ErrorRecord.times)), 0))).one()
    return incidents, times


def _with_class(described: dict[str, Any], number: int) -> dict[str, Any]:
    """The same error with another class, which makes another incident."""
    return {**described, "error_type": f"Error{number}"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
