"""How long the queries of a dashboard take with a million recorded errors.

    python -m benchmarks.dashboard [events] [times]

The errors are inserted directly, without bodies, with their incidents, episodes and roll-ups.
"""

import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

from benchmarks.report import machine, publish_table
from proto_ddf.db import engine
from proto_ddf.db.engine import session
from proto_ddf.db.tables import utc_now
from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.monitoring.analytics.error_analytics import ErrorAnalytics
from proto_ddf.monitoring.analytics.failure_tracking import FailureTracking
from proto_ddf.monitoring.analytics.time_range import read_range
from proto_ddf.monitoring.analytics.trends import error_points
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.incident_views import read_incident, recent_incidents
from proto_ddf.operations.error_overview.history import history_of
from proto_ddf.operations.error_overview.situation import read_situation
from proto_ddf.settings import get_settings

EVENTS = 1_000_000
TIMES = 50
DAYS = 30
INCIDENTS = 10_000
SUBJECTS = [f"app_{number}" for number in range(60)]
KINDS = ("generate_app", "regenerate_app", "refresh_source", "start_app", "restart_app")
RUNS = 100_000
ATTEMPTS = 10_000
MOST_MILLISECONDS = 150.0

TEXT = """{events:,} errors of {incidents:,} incidents within {days} days, some of which are much more frequent than others, and the
ends of {runs:,} runs of operations and {attempts:,} attempts to repair. Each query was run {times} times. p95 is to be at most {most:.0f} ms. The time of
the processor shows what a query takes while nothing else runs. {machine}"""

EVERY = 33
"""Every 33rd error begins an episode, which lasts up to three hours."""
EPISODES = """INSERT INTO incident_episode (incident_id, opened_at, resolved_at)
    SELECT incident_id, at, nullif(min(resolved_at, :now), :now) FROM (SELECT incident_id, at,
    strftime('%Y-%m-%d %H:%M:%f', at, '+' || (rowid * 7919 % 10800) || ' seconds') || '000' AS resolved_at
    FROM error WHERE rowid % :every = 0)"""
ROLLUPS = (
    """INSERT INTO rollup_class (grain, bucket, code, type, severity, component, count)
    SELECT :grain, substr(at, 1, :length) || :rest, i.code, i.type, i.severity, error.component, sum(times)
    FROM error JOIN incident i ON i.id = incident_id GROUP BY 2, 3, 4, 5, 6""",
    """INSERT INTO rollup_incident (grain, bucket, incident_id, count)
    SELECT :grain, substr(at, 1, :length) || :rest, incident_id, sum(times) FROM error GROUP BY 2, 3""",
    """INSERT INTO rollup_subject (grain, bucket, subject, count)
    SELECT :grain, substr(at, 1, :length) || :rest, subject, sum(times) FROM error GROUP BY 2, 3""",
    """INSERT INTO rollup_outcome (grain, bucket, kind, subject, outcome, count, seconds)
    SELECT :grain, substr(at, 1, :length) || :rest, kind, subject, outcome, count(*), sum(seconds)
    FROM run GROUP BY 2, 3, 4, 5""",
)


def main(events: int = EVENTS, times: int = TIMES) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ["PROTO_DDF_HOME"] = folder
        get_settings.cache_clear()
        engine.migrate()
        fill(get_settings().database_path, events)
        table = [["query", "range", "p50", "p95", "p95 of the processor", "at most", ""]]
        for title, written, query in queries():
            table.append([title, written, *_measured(query, times)])
        words = {
            "events": events,
            "incidents": INCIDENTS,
            "days": DAYS,
            "runs": RUNS,
            "attempts": ATTEMPTS,
            "times": times,
            "most": MOST_MILLISECONDS,
            "machine": machine(),
        }
        publish_table("Dashboard", TEXT.format(**words), table)


