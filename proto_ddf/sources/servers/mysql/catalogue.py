"""Tables, views, columns and keys of a MySQL (8.0.16 or later) or MariaDB (10.3 or later) database, from
information_schema.

SQLAlchemy's inspector would read each table by a statement of its own and parse the text of CREATE TABLE. Here one query
for each part is enough, whatever the number of tables and their names (MySQL reference manual, chapter 28).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType
from proto_ddf.sources.servers.catalogue import CatalogTable, Catalogue, Reference, TableName
from proto_ddf.sources.servers.check_clauses import with_checks
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.mysql.types import parse_declared, plain_strings

_TABLES = """
SELECT TABLE_NAME, TABLE_TYPE IN ('VIEW', 'SYSTEM VIEW'), TABLE_ROWS, TABLE_COMMENT
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = %s AND TABLE_TYPE <> 'SEQUENCE' AND TABLE_TYPE NOT LIKE 'TEMPORARY%%'
"""
_COLUMNS = """
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE = 'YES', COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT,
       CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, FIND_IN_SET('select', PRIVILEGES) > 0
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s
"""
_UNIQUE = """
SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = %s AND NON_UNIQUE = 0
"""
_REFERENCES = """
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = %s AND REFERENCED_TABLE_NAME IS NOT NULL
"""
_CHECKS_OF_MARIADB = """
SELECT TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = %s
"""
_CHECKS_OF_MYSQL = """
SELECT t.TABLE_NAME, c.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS AS c
JOIN information_schema.TABLE_CONSTRAINTS AS t USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME)
WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.TABLE_SCHEMA = %s
"""
_OF_ONE = " AND TABLE_NAME = %s"
_IS_JSON = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)", re.IGNORECASE)
_PRIMARY = "PRIMARY"
_LAST_OF_NAMES = "\uffff"
"""Names have no character above this one (MySQL reference manual, 11.2)."""

_Row = Sequence[Any]


class _Parts:
    """The rows of the catalogue by table."""

    def __init__(self, connection: sa.Connection, database: str, only: str | None) -> None:
        def by_table(query: str, order: str) -> Mapping[str, list[_Row]]:
            given = (database,) if only is None else (database, only)
            statement = query + (_OF_ONE if only is not None else "") + order
            grouped: dict[str, list[_Row]] = defaultdict(list)
            for row in connection.exec_driver_sql(statement, given):
                grouped[row[0]].append(row[1:])
            return grouped

        self.tables = by_table(_TABLES, " ORDER BY 2, 1")
        self.columns = by_table(_COLUMNS, " ORDER BY TABLE_NAME, ORDINAL_POSITION")
        self.unique = by_table(_UNIQUE, " ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX")
        self.references = by_table(
            _REFERENCES, " ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
        )
        self.is_mariadb: bool = getattr(connection.dialect, "is_mariadb", False)
        checks = _CHECKS_OF_MARIADB if self.is_mariadb else _CHECKS_OF_MYSQL
        self.checks = by_table(checks, "")


def read_catalogue(
    connection: sa.Connection, config: ServerConfig, only: TableName | None = None
) -> Catalogue:
    """Every table and view of the database; with `only` the one of that name."""
    database = config.database
    if only and max(only.name, default="") > _LAST_OF_NAMES:
        return Catalogue(database, ())
    parts = _Parts(connection, database, only.name if only else None)
    # A view whose tables were dropped has no columns.
    whole = {name: row for name, [row] in parts.tables.items() if parts.columns[name]}
    tables = [
        _table(database, name, row, parts)
        for name, row in whole.items()
        if any(_is_readable(column) for column in parts.columns[name])
    ]
    return Catalogue(database, tuple(tables), len(whole) - len(tables))


def _table(database: str, name: str, row: _Row, parts: _Parts) -> CatalogTable:
    is_view, estimate, comment = row
    indexes = _indexes(parts.unique[name])
    clauses = [clause for (clause,) in parts.checks[name]]
    shown = [each for each in parts.columns[name] if _is_shown(each, indexes.get(_PRIMARY, ()))]
    json = {found.replace("``", "`") for clause in clauses for found in _IS_JSON.findall(clause)}
    columns = [_column(each, indexes, json, parts.is_mariadb) for each in shown]
    names = {column.name for column in columns}
    key = indexes.get(_PRIMARY, ())
    return CatalogTable(
        namespace=database,
        name=name,
        is_view=bool(is_view),
        columns=with_checks(columns, [f"CHECK ({plain_strings(each)})" for each in clauses]),
        primary_key=key if names.issuperset(key) else (),
        references=tuple(_references(parts.references[name], names)),
        comment="" if is_view else comment or "",
        estimate=None if is_view else estimate,
        reads_itself=not is_view,
    )


def _is_readable(column: _Row) -> bool:
    return bool(column[-1])


def _is_shown(column: _Row, key: Sequence[str]) -> bool:
    """Whether it is visible to SELECT *, or part of the key, which is always needed."""
    return _is_readable(column) and ("INVISIBLE" not in column[5] or column[0] in key)


def _column(
    row: _Row, indexes: Mapping[str, tuple[str, ...]], json_columns: set[str], is_mariadb: bool
) -> ColumnInfo:
    name, type_name, declared, nullable, default, extra, comment, *sizes, _ = row
    meant = parse_declared(type_name, declared, *sizes)
    json = name in json_columns
    key = indexes.get(_PRIMARY, ())
    generated = "GENERATED" in extra.replace("DEFAULT_GENERATED", "")
    return ColumnInfo(
        name=name,
        type=ColumnType.JSON if json else meant.type,
        db_type="json" if json else declared,
        nullable=bool(nullable),
        primary_key=name in key,
        unique=(name,) in indexes.values(),
        autoincrement="auto_increment" in extra or generated,
        default=None if generated else _default(default, extra, meant.type, is_mariadb),
        max_length=meant.max_length,
        precision=meant.precision,
        scale=meant.scale,
        choices=meant.choices,
        minimum=meant.minimum,
        comment=comment or "",
    )


def _default(
    default: str | None, extra: str, column_type: ColumnType, is_mariadb: bool
) -> str | None:
    """The default as SQL. MariaDB gives SQL; MySQL gives the bare text unless it is an expression."""
    if is_mariadb:
        return None if default == "NULL" else default
    numeric = column_type in {
        ColumnType.INTEGER,
        ColumnType.DECIMAL,
        ColumnType.FLOAT,
        ColumnType.BOOLEAN,
    }
    if default is None or numeric or "DEFAULT_GENERATED" in extra:
        return default
    return "'" + default.replace("'", "''") + "'"


def _indexes(rows: Iterable[_Row]) -> dict[str, tuple[str, ...]]:
    """Columns of each unique index, without indexes over expressions or prefixes of values."""
    indexes: dict[str, tuple[str, ...]] = {}
    partial = set()
    for index, column, length in rows:
        indexes[index] = (*indexes.get(index, ()), column)
        if column is None or (length is not None and index != _PRIMARY):
            partial.add(index)
    return {index: columns for index, columns in indexes.items() if index not in partial}


def _references(rows: Iterable[_Row], names: set[str]) -> Iterable[Reference]:
    keys: dict[str, list[_Row]] = defaultdict(list)
    for constraint, *row in rows:
        keys[constraint].append(row)
    for parts in keys.values():
        columns = tuple(part[0] for part in parts)
        if names.issuperset(columns):
            _, namespace, table, _ = parts[0]
            yield Reference(columns, TableName(namespace, table), tuple(part[3] for part in parts))
