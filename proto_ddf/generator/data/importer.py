"""Rows of a source into the app's own SQLite file, in constant memory, all or nothing."""

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
"""Rows read and stored at a time; progress and stop are looked at in between."""
_MOST_AT_ONCE = 100
_VALUES_AT_ONCE = 1_000
"""One statement stores so many rows or values: that takes a fifth less time than row by row."""

_SIDE_FILES = ("-wal", "-shm", "-journal")


def import_tables(
    source: Source, spec: AppSpec, schema: SourceSchema, database: Path, progress: Progress
) -> dict[str, int]:
    """Fill `database` with the plan's tables and return the number of rows by table name.

    The file is made beside `database` and takes its place when it is whole and on the disk. Can be run
    again after being killed.

    Raises:
        ValidationError: code table_unknown, when the schema lacks a table of the plan.
        SystemError: import_failed or disk_space_low.
        Exception: whatever the source raises when it cannot be read.
    """
    tables = [(table, _table_info(schema, table)) for table in spec.tables]
    database.parent.mkdir(parents=True, exist_ok=True)
    made = _fresh_file(database)
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            _make_fast(connection)
            counts = {
                info.name: _import_table(source, table, info, spec, connection, progress)
                for table, info in tables
            }
        _put_in_place(made, database)
    finally:
        made.unlink(missing_ok=True)
    return counts


def _table_info(schema: SourceSchema, table: TableSpec) -> TableInfo:
    try:
        return schema.table(table.table)
    except KeyError:
        message = f'The source has no table "{table.table}".'
        raise ValidationError(
            message, "tables", table.table, code="table_unknown", table=table.table
        ) from None


def _make_fast(connection: sqlite3.Connection) -> None:
    """Nothing reads the file before it is whole, so it needs neither a journal nor early writes."""
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
    with _explained(info.name):
        connection.execute(create_table(table))
        connection.execute("BEGIN")
    for batch in batches:
        progress.check_stop()
        if not batch:
            continue
        with _explained(info.name):
            _insert(connection, info, _stored(batch, convert) if convert else batch)
        done += len(batch)
        progress.report(f"{info.name}: {done:,} of {max(done, info.row_count):,} rows")
    with _explained(info.name):
        connection.execute("COMMIT")
        for statement in create_indexes(table, spec.charts):
            progress.check_stop()
            connection.execute(statement)
    progress.log(f"{info.name}: {done:,} rows imported")
    return done


def _read(
    source: Source, info: TableInfo
) -> tuple[Iterator[list[tuple[Any, ...]]], dict[int, Convert]]:
    """The rows of a table in batches, and what makes their values storable: nothing, for files."""
    if isinstance(source, ResilientSource) and isinstance(source.inner, FilesSource):
        return source.batches(source.inner.plain_rows, info.name, BATCH), {}
    return source.rows(info.name, BATCH), converters(info)


def _stored(batch: list[tuple[Any, ...]], convert: dict[int, Convert]) -> Iterator[tuple[Any, ...]]:
    columns: list[Any] = list(zip(*batch, strict=True))
    for place, function in convert.items():
        columns[place] = map(function, columns[place])
    return zip(*columns, strict=True)


def _insert(
    connection: sqlite3.Connection, info: TableInfo, rows: Iterable[tuple[Any, ...]]
) -> None:
    values, width = list(chain.from_iterable(rows)), len(info.columns)
    at_once = max(1, min(_MOST_AT_ONCE, _VALUES_AT_ONCE // width))
    full = len(values) - len(values) % (at_once * width)
    for rows_each, start, end in ((at_once, 0, full), (1, full, len(values))):
        size = rows_each * width
        parts = (values[at : at + size] for at in range(start, end, size))
        connection.executemany(insert_rows(info, rows_each), parts)


@contextmanager
def _explained(table: str) -> Iterator[None]:
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


def _fresh_file(database: Path) -> Path:
    for leftover in database.parent.glob(f"{database.name}.tmp-*"):
        leftover.unlink(missing_ok=True)
    return database.with_name(f"{database.name}.tmp-{uuid4().hex[:8]}")


def _put_in_place(made: Path, database: Path) -> None:
    """A journal left by the old file would be played into the new one: it goes first."""
    _to_disk(made)
    for ending in _SIDE_FILES:
        database.with_name(database.name + ending).unlink(missing_ok=True)
    os.replace(made, database)
    _to_disk(database.parent)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
