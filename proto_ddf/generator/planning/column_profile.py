"""Profiles of columns: a summary of their values, from a limited number of rows.

The plan chooses row names, widgets and charts by them. How many rows of a table are read depends on the schema alone, so
that planning twice reads the same rows. Tables that a slow source did not give within BUDGET seconds are planned from
names and types only.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from proto_ddf.generator.planning.value_kinds import KindCounter, Shares, ValueKind
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import ColumnType, TableInfo

SCAN_ROWS = 20_000
"""The most rows that are read of a table."""
SCAN_VALUES = 1_000_000
"""The most values that are read of all tables together, but FEWEST_ROWS of each table."""
FEWEST_ROWS = 200
BINARY_ROWS = 500
"""The most rows that are read of a table with binary values, each of which may be large."""
BUDGET = 30.0
"""Seconds for all tables together."""
MANY = 100
"""Number of distinct values from which they are only counted."""
NEARLY = 0.95
"""The share of rows with a value of their own in a column that is nearly unique."""
MOST_DECIMALS = 6
LONG_TEXT = 120
"""Number of characters from which a text gets a larger input."""

_BATCH = 5_000
_BINARY_BATCH = 50
_DATES = {ColumnType.DATE, ColumnType.DATETIME}
_NUMBERS = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT}


@dataclass
class ColumnProfile:
    """A summary of the rows that were read."""

    rows: int = 0
    nulls: int = 0
    complete: bool = False
    """Whether all rows of the table were read."""
    values: set[Any] | None = field(default_factory=set)
    """The distinct values without null, or None if there are MANY or more."""
    distinct: int = 0
    """Number of distinct values without null."""
    most_common: int = 0
    """Number of rows with the most frequent value; 0 where values are not compared."""
    shortest: int = 0
    longest: int = 0
    """Number of characters of the shortest and the longest text of a text column."""
    long_text: bool = False
    first: date | None = None
    last: date | None = None
    """Range of a date or datetime column."""
    least: float | None = None
    most: float | None = None
    """Range of a column of numbers."""
    fractional: bool = False
    """Whether some of the numbers have decimals."""
    decimals: int | None = None
    """The most decimals that one of them has; None: more than are worth showing, as of an average."""
    kinds: Shares = field(default_factory=dict)
    """What the values are, as texts, moments or bytes."""

    def are(self, kind: ValueKind, share: float = 1.0) -> bool:
        """Whether at least this share of the values are of that kind."""
        return self.kinds.get(kind, 0.0) >= share

    @property
    def nearly_unique(self) -> bool:
        """Whether nearly every row has a value of its own, by which people can tell it."""
        return self.rows > 0 and self.distinct >= NEARLY * self.rows

    @property
    def is_category(self) -> bool:
        """Whether the values group the rows: 2 to 12 distinct values, each 4 times on average."""
        return 2 <= self.distinct <= 12 and self.rows - self.nulls >= 4 * self.distinct


TableProfile = Mapping[str, ColumnProfile]
"""By column name; empty if the table was not read."""


def read_profiles(
    source: Source | None,
    tables: Iterable[TableInfo],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, TableProfile]:
    """Profiles by table name. Raises any exception of the source while it is read."""
    chosen = list(tables)
    profiles: dict[str, TableProfile] = {}
    most = _most_rows(chosen)
    deadline = clock() + BUDGET
    for table in chosen:
        found = None
        if source is not None and clock() < deadline:
            found = _read_table(source, table, most, lambda: clock() >= deadline)
        profiles[table.name] = found or {}
    return profiles


def _most_rows(tables: Sequence[TableInfo]) -> int:
    """How many rows are read of each table."""
    columns = sum(len(table.columns) for table in tables)
    return min(SCAN_ROWS, max(FEWEST_ROWS, SCAN_VALUES // max(columns, 1)))


def _read_table(
    source: Source, table: TableInfo, most: int, is_late: Callable[[], bool]
) -> TableProfile | None:
    """None if it is late before all of the rows were read, whose number would depend on the time."""
    readers = [_Reader(column.type) for column in table.columns]
    size = _BATCH
    if any(column.type is ColumnType.BINARY for column in table.columns):
        most, size = min(most, BINARY_ROWS), _BINARY_BATCH
    seen = 0
    complete = True
    for batch in source.rows(table.name, min(most, size)):
        rows = batch[: most - seen]
        if not rows:
            continue
        for reader, values in zip(readers, zip(*rows, strict=True), strict=True):
            reader.read(values)
        seen += len(rows)
        if seen >= most:
            complete = seen >= table.row_count and not table.row_count_estimated
            break
        if is_late():
            return None
    return {
        column.name: reader.finished(complete)
        for column, reader in zip(table.columns, readers, strict=True)
    }


class _Reader:
    """Makes the profile of one column."""

    def __init__(self, kind: ColumnType) -> None:
        self._kind = kind
        self._profile = ColumnProfile()
        self._counts = Counter[int]()
        """Number of rows by the hash of their value, which may be long."""
        self._lengths: set[int] = set()
        self._kinds = KindCounter()
        self._decimals = 0

    def read(self, values: tuple[Any, ...]) -> None:
        present = [value for value in values if value is not None]
        self._profile.rows += len(values)
        self._profile.nulls += len(values) - len(present)
        if self._kind is ColumnType.BINARY:
            self._kinds.read_bytes(present)
        if not present or self._kind in (ColumnType.BINARY, ColumnType.JSON):
            return
        if self._kind is ColumnType.TEXT:
            texts = [str(value) for value in present]
            self._lengths.update(map(len, texts))
            self._profile.long_text |= any("\n" in text for text in texts)
            self._kinds.read_texts(texts)
        if self._kind in _DATES:
            _update_range(self._profile, present)
            self._kinds.read_moments(present)
        if self._kind in _NUMBERS:
            _update_numbers(self._profile, present)
        if self._kind in (ColumnType.DECIMAL, ColumnType.FLOAT):
            self._decimals = max(self._decimals, *map(_decimals, present))
        self._counts.update(map(hash, present))
        if self._profile.values is not None:
            self._profile.values |= set(present)
            if len(self._profile.values) >= MANY:
                self._profile.values = None

    def finished(self, complete: bool) -> ColumnProfile:
        self._profile.complete = complete
        self._profile.distinct = len(self._counts)
        self._profile.most_common = max(self._counts.values(), default=0)
        self._profile.kinds = self._kinds.shares
        if self._kind in (ColumnType.DECIMAL, ColumnType.FLOAT) and self._decimals <= MOST_DECIMALS:
            self._profile.decimals = self._decimals
        self._profile.shortest = min(self._lengths, default=0)
        self._profile.longest = max(self._lengths, default=0)
        self._profile.long_text |= self._profile.longest > LONG_TEXT
        return self._profile


def _decimals(value: Any) -> int:
    """How many decimals a number has; 0 for what is no number."""
    if isinstance(value, float):
        text = repr(value)
        if "e" in text:
            return MOST_DECIMALS + 1 if "e-" in text else 0
        return len(text.partition(".")[2]) if not text.endswith(".0") else 0
    exponent = value.normalize().as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _update_numbers(profile: ColumnProfile, values: list[Any]) -> None:
    """Update the range. SQLite allows texts in a column of numbers."""
    numbers = [value for value in values if isinstance(value, int | float | Decimal)]
    if not numbers or not all(map(isfinite, numbers)):
        return
    least, most = float(min(numbers)), float(max(numbers))
    profile.least = least if profile.least is None else min(profile.least, least)
    profile.most = most if profile.most is None else max(profile.most, most)
    profile.fractional = profile.fractional or any(value != int(value) for value in numbers)


def _update_range(profile: ColumnProfile, values: list[Any]) -> None:
    """Update the range. Values that are not dates are ignored; SQLite allows a text in a date column."""
    days = [_day(value) for value in (min(values, key=str), max(values, key=str))]
    known = [day for day in days if day is not None]
    if known:
        profile.first = min([*known, *([profile.first] if profile.first else [])])
        profile.last = max([*known, *([profile.last] if profile.last else [])])


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
