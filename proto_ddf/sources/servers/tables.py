"""The tables of a database: read from its catalogue, with names for people and foreign keys between them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.errors.classify import classify
from proto_ddf.sources.schema.model import ForeignKey, SourceSchema, TableInfo
from proto_ddf.sources.servers.catalogue import CatalogTable, Catalogue, TableName
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.row_counts import RowCount, RowCounter
from proto_ddf.sources.servers.sql import sendable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DatabaseTables:
    """The tables of a database that the user may read."""

    schema: SourceSchema
    by_name: Mapping[str, CatalogTable]
    """By the name that the table has in the schema."""
    unreadable: int
    """Number of tables and views that the user has no right to read."""


def read_tables(
    connection: sa.Connection, dialect: ServerDialect, config: ServerConfig
) -> DatabaseTables:
    """Every table and view that the user may read, with row counts."""
    catalogue = dialect.read_catalogue(connection, config, None)
    if catalogue.unreadable:
        _log.info("Left out %d tables that the user may not read.", catalogue.unreadable)
    by_name = _with_unique_names(catalogue)
    counts = RowCounter(connection, dialect).count(list(by_name.values()))
    names = {table.full_name: name for name, table in by_name.items()}
    tables = [
        _table_info(
            name, table, count, catalogue.default_namespace, _foreign_keys(table, names, by_name)
        )
        for (name, table), count in zip(by_name.items(), counts, strict=True)
    ]
    return DatabaseTables(SourceSchema(tables=tuple(tables)), by_name, catalogue.unreadable)


def find_table(
    connection: sa.Connection, dialect: ServerDialect, config: ServerConfig, name: str
) -> CatalogTable | None:
    """The table that has this name in the schema; None if there is none."""
    for full_name in _possible_full_names(dialect, name):
        catalogue = dialect.read_catalogue(connection, config, full_name)
        found = _with_unique_names(catalogue).get(name)
        if found is not None:
            return found
    return None


def check_right(connection: sa.Connection, dialect: ServerDialect, name: str) -> None:
    """Raises the driver's error if a table that was not found exists and the user may not read it. Catalogues show
    only what the user has a right to."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for full_name in _possible_full_names(dialect, name):
        quoted = ".".join(quote(part) for part in full_name if part is not None)
        try:
            connection.exec_driver_sql(f"SELECT 1 FROM {quoted} LIMIT 0")
        except DBAPIError as error:
            if error.connection_invalidated or classify(error).code == "table_not_allowed":
                raise


def _possible_full_names(dialect: ServerDialect, name: str) -> Iterator[TableName]:
    """The full names that a name in the schema may stand for: a dot may be part of the namespace's name or of the
    table's."""
    if name != sendable(name):
        return
    yield TableName(None, name)
    if dialect.has_namespaces:
        dots = (at for at, character in enumerate(name) if character == ".")
        yield from (TableName(name[:at], name[at + 1 :]) for at in dots)


def _with_unique_names(catalogue: Catalogue) -> dict[str, CatalogTable]:
    """The tables by name; a table outside of the default namespace is called "namespace.table"."""
    by_name: dict[str, CatalogTable] = {}
    for table in catalogue.tables:
        default = table.namespace == catalogue.default_namespace
        name = table.name if default else f"{table.namespace}.{table.name}"
        if name in by_name:
            _log.warning("Left out a second table called %r.", name)
            continue
        by_name[name] = table
    return by_name


def _table_info(
    name: str,
    table: CatalogTable,
    count: RowCount,
    default_namespace: str,
    foreign_keys: tuple[ForeignKey, ...],
) -> TableInfo:
    return TableInfo(
        name=name,
        namespace="" if table.namespace == default_namespace else table.namespace,
        columns=table.columns,
        primary_key=table.primary_key,
        foreign_keys=foreign_keys,
        row_count=count.rows,
        row_count_estimated=not count.exact,
        is_view=table.is_view,
        comment=table.comment,
    )


def _foreign_keys(
    table: CatalogTable, names: Mapping[TableName, str], by_name: Mapping[str, CatalogTable]
) -> tuple[ForeignKey, ...]:
    """The table's foreign keys to columns that were read too."""
    return tuple(
        ForeignKey(
            columns=each.columns,
            target_table=names[each.target],
            target_columns=each.target_columns,
        )
        for each in table.references
        if each.target in names and by_name[names[each.target]].has(each.target_columns)
    )
