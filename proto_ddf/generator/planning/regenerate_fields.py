"""The fields of a table planned anew, with what a person decided about the columns that were there before."""

from proto_ddf.generator.names import field_identifier, label_for, relation_label
from proto_ddf.generator.planning.column_profile import TableProfile
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.planning.widgets import allowed_widgets, default_widget
from proto_ddf.generator.spec import FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType, TableInfo


def merge_fields(
    old: TableSpec, planned: TableSpec, before: TableInfo, after: TableInfo, profile: TableProfile
) -> list[FieldSpec]:
    """The known columns in the order they had, each new one after the column it follows in the source.

    `planned` is the table planned anew with its relations already decided, `before` and `after` the table in
    the source, `profile` what was seen of its values.
    """
    known = _known(old, before, after)
    related, was_related = related_columns(planned.relations), related_columns(old.relations)
    present = {field.column for field in planned.fields}
    order = [name for name in known if name in present]
    taken = {known[name].name for name in order}
    fields: dict[str, FieldSpec] = {}
    ahead = 0
    for position, field in enumerate(planned.fields):
        name = field.column
        earlier = known.get(name)
        if earlier is None:
            field.name = field_identifier(name, taken, position)
            order.insert(ahead, name)
        else:
            _keep(field, earlier, demanded=_demands(before, earlier), looked_at=name in profile)
        _settle(field, earlier, related=name in related, was_related=name in was_related)
        if planned.editable and field.required:
            _ask_for(field, related=name in related)
        fields[name] = field
        ahead = order.index(name) + 1
    return [fields[name] for name in order]


def _known(old: TableSpec, before: TableInfo, after: TableInfo) -> dict[str, FieldSpec]:
    """The fields by column. A key that the import had added is not a column of that name that came since."""
    had = {column.name for column in before.columns}
    has = {column.name for column in after.columns}
    return {
        field.column: field
        for field in old.fields
        if field.column in had or field.column not in has
    }


def _demands(before: TableInfo, old: FieldSpec) -> bool:
    """Whether the source demanded a value: then no person did."""
    column = next((each for each in before.columns if each.name == old.column), None)
    return column is not None and not column.nullable and column.default is None


def _keep(field: FieldSpec, old: FieldSpec, *, demanded: bool, looked_at: bool) -> None:
    """Give a field planned anew what was decided about it."""
    field.name, field.label = old.name, old.label
    by_person = old.required and not demanded
    field.required = (field.required or by_person) and not field.generated
    if field.type is old.type:
        field.hidden, field.widget = old.hidden, old.widget
        field.choices = field.choices if looked_at else field.choices or old.choices
    elif old.type is not ColumnType.BINARY:  # those are hidden by themselves
        field.hidden = field.hidden or old.hidden


def _settle(field: FieldSpec, old: FieldSpec | None, *, related: bool, was_related: bool) -> None:
    """A widget that suits what the field is now."""
    if related:
        field.choices = None
    allowed = allowed_widgets(field, related=related)
    if not was_related and Widget.RELATION in allowed:
        field.widget = Widget.RELATION
        if old is not None and old.label == label_for(field.column):
            field.label = relation_label(field.column)
    elif field.widget not in allowed:
        field.widget = default_widget(field)


def _ask_for(field: FieldSpec, *, related: bool) -> None:
    """What must be given is asked for, even if it was hidden when it could be left out."""
    field.hidden = False
    if field.widget is Widget.READONLY:
        field.widget = Widget.RELATION if related else default_widget(field)
