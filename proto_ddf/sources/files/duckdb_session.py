"""DuckDB, embedded: one database in memory per home folder, bounded, with a cursor per use."""

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
    """Where typed copies of files and DuckDB's spilled data go; made when missing."""
    folder = get_settings().uploads_folder / ".cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own to the shared database; temporary views are seen by it alone."""
    opened = database().cursor()
    try:
        yield opened
    finally:
        opened.close()


def run(connection: duckdb.DuckDBPyConnection, sql: str, doing: str = "") -> list[tuple[Any, ...]]:
    """All rows of a long statement, which ends early when the operation is told to stop.

    `doing` is what people are told meanwhile, before a percentage: "Reading orders.csv".
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
    """The statement that writes a query's rows to a Parquet file, in their order.

    DuckDB 2.0 keeps it, by its documents, unless told otherwise; but one COPY in ten or so does not, where two
    threads write and the option is left out.
    """
    return f"COPY ({query}) TO {text(path)} (FORMAT parquet, PRESERVE_ORDER true)"


def text(value: str | Path) -> str:
    """A string literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def database() -> duckdb.DuckDBPyConnection:
    """The database of the home folder. Not to be used but for cursors of it."""
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
