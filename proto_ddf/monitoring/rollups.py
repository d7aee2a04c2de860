"""Adds to the roll-ups."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session

from proto_ddf.db.tables.rollups import Rollup

Grain = Literal["minute", "hour", "day"]
LONG: tuple[Grain, ...] = ("hour", "day")
SHORT: tuple[Grain, ...] = ("minute", "hour")


class Counts:
    """Counts for one roll-up, collected until they are written."""

    def __init__(self, table: type[Rollup], *keys: str, grains: Iterable[Grain] = LONG) -> None:
        self._table = table
        self._keys = keys
        self._grains = tuple(grains)
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._seconds: Counter[tuple[Any, ...]] = Counter()

    def add(self, at: datetime, *keys: str, count: int = 1, seconds: float = 0.0) -> None:
        for grain in self._grains:
            row = (grain, bucket(at, grain), *keys)
            self._counts[row] += count
            if seconds:
                self._seconds[row] += seconds  # type: ignore[assignment]  # a Counter adds floats too

    def write(self, opened: Session) -> None:
        """Add them to the table. The caller commits."""
        if self._counts:
            names = ("grain", "bucket", *self._keys)
            rows = [
                dict(zip(names, row, strict=True)) | self._values(row, count)
                for row, count in self._counts.items()
            ]
            add_counts(opened, self._table, names, rows)

    def _values(self, row: tuple[Any, ...], count: int) -> dict[str, Any]:
        return {"count": count} | ({"seconds": self._seconds[row]} if self._seconds else {})


def add_counts(
    opened: Session,
    table: type[Any],
    keys: Iterable[str],
    rows: list[Mapping[str, Any]] | list[dict[str, Any]],
) -> None:
    """Insert rows, or add their values to those that have the same keys."""
    statement = insert(table)
    summed = {
        name: getattr(table, name) + statement.excluded[name]
        for name in rows[0]
        if name not in keys
    }
    opened.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=summed), rows)


def bucket(at: datetime, grain: Grain) -> datetime:
    """When the minute, hour or day of `at` began."""
    begin = at.replace(second=0, microsecond=0)
    if grain != "minute":
        begin = begin.replace(minute=0)
    return begin.replace(hour=0) if grain == "day" else begin
