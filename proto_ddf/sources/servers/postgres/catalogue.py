"""Tables, views, columns and keys of a PostgreSQL database (12 or later), from its own catalogue.

The catalogue is asked, not an inspector above it: it tells rights, partitions, estimates of row counts and names of
any text with one query for each of its parts, however many tables there are (PostgreSQL docs, chapter 53).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.schema.model import ColumnInfo
from proto_ddf.sources.servers.catalogue import CatalogTable, Catalogue, Reference, TableName
from proto_ddf.sources.servers.check_clauses import with_checks
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.postgres.server import PostgresConfig
from proto_ddf.sources.servers.postgres.types import Declared, DeclaredType, parse_declared

_TABLES = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'),
       CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples > 0 AND c.relpages > 0
            THEN (c.reltuples / c.relpages
                  * (pg_relation_size(c.oid) / current_setting('block_size')::int))::bigint
            WHEN c.relkind = 'p' THEN
                 (SELECT sum(part.reltuples)::bigint FROM pg_partition_tree(c.oid) AS tree
                  JOIN pg_class AS part ON part.oid = tree.relid
                  WHERE tree.isleaf HAVING min(part.reltuples) >= 0)
            WHEN c.relkind = 'f' AND c.reltuples > 0 THEN c.reltuples::bigint
       END,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
       has_table_privilege(c.oid, 'SELECT'),
       n.nspname IS NOT DISTINCT FROM current_schema()
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
  AND (%s::text[] = '{}' OR n.nspname = ANY(%s::text[]))
  AND (%s::text IS NULL OR (n.nspname = coalesce(%s, current_schema()) AND c.relname = %s))
ORDER BY c.relkind IN ('v', 'm'), n.nspname IS DISTINCT FROM current_schema(), n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.attidentity <> '', a.attgenerated <> '',
       pg_get_expr(d.adbin, d.adrelid), said.description, a.atttypid, a.atttypmod
FROM pg_attribute AS a
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description AS said
  ON said.classoid = 'pg_class'::regclass AND said.objoid = a.attrelid AND said.objsubid = a.attnum
WHERE a.attrelid = ANY(%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  AND (a.attrelid <> ALL(%s::oid[]) OR has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
ORDER BY a.attrelid, a.attnum
"""
_TYPES = """
SELECT used.oid, used.modifier, format_type(used.oid, used.modifier), t.typname, t.typcategory::text
FROM (SELECT DISTINCT atttypid, atttypmod FROM pg_attribute WHERE attrelid = ANY(%s::oid[]) AND attnum > 0)
  AS used (oid, modifier) JOIN pg_type AS t ON t.oid = used.oid
"""
_DOMAINS = """
SELECT d.oid, d.typbasetype, d.typtypmod, d.typnotnull, b.typname, b.typcategory::text
FROM pg_type AS d JOIN pg_type AS b ON b.oid = d.typbasetype
JOIN pg_namespace AS n ON n.oid = d.typnamespace
WHERE d.typtype = 'd' AND n.nspname <> 'information_schema'
"""
_ENUMS = "SELECT enumtypid, array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum GROUP BY enumtypid"
_CONSTRAINTS = """
SELECT conrelid, contype::text, conkey, confrelid, confkey,
       CASE contype WHEN 'c' THEN pg_get_constraintdef(oid) END
FROM pg_constraint WHERE conrelid = ANY(%s::oid[]) AND contype IN ('p', 'f', 'c')
ORDER BY conrelid, conname
"""
_UNIQUE = """
SELECT indrelid, indkey[0] FROM pg_index
WHERE indrelid = ANY(%s::oid[]) AND indisunique AND indnkeyatts = 1 AND indpred IS NULL AND indexprs IS NULL
  AND indisvalid
"""
_SELF_POSITIONED = {"r": ("ctid",), "m": ("ctid",), "p": ("tableoid", "ctid")}
"""Where a row lies: the same from page to page as long as it is not changed. Needs the right to read all columns."""


_Row = Sequence[Any]


@dataclass(frozen=True)
class _Entry:
    oid: int
    namespace: str
    name: str
    kind: str
    comment: str | None
    estimate: int | None
    readable: bool
    """At least one of its columns."""
    whole: bool
    """The user may read all of its columns."""
    default: bool


class _Constraints:
    """Keys and checks by table."""

    def __init__(self, connection: sa.Connection, oids: list[int]) -> None:
        self.primary: dict[int, Sequence[int]] = {}
        self.foreign: dict[int, list[tuple[Sequence[int], int, Sequence[int]]]] = defaultdict(list)
        self.checks: dict[int, list[str]] = defaultdict(list)
        for oid, kind, key, target, target_key, definition in _all(connection, _CONSTRAINTS, oids):
            if kind == "p":
                self.primary[oid] = key
            elif kind == "f":
                self.foreign[oid].append((key, target, target_key))
            else:
                self.checks[oid].append(definition)
        self.unique = set(map(tuple, _all(connection, _UNIQUE, oids)))