def queries() -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Title, range and the query itself."""
    analytics, tracking = ErrorAnalytics(), FailureTracking()
    (most_frequent, *_) = analytics.analyze_trends("30d").incidents
    for written in ("24h", "7d", "30d"):
        yield "Trends", written, lambda of=written: analytics.analyze_trends(of)
        yield "Patterns", written, lambda of=written: analytics.analyze_patterns(of)
        yield "Rates", written, lambda of=written: tracking.rates(of)
        yield "MTTR and MTBF", written, lambda of=written: tracking.repair_times(of)
        yield "Effect of repairs", written, lambda of=written: tracking.recovery_success(of)
        yield "Curve of one app", written, lambda of=written: _app_curve(of)
    yield "What is broken now", "", lambda: read_situation("")
    yield "Open incidents, 100", "", lambda: recent_incidents(100)
    yield "One incident", "", lambda: read_incident(most_frequent.incident_id)
    yield "History of one incident", "", lambda: history_of(most_frequent.incident_id)
    yield "Last errors, 50", "", lambda: recent_errors(50)


def _app_curve(written: str) -> object:
    with session() as opened:
        return error_points(opened, read_range(written, utc_now()), SUBJECTS[0])


def _measured(query: Callable[[], object], times: int) -> list[str]:
    query()
    took, used = [], []
    for _ in range(times):
        begin, before = time.perf_counter(), time.process_time()
        query()
        took.append((time.perf_counter() - begin) * 1000)
        used.append((time.process_time() - before) * 1000)
    p95 = quantiles(took, n=20)[-1]
    verdict = "reached" if p95 <= MOST_MILLISECONDS else "missed"
    shown = [f"{each:.1f} ms" for each in (median(took), p95, quantiles(used, n=20)[-1])]
    return [*shown, f"{MOST_MILLISECONDS:.0f} ms", verdict]


def fill(path: Path, events: int) -> None:
    """Insert the errors and what follows from them."""
    chance = random.Random(8)  # the same history in each run
    now = utc_now()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        _insert(connection, "incident", _incidents(now))
        _insert(connection, "error", _errors(chance, now, events))
        connection.execute(
            "UPDATE incident SET count = (SELECT count(*) FROM error WHERE incident_id = incident.id)"
        )
        connection.execute(EPISODES, {"every": EVERY, "now": _at(now)})
        connection.execute(
            "CREATE TEMP TABLE run (at TEXT, kind TEXT, subject TEXT, outcome TEXT, seconds REAL)"
        )
        connection.executemany("INSERT INTO run VALUES (?, ?, ?, ?, ?)", _runs(chance, now))
        _insert(connection, "operation", _changes(chance, now))
        _insert(connection, "recovery_attempt", _attempts(chance, now))
        for grain, length, rest in (("hour", 13, ":00:00.000000"), ("day", 10, " 00:00:00.000000")):
            for statement in ROLLUPS:
                connection.execute(statement, {"grain": grain, "length": length, "rest": rest})
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    first = next(rows)
    names = ", ".join(first)
    marks = ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    connection.execute(statement, first)
    connection.executemany(statement, rows)


def _component(incident: int) -> str:
    """Errors of one code come from two components."""
    return f"component {incident % len(CATALOGUE) % 20} {incident % 2}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _moment(chance: random.Random, now: datetime) -> datetime:
    return now - timedelta(seconds=chance.random() * DAYS * 86_400)


def _incidents(now: datetime) -> Iterator[dict[str, object]]:
    codes = list(CATALOGUE.values())
    for number in range(INCIDENTS):
        code = codes[number % len(codes)]
        yield {
            "id": f"{number:012x}",
            "fingerprint": f"{number}",
            "code": code.code,
            "type": code.type,
            "severity": code.severity,
            "component": _component(number),
            "title": code.title,
            "message": "It failed.",
            "state": "ONGOING" if number % 5 else "RESOLVED",
            "first_seen": _at(now - timedelta(days=DAYS)),
            "last_seen": _at(now - timedelta(minutes=number)),
            "count": 0,
            "handled_count": 0,
            "muted_for_ever": 0,
            "notes": "[]",
        }


def _errors(chance: random.Random, now: datetime, events: int) -> Iterator[dict[str, object]]:
    weights = list(accumulate(1 / rank for rank in range(1, INCIDENTS + 1)))
    chosen = chance.choices(range(INCIDENTS), cum_weights=weights, k=events)
    times = sorted(_moment(chance, now) for _ in range(events))
    for number, (incident, at) in enumerate(zip(chosen, times, strict=True)):
        yield {
            "id": f"{number:012x}",
            "at": _at(at),
            "operation": "Read",
            "user_id": "anonymous",
            "error_type": "OSError",
            "code": "unknown",
            "family": "system",
            "title": "It failed",
            "message": "It failed.",
            "hint": "",
            "retry_possible": 0,
            "subject": SUBJECTS[incident % len(SUBJECTS)],
            "component": _component(incident),
            "times": 1,
            "incident_id": f"{incident:012x}",
        }


def _runs(chance: random.Random, now: datetime) -> Iterator[tuple[object, ...]]:
    for _ in range(RUNS):
        outcome = "failed" if chance.random() < 0.1 else "succeeded"
        kind, subject = chance.choice(KINDS), chance.choice(SUBJECTS)
        yield _at(_moment(chance, now)), kind, subject, outcome, chance.random() * 60


def _attempts(chance: random.Random, now: datetime) -> Iterator[dict[str, object]]:
    for number in range(ATTEMPTS):
        at = _moment(chance, now)
        yield {
            "id": f"{number:012x}",
            "incident_id": f"{number % INCIDENTS:012x}",
            "subject": chance.choice(SUBJECTS),
            "strategy": chance.choice(("rebuild", "restart", "reinstall_dependencies")),
            "operation_id": f"attempt {number}",
            "number": 1,
            "state": chance.choice(("VERIFIED", "FAILED")),
            "started_at": _at(at),
            "finished_at": _at(at),
        }


def _changes(chance: random.Random, now: datetime) -> Iterator[dict[str, object]]:
    """As many operations as are kept."""
    for number in range(get_settings().keep_operations):
        at = _moment(chance, now)
        yield {
            "id": f"{number:012x}",
            "kind": chance.choice(KINDS),
            "title": "Regenerate an app",
            "subject": chance.choice(SUBJECTS),
            "user_id": "anonymous",
            "input": "{}",
            "state": "SUCCEEDED",
            "run": 1,
            "created_at": _at(at),
            "finished_at": _at(at),
        }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
