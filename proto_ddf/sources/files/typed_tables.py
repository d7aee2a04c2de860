"""Typed copies of tables: each is a DuckDB database of its own, with the one table `rows`.

Its columns are called c0, c1 …, so that none hides `rowid`, the row's place in its file. Copies stay open for
reading, as far as they are not too many: to open one takes longer than to read a page of it.
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
from proto_ddf.sources.files.types.candidates import find_offers
from proto_ddf.sources.files.types.inference import (
    MISFIT,
    Typed,
    decided_columns,
    sampled,
    tried_columns,
)
from proto_ddf.sources.schema.column_types import Choices
from proto_ddf.sources.schema.model import TypeOffer

MOST_OPEN = 32
"""Copies that stay open while nobody reads them."""
_SIZE = "size"
"""A column of copies while they are made."""
_numbers = count()
"""Of databases that are or were open: their names in DuckDB."""


class Texts(NamedTuple):
    """What the values were, as text, that a typed copy was made of."""

    size: int
    """Bytes, without those that are `"`."""
    line_ends: int
    """How many values hold one."""


class Written(NamedTuple):
    """A typed copy that was made."""

    rows: int
    texts: Texts | None
    """Where they were to be measured."""


@dataclass(eq=False)
class OpenTable:
    """A typed copy that is open."""

    name: str
    """Of its database, within DuckDB."""
    connection: duckdb.DuckDBPyConnection
    types: Sequence[str]
    """DuckDB's types of the columns c0, c1 …"""
    row_count: int
    filled: Sequence[int]
    """How many rows have a value, column by column."""
    offers: Sequence[Sequence[TypeOffer]]
    """The types that people are offered, column by column."""
    readers: int = field(default=0)

    @property
    def rows(self) -> str:
        """The table, as it follows FROM."""
        return f"{self.name}.rows"

    @property
    def listed(self) -> str:
        """Its columns, as they follow SELECT."""
        return ", ".join(f"c{at}" for at in range(len(self.types)))


_open: OrderedDict[Path, OpenTable] = OrderedDict()
"""Least lately used first."""
_lock = Lock()


def place_of(table: RawTable, chosen: Choices) -> Path:
    """Where the typed copy of a table goes: beside its raw data."""
    missing = {column.name: column.missing for column in table.columns if column.missing}
    said = json.dumps([chosen, missing]) if missing else json.dumps(chosen)
    key = hashlib.sha256(said.encode()).hexdigest()[:8] if chosen or missing else "found"
    return table.data.with_name(f"{table.data.name.partition('.')[0]}-{key}.duckdb")


def write(
    table: RawTable,
    chosen: Choices,
    name: str,
    path: Path,
    doing: str = "",
    *,
    measured: bool = False,
) -> Written:
    """Make the typed copy of a table, at a path where no file is.

    Args:
        name: of the table, for people.
        doing: what people are told it does, with the percentage.
        measured: whether to measure the texts that the values were.

    Raises:
        IntegrationError: `value_not_of_type`, where a value does not fit the type chosen.
        SystemError: code `import_failed`, when other than `table.row_count` rows were read.
        duckdb.Error: the data cannot be read.
    """
    with duckdb_session.cursor() as connection:
        sample = sampled(connection, table, chosen)
        try:
            typed = tried_columns(connection, table, chosen, sample)
            made = _create(connection, table, chosen, typed, path, doing, measured)
        except duckdb.InvalidInputException as error:
            if MISFIT not in str(error):
                raise
            typed = decided_columns(connection, table, chosen, sample, name)
            made = _create(connection, table, chosen, typed, path, doing, measured)
    if table.row_count not in (None, made.rows):
        path.unlink()
        message = f"Of {table.row_count} rows {made.rows} were read."
        raise errors.SystemError(message, "duckdb", code="import_failed", table=name)
    return made


