"""Reads the roll-ups: sums over a range by some of their keys, and curves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlmodel import Session, col

from proto_ddf.db.tables.rollups import Rollup
from proto_ddf.monitoring.analytics.time_range import Span, TimeRange
from proto_ddf.monitoring.rollups import bucket


def sums(
    opened: Session,
    table: type[Rollup],
    keys: Sequence[str],
    time_range: TimeRange,
    *conditions: Any,
    values: Sequence[str] = ("count",),
    most: int | None = None,
) -> list[tuple[Any, ...]]:
    """Rows of keys and the sums of values; the largest first sums first, at most that many rows."""
    parts = [_rows(table, (*keys, *values), span, conditions) for span in time_range.spans()]
    rows = union_all(*parts).subquery()
    summed = [func.sum(rows.c[name]) for name in values]
    query = (
        select(*(rows.c[name] for name in keys), *summed)
        .group_by(*(rows.c[name] for name in keys))
        .order_by(summed[0].desc(), *(rows.c[name] for name in keys))
        .limit(most)
    )
    return [tuple(row) for row in opened.execute(query).all()]


def curve(
    opened: Session, table: type[Rollup], time_range: TimeRange, *conditions: Any
) -> dict[datetime, int]:
    """The number in each bucket of the range, also where it is 0."""
    counted = dict.fromkeys(time_range.buckets(), 0)
    for span in time_range.curve_spans():
        rows = _rows(table, ("bucket", "count"), span, conditions).subquery()
        query = select(rows.c["bucket"], func.sum(rows.c["count"])).group_by(rows.c["bucket"])
        for at, number in opened.execute(query).all():
            counted[bucket(at, time_range.grain)] += number
    return counted


def _rows(
    table: type[Rollup], names: Sequence[str], span: Span, conditions: Sequence[Any]
) -> Select[Any]:
    at = col(table.bucket)
    columns: list[Any] = [col(getattr(table, name)).label(name) for name in names]
    within = (col(table.grain) == span.grain, at >= span.begin, at < span.end)
    return select(*columns).where(*within, *conditions)
