"""Looks at the first and the last rows of a table for what seems wrong with its shape."""

import re

from proto_ddf.sources import duck
from proto_ddf.sources.file_formats import RawTable
from proto_ddf.sources.table_shape import doubts, total
from proto_ddf.sources.typed_tables import OpenTable

_FIRST_ROWS = 100
_NUMBERS = re.compile(r"BIGINT|DOUBLE|DECIMAL\(.*")
_NEARLY = 1e-9


def seems_wrong(raw: RawTable, copy: OpenTable) -> list[str]:
    """Clauses for people, without a full stop.

    Args:
        copy: the table, typed and open.
    """
    if raw.doubts:  # of a table that was not split into its columns nothing else can be told
        return list(raw.doubts)
    names = [
        "" if _is_made_up(column.name, at) else column.name for at, column in enumerate(raw.columns)
    ]
    texts = ", ".join(f"coalesce({column.text}, '')" for column in raw.columns)
    with duck.cursor() as connection:
        rows = connection.execute(f"SELECT {texts} FROM {raw.rows} LIMIT {_FIRST_ROWS}").fetchall()
    found = doubts(names, rows)
    return found or [told for told in [_total(copy)] if told]


def _is_made_up(name: str, at: int) -> bool:
    """Whether the header leaves the column without a name (see `csv_text.unique_names`)."""
    return name == f"column_{at + 1}"


def _total(copy: OpenTable) -> str | None:
    if copy.row_count < 3:
        return None
    last_row = copy.row_count - 1
    columns = [f"c{at}" for at in range(len(copy.types))]
    numbers = [at for at, kind in enumerate(copy.types) if _NUMBERS.fullmatch(kind)]
    above = f"FROM {copy.rows} WHERE rowid < {last_row}"
    with duck.cursor() as connection:
        listed = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns)
        query = f"SELECT {listed} FROM {copy.rows} WHERE rowid = {last_row}"
        (last,) = connection.execute(query).fetchall()
        gaps = any(not cell and copy.filled[at] == last_row for at, cell in enumerate(last))
        if not total(last, sums_match=True, gaps=gaps):
            return None
        sums = ", ".join(
            f"sum(CAST(c{at} AS DOUBLE)), avg(CAST(c{at} AS DOUBLE))" for at in numbers
        )
        (found,) = connection.execute(f"SELECT {sums} {above}").fetchall() if sums else [()]
    values = [float(last[at]) if last[at] else None for at in numbers for _ in range(2)]
    matches = any(_is_near(value, one) for value, one in zip(values, found, strict=True))
    return total(last, sums_match=matches, gaps=gaps)


def _is_near(value: float | None, other: float | None) -> bool:
    if value is None or other is None:
        return False
    return abs(value - other) <= _NEARLY * max(abs(value), abs(other))
