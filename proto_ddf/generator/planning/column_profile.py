"""Profiles of columns: a summary of their values, from a limited number of rows.

The plan chooses selects and charts by them. Reading stops after SCAN_ROWS rows of a table, and after BUDGET seconds for
all tables; tables that were not read are planned from names and types only.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import ColumnType, TableInfo

SCAN_ROWS = 20_000
BUDGET = 3.0
"""Seconds for all tables together."""
MANY = 100
"""Number of distinct values at which counting stops."""
LONG_TEXT = 120
"""Number of characters from which a text gets a larger input."""

_BATCH = 5_000
_DATES = {ColumnType.DATE, ColumnType.DATETIME}


@dataclass
class ColumnProfile:
    """A summary of the rows that were read."""

    rows: int = 0
    nulls: int = 0
    complete: bool = False
    """Whether all rows of the table were read."""
    values: set[Any] | None = field(default_factory=set)
    """The distinct values without null, or None if there are MANY or more."""
    long_text: bool = False
    first: date | None = None
    last: date | None = None
    """Range of a date or datetime column."""

    @property
    def distinct(self) -> int:
        """Number of distinct values; MANY stands for any larger number."""
        return MANY if self.values is None else len(self.values)

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
    profiles: dict[str, TableProfile] = {}
    deadline = clock() + BUDGET
    for table in tables:
        if source is None or clock() >= deadline:
            profiles[table.name] = {}
        else:
            profiles[table.name] = _read_table(source, table, lambda: clock() >= deadline)
    return profiles


def _read_table(source: Source, table: TableInfo, is_late: Callable[[], bool]) -> TableProfile:
    profile = {column.name: ColumnProfile() for column in table.columns}
    seen = 0
    complete = True
    for batch in source.rows(table.name, _BATCH):
        if not batch:
            continue
        for column, values in zip(table.columns, zip(*batch, strict=True), strict=True):
            _update(profile[column.name], column.type, values)
        seen += len(batch)
        if seen >= SCAN_ROWS or is_late():
            complete = seen >= table.row_count and not table.row_count_estimated
            break
    for column_profile in profile.values():
        column_profile.complete = complete
    return profile


def _update(profile: ColumnProfile, kind: ColumnType, values: tuple[Any, ...]) -> None:
    present = [value for value in values if value is not None]
    profile.rows += len(values)
    profile.nulls += len(values) - len(present)
    if not present or kind in (ColumnType.BINARY, ColumnType.JSON):
        return
    if kind is ColumnType.TEXT:
        longest = max(present, key=lambda value: len(str(value)))
        profile.long_text |= len(str(longest)) > LONG_TEXT or any("\n" in str(v) for v in present)
    if kind in _DATES:
        _update_range(profile, present)
    if profile.values is not None:
        profile.values |= set(present)
        if len(profile.values) >= MANY:
            profile.values = None


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
