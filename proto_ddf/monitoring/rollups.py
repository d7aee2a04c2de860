"""Adds to the roll-ups."""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy.dialects.sqlite import Insert, insert
from sqlmodel import Session, SQLModel

from proto_ddf.db.tables.rollups import Rollup

Grain = Literal["minute", "hour", "day"]
LONG: tuple[Grain, ...] = ("hour", "day")
SHORT: tuple[Grain, ...] = ("minute", "hour")
"""The finest first."""


class Counts:
    """Counts for one roll-up, collected until they are written."""

    def __init__(self, table: type[Rollup], *keys: str, grains: tuple[Grain, ...] = LONG) -> None:
        self._table = table
        self._keys = keys
        self._grains = grains
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._seconds: Counter[tuple[Any, ...]] = Counter()

    def add(self, at: datetime, *keys: str, count: int = 1, seconds: float = 0.0) -> None:
        row = (bucket(at, self._grains[0]), *keys)
        self._counts[row] += count
        if seconds:
            self._seconds[row] += seconds  # type: ignore[assignment]  # a Counter adds floats too

    def write(self, opened: Session) -> None:
        """Add them to the table. The caller commits."""
        if self._counts:
            names = ("grain", "bucket", *self._keys)
            values = {"count": self._counts} | ({"seconds": self._seconds} if self._seconds else {})
            summed = {name: self._of_all_grains(counted) for name, counted in values.items()}
            rows = [
                dict(zip(names, row, strict=True))
                | {name: counted[row] for name, counted in summed.items()}
                for row in summed["count"]
            ]
            add_counts(opened, self._table, names, rows)

    def _of_all_grains(self, counted: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
        found: Counter[tuple[Any, ...]] = Counter()
        for grain in self._grains:
            for (begin, *keys), value in counted.items():
                found[grain, bucket(begin, grain), *keys] += value
        return found


def add_counts(
    opened: Session, table: type[SQLModel], keys: tuple[str, ...], rows: list[dict[str, Any]]
) -> None:
    """Insert rows, or add their values to those that have the same keys."""
    summed = tuple(name for name in rows[0] if name not in keys)
    # By the connection, because the session would make objects of the rows first.
    opened.connection().execute(_addition(table, keys, summed), rows)


@lru_cache
def _addition(table: type[SQLModel], keys: tuple[str, ...], summed: tuple[str, ...]) -> Insert:
    statement = insert(table)
    sums = {name: getattr(table, name) + statement.excluded[name] for name in summed}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=sums)


def bucket(at: datetime, grain: Grain) -> datetime:
    """When the minute, hour or day of `at` began."""
    if grain == "minute":
        return at.replace(second=0, microsecond=0)
    if grain == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
