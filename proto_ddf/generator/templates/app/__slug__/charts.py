"""The data of the dashboard's charts: rows grouped by a column, with count, sum or average."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .formats import alignment, cell
from .rows import related_cells
from .views import Kind, TableView

BARS = 12
SLICES = 6
POINTS = 400
_BUCKETS = {"year": 4, "month": 7, "day": 10}
"""Number of characters of an ISO date that identify the bucket."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    id: str
    title: str
    kind: str
    """ "bar", "line" or "pie"."""
    view: TableView
    group_by: str
    bucket: str | None = None
    """ "day", "month" or "year" for a date column."""
    measure: str = "count"
    """ "count", "sum" or "avg"."""
    value: str | None = None
    """The field to sum or average."""

    @property
    def name_kind(self) -> str:
        """The kind of the points' names, by which the browser formats them; see `Cell.kind`."""
        field = self.view.by_name[self.group_by]
        if self.bucket:
            return "date" if self.bucket == "day" else self.bucket
        if field.kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
            return field.kind.value
        if alignment(self.view, field) != "number":
            return ""
        return "integer" if field.kind is Kind.INTEGER else "number"


@dataclass
class ChartPoints:
    """The points of a chart with `name` and `value`, and a note if some are left out."""

    points: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def chart_data(chart: Chart) -> ChartPoints:
    """The chart's points.

    A line has its points in the order of the dates. Bars and slices start with the largest; only the first ones are
    shown. A pie combines the others as "Other".

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
    with read_connection() as connection:
        found = [(name, _plain(value)) for name, value in connection.execute(statement)]
        if chart.bucket:
            return ChartPoints(_points(found[::-1]))
        named = _named(connection, chart, found)
    return ChartPoints(_points(named)) if chart.kind == "line" else _largest(chart, named)


def _written(number: int) -> sa.ColumnElement[int]:
    """A number in the text of the statement instead of a parameter, so that a server sees that it groups by a selected
    expression."""
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


def _largest(chart: Chart, found: list[tuple[str, Any]]) -> ChartPoints:
    most = SLICES if chart.kind == "pie" else BARS
    chart_points = ChartPoints(_points(found[:most]))
    rest = found[most:]
    if rest and chart.kind == "pie" and chart.measure != "avg":
        chart_points.points.append(
            {"name": "Other", "value": round(sum(value for _, value in rest), 2)}
        )
    elif rest:
        of = f"{len(found)}" if len(found) < POINTS else f"more than {POINTS}"
        chart_points.note = f"The {most} largest of {of}"
    return chart_points


def _points(found: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
    return [{"name": str(name), "value": value} for name, value in found]