def read_catalogue(
    connection: sa.Connection, config: ServerConfig, only: TableName | None = None
) -> Catalogue:
    """Every table and view of the schemas chosen, or of all but the system's own, without those of extensions and
    partitions; with `only` the one of that schema (None: the default one) and name."""
    schemas = list(config.schema_names) if isinstance(config, PostgresConfig) else []
    namespace, name = only or (None, None)
    found = connection.exec_driver_sql(_TABLES, (schemas, schemas, name, namespace, name))
    entries = [_Entry(*row) for row in found]
    readable = [entry for entry in entries if entry.readable]
    default = next((entry.namespace for entry in entries if entry.default), None)
    tables = _tables(connection, readable) if readable else ()
    if default is None:
        default = connection.exec_driver_sql("SELECT coalesce(current_schema(), '')").scalar_one()
    return Catalogue(default, tuple(tables), len(entries) - len(readable))


def _tables(connection: sa.Connection, entries: Sequence[_Entry]) -> list[CatalogTable]:
    oids = [entry.oid for entry in entries]
    types = _Types(connection, oids)
    constraints = _Constraints(connection, oids)
    columns: dict[int, list[_Row]] = defaultdict(list)
    for row in _all(
        connection, _COLUMNS, oids, [entry.oid for entry in entries if not entry.whole]
    ):
        columns[row[0]].append(row)
    known = {
        entry.oid: _Named(entry, {row[1]: row[2] for row in columns[entry.oid]})
        for entry in entries
    }
    return [_table(known[oid], columns[oid], types, constraints, known) for oid in oids]


@dataclass(frozen=True)
class _Named:
    """A table and the names of its columns by their numbers."""

    entry: _Entry
    columns: Mapping[int, str]

    def names(self, numbers: Sequence[int]) -> tuple[str, ...] | None:
        """The names of these columns; None if the user may not read all of them."""
        found = [self.columns[number] for number in numbers if number in self.columns]
        return tuple(found) if len(found) == len(numbers) else None


class _Types:
    """The types of columns, with the domains and enums of the database."""

    def __init__(self, connection: sa.Connection, oids: list[int]) -> None:
        self._enums = {row[0]: tuple(row[1]) for row in connection.exec_driver_sql(_ENUMS)}
        self._domains = {row[0]: row[1:] for row in connection.exec_driver_sql(_DOMAINS)}
        self._known: dict[tuple[int, int], tuple[str, DeclaredType]] = {
            (oid, modifier): (said, parse_declared(self._declared(oid, modifier, name, category)))
            for oid, modifier, said, name, category in _all(connection, _TYPES, oids)
        }

    def of(self, oid: int, modifier: int) -> tuple[str, DeclaredType]:
        """The name and the meaning of the type with this oid and modifier (`atttypmod`)."""
        return self._known[oid, modifier]

    def _declared(self, oid: int, modifier: int, name: str, category: str) -> Declared:
        """The type with its domains resolved, and the constraints that they add."""
        required = False
        while oid in self._domains:
            oid, own_modifier, not_null, name, category = self._domains[oid]
            modifier = own_modifier if own_modifier >= 0 else modifier
            required = required or not_null
        return Declared(name, category, modifier, required, self._enums.get(oid, ()))


def _table(
    named: _Named,
    rows: Sequence[_Row],
    types: _Types,
    constraints: _Constraints,
    known: Mapping[int, _Named],
) -> CatalogTable:
    entry = named.entry
    key = named.names(constraints.primary.get(entry.oid, ())) or ()
    typed = {row[2]: types.of(row[8], row[9]) for row in rows}
    columns = [
        _column(row, *typed[row[2]], key, (entry.oid, row[1]) in constraints.unique) for row in rows
    ]
    return CatalogTable(
        namespace=entry.namespace,
        name=entry.name,
        is_view=entry.kind in "vm",
        columns=with_checks(columns, constraints.checks[entry.oid]),
        primary_key=key,
        references=tuple(_references(named, constraints, known)),
        comment=entry.comment or "",
        estimate=entry.estimate,
        reads_itself=entry.kind not in "vf",
        row_position=_SELF_POSITIONED.get(entry.kind, ()) if entry.whole else (),
        sorted_as_text=frozenset(name for name, (_, meant) in typed.items() if not meant.sortable),
    )


def _column(
    row: _Row, db_type: str, meant: DeclaredType, key: tuple[str, ...], unique: bool
) -> ColumnInfo:
    _, _, name, not_null, identity, generated, default, comment, _, _ = row
    counted = default is not None and default.startswith("nextval(")
    return ColumnInfo(
        name=name,
        type=meant.type,
        db_type=db_type,
        nullable=not (not_null or meant.required),
        primary_key=name in key,
        unique=unique,
        autoincrement=identity or generated or counted,
        default=None if generated else default,
        max_length=meant.max_length,
        precision=meant.precision,
        scale=meant.scale,
        choices=meant.choices or None,
        comment=comment or "",
    )


def _references(
    named: _Named, constraints: _Constraints, known: Mapping[int, _Named]
) -> Iterator[Reference]:
    for numbers, oid, target_numbers in constraints.foreign[named.entry.oid]:
        target = known.get(oid)
        columns = named.names(numbers)
        target_columns = target.names(target_numbers) if target else None
        if target and columns and target_columns:
            target_name = TableName(target.entry.namespace, target.entry.name)
            yield Reference(columns, target_name, target_columns)


def _all(connection: sa.Connection, query: str, *oids: list[int]) -> Sequence[_Row]:
    return connection.exec_driver_sql(query, oids).all()
