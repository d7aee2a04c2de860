"""Chooses charts that answer a question about the data: how much, over time, by which category.

Candidates are scored and the best are taken one after the other; each lowers the scores of those that would say much the
same. Views, link tables, empty tables, keys, and columns that are nearly constant or have many values make no chart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.column_profile import MANY, ColumnProfile, TableProfile
from proto_ddf.generator.planning.measures import (
    Measure,
    Value,
    categories_of,
    is_flag,
    is_nearly_constant,
    main_date,
    values_of,
)
from proto_ddf.generator.planning.titles import chart_title
from proto_ddf.generator.spec import ChartKind, ChartSpec, FieldSpec, Section, TableSpec

MOST_CHARTS = 8
MOST_PER_TABLE = 3
"""If the app has several tables."""
PIE_SLICES = 4
"""With more categories, bars are easier to compare."""
MOST_TARGET_ROWS = 50
"""A relation to a table with more rows makes no chart."""
ROWS_PER_BAR = 3
"""So many rows a category or a time has at least, on average."""

_DAYS = {"day": 1, "month": 30}
DAYS_AS_DAYS = 62
DAYS_AS_MONTHS = 366 * 6
"""A longer range of dates is shown by year."""

LOWEST_SCORE = 50
"""A candidate with a lower score is not worth showing."""
_SAME_TABLE = 7
"""What a candidate loses for each chosen chart of its table."""
_SAME_VALUE = 7
"""What it loses for each of the same column's values."""
_SAME_DIMENSION = 40
"""What it loses for one by the same column: the number of rows says much the same as a sum."""
_OTHER_VALUE = 4
"""What it loses for one by the same column if both show values, which differ."""


@dataclass(frozen=True)
class _Candidate:
    score: float
    chart: ChartSpec


@dataclass(frozen=True)
class _Dimension:
    """What the rows of a table are grouped by."""

    field: FieldSpec
    through: str | None = None
    target: TableSpec | None = None
    """The table that the field refers to."""
    groups: int = 0


