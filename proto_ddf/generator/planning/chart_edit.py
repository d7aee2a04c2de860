"""Changes of a plan's charts by a person. As in plan_edit.py, each function returns a new AppSpec."""

from typing import Any

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.measures import is_date
from proto_ddf.generator.planning.plan_edit import find_field, find_table
from proto_ddf.generator.planning.titles import chart_title
from proto_ddf.generator.spec import AppSpec, ChartKind, ChartSpec, FieldSpec, TableSpec
from proto_ddf.sources.schema.model import ColumnType

BUCKETS = ("day", "month", "year")
MEASURES = ("count", "sum", "avg")
MAX_CHARTS = 12

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_NO_GROUPS = (ColumnType.BINARY, ColumnType.JSON)


def add_chart(
    spec: AppSpec,
    *,
    table: str,
    group_by: str,
    through: str | None = None,
    kind: ChartKind | str = ChartKind.BAR,
    bucket: str | None = None,
    measure: str = "count",
    value_column: str | None = None,
    title: str = "",
) -> AppSpec:
    """The plan with one more chart. An empty title is generated from the other arguments."""
    if len(spec.charts) >= MAX_CHARTS:
        raise ValidationError(f"A dashboard has at most {MAX_CHARTS} charts.", "charts", table)
    new = spec.model_copy(deep=True)
    chart = _checked(
        new,
        table=table,
        group_by=group_by,
        through=through,
        kind=kind,
        bucket=bucket,
        measure=measure,
        value_column=value_column,
        title=title,
    )
    taken = {each.id for each in new.charts}
    chart.id = field_identifier(chart.title, taken, len(new.charts) + 1)
    new.charts.append(chart)
    return new


def change_chart(spec: AppSpec, chart_id: str, **changes: Any) -> AppSpec:
    """Change some of the arguments of `add_chart`. A generated title is generated again."""
    new = spec.model_copy(deep=True)
    index = _index(new, chart_id)
    old = new.charts[index]
    own_title = old.title != _automatic_title(new, old)
    values = {**old.model_dump(exclude={"id"}), **changes}
    if "title" not in changes and not own_title:
        values["title"] = ""
    changed = _checked(new, **values)
    changed.id = old.id
    new.charts[index] = changed
    return new


def remove_chart(spec: AppSpec, chart_id: str) -> AppSpec:
    new = spec.model_copy(deep=True)
    del new.charts[_index(new, chart_id)]
    return new


def chart_is_valid(spec: AppSpec, chart: ChartSpec) -> bool:
    """Whether the plan still has all that a chart needs."""
    try:
        checked = _checked(spec, **chart.model_dump(exclude={"id"}))
    except ValidationError:
        return False
    return checked.bucket == chart.bucket


def _index(spec: AppSpec, chart_id: str) -> int:
    for index, chart in enumerate(spec.charts):
        if chart.id == chart_id:
            return index
    raise ValidationError("There is no such chart.", "chart", chart_id)


def _checked(
    spec: AppSpec,
    *,
    table: str,
    group_by: str,
    through: str | None,
    kind: ChartKind | str,
    bucket: str | None,
    measure: str,
    value_column: str | None,
    title: str,
) -> ChartSpec:
    if kind not in list(ChartKind):
        raise ValidationError("Choose a kind of chart.", "kind", str(kind))
    planned = find_table(spec, table)
    group = find_field(_grouped(spec, planned, through), group_by, "group_by")
    chart = ChartSpec(
        id="",
        title=title.strip(),
        kind=ChartKind(kind),
        table=table,
        group_by=group_by,
        through=through,
        bucket=_bucket(group, bucket),
        measure=measure,
        value_column=None if measure == "count" else value_column,
    )
    _check_kind(chart, group)
    value = value_of(spec, table, measure, chart.value_column)
    if not chart.title:
        target = _referred(spec, chart)
        chart.title = chart_title(planned, measure, value, group, chart.bucket, target)
    return chart


def _grouped(spec: AppSpec, table: TableSpec, through: str | None) -> TableSpec:
    """The table of the column to group by: the chart's own, or the one that the column `through` refers to."""
    if through is None:
        return table
    for relation in table.relations:
        if relation.columns == [through]:
            return find_table(spec, relation.target_table)
    raise ValidationError("This column refers to no other table.", "through", through)


def _bucket(group: FieldSpec, bucket: str | None) -> str | None:
    if not is_date(group):
        return None
    if bucket is not None and bucket not in BUCKETS:
        raise ValidationError("Choose day, month or year.", "bucket", bucket)
    return bucket or "month"


def _check_kind(chart: ChartSpec, group: FieldSpec) -> None:
    if group.type in _NO_GROUPS:
        raise ValidationError("This column cannot group rows.", "group_by", chart.group_by)
    if chart.kind is ChartKind.LINE and not is_date(group):
        raise ValidationError("A line needs a date column.", "group_by", chart.group_by)


def value_of(spec: AppSpec, table: str, measure: str, value_column: str | None) -> FieldSpec | None:
    """The field to sum or average."""
    if measure not in MEASURES:
        raise ValidationError("Choose count, sum or average.", "measure", measure)
    if measure == "count":
        return None
    if value_column is None:
        message = "Choose the column to sum or average."
        raise ValidationError(message, "value_column", None, code="required")
    value = find_field(find_table(spec, table), value_column, "value_column")
    if value.type not in _NUMBERS:
        message = f'"{value.label}" holds no numbers.'
        raise ValidationError(message, "value_column", value_column)
    return value


def move_chart(spec: AppSpec, chart_id: str, by: int) -> AppSpec:
    """Move a chart by that many places; at either end it stays."""
    new = spec.model_copy(deep=True)
    moved = new.charts.pop(at := _index(new, chart_id))
    new.charts.insert(max(0, at + by), moved)
    return new


def _automatic_title(spec: AppSpec, chart: ChartSpec) -> str:
    planned = find_table(spec, chart.table)
    group = find_field(_grouped(spec, planned, chart.through), chart.group_by, "group_by")
    value = value_of(spec, chart.table, chart.measure, chart.value_column)
    target = _referred(spec, chart)
    return chart_title(planned, chart.measure, value, group, chart.bucket, target)


def _referred(spec: AppSpec, chart: ChartSpec) -> TableSpec | None:
    """The table that the column to group by refers to."""
    table = _grouped(spec, find_table(spec, chart.table), chart.through)
    for relation in table.relations:
        if relation.columns == [chart.group_by]:
            return find_table(spec, relation.target_table)
    return None
