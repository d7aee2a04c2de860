"""Imports the rows of a source into the app's own SQLite file, in constant memory, all or nothing."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

from proto_ddf import errors
from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.data.import_schema import (
    Convert,
    converters,
    create_indexes,
    create_table,
    insert_rows,
)
from proto_ddf.generator.spec import AppSpec, TableSpec
from proto_ddf.progress import Progress
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.model import SourceSchema, TableInfo

BATCH = 10_000
"""Rows to read and store at a time; between batches, progress is reported and a stop is noticed."""
_ROWS_PER_STATEMENT = 100
_VALUES_PER_STATEMENT = 1_000
"""Limits of one statement; storing several rows with each takes a fifth less time than row by row."""

_JOURNAL_FILES = ("-wal", "-shm", "-journal")


def import_tables(
    source: Source, spec: AppSpec, schema: SourceSchema, database: Path, progress: Progress
) -> dict[str, int]:
    """Fill `database` with the plan's tables and return the number of rows by table name.

    The file is made beside `database` and replaces it when it is complete and on the disk. Can be repeated after a
    kill.

    Raises:
        ValidationError: code table_unknown, if the schema lacks a table of the plan.
        SystemError: import_failed or disk_space_low.
        Exception: any exception of the source while it is read.
    """
    tables = [(table, _table_info(schema, table)) for table in spec.tables]
    database.parent.mkdir(parents=True, exist_ok=True)
    new_file = _new_file(database)
    try:
        with closing(sqlite3.connect(new_file, isolation_level=None)) as connection:
            _disable_journal(connection)
            counts = {
                info.name: _import_table(source, table, info, spec, connection, progress)
                for table, info in tables
            }
        _replace_file(new_file, database)
    finally:
        new_file.unlink(missing_ok=True)
    return counts


def _table_info(schema: SourceSchema, table: TableSpec) -> TableInfo:
    try:
        return schema.table(table.table)
    except KeyError:
        message = f'The source has no table "{table.table}".'
        raise ValidationError(
            message, "tables", table.table, code="table_unknown", table=table.table
        ) from None


def _disable_journal(connection: sqlite3.Connection) -> None:
    """Nobody reads the file before it is complete, so it needs neither a journal nor early writes."""
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size=-65536")


def _import_table(
    source: Source,
    table: TableSpec,
    info: TableInfo,
    spec: AppSpec,
    connection: sqlite3.Connection,
    progress: Progress,
) -> int:
    done = 0
    batches, convert = _read(source, info)
    with _errors_explained(info.name):
        connection.execute(create_table(table))
        connection.execute("BEGIN")
    for batch in batches:
        progress.check_stop()
        if not batch:
            continue
        with _errors_explained(info.name):
            _insert(connection, info, _stored(batch, convert) if convert else batch)
        done += len(batch)
        progress.report(f"{info.name}: {done:,} of {max(done, info.row_count):,} rows")
    with _errors_explained(info.name):
        connection.execute("COMMIT")
        for statement in create_indexes(table, spec.charts):
            progress.check_stop()
            connection.execute(statement)
    progress.log(f"{info.name}: {done:,} rows imported")
    return done


def _read(
    source: Source, info: TableInfo
) -> tuple[Iterator[list[tuple[Any, ...]]], dict[int, Convert]]:
    """The rows of a table in batches, and the functions that convert values for storage: none for files."""
    if isinstance(source, ResilientSource) and isinstance(source.inner, FilesSource):
        return source.batches(source.inner.plain_rows, info.name, BATCH), {}
    return source.rows(info.name, BATCH), converters(info)


def _stored(batch: list[tuple[Any, ...]], convert: dict[int, Convert]) -> Iterator[tuple[Any, ...]]:
    columns: list[Any] = list(zip(*batch, strict=True))
    for index, function in convert.items():
        columns[index] = map(function, columns[index])
    return zip(*columns, strict=True)


def _insert(
    connection: sqlite3.Connection, info: TableInfo, rows: Iterable[tuple[Any, ...]]
) -> None:
    values, width = list(chain.from_iterable(rows)), len(info.columns)
    rows_per_statement = max(1, min(_ROWS_PER_STATEMENT, _VALUES_PER_STATEMENT // width))
    full = len(values) - len(values) % (rows_per_statement * width)
    for rows_each, start, end in ((rows_per_statement, 0, full), (1, full, len(values))):
        size = rows_each * width
        parts = (values[at : at + size] for at in range(start, end, size))
        connection.executemany(insert_rows(info, rows_each), parts)


@contextmanager
def _errors_explained(table: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OverflowError, ValueError, TypeError) as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise errors.SystemError(
            f"The rows of {table} could not be imported: {error}",
            component="import",
            code="disk_space_low" if full else "import_failed",
            table=table,
            reason=str(error),
        ) from error


def _new_file(database: Path) -> Path:
    for leftover in database.parent.glob(f"{database.name}.tmp-*"):
        leftover.unlink(missing_ok=True)
    return database.with_name(f"{database.name}.tmp-{uuid4().hex[:8]}")


def _replace_file(new_file: Path, database: Path) -> None:
    """Remove the old file's journal first, because SQLite would apply it to the new file."""
    _sync(new_file)
    for ending in _JOURNAL_FILES:
        database.with_name(database.name + ending).unlink(missing_ok=True)
    os.replace(new_file, database)
    _sync(database.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
