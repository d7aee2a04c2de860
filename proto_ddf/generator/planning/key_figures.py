"""Chooses the numbers at the top of the dashboard: rows of the main tables, and sums of money."""

from collections.abc import Mapping, Sequence

from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.column_profile import TableProfile
from proto_ddf.generator.planning.measures import Measure, Value, values_of
from proto_ddf.generator.planning.titles import figure_title
from proto_ddf.generator.spec import KeyFigureSpec, Section, TableSpec

MOST_FIGURES = 6
LEAST_COUNTS = 4
MOST_SUMS = 2


def plan_key_figures(
    tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> list[KeyFigureSpec]:
    """At most six. `tables` are in the order of navigation; empty ones are left out if others have rows."""
    filled = [table for table in tables if table.row_count] or tables
    main = [table for table in filled if table.section is Section.MAIN]
    look_ups = [table for table in filled if table.section is Section.LOOK_UP]
    values = _values(main, profiles)
    sums = [each for each in values if each[1].is_money and each[1].measure is Measure.SUM]
    shown = sums[:MOST_SUMS] if sums else values[:1]
    counts = main[: MOST_FIGURES - len(shown)]
    counts += look_ups[: max(0, LEAST_COUNTS - len(counts))]
    figures = [_figure(table, None) for table in counts]
    figures += [_figure(table, value) for table, value in shown]
    taken: set[str] = set()
    for position, figure in enumerate(figures, start=1):
        figure.id = field_identifier(figure.title, taken, position)
    return figures


def _values(
    tables: Sequence[TableSpec], profiles: Mapping[str, TableProfile]
) -> list[tuple[TableSpec, Value]]:
    """Of each table what stands for all of its rows: a sum, an average price or rating; what is clearest first."""
    found = [
        (table, value)
        for table in tables
        for value in values_of(table, profiles.get(table.table, {}))[:1]
        if value.strength > 1
        if value.measure is Measure.SUM or value.is_rating or value.is_money
    ]
    return sorted(found, key=lambda each: (each[1].strength, each[1].is_money), reverse=True)


def _figure(table: TableSpec, value: Value | None) -> KeyFigureSpec:
    return KeyFigureSpec(
        id="",
        title=figure_title(
            table, value.measure if value else Measure.COUNT, value.field if value else None
        ),
        table=table.table,
        measure=value.measure if value else Measure.COUNT,
        value_column=value.field.column if value else None,
    )