def plan_charts(
    tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> list[ChartSpec]:
    """At most eight charts of the dashboard, the most informative first."""
    shown = [table for table in tables if table.section in (Section.MAIN, Section.LOOK_UP)]
    remaining = [each for table in shown for each in _candidates(table, tables, profiles)]
    most = MOST_PER_TABLE if len(tables) > 1 else MOST_CHARTS
    chosen: list[ChartSpec] = []
    while remaining and len(chosen) < MOST_CHARTS:
        best = max(remaining, key=lambda candidate: _score(candidate, chosen))
        if _score(best, chosen) < LOWEST_SCORE:
            break
        chosen.append(best.chart)
        remaining.remove(best)
        if sum(other.table == best.chart.table for other in chosen) == most:
            remaining = [other for other in remaining if other.chart.table != best.chart.table]
    taken: set[str] = set()
    return [
        chart.model_copy(update={"id": field_identifier(chart.title, taken, position)})
        for position, chart in enumerate(chosen, start=1)
    ]


def _score(candidate: _Candidate, chosen: Sequence[ChartSpec]) -> float:
    score, chart = candidate.score, candidate.chart
    for other in chosen:
        if other.table != chart.table:
            continue
        score -= _SAME_TABLE
        same_value = other.value_column == chart.value_column
        score -= _SAME_VALUE * (3 if chart.measure == "avg" else 1) * same_value
        if (other.group_by, other.through) == (chart.group_by, chart.through):
            both = other.value_column and chart.value_column and not same_value
            score -= _OTHER_VALUE if both else _SAME_DIMENSION
    return score


def _candidates(
    table: TableSpec, tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> Iterator[_Candidate]:
    profile = profiles.get(table.table, {})
    most_rows = max(other.row_count for other in tables)
    if most_rows and not table.row_count:
        return
    size = 10 * table.row_count / most_rows if most_rows else 0
    values = values_of(table, profile)[:2]
    date = main_date(table, profile)
    if date:
        bucket = bucket_for(date, profile.get(date.column))
        for value in [*values, *_count_over_time(profile.get(date.column), bucket)]:
            chart = _chart(table, value, _Dimension(date), ChartKind.LINE, bucket)
            yield _Candidate(_trend_score(value, values, bool(table.relations)) + size, chart)
    for rank, dimension in enumerate(_dimensions(table, tables, profiles)):
        for value in [*values, None]:
            kind = _kind(dimension, value)
            score = _group_score(value, values, dimension) - 4 * rank + size
            yield _Candidate(score, _chart(table, value, dimension, kind, None))


def _count_over_time(profile: ColumnProfile | None, bucket: str) -> list[None]:
    """The number of rows over time says little if it is about one a day or a month."""
    if profile is None or profile.first is None or profile.last is None or bucket == "year":
        return [None]
    buckets = (profile.last - profile.first).days / _DAYS[bucket] + 1
    return [None] if profile.rows >= ROWS_PER_BAR * buckets else []


def _trend_score(value: Value | None, values: Sequence[Value], is_event: bool) -> int:
    """Tables that refer to others record events, for which charts over time tell the most."""
    if value is None:
        strongest = values[0].strength if values else 0
        return (88 if strongest < 2 else 75) - 14 * (not is_event)
    if value.measure is Measure.SUM:
        return {3: 110, 2: 104}.get(value.strength, 66)
    if value.is_money or not is_event:
        return 60
    return 94 if value.strength > 1 else 66


def _group_score(value: Value | None, values: Sequence[Value], dimension: _Dimension) -> int:
    score = -25 * is_flag(dimension.field) - 12 * (dimension.through is not None)
    score += 4 * (dimension.target is not None)
    if value is None:
        strongest = values[0].strength if values else 0
        return score + (84 if strongest < 2 else 74)
    if value.measure is Measure.SUM:
        return score + {3: 90, 2: 86}.get(value.strength, 58)
    return score + (84 if value.strength > 1 else 58)


def _dimensions(
    table: TableSpec, tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> Iterator[_Dimension]:
    """What groups the rows: relations, those to the fewest rows first, own categories, and relations of the rows that
    they refer to."""
    profile = profiles.get(table.table, {})
    by_name = {other.table: other for other in tables}
    for field, target in sorted(_relations(table, by_name), key=lambda each: each[1].row_count):
        if _suits(table, target, profile.get(field.column)):
            yield _Dimension(field, target=target, groups=target.row_count)
    for field in categories_of(table, profile):
        yield _Dimension(field, groups=_distinct(field, profile.get(field.column)))
    for key, target in _relations(table, by_name):
        own = profile.get(key.column)
        if _suits(table, target, own):
            continue
        target_profile = profiles.get(target.table, {})
        for field, further in _relations(target, by_name):
            is_bars = _suits(target, further, target_profile.get(field.column))
            if further is not table and is_bars and _suits(table, further, own):
                yield _Dimension(field, key.column, further, further.row_count)


def _relations(
    table: TableSpec, by_name: Mapping[str, TableSpec]
) -> Iterator[tuple[FieldSpec, TableSpec]]:
    """The columns that refer to another table on their own, each with the table."""
    fields = {field.column: field for field in table.fields if not field.hidden}
    for relation in table.relations:
        target = by_name.get(relation.target_table)
        if target is None or target is table or len(relation.columns) > 1:
            continue
        if field := fields.get(relation.columns[0]):
            yield field, target


def _suits(table: TableSpec, target: TableSpec, profile: ColumnProfile | None) -> bool:
    """Whether the rows of the target are few enough to be bars, with several rows of the table each."""
    if is_nearly_constant(profile):
        return False
    return (
        2 <= target.row_count <= MOST_TARGET_ROWS
        and table.row_count >= ROWS_PER_BAR * target.row_count
    )


def _distinct(field: FieldSpec, profile: ColumnProfile | None) -> int:
    return profile.distinct if profile and profile.rows else len(field.choices or ()) or MANY


def _kind(dimension: _Dimension, value: Value | None) -> ChartKind:
    """Slices are parts of a whole, which averages are not."""
    is_whole = value is None or value.measure is Measure.SUM
    return ChartKind.PIE if is_whole and dimension.groups <= PIE_SLICES else ChartKind.BAR


def bucket_for(field: FieldSpec, profile: ColumnProfile | None) -> str:
    """ "day", "month" or "year", depending on the range of the dates."""
    if field.widget.value == "year":
        return "year"
    if profile is None or profile.first is None or profile.last is None:
        return "month"
    if not profile.complete:
        return "month"
    days = (profile.last - profile.first).days
    if days <= DAYS_AS_DAYS:
        return "day"
    return "month" if days <= DAYS_AS_MONTHS else "year"


def _chart(
    table: TableSpec,
    value: Value | None,
    dimension: _Dimension,
    kind: ChartKind,
    bucket: str | None,
) -> ChartSpec:
    measure = value.measure if value else Measure.COUNT
    return ChartSpec(
        id="",
        title=chart_title(
            table,
            measure,
            value.field if value else None,
            dimension.field,
            bucket,
            dimension.target,
        ),
        kind=kind,
        table=table.table,
        group_by=dimension.field.column,
        through=dimension.through,
        bucket=bucket,
        measure=measure,
        value_column=value.field.column if value else None,
    )
