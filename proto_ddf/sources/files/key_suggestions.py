"""Suggests keys and relations for tables that declare none, from the names, and checks them against the values.

Relations are marked `suggested`, and the user decides. The cost is bounded: at most SAMPLED_VALUES different values of
a column are looked up, and at most MOST_LOOKUPS pairs of columns are compared.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from proto_ddf.progress import current_progress
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.preview import quote
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)

SAMPLED_VALUES = 5_000
MOST_LOOKUPS = 1_000
_KEY_TYPES = {ColumnType.INTEGER, ColumnType.TEXT}
_KEY_LENGTH = 64
_FIRST_ROWS = 10_000
"""Rows to search for a repeated value, before all values of a column are counted."""
_NAMED_MATCH = 0.5
"""Share of values that must be found if the names match. It is low because files often hold a part of a larger data
set."""
_UNNAMED_MATCH = 0.95
_UNNAMED_INTEGERS = 10
_GENERIC = {"id", "key", "code", "name", "no", "nr", "number", "index", "title", "type", "uuid"}
"""Names that have a different meaning in every table."""
_OWN_KEY = re.compile(
    r"(.*_)?(code|sku|uuid|guid|number|num|nr|no|isbn|ean|iban|vin|serial|barcode)"
)
"""Names of columns that mostly identify the rows of their own table."""
_ANY_KEY = re.compile(r"(.*_)?(id|key|ref|reference|identifier)")
"""Names of columns that identify the rows of their own table only if they come first; otherwise they may refer to
another table."""
_ADDRESS_PART = "zip|postal|post|phone|telephone|tel|mobile|cell|fax|house|street|room|area|country|currency|language"
_SHARED = (
    "name|title|seat|shelf|state|province|county|region|district|city|town|date|day|week|month|quarter|year|time|period"
    "|season|term|version|revision|release|edition|page|line|row|rank|floor|level|grade|class|classification|category"
    "|group|type|kind|status|colou?r|size|shoe|model|unit|total|sum|count|quantity|qty|age|birth|error|discount|promo"
)
_NOT_A_KEY = re.compile(
    f"(.*_)?(({_ADDRESS_PART})(_(id|key))?|({_ADDRESS_PART}|{_SHARED})(_(code|number|num|nr|no))?)"
)
"""Values that two rows may share: parts of names and addresses, dates, measures, categories."""
_CODE = "[A-Z0-9][A-Z0-9_./-]{1,19}"
_NOT_A_CODE = "(Q|W|M|H|FY|CW|KW)[0-9]+|(18|19|20)[0-9]{2}([^0-9].*)?|[0-9.]+ ?[A-Z]+"
"""Quarters, weeks, years, and numbers with a unit."""


@dataclass(frozen=True)
class _Target:
    """A unique column without nulls that other columns may refer to."""

    table: TableInfo
    column: ColumnInfo
    is_key: bool
    dense: bool
    """Whole numbers without large gaps, which contain most small numbers by accident."""


@dataclass(frozen=True)
class _Match:
    named: bool
    share: float
    target: _Target


def suggest_relations(source: Source, schema: SourceSchema) -> SourceSchema:
    """The schema with a primary key for each table where a column can be one, and with suggested foreign keys.

    Only files need this. The schema of other sources, which declare their keys, is returned unchanged.
    """
    if not isinstance(source, FilesSource):
        return schema
    with source.connection() as connection:
        unique = {table.name: _unique_columns(connection, table) for table in schema.tables}
        tables = [
            _with_key(table, _key_of(connection, table, unique[table.name], schema))
            for table in schema.tables
        ]
        targets = [
            target for table in tables for target in _targets(connection, table, unique[table.name])
        ]
        matches = _best_matches(connection, tables, targets)
    return SourceSchema(
        tables=tuple(
            table.model_copy(update={"foreign_keys": tuple(_keys(table, matches))})
            for table in tables
        )
    )


def _key_of(
    connection: duckdb.DuckDBPyConnection,
    table: TableInfo,
    unique: Collection[str],
    schema: SourceSchema,
) -> str | None:
    others = [other.name for other in schema.tables if other.name != table.name]
    key = choose_key(table, unique, others)
    first = table.columns[0]
    if key is None and first.name in unique and _holds_codes(connection, table, first):
        return first.name
    return key


def choose_key(
    table: TableInfo, unique: Collection[str], others: Collection[str] = ()
) -> str | None:
    """The column that can be the primary key: unique, never null, and with a typical name. A name, a date or a measure
    is not a key, even if all its values differ, because the next row may repeat one.

    Args:
        unique: names of the columns whose values all differ and are never null.
        others: names of the other tables, whose keys may occur in this one.
    """
    candidates = [
        (_key_rank(table, column, others), column.name)
        for column in table.columns
        if column.name in unique and column.type in _KEY_TYPES
    ]
    ranked = [(rank, name) for rank, name in candidates if rank is not None]
    return min(ranked, key=lambda found: found[0])[1] if ranked else None


def _key_rank(table: TableInfo, column: ColumnInfo, others: Collection[str]) -> int | None:
    """Smaller is better; None: its name is not that of a key."""
    name = _snake_case(column.name)
    if name == "id":
        return 0
    if any(_is_named_after(name, stem) for stem in _stems(table.name)):
        return 1
    if _NOT_A_KEY.fullmatch(name) or any(
        _is_named_after(name, stem) for other in others for stem in _stems(other)
    ):
        return None
    if _OWN_KEY.fullmatch(name):
        return 2
    is_first = column.name == table.columns[0].name
    bare = name in {"key", "ref", "reference", "identifier"}
    return 3 if _ANY_KEY.fullmatch(name) and (is_first or bare) else None


def _is_named_after(name: str, stem: str) -> bool:
    part = name.removeprefix(f"{stem}_")
    return part != name and bool(_OWN_KEY.fullmatch(part) or _ANY_KEY.fullmatch(part))


def _holds_codes(
    connection: duckdb.DuckDBPyConnection, table: TableInfo, column: ColumnInfo
) -> bool:
    """Whether all values consist of capital letters and digits, and some contain digits, so that they are codes and not
    names."""
    if column.type is not ColumnType.TEXT or _NOT_A_KEY.fullmatch(_snake_case(column.name)):
        return False
    name = _q(column)
    query = (
        f"SELECT bool_and(regexp_full_match({name}, '{_CODE}')) AND bool_or(regexp_matches({name}, '[0-9]'))"
        f" AND NOT bool_and(regexp_full_match({name}, '{_NOT_A_CODE}')) FROM {quote(table.name)}"
    )
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _with_key(table: TableInfo, key: str | None) -> TableInfo:
    if key is None:
        return table
    columns = tuple(
        column.model_copy(update={"primary_key": True, "unique": True})
        if column.name == key
        else column
        for column in table.columns
    )
    return table.model_copy(update={"columns": columns, "primary_key": (key,)})


def _unique_columns(connection: duckdb.DuckDBPyConnection, table: TableInfo) -> set[str]:
    """Columns that can be a key and whose values all differ. Only those that differ in the first rows are counted
    completely."""
    fit = [column for column in table.columns if column.type in _KEY_TYPES and not column.nullable]
    first = min(table.row_count, _FIRST_ROWS)
    rows = f"(SELECT * FROM {quote(table.name)} LIMIT {first})"
    distinct = _numbers(connection, rows, [f"count(DISTINCT {_q(column)})" for column in fit])
    likely = [column for column, count in zip(fit, distinct, strict=True) if count == first]
    rows = quote(table.name)
    increasing = _increasing(connection, rows, likely)
    counted = [column for column in likely if column.name not in increasing]
    counts = _numbers(connection, rows, [f"count(DISTINCT {_q(column)})" for column in counted])
    texts = [column for column in likely if column.type is ColumnType.TEXT]
    longest = _numbers(connection, rows, [f"max(length({_q(column)}))" for column in texts])
    too_long = {
        each.name for each, length in zip(texts, longest, strict=True) if length > _KEY_LENGTH
    }
    all_differ = [
        column.name
        for column, count in zip(counted, counts, strict=True)
        if count == table.row_count
    ]
    return {*increasing, *all_differ} - too_long


def _increasing(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[ColumnInfo]
) -> set[str]:
    """Columns in which each value is greater than the one before, so that all differ, as in most keys. This test is ten
    times as fast as counting different values."""
    steps = [f"{_q(column)} > lag({_q(column)}) OVER () AS c{at}" for at, column in enumerate(columns)]  # fmt: skip
    all_up = [f"bool_and(c{at})" for at in range(len(columns))]
    found = _numbers(connection, f"(SELECT {', '.join(steps)} FROM {rows})", all_up)
    return {column.name for column, increases in zip(columns, found, strict=True) if increases}


def _targets(
    connection: duckdb.DuckDBPyConnection, table: TableInfo, unique: Collection[str]
) -> Iterator[_Target]:
    for column in table.columns:
        if column.name not in unique:
            continue
        dense = False
        if column.type is ColumnType.INTEGER:
            name = _q(column)
            low, high = _numbers(connection, quote(table.name), [f"min({name})", f"max({name})"])
            dense = high < 10_000 or high - low < 2 * table.row_count
        yield _Target(table, column, column.name in table.primary_key, dense)


def _best_matches(
    connection: duckdb.DuckDBPyConnection, tables: list[TableInfo], targets: list[_Target]
) -> dict[tuple[str, str], _Match]:
    """The best match for each table and column. Pairs whose names match are compared first."""
    pairs = [
        (named_match(column.name, target.table.name, target.column.name), table, column, target)
        for table in tables
        for column in table.columns
        for target in targets
        if _may_point(table, column, target)
    ]
    pairs.sort(key=lambda pair: not pair[0])
    best: dict[tuple[str, str], _Match] = {}
    for named, table, column, target in pairs[:MOST_LOOKUPS]:
        current_progress.get().check_stop()
        source_column = (table.name, column.name)
        if not named and (source_column in best or not target.is_key or target.dense):
            continue
        match = _look_up(connection, table, column, target, named)
        if match and (
            source_column not in best or _strength(match) > _strength(best[source_column])
        ):
            best[source_column] = match
    return best


def _may_point(table: TableInfo, column: ColumnInfo, target: _Target) -> bool:
    if column.type is not target.column.type:
        return False
    if table.name == target.table.name:
        return _snake_case(column.name) == f"parent_{_snake_case(target.column.name)}"
    # The table may extend a larger one, with the same key (one to one).
    is_key = column.name in table.primary_key
    return not is_key or (target.is_key and table.row_count < target.table.row_count)


def named_match(column: str, target_table: str, target_column: str) -> bool:
    """Whether a column's name refers to the target: "customer_id" to customers.id."""
    name, target = _snake_case(column), _snake_case(target_column)
    if name == target:
        return target not in _GENERIC
    if name == f"parent_{target}":
        return True
    spellings = {f"{stem}_{target}" for stem in _stems(target_table)} | _stems(target_table)
    if target not in _GENERIC:
        spellings.add(target)
    return any(name == spelling or name.endswith(f"_{spelling}") for spelling in spellings)


