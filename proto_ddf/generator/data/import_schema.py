"""The SQLite schema of imported tables: columns, keys, indexes, and how values are stored."""

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
    """An SQL identifier in quotes; it may hold any characters."""
    return '"' + name.replace('"', '""') + '"'


def create_table(table: TableSpec) -> str:
    """CREATE TABLE for the table, including a key that the import adds."""
    single_key = table.primary_key[0] if len(table.primary_key) == 1 else None
    parts = [_column(field, single_key) for field in table.fields]
    if single_key is None and table.primary_key:
        parts.append(f"PRIMARY KEY ({_list(table.primary_key)})")
    return f"CREATE TABLE {quote(table.table)} ({', '.join(parts)})"


def _column(field: FieldSpec, single_key: str | None) -> str:
    sql = f"{quote(field.column)} {_sql_type(field)}"
    if field.column == single_key:
        return f"{sql} NOT NULL PRIMARY KEY"
    return sql if field.nullable and not field.primary_key else f"{sql} NOT NULL"


def _sql_type(field: FieldSpec) -> str:
    if field.type is ColumnType.DECIMAL and field.precision is not None:
        return f"NUMERIC({field.precision}, {field.scale or 0})"
    if field.type is ColumnType.TEXT and field.max_length is not None:
        return f"VARCHAR({field.max_length})"
    return _SQL_TYPES[field.type]


def insert_rows(table: TableInfo, rows: int) -> str:
    """INSERT of that many rows, with the source's columns in their order. SQLite numbers an added key itself."""
    columns = [column.name for column in table.columns]
    row = f"({', '.join('?' * len(columns))})"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {quote(table.name)} ({_list(columns)}) VALUES {values}"  # noqa: S608


def create_indexes(table: TableSpec, charts: Iterable[ChartSpec]) -> list[str]:
    """CREATE INDEX for relations, and for columns used to sort and group: dates, the columns that name
    a row, and charts."""
    wanted = [relation.columns for relation in table.relations]
    wanted += [[field.column] for field in table.fields if field.type in _DATES]
    wanted += [[chart.group_by] for chart in charts if chart.table == table.table]
    wanted += [[column] for column in table.row_name]
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
    """Functions that convert values for storage, by column index. Other columns are stored unchanged."""
    wanted = ((index, _CONVERTERS.get(column.type)) for index, column in enumerate(table.columns))
    return {index: convert for index, convert in wanted if convert is not None}


def _stored_date(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _stored_datetime(value: Any) -> Any:
    """ISO text with a space, as SQLAlchemy reads it; it sorts by time. Values with a time zone are converted to UTC."""
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


_CONVERTERS: dict[ColumnType, Convert] = {
    ColumnType.DATE: _stored_date,
    ColumnType.DATETIME: _stored_datetime,
    ColumnType.TIME: _stored_time,
    ColumnType.DECIMAL: _stored_decimal,
    ColumnType.JSON: _stored_json,
}
