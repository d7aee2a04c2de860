"""The data of the dashboard's charts: rows grouped by a column, with count, sum or average."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .filter_addresses import list_address
from .filter_conditions import matches
from .filters import Condition, Query
from .formats import alignment, cell, plain_text
from .periods import ALL_TIME, Period, buckets_between, days_of
from .rows import related_cells
from .views import VIEWS, Kind, TableView, Widget

BARS = 12
SLICES = 6
POINTS = 400
_BUCKETS = {"year": 4, "month": 7, "day": 10}
"""Number of characters of an ISO date that identify the bucket."""
_MOST_TEXT = 200
"""A text of more characters leads to no list, because a filter holds no more."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    id: str
    title: str
    kind: str
    """ "bar", "line" or "pie"."""
    view: TableView
    group_by: str
    """A field of the view, or of the one that `through` refers to."""
    through: str | None = None
    """The field that refers to the rows to group by."""
    bucket: str | None = None
    """ "day", "month" or "year" for a date column."""
    measure: str = "count"
    """ "count", "sum" or "avg"."""
    value: str | None = None
    """The field to sum or average."""

    @property
    def group_view(self) -> TableView:
        """The view of the field to group by."""
        relation = self.view.relation_of(self.through) if self.through else None
        return VIEWS[relation.target] if relation else self.view

    @property
    def name_kind(self) -> str:
        """The kind of the points' names, by which the browser formats them; see `Cell.kind`."""
        field = self.group_view.by_name[self.group_by]
        if self.bucket:
            return "date" if self.bucket == "day" else self.bucket
        if field.widget is Widget.YEAR:
            return ""
        if field.kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
            return "date" if field.widget is Widget.DATE else field.kind.value
        if alignment(self.group_view, field) != "number":
            return ""
        return "integer" if field.kind is Kind.INTEGER else "number"


@dataclass
class ChartPoints:
    """The points of a chart with `name`, `value` and the address of their rows, and a note if some are left out."""

    points: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def chart_data(chart: Chart, period: Period = ALL_TIME) -> ChartPoints:
    """The chart's points.

    A line has its points in the order of the dates, with those between them that have no rows. Bars and slices start
    with the largest; only the first ones are shown. A pie combines the others as "Other".

    Raises:
        DataError: the database could not answer.
    """
    table, column = _grouped(chart)
    measure = measured(chart.view, chart.measure, chart.value).label("value")
    if chart.bucket:
        text = sa.cast(column, sa.String)
        group = sa.func.substr(text, _written(1), _written(_BUCKETS[chart.bucket]))
        statement = sa.select(group.label("name"), measure).where(text.like("____-__-__%"))
        statement = statement.group_by(group).order_by(sa.desc("name")).limit(POINTS)
    else:
        statement = sa.select(column.label("name"), measure).group_by(column).limit(POINTS)
        statement = statement.order_by(sa.asc("name") if chart.kind == "line" else sa.desc("value"))
    conditions = period.conditions(chart.view)
    statement = statement.select_from(table).where(
        *matches(chart.view, Query(conditions=conditions))
    )
    with read_connection() as connection:
        found = [(name, plain(value)) for name, value in connection.execute(statement)]
        if chart.bucket:
            return ChartPoints(_over_time(chart, dict(found), period))
        named = _named(connection, chart, _with_one_empty(chart, found), conditions)
    return ChartPoints(named) if chart.kind == "line" else _largest(chart, named)


def _grouped(chart: Chart) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """What to select from, and the column to group by."""
    relation = chart.view.relation_of(chart.through) if chart.through else None
    if relation is None:
        return chart.view.table, chart.view.column(chart.group_by)
    target = VIEWS[relation.target].table.alias()
    refers = chart.view.column(relation.fields[0]) == target.c[relation.target_fields[0]]
    return chart.view.table.join(target, refers), target.c[chart.group_by]


def _written(number: int) -> sa.ColumnElement[int]:
    """A number in the text of the statement instead of a parameter, so that a server sees that it groups by a selected
    expression."""
    return sa.literal_column(str(number), sa.Integer())


