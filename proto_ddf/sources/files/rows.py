"""Read the rows of a typed copy: single pages, or all of them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.typed_tables import OpenTable
from proto_ddf.sources.preview import MAX_LIMIT, like_pattern, preview_query, quote
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import PreviewPage

_DECIMAL = re.compile(r"DECIMAL\(\d+, ?\d+\)")
_LONGEST = {"TIMESTAMP": len("2024-12-31 23:59:59.999999"), "TIME": len("23:59:59.999999")}
"""Length of a value with all digits of its fraction."""
_POSITION = "\x1fposition"
"""A column of every table: the row's position in its file. No header can have this name."""


def named_columns(names: Sequence[str]) -> str:
    """The columns with their original names, for use after SELECT."""
    return ", ".join(f"c{at} AS {quote(name)}" for at, name in enumerate(names))


def plain_columns(types: Sequence[str]) -> str:
    """The columns as numbers, booleans, texts and bytes, for use after SELECT."""
    return ", ".join(_plain(f"c{at}", kind) for at, kind in enumerate(types))


def page(request: PageRequest, names: tuple[str, ...], copy: OpenTable) -> PreviewPage:
    """A page of the rows that match, sorted if requested. Raises ValidationError: code `field_unknown`."""
    query = preview_query(
        request,
        names,
        matches=_matches,
        to_parameter=like_pattern,
        tie_break=[quote(_POSITION)],
        rows=f"(SELECT {named_columns(names)}, rowid AS {quote(_POSITION)} FROM {copy.rows})",
    )
    with duckdb_session.cursor() as connection:
        counted = connection.execute(query.count, query.parameters).fetchone()
        rows = connection.execute(query.page, query.page_parameters).fetchall()
    total = counted[0] if counted else 0
    return PreviewPage(columns=names, rows=tuple(rows), offset=query.offset, total=total)


def batches(copy: OpenTable, listed: str, batch: int) -> Iterator[list[tuple[Any, ...]]]:
    """All rows in the order of the file. `listed` are the columns, as after SELECT."""
    with duckdb_session.cursor() as connection:
        result = connection.execute(f"SELECT {listed} FROM {copy.rows}")
        while found := result.fetchmany(batch):
            yield found


def _plain(column: str, db_type: str) -> str:
    written = f"CAST({column} AS VARCHAR)"
    if _DECIMAL.fullmatch(db_type):
        return f"CAST({written} AS DOUBLE)"
    if db_type == "DATE":
        return written
    if db_type in _LONGEST:
        # Python writes all six digits of a fraction; DuckDB leaves out trailing zeros.
        padded = f"rpad({written}, {_LONGEST[db_type]}, '0')"
        return f"CASE WHEN contains({written}, '.') THEN {padded} ELSE {written} END"
    return column


def plain_page(names: tuple[str, ...], copy: OpenTable, offset: int, limit: int) -> PreviewPage:
    """A page of all rows in the order of the file, found by position: a late page takes no longer than the first."""
    offset = max(offset, 0)
    last = offset + min(max(limit, 0), MAX_LIMIT) - 1
    query = f"SELECT {copy.column_list} FROM {copy.rows} WHERE rowid BETWEEN {offset} AND {last}"
    with duckdb_session.cursor() as connection:
        rows = connection.execute(query).fetchall()
    return PreviewPage(columns=names, rows=tuple(rows), offset=offset, total=copy.row_count)


def _matches(column: str) -> str:
    return f"CAST({column} AS VARCHAR) ILIKE ? ESCAPE '\\'"