def _create(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: Choices,
    typed: Typed,
    path: Path,
    doing: str,
    measured: bool,
) -> Written:
    made, columns = f"copy_{next(_numbers)}", typed.expressions
    listed = ", ".join(f"{expression} AS c{at}" for at, expression in enumerate(columns))
    stay = [at for at, column in enumerate(table.columns) if columns[at] == column.text]
    if measured:
        listed += f", {_size_when_typed(table, stay)} AS {_SIZE}"
    connection.execute(f"ATTACH {duckdb_session.text(path)} AS {made}")
    try:
        query = f"CREATE TABLE {made}.rows AS SELECT {listed} FROM {table.rows}"
        rows: int = duckdb_session.run(connection, query, doing)[0][0]
        texts = None
        if measured:
            texts = Texts(*duckdb_session.run(connection, _measure(f"{made}.rows", stay))[0])
            connection.execute(f"ALTER TABLE {made}.rows DROP COLUMN {_SIZE}")
        _keep(connection, f"{made}.offers", find_offers(connection, table, chosen, typed))
        connection.execute(f"CHECKPOINT {made}")
    except BaseException:
        connection.execute(f"DETACH {made}")
        path.unlink(missing_ok=True)
        raise
    connection.execute(f"DETACH {made}")
    return Written(rows, texts)


def _keep(
    connection: duckdb.DuckDBPyConnection, name: str, offers: Mapping[int, Sequence[TypeOffer]]
) -> None:
    connection.execute(f"CREATE TABLE {name} (place INTEGER, offer VARCHAR)")
    for place, listed in offers.items():
        for offer in listed:
            connection.execute(
                f"INSERT INTO {name} VALUES (?, ?)", [place, offer.model_dump_json()]
            )


def _kept(
    connection: duckdb.DuckDBPyConnection, name: str, width: int
) -> tuple[tuple[TypeOffer, ...], ...]:
    found = connection.execute(f"SELECT place, offer FROM {name} ORDER BY rowid").fetchall()
    return tuple(
        tuple(TypeOffer.model_validate_json(offer) for place, offer in found if place == at)
        for at in range(width)
    )


def _size_when_typed(table: RawTable, stay: Collection[int]) -> str:
    """SQL of the bytes of a row's values that are stored otherwise than as text. Their types' forms have neither
    quotes nor line ends."""
    sizes = [
        f"coalesce(strlen({column.text}), 0)"
        for at, column in enumerate(table.columns)
        if at not in stay
    ]
    return f"CAST({_sum(sizes)} AS UINTEGER)"


def _sum(parts: Sequence[str]) -> str:
    """SQL of a sum, in groups: DuckDB takes no expression that is nested more than a thousand deep."""
    groups = (" + ".join(parts[at : at + 50]) for at in range(0, len(parts), 50))
    return " + ".join(f"({group})" for group in groups) or "0"


def _measure(rows: str, stay: Iterable[int]) -> str:
    """The statement that gives Texts. Stored texts are measured much faster than those on their way into the table:
    one that repeats is looked at once."""
    size, line_ends = [f"sum({_SIZE})"], ["0"]
    for at in stay:
        size.append(f"coalesce(sum(strlen(replace(c{at}, '\"', ''))), 0)")
        line_ends.append(f"count(*) FILTER (contains(c{at}, chr(10)) OR contains(c{at}, chr(13)))")
    return f"SELECT {_sum(size)}, {_sum(line_ends)} FROM {rows}"


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
    """Close the copies in a folder that is to go. One that is being read is closed when others need its place:
    its file can be removed under it, and a copy in its place would hold the same."""
    with _lock:
        for path in [path for path in _open if folder in path.parents]:
            if not _open[path].readers:
                _detach(path)


def _attach(path: Path) -> OpenTable:
    name = f"copy_{next(_numbers)}"
    with duckdb_session.cursor() as connection:
        connection.execute(f"ATTACH {duckdb_session.text(path)} AS {name} (READ_ONLY)")
        described = connection.execute(f"DESCRIBE {name}.rows").fetchall()
        counts = ", ".join(["count(*)", *(f"count(c{at})" for at in range(len(described)))])
        (counted,) = connection.execute(f"SELECT {counts} FROM {name}.rows").fetchall()
        offers = _kept(connection, f"{name}.offers", len(described))
    rows, *filled = counted
    table = OpenTable(
        name, duckdb_session.database(), [row[1] for row in described], rows, filled, offers
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