def measured(view: TableView, measure: str, value: str | None) -> sa.ColumnElement[Any]:
    """The count of rows, or the sum or average of a field."""
    if measure == "count" or value is None:
        return sa.func.count()
    column = view.column(value)
    return sa.func.sum(column) if measure == "sum" else sa.func.avg(column)


def plain(value: Any) -> float | int:
    """A measured number as a chart takes it; 0 for none."""
    if value is None:
        return 0
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, int) else round(float(value), 2)


def _over_time(chart: Chart, found: dict[str, Any], period: Period) -> list[dict[str, Any]]:
    """The points in the order of time. Between them, and up to the limits of the period, those without rows are empty;
    an average of no rows is left out of the line."""
    if not found:
        return []
    length = _BUCKETS[chart.bucket or "day"]
    first = min(filter(None, (period.start[:length], min(found))))
    last = max(period.end[:length], max(found))
    buckets = list(buckets_between(first, last)) if first[:1].isdigit() else []
    shown = buckets if set(found) <= set(buckets) else sorted(found)
    none = None if chart.measure == "avg" else 0
    return [
        {"name": name, "value": found.get(name, none), "href": _bucket_address(chart, name, period)}
        for name in shown[-POINTS:]
    ]


def _bucket_address(chart: Chart, bucket: str, period: Period) -> str:
    try:
        start, end = days_of(bucket)
    except (ValueError, OverflowError):
        return ""
    if chart.through:
        own = Condition(chart.group_by, "range", start, end, chart.through)
        return list_address(chart.view, (own, *period.conditions(chart.view)))
    days = period.within(start, end) if chart.view.date == chart.group_by else Period(start, end)
    own = Condition(chart.group_by, "range", days.start, days.end)
    others = () if chart.view.date == chart.group_by else period.conditions(chart.view)
    return list_address(chart.view, (own, *others))


def _with_one_empty(chart: Chart, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Rows with an empty text are one group with those that have none, as in the filters of a list."""
    empty = [value for name, value in found if name in (None, "")]
    if len(empty) < 2 or chart.measure == "avg":
        return found
    groups = [each for each in found if each[0] not in (None, "")] + [(None, sum(empty))]
    return sorted(groups, key=lambda each: each[1], reverse=True)


def _named(
    connection: sa.Connection,
    chart: Chart,
    found: list[tuple[Any, Any]],
    conditions: tuple[Condition, ...],
) -> list[dict[str, Any]]:
    view = chart.group_view
    field = view.by_name[chart.group_by]
    relation = view.relation_of(field.name)
    names = related_cells(connection, relation, [name for name, _ in found]) if relation else {}
    return [
        {
            "name": (names.get(name) or cell(view, field, name, cut=24)).text,
            "value": value,
            "href": list_address(chart.view, (own, *conditions))
            if (own := _is_group(chart, field.kind, name))
            else "",
        }
        for name, value in found
    ]


def _is_group(chart: Chart, kind: Kind, value: Any) -> Condition | None:
    """The filter of the rows in a group; None if a list cannot have it."""
    through = chart.through or ""
    if value is None or value == "":
        return Condition(chart.group_by, "empty", through=through)
    is_flag = kind is Kind.BOOLEAN and isinstance(value, (bool, int))
    text = ("true" if value else "false") if is_flag else plain_text(value)
    if len(text) > _MOST_TEXT:
        return None
    return Condition(chart.group_by, "equals", text, through=through)


def _largest(chart: Chart, found: list[dict[str, Any]]) -> ChartPoints:
    most = SLICES if chart.kind == "pie" else BARS
    chart_points = ChartPoints(found[:most])
    rest = found[most:]
    if rest and chart.kind == "pie" and chart.measure != "avg":
        total = round(sum(each["value"] for each in rest), 2)
        chart_points.points.append({"name": "Other", "value": total, "href": ""})
    elif rest:
        of = f"{len(found)}" if len(found) < POINTS else f"more than {POINTS}"
        chart_points.note = f"The {most} largest of {of}"
    return chart_points
