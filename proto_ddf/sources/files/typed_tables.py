"""Typed copies of tables: each is a DuckDB database of its own with the table `rows`.

The columns are named c0, c1 …, so that none hides `rowid`, the row's position in its file. Some copies stay open for
reading, because opening one takes longer than reading a page of it.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import duckdb

from proto_ddf import errors
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.format import RawTable
from proto_ddf.sources.files.types.candidates import find_candidates
from proto_ddf.sources.files.types.inference import (
    MISMATCH,
    ColumnTyping,
    batched,
    read_sample,
    typing_from_all_rows,
    typing_from_sample,
)
from proto_ddf.sources.schema.column_types import ChosenTypes
from proto_ddf.sources.schema.model import TypeCandidate

MOST_OPEN = 32
"""Number of copies that stay open while nobody reads them."""
_MEASURED_AT_ONCE = 40
"""Number of columns whose texts one statement measures."""
_SIZE = "size"
"""A column that a copy has only while it is made."""
_numbers = count()
"""Numbers for the names of databases in DuckDB; never used twice."""


class TextMeasures(NamedTuple):
    """Measures of the texts that a typed copy was made from."""

    size: int
    """Bytes, without `"` characters."""
    line_ends: int
    """Number of values that contain a line end."""


class Written(NamedTuple):
    """A typed copy that was just made."""

    rows: int
    texts: TextMeasures | None
    """None unless they were requested."""


@dataclass(eq=False)
class OpenTable:
    """A typed copy that is open for reading."""

    name: str
    """Of its database, in DuckDB."""
    connection: duckdb.DuckDBPyConnection
    types: Sequence[str]
    """DuckDB's types of the columns c0, c1 …"""
    row_count: int
    filled: Sequence[int]
    """Number of rows that have a value, for each column."""
    candidates: Sequence[Sequence[TypeCandidate]]
    """The suggested types of each column."""
    readers: int = field(default=0)

    @property
    def rows(self) -> str:
        """The table, for use after FROM."""
        return f"{self.name}.rows"

    @property
    def column_list(self) -> str:
        """Its columns, for use after SELECT."""
        return ", ".join(f"c{at}" for at in range(len(self.types)))


_open: OrderedDict[Path, OpenTable] = OrderedDict()
"""The least recently used first."""
_lock = Lock()


def path_of(table: RawTable, chosen: ChosenTypes) -> Path:
    """The path of a table's typed copy, beside its raw data."""
    missing = {column.name: column.missing for column in table.columns if column.missing}
    text = json.dumps([chosen, missing]) if missing else json.dumps(chosen)
    key = hashlib.sha256(text.encode()).hexdigest()[:8] if chosen or missing else "found"
    return table.data.with_name(f"{table.data.name.partition('.')[0]}-{key}.duckdb")


def write(
    table: RawTable,
    chosen: ChosenTypes,
    name: str,
    path: Path,
    doing: str = "",
    *,
    measured: bool = False,
) -> Written:
    """Make the typed copy of a table at a path where no file exists.

    Args:
        name: the table's name, for messages.
        doing: what to show as progress, before the percentage.
        measured: whether to measure the texts the values were made from.

    Raises:
        IntegrationError: `value_not_of_type`, if a value does not fit the chosen type.
        SystemError: code `import_failed`, if the count of rows read is not `table.row_count`.
        duckdb.Error: the data cannot be read.
    """
    with duckdb_session.cursor() as connection:
        sample = read_sample(connection, table, chosen)
        try:
            typed = typing_from_sample(connection, table, chosen, sample)
            made = _create(connection, table, chosen, typed, path, doing, measured)
        except duckdb.InvalidInputException as error:
            if MISMATCH not in str(error):
                raise
            typed = typing_from_all_rows(connection, table, chosen, sample, name)
            made = _create(connection, table, chosen, typed, path, doing, measured)
    if table.row_count not in (None, made.rows):
        path.unlink()
        message = f"Of {table.row_count} rows {made.rows} were read."
        raise errors.SystemError(message, "duckdb", code="import_failed", table=name)
    return made


def _create(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: ChosenTypes,
    typed: ColumnTyping,
    path: Path,
    doing: str,
    measured: bool,
) -> Written:
    made, columns = f"copy_{next(_numbers)}", typed.expressions
    column_list = ", ".join(f"{expression} AS c{at}" for at, expression in enumerate(columns))
    stay = [at for at, column in enumerate(table.columns) if columns[at] == column.text]
    if measured:
        column_list += f", {_size_when_typed(table, stay)} AS {_SIZE}"
    connection.execute(f"ATTACH {duckdb_session.string_literal(path)} AS {made}")
    try:
        query = f"CREATE TABLE {made}.rows AS SELECT {column_list} FROM {table.rows}"
        rows: int = duckdb_session.run(connection, query, doing)[0][0]
        texts = None
        if measured:
            texts = _measure(connection, f"{made}.rows", stay)
            connection.execute(f"ALTER TABLE {made}.rows DROP COLUMN {_SIZE}")
        _store_candidates(
            connection, f"{made}.candidates", find_candidates(connection, table, chosen, typed)
        )
        connection.execute(f"CHECKPOINT {made}")
    except BaseException:
        connection.execute(f"DETACH {made}")
        path.unlink(missing_ok=True)
        raise
    connection.execute(f"DETACH {made}")
    return Written(rows, texts)