def _look_up(
    connection: duckdb.DuckDBPyConnection,
    table: TableInfo,
    column: ColumnInfo,
    target: _Target,
    named: bool,
) -> _Match | None:
    values = (
        f"SELECT DISTINCT {_q(column)} AS value FROM {quote(table.name)}"
        f" WHERE {_q(column)} IS NOT NULL LIMIT {SAMPLED_VALUES}"
    )
    there = f"SELECT {_q(target.column)} FROM {quote(target.table.name)}"
    row = connection.execute(
        f"SELECT count(*), count(*) FILTER (value IN ({there})),"
        f" max(length(value::VARCHAR)) FROM ({values})"
    ).fetchone()
    count, found, longest = row or (0, 0, None)
    if not count:
        return None
    share = found / count
    # Single letters and small whole numbers occur in many tables by accident.
    enough = longest > 1 and count > (_UNNAMED_INTEGERS if column.type is ColumnType.INTEGER else 1)
    if share >= _NAMED_MATCH if named else (enough and share >= _UNNAMED_MATCH):
        return _Match(named, share, target)
    return None


def _strength(match: _Match) -> tuple[bool, bool, float, int]:
    return match.named, match.target.is_key, match.share, -match.target.table.row_count


def _keys(table: TableInfo, matches: dict[tuple[str, str], _Match]) -> Iterator[ForeignKey]:
    for column in table.columns:
        match = matches.get((table.name, column.name))
        if match:
            yield ForeignKey(
                columns=(column.name,),
                target_table=match.target.table.name,
                target_columns=(match.target.column.name,),
                suggested=True,
            )


def _numbers(
    connection: duckdb.DuckDBPyConnection, source: str, expressions: list[str]
) -> list[int]:
    if not expressions:
        return []
    row = connection.execute(f"SELECT {', '.join(expressions)} FROM {source}").fetchone()
    return [value or 0 for value in row or ()]


def _q(column: ColumnInfo) -> str:
    return quote(column.name)


def _snake_case(name: str) -> str:
    """ "CustomerID" and "Customer Id" both give "customer_id"."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"\W+", "_", parted).lower().strip("_")


def _stems(table: str) -> set[str]:
    """A table's name and its likely singular forms: "categories" gives "category" too."""
    name = _snake_case(table)
    stems = {name}
    if name.endswith("ies"):
        stems.add(name[:-3] + "y")
    if name.endswith("es"):
        stems.add(name[:-2])
    if name.endswith("s") and not name.endswith("ss"):
        stems.add(name[:-1])
    return stems
