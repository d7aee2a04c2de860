"""Looks, all the time, whether what Proto-DDF keeps can be kept: its two databases, and room on the disk.

What is wrong is in `problems()`; every page shows it, and it goes by itself once it is over.
"""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proto_ddf.db import reserve
from proto_ddf.db.engine import reconnect
from proto_ddf.db.health import DatabaseHealthCheck, DatabaseProblem
from proto_ddf.logs import get_logger
from proto_ddf.operations import change_events
from proto_ddf.settings import get_settings

EVERY_SECONDS = 2.0
TOPIC = "storage"
"""What the hub publishes when `problems()` changed."""
LEAST_FREE_BYTES = 512 * 1024
"""Less free space than this is none: a page, a step's record or a log line may not fit any more."""
ROOM_FOR_RESERVE_BYTES = 4 * reserve.RESERVE_BYTES
"""The reserve is set aside anew only when this much is free: it was given up for the databases to grow into."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Problem:
    """In words for people: what happened, what it means, what to do."""

    title: str
    message: str
    hint: str


_WORDS = {
    DatabaseProblem.MISSING: (
        "A database of Proto-DDF is gone",
        "“{path}” was moved or deleted. Nothing is saved until it is back.",
        "Move the file back: work then goes on by itself. If it is lost, stop Proto-DDF, put a backup there, and start it again.",
    ),
    DatabaseProblem.REPLACED: (
        "A database of Proto-DDF was replaced",
        "Another file is where “{path}” was. Proto-DDF uses neither, and nothing is saved.",
        "Move the first file back: work then goes on by itself. To use the new one, stop Proto-DDF, delete “{name}-wal” and "
        "“{name}-shm” beside it, and start it again.",
    ),
    DatabaseProblem.READ_ONLY: (
        "A database of Proto-DDF is read-only",
        "“{path}” cannot be written, so that nothing can be saved.",
        "Give the user who runs Proto-DDF the right to write the file and its folder. Work then goes on by itself.",
    ),
    DatabaseProblem.DAMAGED: (
        "A database of Proto-DDF is damaged",
        "The contents of “{path}” are not what Proto-DDF wrote.",
        "Stop Proto-DDF, keep a copy of the file, put a backup in its place, and start it again.",
    ),
    DatabaseProblem.UNREADABLE: (
        "A database of Proto-DDF cannot be read",
        "The disk reports an error when “{path}” is read.",
        "Check the disk. Work goes on by itself once the file can be read.",
    ),
}

_problems: tuple[Problem, ...] = ()


def problems() -> tuple[Problem, ...]:
    """What is wrong now, as the last look found it."""
    return _problems


async def watch_storage() -> None:
    """Look every two seconds, for as long as the server runs."""
    settings = get_settings()
    checkups = (
        DatabaseHealthCheck(settings.database_path, "alembic_version"),
        DatabaseHealthCheck(settings.operations_path, "dbos_migrations"),
    )
    # A thread of its own: those that all share may be waiting for the very database.
    with ThreadPoolExecutor(1, "storage-watch") as thread:
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(thread, look, checkups)
            except Exception:
                log.exception("storage watch failed")
            await asyncio.sleep(EVERY_SECONDS)


def look(checkups: tuple[DatabaseHealthCheck, ...]) -> None:
    """Find what is wrong, and tell whoever watches when that has changed."""
    global _problems
    full = _disk_problems(get_settings().home)
    found = full + _database_problems(checkups, disk_is_full=bool(full))
    if found == _problems:
        return
    for problem in found:
        log.error("storage problem", title=problem.title, reason=problem.message)
    if not found:
        reconnect()
        log.info("storage is well again")
    _problems = found
    change_events.publish(TOPIC)


def _database_problems(
    checkups: tuple[DatabaseHealthCheck, ...], *, disk_is_full: bool
) -> tuple[Problem, ...]:
    found = []
    for checkup in checkups:
        trouble = checkup.check()
        if trouble is None or (disk_is_full and trouble is DatabaseProblem.UNREADABLE):
            continue
        names = {"path": str(checkup.path), "name": checkup.path.name}
        found.append(Problem(*(text.format(**names) for text in _WORDS[trouble])))
    return tuple(found)


def _disk_problems(home: Path) -> tuple[Problem, ...]:
    try:
        free = shutil.disk_usage(home).free
    except OSError:  # the folder is gone, as the databases' own look tells
        return ()
    if free >= ROOM_FOR_RESERVE_BYTES:
        reserve.hold()
    if free >= LEAST_FREE_BYTES:
        return ()
    return (
        Problem(
            "The disk is full",
            f"No space is left on the disk that holds “{home}”. Nothing new can be saved; what is open stays as it is.",
            "Free some space. Work then goes on by itself.",
        ),
    )
