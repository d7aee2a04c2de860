"""Changes of a plan by a person. Each function returns a new AppSpec and does not change the given one.

All raise ValidationError, with the form field to correct, for a change that is not possible. Tables and columns have
the names of the source.
"""

from collections.abc import Sequence

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.labels import children_label, label_for, relation_label
from proto_ddf.generator.names import validate_project_name
from proto_ddf.generator.planning.list_columns import listable
from proto_ddf.generator.planning.plan import check_color
from proto_ddf.generator.planning.relations import compatible, related_columns
from proto_ddf.generator.planning.row_names import drop_impossible
from proto_ddf.generator.planning.widgets import allowed_widgets, default_widget
from proto_ddf.generator.spec import AppSpec, FieldSpec, RelationSpec, Section, TableSpec, Widget

MAX_LABEL = 100
MAX_DESCRIPTION = 2_000


def set_details(
    spec: AppSpec,
    *,
    name: str | None = None,
    description: str | None = None,
    accent_color: str | None = None,
    allow_editing: bool | None = None,
) -> AppSpec:
    """Change the settings shown beside the plan; None leaves a setting unchanged."""
    new = spec.model_copy(deep=True)
    if name is not None:
        new.slug = validate_project_name(name)
        new.name = name.strip()
    if description is not None:
        if len(description) > MAX_DESCRIPTION:
            message = f"The description may have at most {MAX_DESCRIPTION:,} characters."
            raise ValidationError(message, "description", description)
        new.description = description.strip()
    if accent_color is not None:
        check_color(accent_color)
        new.accent_color = accent_color
    if allow_editing is not None:
        new.allow_editing = allow_editing
        for table in new.tables:
            table.editable = allow_editing and bool(table.primary_key) and not table.is_view
    return new


def set_table_label(spec: AppSpec, table: str, label: str) -> AppSpec:
    """Change the label of a table."""
    new = spec.model_copy(deep=True)
    renamed = find_table(new, table)
    for figure in new.key_figures:
        if figure.table == table and figure.title == renamed.label:
            figure.title = checked_label(label)
    renamed.label = checked_label(label)
    return new


def set_field(
    spec: AppSpec,
    table: str,
    column: str,
    *,
    label: str | None = None,
    widget: Widget | str | None = None,
    hidden: bool | None = None,
    required: bool | None = None,
) -> AppSpec:
    """Change how a field is shown and edited; None leaves a property unchanged."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    field = find_field(planned, column)
    if label is not None:
        field.label = checked_label(label)
    if widget is not None:
        _set_widget(planned, field, widget)
    if required is not None:
        _set_required(field, required)
    if hidden is not None:
        _set_hidden(planned, field, hidden)
    if planned.editable and field.required and _has_no_input(field):
        message = f'"{field.label}" is required, so the form has to show it.'
        at = "hidden" if field.hidden else "widget"
        raise ValidationError(message, at, field.hidden if field.hidden else field.widget.value)
    return new


def widgets_for(spec: AppSpec, table: str, column: str) -> tuple[Widget, ...]:
    """The widgets that the field may have."""
    planned = find_table(spec, table)
    return _widgets(planned, find_field(planned, column))


def add_relation(
    spec: AppSpec,
    table: str,
    columns: Sequence[str],
    target_table: str,
    target_columns: Sequence[str],
) -> AppSpec:
    """Make columns of `table` refer to the same number of columns of `target_table`."""
    new = spec.model_copy(deep=True)
    planned, target = find_table(new, table), find_table(new, target_table, "target_table")
    _check_relation(planned, columns, target, target_columns)
    parent = relation_label(columns[0])
    planned.relations.append(
        RelationSpec(
            columns=list(columns),
            target_table=target.table,
            target_columns=list(target_columns),
            children_label=children_label(planned.label, parent) if planned is target else None,
        )
    )
    if len(columns) == 1:
        field = find_field(planned, columns[0])
        if not field.generated:
            field.widget = Widget.RELATION
        if field.label == label_for(field.column):
            field.label = relation_label(field.column)
    return new


def remove_relation(spec: AppSpec, table: str, columns: Sequence[str]) -> AppSpec:
    """Remove the relation of these columns; the field becomes an ordinary one."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    kept = [each for each in planned.relations if each.columns != list(columns)]
    if len(kept) == len(planned.relations):
        raise ValidationError("There is no such relation.", "columns", list(columns))
    _set_relations(new, planned, kept)
    return new


