"""Stores errors in a home of its own, says how long it took, and checks what is stored.

    python worker.py (intake | tracker) WARM_UP EVENTS.json

A process of its own, which also runs with an earlier proto_ddf in PYTHONPATH: therefore it imports nothing else. The first
WARM_UP events are not measured. Prints the seconds, and the seconds of the processor.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proto_ddf import errors
from proto_ddf.db.engine import migrate, session
from proto_ddf.settings import get_settings

LIMIT_SECONDS = 300.0
PLANTED = "Pl4nt3d"
"""How each planted secret begins."""


def main(way: str, warm_up: int, file: Path) -> None:
    get_settings().prepare_home()
    migrate()
    store = by_intake if way == "intake" else by_tracker
    known = json.loads(file.read_text())
    store(known[:warm_up])
    wall, cpu = time.perf_counter(), time.process_time()
    store(known[warm_up:])
    taken = time.perf_counter() - wall, time.process_time() - cpu
    if way == "intake":
        check(len(known))
    print(json.dumps(taken))


def by_intake(events: list[dict[str, Any]]) -> None:
    from proto_ddf.monitoring import intake

    for event, described in describe_all(events):
        intake.report(described, "Build the app", event["id"])
    assert intake.flush(LIMIT_SECONDS)


def by_tracker(events: list[dict[str, Any]]) -> None:
    from proto_ddf.monitoring.tracker import record_error

    for event, described in describe_all(events):
        record_error(described, "Build the app", event["id"])


def describe_all(events: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for event in events:
        error = errors.SystemError(
            event["message"],
            "build",
            code=event["code"],
            reason=event["reason"],
            log=event["log"],
            output=event["output"],
        )
        yield event, errors.describe(error, "Build the app")


def check(reported: int) -> None:
    """All that was reported is stored whole and counted, nothing was refused, and no secret is stored."""
    from sqlmodel import col, func, select

    from proto_ddf.db.packing import unpack
    from proto_ddf.db.tables import ErrorBodyRecord, ErrorRecord, IncidentRecord, IncidentRollup
    from proto_ddf.monitoring import intake

    assert not intake.statistics().refused, intake.statistics()
    with session() as opened:
        times = opened.exec(select(func.sum(col(ErrorRecord.times)))).one()
        counted = opened.exec(select(func.sum(col(IncidentRecord.count)))).one()
        by_day = select(func.sum(col(IncidentRollup.count))).where(IncidentRollup.grain == "day")
        rolled_up = opened.exec(by_day).one()
        bodies = opened.exec(select(ErrorBodyRecord.body)).all()
        assert times == counted == rolled_up == len(bodies) == reported, (times, counted, rolled_up)
        for body in bodies:
            kept = unpack(body)["context"]["output"]
            assert len(kept) == 50, len(kept)
            assert PLANTED not in json.dumps(kept)
    files = get_settings().home.rglob("*")
    shown = [file for file in files if file.is_file() and PLANTED.encode() in file.read_bytes()]
    assert not shown, shown


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
