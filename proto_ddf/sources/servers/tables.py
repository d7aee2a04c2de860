"""The tables of a database server: read from its catalogue, named for people, with what they point at."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.errors.classify import classify
from proto_ddf.sources.schema.model import ForeignKey, SourceSchema, TableInfo
from proto_ddf.sources.servers.catalogue import Catalogue, Relation
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.dialect import Place, Reading
from proto_ddf.sources.servers.row_counts import RowCount, RowCounter
from proto_ddf.sources.servers.sql import sendable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tables:
    """What was read of a database."""

    schema: SourceSchema
    relations: Mapping[str, Relation]
    """By the name that the table has in the schema."""
    unreadable: int
    """Tables and views that the user has no right to read."""


def read_tables(connection: sa.Connection, reading: Reading, config: ServerConfig) -> Tables:
    """Every table and view that the user may read, with row counts."""
    catalogue = reading.read_catalogue(connection, config, None)
    if catalogue.unreadable:
        _log.info("Left out %d tables that the user may not read.", catalogue.unreadable)
    relations = _named(catalogue)
    counts = RowCounter(connection, reading).count(list(relations.values()))
    names = {relation.place: name for name, relation in relations.items()}
    tables = [
        _table(
            name, relation, count, catalogue.default_namespace, _keys(relation, names, relations)
        )
        for (name, relation), count in zip(relations.items(), counts, strict=True)
    ]
    return Tables(SourceSchema(tables=tuple(tables)), relations, catalogue.unreadable)


def find_relation(
    connection: sa.Connection, reading: Reading, config: ServerConfig, table: str
) -> Relation | None:
    """The table that has this name in the schema; None if there is none."""
    for place in _places(reading, table):
        catalogue = reading.read_catalogue(connection, config, place)
        found = _named(catalogue).get(table)
        if found is not None:
            return found
    return None


def check_right(connection: sa.Connection, reading: Reading, table: str) -> None:
    """Raises the driver's error if a table that was not found is one that the user may not read. Catalogues show no more
    than the user has a right to."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for place in _places(reading, table):
        named = ".".join(quote(part) for part in place if part is not None)
        try:
            connection.exec_driver_sql(f"SELECT 1 FROM {named} LIMIT 0")
        except DBAPIError as error:
            if error.connection_invalidated or classify(error).code == "table_not_allowed":
                raise


def _places(reading: Reading, name: str) -> Iterator[Place]:
    """Where a table of that name can be: a dot may be part of the namespace's name or of the table's."""
    if name != sendable(name):
        return
    yield None, name
    if reading.has_namespaces:
        dots = (at for at, character in enumerate(name) if character == ".")
        yield from ((name[:at], name[at + 1 :]) for at in dots)


def _named(catalogue: Catalogue) -> dict[str, Relation]:
    """The relations by names that are unique: outside of the default namespace with theirs."""
    named: dict[str, Relation] = {}
    for relation in catalogue.relations:
        default = relation.namespace == catalogue.default_namespace
        name = relation.name if default else f"{relation.namespace}.{relation.name}"
        if name in named:
            _log.warning("Left out a second table called %r.", name)
            continue
        named[name] = relation
    return named


def _table(
    name: str,
    relation: Relation,
    count: RowCount,
    default_namespace: str,
    foreign_keys: tuple[ForeignKey, ...],
) -> TableInfo:
    return TableInfo(
        name=name,
        namespace="" if relation.namespace == default_namespace else relation.namespace,
        columns=relation.columns,
        primary_key=relation.primary_key,
        foreign_keys=foreign_keys,
        row_count=count.rows,
        row_count_estimated=not count.exact,
        is_view=relation.is_view,
        comment=relation.comment,
    )


def _keys(
    relation: Relation, names: Mapping[tuple[str, str], str], relations: Mapping[str, Relation]
) -> tuple[ForeignKey, ...]:
    """Its foreign keys to columns that were read too."""
    return tuple(
        ForeignKey(
            columns=each.columns,
            target_table=names[each.target],
            target_columns=each.target_columns,
        )
        for each in relation.references
        if each.target in names and relations[names[each.target]].has(each.target_columns)
    )
