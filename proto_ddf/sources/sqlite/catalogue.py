"""Reads tables, views, columns and keys of a SQLite database from its own catalogue.

Uses PRAGMAs instead of SQLAlchemy's inspector: they give declared types as written, generated and hidden columns, and
the shadow tables of virtual tables.
"""

import logging
import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from proto_ddf.sources.preview import quote
from proto_ddf.sources.schema.check_constraints import Bounds, read_checks, with_bounds
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)
from proto_ddf.sources.sqlite.connecting import time_limit
from proto_ddf.sources.sqlite.types import parse_declared, type_of_storage

_log = logging.getLogger(__name__)
_SAMPLE_ROWS = 10_000
_SECONDS_FOR_VIEW = 0.5
"""Limit for counting a view's rows, and for sampling the values of a column."""
_HIDDEN_COLUMN = 1
"""The mark of a virtual table's column that SELECT * leaves out."""


@dataclass(frozen=True)
class _Entry:
    name: str
    is_view: bool
    without_rowid: bool
    sql: str


def read_tables(connection: sqlite3.Connection) -> SourceSchema:
    """All tables, then all views, each in the order of their creation, with row counts.

    Views and virtual tables that SQLite itself cannot read are left out.
    """
    tables = [table for entry in _entries(connection) if (table := _read(connection, entry))]
    return SourceSchema(tables=tuple(_with_valid_keys(table, tables) for table in tables))


def read_columns(connection: sqlite3.Connection, table: str) -> tuple[ColumnInfo, ...] | None:
    """The columns of a table or view; None if it does not exist."""
    entry = next((entry for entry in _entries(connection) if entry.name == table), None)
    return _columns(connection, entry) if entry else None


def row_order(connection: sqlite3.Connection, table: str) -> list[str]:
    """Expressions for a stable order of a table's rows; empty for a view."""
    entry = next(entry for entry in _entries(connection) if entry.name == table)
    if entry.is_view:
        return []
    return [quote(name) for name in _primary_key(connection, table)] or ["rowid"]


def _entries(connection: sqlite3.Connection) -> list[_Entry]:
    rows = connection.execute(
        "SELECT m.name, m.type = 'view', l.wr, coalesce(m.sql, '') FROM sqlite_master AS m"
        " JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = m.name"
        " WHERE m.type IN ('table', 'view') AND l.type <> 'shadow'"
        " AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.type = 'view', m.rowid"
    )
    return [_Entry(name, bool(view), bool(wr), sql) for name, view, wr, sql in rows]


def _read(connection: sqlite3.Connection, entry: _Entry) -> TableInfo | None:
    try:
        rows = _count(connection, entry)
        return TableInfo(
            name=entry.name,
            columns=_columns(connection, entry),
            primary_key=_primary_key(connection, entry.name),
            foreign_keys=_foreign_keys(connection, entry.name),
            row_count=rows or 0,
            row_count_estimated=rows is None,
            is_view=entry.is_view,
        )
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        _log.warning("Left out %r: %s", entry.name, error)
        return None


def _count(connection: sqlite3.Connection, entry: _Entry) -> int | None:
    """The number of rows; None for a view that takes too long."""
    query = f"SELECT count(*) FROM {quote(entry.name)}"
    try:
        with time_limit(connection, _SECONDS_FOR_VIEW) if entry.is_view else nullcontext():
            found: int = connection.execute(query).fetchone()[0]
    except TimeoutError:
        return None
    return found


def _columns(connection: sqlite3.Connection, entry: _Entry) -> tuple[ColumnInfo, ...]:
    rows = connection.execute(
        'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)',
        (entry.name,),
    ).fetchall()
    key = _primary_key(connection, entry.name)
    unique = _unique_columns(connection, entry.name)
    checks = read_checks(entry.sql)
    columns = []
    for name, declared, not_null, default, position, hidden in rows:
        if hidden == _HIDDEN_COLUMN:
            continue
        is_rowid = key == (name,) and declared.upper() == "INTEGER" and not entry.without_rowid
        column = ColumnInfo(
            name=name,
            **_type(connection, entry.name, name, declared),
            db_type=declared,
            nullable=not (not_null or position),
            primary_key=bool(position),
            unique=key == (name,) or name in unique,
            autoincrement=is_rowid or bool(hidden),
            default=default,
        )
        columns.append(with_bounds(column, checks.get(name.lower(), Bounds())))
    return tuple(columns)


def _type(connection: sqlite3.Connection, table: str, column: str, declared: str) -> dict[str, Any]:
    known = parse_declared(declared)
    return {
        "type": known.type or _type_of_values(connection, table, column),
        "max_length": known.max_length,
        "precision": known.precision,
        "scale": known.scale,
    }


def _type_of_values(connection: sqlite3.Connection, table: str, column: str) -> ColumnType:
    values = f"SELECT {quote(column)} AS value FROM {quote(table)} LIMIT {_SAMPLE_ROWS}"
    try:
        with time_limit(connection, _SECONDS_FOR_VIEW):
            found = connection.execute(f"SELECT DISTINCT typeof(value) FROM ({values})").fetchall()
    except TimeoutError:
        found = []
    return type_of_storage({row[0] for row in found})


def _primary_key(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk", (table,)
    )
    return tuple(row[0] for row in rows)


def _unique_columns(connection: sqlite3.Connection, table: str) -> set[str]:
    rows = connection.execute(
        "SELECT min(i.name) FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i"
        ' WHERE l."unique" AND NOT l.partial GROUP BY l.name HAVING count(*) = 1',
        (table,),
    )
    return {row[0] for row in rows}


def _foreign_keys(connection: sqlite3.Connection, table: str) -> tuple[ForeignKey, ...]:
    rows = connection.execute(
        'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq',
        (table,),
    ).fetchall()
    keys: dict[int, tuple[str, list[str], list[str | None]]] = {}
    for number, target, column, target_column in rows:
        _, columns, target_columns = keys.setdefault(number, (target, [], []))
        columns.append(column)
        target_columns.append(target_column)
    return tuple(
        ForeignKey(
            columns=tuple(columns),
            target_table=target,
            target_columns=tuple(name for name in target_columns if name is not None),
        )
        for target, columns, target_columns in keys.values()
    )


def _with_valid_keys(table: TableInfo, tables: list[TableInfo]) -> TableInfo:
    by_name = {other.name.lower(): other for other in tables}
    keys = []
    for key in table.foreign_keys:
        target = by_name.get(key.target_table.lower())
        valid = _completed(key, table, target) if target else None
        keys += [valid] if valid else []
    return table.model_copy(update={"foreign_keys": tuple(keys)})


def _completed(key: ForeignKey, table: TableInfo, target: TableInfo) -> ForeignKey | None:
    """The key with names spelled as in the tables; None if a column does not exist.

    A key without target columns refers to the target's primary key.
    """
    columns = _spelled_as_in(key.columns, table)
    target_columns = _spelled_as_in(key.target_columns or target.primary_key, target)
    if len(columns) != len(key.columns) or len(target_columns) != len(columns):
        return None
    return ForeignKey(columns=columns, target_table=target.name, target_columns=target_columns)


def _spelled_as_in(names: tuple[str, ...], table: TableInfo) -> tuple[str, ...]:
    spelled = {column.name.lower(): column.name for column in table.columns}
    return tuple(spelled[name.lower()] for name in names if name.lower() in spelled)
