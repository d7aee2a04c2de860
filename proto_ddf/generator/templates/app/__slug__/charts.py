"""The figures of the dashboard: rows grouped by a column, counted, summed or averaged."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .database import reading
from .formats import alignment, cell
from .rows import related_cells
from .views import Kind, TableView

BARS = 12
SLICES = 6
POINTS = 400
_BUCKETS = {"year": 4, "month": 7, "day": 10}
"""Characters of an ISO date that name the bucket."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart of the dashboard."""

    id: str
    title: str
    kind: str
    """"bar", "line" or "pie"."""
    view: TableView
    group_by: str
    bucket: str | None = None
    """"day", "month" or "year" for a date."""
    measure: str = "count"
    """"count", "sum" or "avg"."""
    value: str | None = None
    """The field that is summed or averaged."""

    @property
    def name_kind(self) -> str:
        """What the points' names are, for the browser to write them as its reader does; see `Cell.kind`."""
        field = self.view.by_name[self.group_by]
        if self.bucket:
            return "date" if self.bucket == "day" else self.bucket
        if field.kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
            return field.kind.value
        if alignment(self.view, field) != "number":
            return ""
        return "integer" if field.kind is Kind.INTEGER else "number"


@dataclass
class Drawn:
    """What a chart draws: points with `name` and `value`, and a note on what is left out."""

    points: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def chart_data(chart: Chart) -> Drawn:
    """The chart's points.

    A line comes in the order of its dates; bars and slices come largest first, the first of them only; the
    other slices of a pie are added up as "Other".

    Raises:
        DataError: the database could not answer.
    """
    column = chart.view.column(chart.group_by)
    measure = _measure(chart).label("value")
    if chart.bucket:
        text = sa.cast(column, sa.String)
        group = sa.func.substr(text, _written(1), _written(_BUCKETS[chart.bucket]))
        statement = sa.select(group.label("name"), measure).where(text.like("____-__-__%"))
        statement = statement.group_by(group).order_by(sa.desc("name")).limit(POINTS)
    else:
        statement = sa.select(column.label("name"), measure).group_by(column).limit(POINTS)
        statement = statement.order_by(sa.asc("name") if chart.kind == "line" else sa.desc("value"))
    with reading() as connection:
        found = [(name, _plain(value)) for name, value in connection.execute(statement)]
        if chart.bucket:
            return Drawn(_points(found[::-1]))
        named = _named(connection, chart, found)
    return Drawn(_points(named)) if chart.kind == "line" else _largest(chart, named)


def _written(number: int) -> sa.ColumnElement[int]:
    """Not bound: a server must see that it groups by what it selects."""
    return sa.literal_column(str(number), sa.Integer())


def _measure(chart: Chart) -> sa.ColumnElement[Any]:
    if chart.measure == "count" or chart.value is None:
        return sa.func.count()
    column = chart.view.column(chart.value)
    return sa.func.sum(column) if chart.measure == "sum" else sa.func.avg(column)


def _plain(value: Any) -> float | int:
    if value is None:
        return 0
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, int) else round(float(value), 2)


def _named(
    connection: sa.Connection, chart: Chart, found: list[tuple[Any, Any]]
) -> list[tuple[str, Any]]:
    field = chart.view.by_name[chart.group_by]
    relation = chart.view.relation_of(field.name)
    names = related_cells(connection, relation, [name for name, _ in found]) if relation else {}
    return [
        ((names.get(name) or cell(chart.view, field, name, cut=24)).text, value)
        for name, value in found
    ]


def _largest(chart: Chart, found: list[tuple[str, Any]]) -> Drawn:
    most = SLICES if chart.kind == "pie" else BARS
    drawn = Drawn(_points(found[:most]))
    rest = found[most:]
    if rest and chart.kind == "pie" and chart.measure != "avg":
        drawn.points.append({"name": "Other", "value": round(sum(value for _, value in rest), 2)})
    elif rest:
        of = f"{len(found)}" if len(found) < POINTS else f"more than {POINTS}"
        drawn.note = f"The {most} largest of {of}"
    return drawn


def _points(found: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
    return [{"name": str(name), "value": value} for name, value in found]
