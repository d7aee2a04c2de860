"""Chooses charts that answer a question about the data: how much, over time, by which category.

Candidates are scored and the best are taken, at most two for each table. Keys, and texts with many values, are not used
for charts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.column_profile import MANY, ColumnProfile, TableProfile
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.planning.widgets import name_matches
from proto_ddf.generator.spec import ChartKind, ChartSpec, FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType

MOST_CHARTS = 4
MOST_PER_TABLE = 2
PIE_SLICES = 4
"""With more categories, bars are easier to compare."""

DAYS_AS_DAYS = 62
DAYS_AS_MONTHS = 366 * 6
"""A longer range of dates is shown by year."""

LOWEST_SCORE = 50
"""A candidate with a lower score is not worth showing."""

_MEASURE = r"delay|duration|quantity|qty|score|rating|temp|temperature|speed|weight|age|hours"
_TOTAL = r"total|subtotal|amount|revenue|payment|paid|sales|turnover|spent"
_MAIN_DATE = r"date|ordered|created|placed|time|started|sold|booked"
_SIDE_DATE = r"updated|modified|deleted|birth|birthday|expires|due|born"
_GEOGRAPHY = r"country|city|region|state|name|timezone|tz|tzone|dst"


@dataclass(frozen=True)
class _Candidate:
    score: float
    chart: ChartSpec

    @property
    def question(self) -> tuple[str, bool]:
        """The question it answers for any table: a count or a value, over time or by category."""
        return (self.chart.measure, self.chart.bucket is not None)


_REPETITION_PENALTY = {("count", True): 45}
"""The score that a candidate loses for each other table whose chart answers the same question; 10 for other
questions."""


def plan_charts(
    tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> list[ChartSpec]:
    """The charts of the dashboard, the most informative first."""
    most_rows = max((table.row_count for table in tables), default=0)
    remaining = [
        candidate
        for table in tables
        for candidate in _candidates(table, profiles.get(table.table, {}), most_rows)
    ]
    most = MOST_PER_TABLE if len(tables) > 1 else MOST_CHARTS
    chosen: list[_Candidate] = []
    while remaining and len(chosen) < MOST_CHARTS:
        best = max(remaining, key=lambda candidate: _score(candidate, chosen))
        if _score(best, chosen) < LOWEST_SCORE:
            break
        chosen.append(best)
        remaining.remove(best)
        if sum(other.chart.table == best.chart.table for other in chosen) == most:
            remaining = [other for other in remaining if other.chart.table != best.chart.table]
    taken: set[str] = set()
    return [
        each.chart.model_copy(update={"id": field_identifier(each.chart.title, taken, position)})
        for position, each in enumerate(chosen, start=1)
    ]


def _score(candidate: _Candidate, chosen: Sequence[_Candidate]) -> float:
    tables = {
        other.chart.table
        for other in chosen
        if other.question == candidate.question and other.chart.table != candidate.chart.table
    }
    return candidate.score - len(tables) * _REPETITION_PENALTY.get(candidate.question, 10)


def _candidates(table: TableSpec, profile: TableProfile, most_rows: int) -> list[_Candidate]:
    """Tables that refer to others record events (orders, flights), for which charts over time are the most
    informative."""
    size = 5 * table.row_count / most_rows if most_rows else 0
    events = bool(table.relations)
    found: list[_Candidate] = []

    def add(score: float, chart: ChartSpec) -> None:
        found.append(_Candidate(score + size, chart))

    date = _best_date(table, profile)
    value = _best_value(table, profile)
    measure, value_score = _measure(value)
    categories = _categories(table, profile)
    if date:
        bucket = bucket_for(profile.get(date.column))
        add(100 if events else 70, _count(table, date, ChartKind.LINE, bucket))
        if value:
            add(value_score, _measured(table, date, value, ChartKind.LINE, measure, bucket))
    for rank, field in enumerate(categories):
        kind = _category_kind(field, profile.get(field.column))
        penalty = 20 * (field.type is ColumnType.BOOLEAN) + 10 * name_matches(
            field.column, _GEOGRAPHY
        )
        add((90 if events else 85) - 15 * rank - penalty, _count(table, field, kind, None))
        if value and rank == 0:
            add(value_score - 30, _measured(table, field, value, ChartKind.BAR, measure, None))
    return found


def _measure(value: FieldSpec | None) -> tuple[str, int]:
    """How to aggregate a value, and the score for it. Prices and limits should not be summed."""
    if value is None:
        return "count", 0
    if value.widget is not Widget.MONEY:
        return "avg", 80
    return ("sum", 110) if name_matches(value.column, _TOTAL) else ("avg", 45)


def _best_date(table: TableSpec, profile: TableProfile) -> FieldSpec | None:
    dates = [
        field for field in table.fields if field.type in (ColumnType.DATE, ColumnType.DATETIME)
    ]
    good = [field for field in dates if not field.hidden and _has_range(profile.get(field.column))]
    return max(good, key=_date_score, default=None)


def _has_range(profile: ColumnProfile | None) -> bool:
    if profile is None or not profile.rows:
        return True
    return profile.first != profile.last and profile.nulls * 2 <= profile.rows


def _date_score(field: FieldSpec) -> int:
    return 2 * name_matches(field.column, _MAIN_DATE) - 3 * name_matches(field.column, _SIDE_DATE)


def _best_value(table: TableSpec, profile: TableProfile) -> FieldSpec | None:
    """The best value to sum (money, preferably a total) or to average (a known measure)."""
    keys = _keys(table)
    shown = [field for field in table.fields if field.column not in keys and not field.hidden]
    varied = [field for field in shown if _has_variation(profile.get(field.column))]
    money = [field for field in varied if field.widget is Widget.MONEY]
    if money:
        return max(money, key=lambda field: name_matches(field.column, _TOTAL))
    numbers = [field for field in varied if field.widget in (Widget.INTEGER, Widget.NUMBER)]
    return next((field for field in numbers if name_matches(field.column, _MEASURE)), None)


def _has_variation(profile: ColumnProfile | None) -> bool:
    return profile is None or profile.rows == 0 or profile.distinct > 1


def _categories(table: TableSpec, profile: TableProfile) -> list[FieldSpec]:
    """Columns that group the rows, the best first."""
    keys = _keys(table)
    shown = [field for field in table.fields if field.column not in keys and not field.hidden]
    groups = [field for field in shown if _groups(field, profile.get(field.column))]
    return sorted(groups, key=_category_order)


def _category_order(field: FieldSpec) -> tuple[bool, bool]:
    return (field.type is ColumnType.BOOLEAN, name_matches(field.column, _GEOGRAPHY))


def _groups(field: FieldSpec, profile: ColumnProfile | None) -> bool:
    if field.unique:
        return False
    known = profile is not None and profile.rows > 0
    if field.type is ColumnType.BOOLEAN:
        return not known or (profile is not None and profile.distinct == 2)
    if field.type is not ColumnType.TEXT:
        return False
    if known and profile is not None:
        return profile.is_category
    return field.choices is not None and len(field.choices) <= 12


def _category_kind(field: FieldSpec, profile: ColumnProfile | None) -> ChartKind:
    slices = profile.distinct if profile and profile.rows else len(field.choices or ()) or MANY
    return ChartKind.PIE if slices <= PIE_SLICES else ChartKind.BAR


def _keys(table: TableSpec) -> set[str]:
    foreign = {column for relation in table.relations for column in relation.columns}
    return {*table.primary_key, *foreign, *related_columns(table.relations)}


def bucket_for(profile: ColumnProfile | None) -> str:
    """ "day", "month" or "year", depending on the range of the dates."""
    if profile is None or profile.first is None or profile.last is None:
        return "month"
    if not profile.complete:
        return "month"
    days = (profile.last - profile.first).days
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
    """A generated title: "Number of orders per month", "Sum of total per month (orders)"."""
    grouped = f"per {bucket}" if bucket else f"by {_in_sentence(by.label)}"
    if measure == "count" or value is None:
        return f"Number of {_in_sentence(table.label)} {grouped}"
    word = "Sum of" if measure == "sum" else "Average"
    return f"{word} {_in_sentence(value.label)} {grouped} ({_in_sentence(table.label)})"


def _in_sentence(label: str) -> str:
    """The label for use inside a sentence; acronyms stay in capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
