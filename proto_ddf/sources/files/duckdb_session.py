"""DuckDB, embedded: one database in memory for each home folder, with limits on memory and threads, and a cursor for
each use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from proto_ddf.progress import current_progress
from proto_ddf.settings import get_settings

MEMORY_LIMIT = "1GB"
THREADS = 2
_POLL_SECONDS = 0.1
_PROGRESS_KNOWN = "SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0"

_databases: dict[Path, duckdb.DuckDBPyConnection] = {}
_lock = Lock()


def cache_folder() -> Path:
    """The folder of typed copies and of DuckDB's spilled data; made if missing."""
    folder = get_settings().uploads_folder / ".cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A separate connection to the shared database; no other connection sees its temporary views."""
    opened = database().cursor()
    try:
        yield opened
    finally:
        opened.close()


def run(connection: duckdb.DuckDBPyConnection, sql: str, doing: str = "") -> list[tuple[Any, ...]]:
    """Run a long statement and return all rows. It is interrupted when the operation is to stop.

    Args:
        doing: progress text shown before a percentage, such as "Reading orders.csv".
    """
    progress = current_progress.get()
    progress.check_stop()
    if doing:
        connection.execute(_PROGRESS_KNOWN)
    with ThreadPoolExecutor(1, thread_name_prefix="duckdb") as pool:
        result = pool.submit(lambda: connection.execute(sql).fetchall())
        try:
            while not wait([result], _POLL_SECONDS).done:
                progress.check_stop()
                if doing and (percentage := connection.query_progress()) >= 0:
                    progress.report(f"{doing}, {percentage:.0f} %")
        except BaseException:
            connection.interrupt()
            raise
        rows: list[tuple[Any, ...]] = result.result()
        return rows


def copy_to(query: str, path: Path) -> str:
    """The statement that writes a query's rows to a Parquet file in their order.

    The documentation of DuckDB 2.0 says that the order is kept by default, but without the option about one COPY in ten
    loses it when two threads write.
    """
    return f"COPY ({query}) TO {string_literal(path)} (FORMAT parquet, PRESERVE_ORDER true)"


def string_literal(value: str | Path) -> str:
    """A string literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def database() -> duckdb.DuckDBPyConnection:
    """The shared database of the home folder. Use it only to open cursors."""
    folder = cache_folder()
    with _lock:
        if folder not in _databases:
            _databases[folder] = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": MEMORY_LIMIT,
                    "threads": THREADS,
                    "temp_directory": str(folder / "spill"),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                },
            )
            _databases[folder].execute("SET GLOBAL TimeZone = 'UTC'")
        return _databases[folder]
