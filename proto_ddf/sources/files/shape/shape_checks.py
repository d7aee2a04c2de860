"""Checks the first and the last rows of a table for likely mistakes in its shape."""

import re

from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.format import RawTable
from proto_ddf.sources.files.shape.table_shape import shape_warnings, total_row_warning
from proto_ddf.sources.files.typed_tables import OpenTable

_FIRST_ROWS = 100
_NUMBERS = re.compile(r"BIGINT|DOUBLE|DECIMAL\(.*")
_TOLERANCE = 1e-9
_AMOUNT = re.compile(r"[-+(]*[^\w\s]?([A-Z]{3})? ?[-+]?[0-9][0-9.,'\s]*[ %]*[^\w\s]?([A-Z]{3})?\)?")
"""A number in a text column: with a currency, with a percent sign, or negative in brackets."""


def check_shape(raw: RawTable, copy: OpenTable) -> list[str]:
    """The warnings: clauses without a full stop.

    Args:
        copy: the open typed copy of the table.
    """
    if raw.shape_warnings:  # its columns are not known, so nothing else can be checked
        return list(raw.shape_warnings)
    names = [
        "" if _is_generated(column.name, at) else column.name
        for at, column in enumerate(raw.columns)
    ]
    texts = ", ".join(f"coalesce({column.text}, '')" for column in raw.columns)
    with duckdb_session.cursor() as connection:
        rows = connection.execute(f"SELECT {texts} FROM {raw.rows} LIMIT {_FIRST_ROWS}").fetchall()
    found = shape_warnings(names, rows)
    return found or [warning for warning in [_total(copy)] if warning]


def _is_generated(name: str, at: int) -> bool:
    """Whether the header gave the column no name (see `format.unique_names`)."""
    return name == f"column_{at + 1}"


def _total(copy: OpenTable) -> str | None:
    if copy.row_count < 3:
        return None
    last_row = copy.row_count - 1
    columns = [f"c{at}" for at in range(len(copy.types))]
    above = f"FROM {copy.rows} WHERE rowid < {last_row}"
    with duckdb_session.cursor() as connection:
        listed = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns)
        query = f"SELECT {listed} FROM {copy.rows} WHERE rowid = {last_row}"
        (last,) = connection.execute(query).fetchall()
        gaps = any(not cell and copy.filled[at] == last_row for at, cell in enumerate(last))
        if not total_row_warning(last, sums_match=True, gaps=gaps):
            return None
        matches = False
        if numbers := [number for at, cell in enumerate(last) for number in _read(copy, at, cell)]:
            query = f"SELECT {', '.join(numbers)} FROM {copy.rows} WHERE rowid = {last_row}"
            (values,) = connection.execute(query).fetchall()
            sums = ", ".join(f"[sum({number}), avg({number})]" for number in numbers)
            (found,) = connection.execute(f"SELECT {sums} {above}").fetchall()
            pairs = zip(values, found, strict=True)
            matches = any(_is_near(value, one) for value, both in pairs for one in both)
    return total_row_warning(last, sums_match=matches, gaps=gaps)


def _read(copy: OpenTable, at: int, cell: str) -> list[str]:
    """SQL of a column's values as numbers. Texts are read in two ways: with a decimal point and with a decimal comma.

    Args:
        cell: the last value of the column.
    """
    if _NUMBERS.fullmatch(copy.types[at]):
        return [f"CAST(c{at} AS DOUBLE)"]
    if copy.types[at] != "VARCHAR" or not _AMOUNT.fullmatch(cell.strip()):
        return []
    bare = f"regexp_replace(c{at}, '[^0-9.,()-]', '', 'g')"
    signed = f"regexp_replace({bare}, '^\\((.*)\\)$', '-\\1')"
    point, comma = f"replace({signed}, ',', '')", f"replace(replace({signed}, '.', ''), ',', '.')"
    return [f"TRY_CAST({text} AS DOUBLE)" for text in (point, comma)]


def _is_near(value: float | None, other: float | None) -> bool:
    if value is None or other is None:
        return False
    return abs(value - other) <= _TOLERANCE * max(abs(value), abs(other))
