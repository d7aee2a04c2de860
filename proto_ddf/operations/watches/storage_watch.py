"""Checks repeatedly whether Proto-DDF can store its data: its two databases, and the free space on the disk.

Every page shows the `problems()` of the moment.
"""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proto_ddf import change_events
from proto_ddf.db import reserve
from proto_ddf.db.engine import reconnect
from proto_ddf.db.health import DatabaseHealthCheck, DatabaseProblem
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import own_errors
from proto_ddf.settings import get_settings

INTERVAL_SECONDS = 2.0
TOPIC = "storage"
"""The topic of `change_events` that is published when `problems()` changed."""
LEAST_FREE_BYTES = 512 * 1024
"""With less free space beside the reserve the disk counts as full: a page, a step's record or a log line may not fit any
more."""
ROOM_FOR_RESERVE_BYTES = 4 * reserve.RESERVE_BYTES
"""The reserve is allocated again only when this much is free: it was freed so that the databases could grow."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Problem:
    """In words for people: what happened, what it means, what to do."""

    title: str
    message: str
    hint: str


_MESSAGES = {
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
    """The problems that the last check found."""
    return _problems


async def watch_storage() -> None:
    """Check every two seconds, for as long as the server runs."""
    settings = get_settings()
    databases = (
        DatabaseHealthCheck(settings.database_path, "alembic_version"),
        DatabaseHealthCheck(settings.operations_path, "dbos_migrations"),
    )
    # Its own thread: those of the shared pool may all wait for the database that is being checked.
    with ThreadPoolExecutor(1, "storage-watch") as thread:
        while True:
            with own_errors.reported("storage watch", "Check the databases and the disk"):
                await asyncio.get_running_loop().run_in_executor(thread, check, databases)
            await asyncio.sleep(INTERVAL_SECONDS)


def check(databases: tuple[DatabaseHealthCheck, ...]) -> None:
    """Update `problems()`, and publish a change of them."""
    global _problems
    full = _disk_problems(get_settings().home)
    found = full + _database_problems(databases, disk_is_full=bool(full))
    if found == _problems:
        return
    for problem in found:
        log.error("storage problem", title=problem.title, reason=problem.message)
    if not found:
        reconnect()
        log.info("storage problems are over")
    _problems = found
    change_events.publish(TOPIC)


def _database_problems(
    databases: tuple[DatabaseHealthCheck, ...], *, disk_is_full: bool
) -> tuple[Problem, ...]:
    found = []
    for database in databases:
        problem = database.check()
        if problem is None or (disk_is_full and problem is DatabaseProblem.UNREADABLE):
            continue
        names = {"path": str(database.path), "name": database.path.name}
        found.append(Problem(*(text.format(**names) for text in _MESSAGES[problem])))
    return tuple(found)


def is_full(free_bytes: int) -> bool:
    """Whether the disk counts as full. What a write has freed of the reserve is not room for new data."""
    missing = 0 if reserve.is_held() else reserve.RESERVE_BYTES
    return free_bytes - missing < LEAST_FREE_BYTES


def _disk_problems(home: Path) -> tuple[Problem, ...]:
    try:
        free = shutil.disk_usage(home).free
    except OSError:  # the folder is gone, which the checks of the databases report
        return ()
    if free >= ROOM_FOR_RESERVE_BYTES:
        reserve.hold()
    if not is_full(free):
        return ()
    return (
        Problem(
            "The disk is full",
            f"No space is left on the disk that holds “{home}”. Nothing new can be saved; what is open stays as it is.",
            "Free some space. Work then goes on by itself.",
        ),
    )
