"""Charts that answer a question about the data: how much, over time, by which category.

Candidates are scored and the best are taken, at most two per table. Keys and texts with many values
make no chart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proto_ddf.generator.facts import MANY, ColumnFacts, TableFacts
from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.relations import related_columns
from proto_ddf.generator.spec import ChartKind, ChartSpec, FieldSpec, TableSpec, Widget
from proto_ddf.generator.widgets import names
from proto_ddf.sources.schema import ColumnType

MOST_CHARTS = 4
MOST_PER_TABLE = 2
PIE_SLICES = 4
"""More categories are compared better as bars."""

DAYS_AS_DAYS = 62
DAYS_AS_MONTHS = 366 * 6
"""A longer span of dates is shown by year."""

_MEASURE = r"delay|duration|quantity|qty|score|rating|temp|temperature|speed|weight|age|hours"
_TOTAL = r"total|amount|revenue|payment"
_MAIN_DATE = r"date|ordered|created|placed|time|started|sold|booked"
_SIDE_DATE = r"updated|modified|deleted|birth|birthday|expires|due|born"
_UNCLEAR_GROUP = r"country|city|name"
_TIME_ZONE = r"timezone|tz|tzone|dst"


@dataclass(frozen=True)
class _Candidate:
    score: float
    chart: ChartSpec


def plan_charts(tables: Sequence[TableSpec], facts: Mapping[str, TableFacts]) -> list[ChartSpec]:
    """The charts of the dashboard, the most telling first."""
    candidates = [
        candidate
        for table in tables
        for candidate in _candidates(table, facts.get(table.table, {}), len(tables))
    ]
    candidates.sort(key=lambda candidate: -candidate.score)
    most = MOST_PER_TABLE if len(tables) > 1 else MOST_CHARTS
    per_table: Counter[str] = Counter()
    taken: set[str] = set()
    charts: list[ChartSpec] = []
    for candidate in candidates:
        chart = candidate.chart
        if len(charts) == MOST_CHARTS or per_table[chart.table] == most:
            continue
        per_table[chart.table] += 1
        chart_id = field_identifier(chart.title, taken, len(charts) + 1)
        charts.append(chart.model_copy(update={"id": chart_id}))
    return charts


def _candidates(table: TableSpec, facts: TableFacts, tables: int) -> list[_Candidate]:
    size = min(table.row_count, 1_000_000) / 1_000_000
    found: list[_Candidate] = []
    date = _best_date(table, facts)
    value = _best_value(table, facts)
    if date:
        bucket = bucket_for(facts.get(date.column))
        found.append(_Candidate(100 + size, _count(table, date, ChartKind.LINE, bucket)))
        if value:
            measure = "sum" if value.widget is Widget.MONEY else "avg"
            chart = _measured(table, date, value, ChartKind.LINE, measure, bucket)
            found.append(_Candidate(110 + size, chart))
    for rank, field in enumerate(_categories(table, facts)):
        kind = _category_kind(field, facts.get(field.column))
        found.append(_Candidate(90 - 10 * rank + size, _count(table, field, kind, None)))
        if value and value.widget is Widget.MONEY and rank == 0:
            chart = _measured(table, field, value, ChartKind.BAR, "sum", None)
            found.append(_Candidate(75 + size, chart))
    return found


def _best_date(table: TableSpec, facts: TableFacts) -> FieldSpec | None:
    dates = [
        field for field in table.fields if field.type in (ColumnType.DATE, ColumnType.DATETIME)
    ]
    good = [field for field in dates if not field.hidden and _tells_time(facts.get(field.column))]
    return max(good, key=_date_score, default=None)


def _tells_time(facts: ColumnFacts | None) -> bool:
    if facts is None or not facts.rows:
        return True
    return facts.first != facts.last and facts.nulls * 2 <= facts.rows


def _date_score(field: FieldSpec) -> int:
    return 2 * names(field.column, _MAIN_DATE) - 3 * names(field.column, _SIDE_DATE)


def _best_value(table: TableSpec, facts: TableFacts) -> FieldSpec | None:
    """What is worth adding up (money, best a total) or averaging (a known measure)."""
    keys = _keys(table)
    shown = [field for field in table.fields if field.column not in keys and not field.hidden]
    varied = [field for field in shown if _varies(facts.get(field.column))]
    money = [field for field in varied if field.widget is Widget.MONEY]
    if money:
        return max(money, key=lambda field: names(field.column, _TOTAL))
    numbers = [field for field in varied if field.widget in (Widget.INTEGER, Widget.NUMBER)]
    return next((field for field in numbers if names(field.column, _MEASURE)), None)


def _varies(facts: ColumnFacts | None) -> bool:
    return facts is None or facts.rows == 0 or facts.distinct > 1


def _categories(table: TableSpec, facts: TableFacts) -> list[FieldSpec]:
    """Columns that group the rows, the best first."""
    keys = _keys(table)
    shown = [field for field in table.fields if field.column not in keys and not field.hidden]
    groups = [field for field in shown if _groups(field, facts.get(field.column))]
    return sorted(groups, key=_category_order)


def _category_order(field: FieldSpec) -> tuple[bool, bool]:
    return (names(field.column, f"{_TIME_ZONE}|{_UNCLEAR_GROUP}"), field.type is ColumnType.BOOLEAN)


def _groups(field: FieldSpec, facts: ColumnFacts | None) -> bool:
    if field.unique:
        return False
    known = facts is not None and facts.rows > 0
    if field.type is ColumnType.BOOLEAN:
        return not known or (facts is not None and facts.distinct == 2)
    if field.type is not ColumnType.TEXT:
        return False
    if known and facts is not None:
        return facts.is_category
    return field.choices is not None and len(field.choices) <= 12


def _category_kind(field: FieldSpec, facts: ColumnFacts | None) -> ChartKind:
    slices = facts.distinct if facts and facts.rows else len(field.choices or ()) or MANY
    return ChartKind.PIE if slices <= PIE_SLICES else ChartKind.BAR


def _keys(table: TableSpec) -> set[str]:
    foreign = {column for relation in table.relations for column in relation.columns}
    return {*table.primary_key, *foreign, *related_columns(table.relations)}


def bucket_for(facts: ColumnFacts | None) -> str:
    """ "day", "month" or "year", by the span of the dates."""
    if facts is None or facts.first is None or facts.last is None:
        return "month"
    if not facts.complete:
        return "month"
    days = (facts.last - facts.first).days
    if days <= DAYS_AS_DAYS:
        return "day"
    return "month" if days <= DAYS_AS_MONTHS else "year"


def _count(table: TableSpec, by: FieldSpec, kind: ChartKind, bucket: str | None) -> ChartSpec:
    return ChartSpec(
        id="",
        title=title_for(table, "count", None, by, bucket),
        kind=kind,
        table=table.table,
        group_by=by.column,
        bucket=bucket,
    )


def _measured(
    table: TableSpec,
    by: FieldSpec,
    value: FieldSpec,
    kind: ChartKind,
    measure: str,
    bucket: str | None,
) -> ChartSpec:
    return ChartSpec(
        id="",
        title=title_for(table, measure, value, by, bucket),
        kind=kind,
        table=table.table,
        group_by=by.column,
        bucket=bucket,
        measure=measure,
        value_column=value.column,
    )


def title_for(
    table: TableSpec, measure: str, value: FieldSpec | None, by: FieldSpec, bucket: str | None
) -> str:
    """A title that says what is counted: "Number of orders per month", "Sum of total by status"."""
    grouped = f"per {bucket}" if bucket else f"by {_small(by.label)}"
    if measure == "count" or value is None:
        return f"Number of {_small(table.label)} {grouped}"
    word = "Sum" if measure == "sum" else "Average"
    return f"{word} of {_small(value.label)} {grouped}: {_small(table.label)}"


def _small(label: str) -> str:
    """The label inside a sentence; acronyms stay."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