def _store_candidates(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    candidates: Mapping[int, Sequence[TypeCandidate]],
) -> None:
    positions = [at for at, listed in candidates.items() for _ in listed]
    texts = [each.model_dump_json() for listed in candidates.values() for each in listed]
    # One statement for all: DuckDB needs milliseconds for each.
    connection.execute(
        f"CREATE TABLE {name} AS SELECT unnest(?::INTEGER[]) AS position, unnest(?::VARCHAR[]) AS candidate",
        [positions, texts],
    )


def _stored_candidates(
    connection: duckdb.DuckDBPyConnection, name: str, width: int
) -> tuple[tuple[TypeCandidate, ...], ...]:
    found = connection.execute(f"SELECT position, candidate FROM {name} ORDER BY rowid").fetchall()
    stored: list[list[TypeCandidate]] = [[] for _ in range(width)]
    for position, candidate in found:
        stored[position].append(TypeCandidate.model_validate_json(candidate))
    return tuple(tuple(each) for each in stored)


def _size_when_typed(table: RawTable, stay: Collection[int]) -> str:
    """SQL of the bytes of a row's values that are not stored as text. Their formats have neither quotes nor line
    ends."""
    sizes = [
        f"coalesce(strlen({column.text}), 0)"
        for at, column in enumerate(table.columns)
        if at not in stay
    ]
    return f"CAST({_sum(sizes)} AS UINTEGER)"


def _sum(parts: Sequence[str]) -> str:
    """SQL of a sum, in groups, because DuckDB limits the depth of an expression to a thousand."""
    groups = (" + ".join(parts[at : at + 50]) for at in range(0, len(parts), 50))
    return " + ".join(f"({group})" for group in groups) or "0"


def _measure(connection: duckdb.DuckDBPyConnection, rows: str, stay: Iterable[int]) -> TextMeasures:
    """Measure the stored texts, which is much faster than on the way into the table: DuckDB looks at a repeated text
    once. In parts, because the time that it takes to plan a statement grows with the square of its length."""
    measures = [(f"coalesce(sum({_SIZE}), 0)", "0")]
    for at in stay:
        length = f"coalesce(sum(strlen(replace(c{at}, '\"', ''))), 0)"
        has_line_end = f"contains(c{at}, chr(10)) OR contains(c{at}, chr(13))"
        measures.append((length, f"count(*) FILTER ({has_line_end})"))
    size = line_ends = 0
    for some in batched(measures, _MEASURED_AT_ONCE):
        lengths, ends = (" + ".join(each) for each in zip(*some, strict=True))
        [found] = duckdb_session.run(connection, f"SELECT {lengths}, {ends} FROM {rows}")
        size, line_ends = size + found[0], line_ends + found[1]
    return TextMeasures(size, line_ends)


@contextmanager
def opened(path: Path) -> Iterator[OpenTable]:
    """The typed copy at that path, open for reading while the context lasts."""
    with _lock:
        table = _open.get(path) or _attach(path)
        _open.move_to_end(path)
        table.readers += 1
    try:
        yield table
    finally:
        with _lock:
            table.readers -= 1
            _close_some()


def close_below(folder: Path) -> None:
    """Close the copies in a folder that is about to be deleted. A copy that is being read stays open until others need
    its slot. That is safe: its file can be removed while it is open, and a new copy at the same path has the same
    content."""
    with _lock:
        for path in [path for path in _open if folder in path.parents]:
            if not _open[path].readers:
                _detach(path)


def _attach(path: Path) -> OpenTable:
    name = f"copy_{next(_numbers)}"
    with duckdb_session.cursor() as connection:
        connection.execute(f"ATTACH {duckdb_session.string_literal(path)} AS {name} (READ_ONLY)")
        described = connection.execute(f"DESCRIBE {name}.rows").fetchall()
        counts = ", ".join(["count(*)", *(f"count(c{at})" for at in range(len(described)))])
        (counted,) = connection.execute(f"SELECT {counts} FROM {name}.rows").fetchall()
        candidates = _stored_candidates(connection, f"{name}.candidates", len(described))
    rows, *filled = counted
    table = OpenTable(
        name, duckdb_session.database(), [row[1] for row in described], rows, filled, candidates
    )
    _open[path] = table
    return table


def _detach(path: Path) -> None:
    table = _open.pop(path)
    with table.connection.cursor() as connection:
        connection.execute(f"DETACH {table.name}")


def _close_some() -> None:
    idle = [path for path, table in _open.items() if not table.readers]
    for path in idle[: max(len(_open) - MOST_OPEN, 0)]:
        _detach(path)
