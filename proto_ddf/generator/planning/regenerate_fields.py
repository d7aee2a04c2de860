"""Plans the fields of a table again, and keeps what a person decided about the columns that existed before."""

from proto_ddf.generator.labels import label_for, relation_label
from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.column_profile import TableProfile
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.planning.widgets import allowed_widgets, default_widget
from proto_ddf.generator.spec import FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType, TableInfo


def merge_fields(
    old: TableSpec, planned: TableSpec, before: TableInfo, after: TableInfo, profile: TableProfile
) -> list[FieldSpec]:
    """The known columns in their old order, and each new one after the column before it in the source.

    Args:
        planned: the new plan of the table, with its final relations.
        before, after: the table in the source, when the app was made and now.
        profile: the profile of its values.
    """
    known = _known(old, before, after)
    related, was_related = related_columns(planned.relations), related_columns(old.relations)
    present = {field.column for field in planned.fields}
    order = [name for name in known if name in present]
    taken = {known[name].name for name in order}
    fields: dict[str, FieldSpec] = {}
    next_position = 0
    for position, field in enumerate(planned.fields):
        name = field.column
        earlier = known.get(name)
        if earlier is None:
            field.name = field_identifier(name, taken, position)
            order.insert(next_position, name)
        else:
            _apply_decisions(
                field,
                earlier,
                required_by_source=_is_required_by_source(before, earlier),
                profiled=name in profile,
            )
        _choose_widget(field, earlier, related=name in related, was_related=name in was_related)
        if planned.editable and field.required:
            _show_required(field, related=name in related)
        fields[name] = field
        next_position = order.index(name) + 1
    return [fields[name] for name in order]


def _known(old: TableSpec, before: TableInfo, after: TableInfo) -> dict[str, FieldSpec]:
    """The old fields by column. If the import had added a key, and the source now has a column of that name, the key is
    not that column."""
    columns_before = {column.name for column in before.columns}
    columns_after = {column.name for column in after.columns}
    return {
        field.column: field
        for field in old.fields
        if field.column in columns_before or field.column not in columns_after
    }


def _is_required_by_source(before: TableInfo, old: FieldSpec) -> bool:
    """Whether the source required a value, and not a person."""
    column = next((each for each in before.columns if each.name == old.column), None)
    return column is not None and not column.nullable and column.default is None


def _apply_decisions(
    field: FieldSpec, old: FieldSpec, *, required_by_source: bool, profiled: bool
) -> None:
    """Apply a person's decisions to a field that was planned again."""
    field.name, field.label = old.name, old.label
    by_person = old.required and not required_by_source
    field.required = (field.required or by_person) and not field.generated
    if field.type is old.type:
        field.hidden, field.widget = old.hidden, old.widget
        field.flags = field.flags or old.flags
        field.decimals = field.decimals if profiled else old.decimals
        field.choices = field.choices if profiled else field.choices or old.choices
    elif old.type is not ColumnType.BINARY:  # most binary columns are hidden without a person
        field.hidden = field.hidden or old.hidden


def _choose_widget(
    field: FieldSpec, old: FieldSpec | None, *, related: bool, was_related: bool
) -> None:
    """Choose a widget that suits the field's new type and relation."""
    if related:
        field.choices = None
    allowed = allowed_widgets(field, related=related)
    if not was_related and Widget.RELATION in allowed:
        field.widget = Widget.RELATION
        if old is not None and old.label == label_for(field.column):
            field.label = relation_label(field.column)
    elif field.widget not in allowed:
        field.widget = default_widget(field)


def _show_required(field: FieldSpec, *, related: bool) -> None:
    """Show a required field, even if it was hidden while it was optional."""
    field.hidden = False
    if field.widget is Widget.READONLY:
        field.widget = Widget.RELATION if related else default_widget(field)
