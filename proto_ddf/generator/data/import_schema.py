"""The SQLite schema of imported tables: columns, keys, indexes, and values as SQLite keeps them."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from proto_ddf.generator.spec import ChartSpec, FieldSpec, TableSpec
from proto_ddf.sources.schema.model import ColumnType, TableInfo

_SQL_TYPES = {
    ColumnType.INTEGER: "INTEGER",
    ColumnType.DECIMAL: "NUMERIC",
    ColumnType.FLOAT: "REAL",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "DATETIME",
    ColumnType.TIME: "TIME",
    ColumnType.TEXT: "TEXT",
    ColumnType.JSON: "TEXT",
    ColumnType.BINARY: "BLOB",
}
_DATES = (ColumnType.DATE, ColumnType.DATETIME)

Convert = Callable[[Any], Any]


def quote(name: str) -> str:
    """An SQL identifier of any text."""
    return '"' + name.replace('"', '""') + '"'


def create_table(table: TableSpec) -> str:
    """CREATE TABLE for the table and, first of all, its added key if it has one."""
    lone = table.primary_key[0] if len(table.primary_key) == 1 else None
    parts = [_column(field, lone) for field in table.fields]
    if lone is None and table.primary_key:
        parts.append(f"PRIMARY KEY ({_list(table.primary_key)})")
    return f"CREATE TABLE {quote(table.table)} ({', '.join(parts)})"


def _column(field: FieldSpec, lone_key: str | None) -> str:
    sql = f"{quote(field.column)} {_sql_type(field)}"
    if field.column == lone_key:
        return f"{sql} NOT NULL PRIMARY KEY"
    return sql if field.nullable and not field.primary_key else f"{sql} NOT NULL"


def _sql_type(field: FieldSpec) -> str:
    if field.type is ColumnType.DECIMAL and field.precision is not None:
        return f"NUMERIC({field.precision}, {field.scale or 0})"
    if field.type is ColumnType.TEXT and field.max_length is not None:
        return f"VARCHAR({field.max_length})"
    return _SQL_TYPES[field.type]


def insert_rows(table: TableInfo, rows: int) -> str:
    """INSERT of so many rows in the order of the source's columns; an added key numbers itself."""
    columns = [column.name for column in table.columns]
    row = f"({', '.join('?' * len(columns))})"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {quote(table.name)} ({_list(columns)}) VALUES {values}"  # noqa: S608


def create_indexes(table: TableSpec, charts: Iterable[ChartSpec]) -> list[str]:
    """CREATE INDEX for relations, and for what people sort and group by: dates, the name, charts."""
    wanted = [relation.columns for relation in table.relations]
    wanted += [[field.column] for field in table.fields if field.type in _DATES]
    wanted += [[chart.group_by] for chart in charts if chart.table == table.table]
    wanted.append([table.display_column])
    distinct = {tuple(columns): None for columns in wanted}
    distinct.pop(tuple(table.primary_key), None)
    return [_create_index(table, columns) for columns in distinct]


def _create_index(table: TableSpec, columns: Sequence[str]) -> str:
    names = {field.column: field.name for field in table.fields}
    name = "__".join(["ix", table.name, *(names[column] for column in columns)])
    return f"CREATE INDEX {quote(name)} ON {quote(table.table)} ({_list(columns)})"


def _list(columns: Iterable[str]) -> str:
    return ", ".join(map(quote, columns))


def converters(table: TableInfo) -> dict[int, Convert]:
    """What makes values storable, by position of the column; other columns are stored as they are."""
    wanted = ((place, _STORED.get(column.type)) for place, column in enumerate(table.columns))
    return {place: convert for place, convert in wanted if convert is not None}


def _stored_date(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _stored_datetime(value: Any) -> Any:
    """ISO text with a space, as SQLAlchemy reads it; sorts by time. Zones are turned into UTC."""
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return naive.isoformat(sep=" ")
    return f"{value.isoformat()} 00:00:00" if isinstance(value, date) else value


def _stored_time(value: Any) -> Any:
    return value.isoformat() if isinstance(value, time) else value


def _stored_decimal(value: Any) -> Any:
    return None if value is None else float(value)


def _stored_json(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


_STORED: dict[ColumnType, Convert] = {
    ColumnType.DATE: _stored_date,
    ColumnType.DATETIME: _stored_datetime,
    ColumnType.TIME: _stored_time,
    ColumnType.DECIMAL: _stored_decimal,
    ColumnType.JSON: _stored_json,
}
