"""What the product's plan decides, in the words of the catalogue: the only module that knows how a plan says it.

What a plan has no notion of yet is None here, and counts as decided wrongly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from proto_ddf.generator.spec import (
    AppSpec,
    ChartSpec,
    FieldSpec,
    KeyFigureSpec,
    TableSpec,
    Widget,
)
from proto_ddf.generator.spec import Section as SpecSection
from proto_ddf.sources.schema.model import ColumnType

ShownType = Literal[
    "text",
    "integer",
    "number",
    "choice",
    "relation",
    "long text",
    "date",
    "time",
    "date-time",
    "year",
    "boolean",
    "percent",
    "money",
    "e-mail",
    "phone",
    "URL",
    "image",
    "file",
    "coordinates",
    "UUID",
    "colour",
    "JSON",
]
Section = Literal["main", "look-up", "report", "no page"]

_BY_WIDGET: dict[Widget, ShownType] = {
    Widget.TEXT: "text",
    Widget.TEXTAREA: "long text",
    Widget.EMAIL: "e-mail",
    Widget.URL: "URL",
    Widget.INTEGER: "integer",
    Widget.NUMBER: "number",
    Widget.MONEY: "money",
    Widget.PERCENT: "percent",
    Widget.COORDINATES: "coordinates",
    Widget.PHONE: "phone",
    Widget.IMAGE: "image",
    Widget.COLOR: "colour",
    Widget.UUID: "UUID",
    Widget.JSON: "JSON",
    Widget.YEAR: "year",
    Widget.SWITCH: "boolean",
    Widget.DATE: "date",
    Widget.DATETIME: "date-time",
    Widget.TIME: "time",
    Widget.SELECT: "choice",
    Widget.RELATION: "relation",
}
_READ_ONLY: dict[ColumnType, ShownType] = {
    ColumnType.INTEGER: "integer",
    ColumnType.DECIMAL: "number",
    ColumnType.FLOAT: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "date-time",
    ColumnType.TIME: "time",
    ColumnType.TEXT: "text",
    ColumnType.JSON: "JSON",
    ColumnType.BINARY: "file",
}


@dataclass(frozen=True)
class ColumnDecision:
    type: ShownType
    label: str


@dataclass(frozen=True)
class TableDecision:
    row_name: str
    """Columns joined by " + ", or "<Singular> <key>"."""
    beside: str | None
    """The column that stands beside a key."""
    page: str
    singular: str | None
    children: str | None
    """How rows that refer to a row of the same table are called."""
    section: Section | None
    columns: Mapping[str, ColumnDecision]


@dataclass(frozen=True)
class ChartDecision:
    table: str
    measure: str
    """ "count", "sum(column)" or "avg(column)"."""
    dimension: str
    """A column, or "key.column" for one of the table that a key refers to."""
    title: str

    @property
    def text(self) -> str:
        return f"{self.table}: {self.measure} by {self.dimension}"


@dataclass(frozen=True)
class Decisions:
    tables: Mapping[str, TableDecision]
    """In the order of navigation."""
    figures: tuple[str, ...] | None
    """Each "table: count", "table: sum(column)" or "table: avg(column)"."""
    charts: tuple[ChartDecision, ...]


def decisions_of(spec: AppSpec) -> Decisions:
    return Decisions(
        tables={table.table: _table(table) for table in spec.tables},
        figures=tuple(map(_figure, spec.key_figures)),
        charts=tuple(map(_chart, spec.charts)),
    )


def _table(table: TableSpec) -> TableDecision:
    return TableDecision(
        row_name=" + ".join(table.row_name) or f"{table.singular} <key>",
        beside=None if table.row_name else table.beside,
        page=table.label,
        singular=table.singular,
        children=next(
            (each.children_label for each in table.relations if each.children_label), None
        ),
        section="no page" if table.section is SpecSection.NONE else table.section.value,
        columns={
            field.column: ColumnDecision(_shown_type(field), field.label) for field in table.fields
        },
    )


def _shown_type(field: FieldSpec) -> ShownType:
    if field.type == ColumnType.JSON:
        return "JSON"
    return _BY_WIDGET.get(field.widget) or _READ_ONLY[field.type]


def _chart(chart: ChartSpec) -> ChartDecision:
    dimension = f"{chart.through}.{chart.group_by}" if chart.through else chart.group_by
    return ChartDecision(chart.table, _measure(chart), dimension, chart.title)


def _figure(figure: KeyFigureSpec) -> str:
    return f"{figure.table}: {_measure(figure)}"


def _measure(shown: ChartSpec | KeyFigureSpec) -> str:
    return f"{shown.measure}({shown.value_column})" if shown.value_column else shown.measure