def remove_table(spec: AppSpec, table: str) -> AppSpec:
    """Remove a table, with its charts and the relations to it."""
    new = spec.model_copy(deep=True)
    removed = find_table(new, table)
    if len(new.tables) == 1:
        message = "An app needs at least one table."
        raise ValidationError(message, "tables", table, code="tables_required")
    new.tables.remove(removed)
    new.key_figures = [figure for figure in new.key_figures if figure.table != table]
    new.charts = [chart for chart in new.charts if chart.table != table]
    for other in new.tables:
        kept = [each for each in other.relations if each.target_table != table]
        _set_relations(new, other, kept)
    return new


def find_table(spec: AppSpec, table: str, field: str = "table") -> TableSpec:
    """The plan's table. Raises ValidationError for `field`, code table_unknown."""
    for planned in spec.tables:
        if planned.table == table:
            return planned
    message = f'The plan has no table "{table}".'
    raise ValidationError(message, field, table, code="table_unknown", table=table)


def find_field(table: TableSpec, column: str, field: str = "column") -> FieldSpec:
    """The table's field. Raises ValidationError for `field`, code field_unknown."""
    for planned in table.fields:
        if planned.column == column:
            return planned
    message = f'{table.label} has no column "{column}".'
    raise ValidationError(message, field, column, code="field_unknown")


def checked_label(label: str, field: str = "label") -> str:
    """The label without needless blanks. Raises ValidationError for `field`."""
    trimmed = " ".join(label.split())
    if not trimmed:
        raise ValidationError("Enter a label.", field, label, code="required")
    if len(trimmed) > MAX_LABEL:
        message = f"A label may have at most {MAX_LABEL} characters."
        raise ValidationError(message, field, label)
    return trimmed


def _widgets(table: TableSpec, field: FieldSpec) -> tuple[Widget, ...]:
    return allowed_widgets(field, related=field.column in related_columns(table.relations))


def _set_widget(table: TableSpec, field: FieldSpec, widget: Widget | str) -> None:
    allowed = _widgets(table, field)
    if widget not in allowed:
        message = f'"{field.label}" cannot be edited with this control.'
        raise ValidationError(message, "widget", str(widget), allowed=", ".join(allowed))
    field.widget = Widget(widget)


def _set_required(field: FieldSpec, required: bool) -> None:
    if required and field.generated:
        message = f'The database fills in "{field.label}".'
        raise ValidationError(message, "required", required)
    if field.required and not required and not field.nullable:
        message = f'The table requires "{field.label}".'
        raise ValidationError(message, "required", required)
    field.required = required


def _set_hidden(table: TableSpec, field: FieldSpec, hidden: bool) -> None:
    if field.hidden and not hidden and table.list_columns:
        table.list_columns.append(field.column)
    field.hidden = hidden
    drop_impossible(table)
    shown = listable(table)
    table.list_columns = [column for column in table.list_columns if column in shown]


def _has_no_input(field: FieldSpec) -> bool:
    return field.hidden or field.widget is Widget.READONLY


def _check_relation(
    table: TableSpec, columns: Sequence[str], target: TableSpec, target_columns: Sequence[str]
) -> None:
    if not columns:
        raise ValidationError("Choose a column.", "columns", [], code="required")
    if len(columns) != len(target_columns):
        message = "Choose as many columns in the other table."
        raise ValidationError(message, "target_columns", list(target_columns))
    if any(list(columns) == each.columns for each in table.relations):
        message = f"{', '.join(columns)} already refers to a table. Remove that relation first."
        raise ValidationError(message, "columns", list(columns))
    if table is target and list(columns) == list(target_columns):
        raise ValidationError("A column cannot refer to itself.", "target_columns", list(columns))
    for column, other in zip(columns, target_columns, strict=True):
        field = find_field(table, column, "columns")
        target_field = find_field(target, other, "target_columns")
        if not compatible(field.type, target_field.type):
            message = (
                f'"{field.label}" ({field.type}) cannot hold values of '
                f'"{target_field.label}" ({target_field.type}).'
            )
            raise ValidationError(message, "target_columns", other)


def _set_relations(spec: AppSpec, table: TableSpec, kept: list[RelationSpec]) -> None:
    """Keep only these relations; without one of its two a table connects nothing and needs a page."""
    released = related_columns(table.relations) - related_columns(kept)
    if len(kept) < len(table.relations) and table.section is Section.NONE:
        table.section = Section.MAIN
    table.relations = kept
    spec.charts = [
        chart
        for chart in spec.charts
        if chart.table != table.table or chart.through not in released
    ]
    for field in table.fields:
        if field.column in released and field.widget is Widget.RELATION:
            field.widget = default_widget(field)
    drop_impossible(table)
