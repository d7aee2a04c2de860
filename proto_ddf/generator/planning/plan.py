"""Schema -> AppSpec: plans a generated app before any file is written."""

from collections.abc import Sequence

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.labels import Wording, children_label, label_for, relation_label
from proto_ddf.generator.names import (
    field_identifier,
    route_for,
    table_identifier,
    validate_project_name,
)
from proto_ddf.generator.planning.charts import plan_charts
from proto_ddf.generator.planning.column_profile import TableProfile, read_profiles
from proto_ddf.generator.planning.icons import choose_icons
from proto_ddf.generator.planning.key_figures import plan_key_figures
from proto_ddf.generator.planning.list_columns import plan_list_columns
from proto_ddf.generator.planning.measures import main_date
from proto_ddf.generator.planning.navigation import arrange
from proto_ddf.generator.planning.relations import plan_relations, related_columns
from proto_ddf.generator.planning.row_names import plan_beside, plan_row_name
from proto_ddf.generator.planning.widgets import plan_field
from proto_ddf.generator.spec import AppSpec, Dialect, FieldSpec, RelationSpec, TableSpec, Widget
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema, TableInfo

ACCENT_COLORS = (
    *("tomato", "red", "ruby", "crimson", "pink", "plum", "purple", "violet", "iris", "indigo"),
    *("blue", "cyan", "teal", "jade", "green", "grass", "bronze", "gold", "brown", "orange"),
    *("amber", "yellow", "lime", "mint", "sky", "gray"),
)
"""The accent colours of Radix."""

ADDED_KEY = "row_id"
"""Name of the key that an import adds to a table without one."""


def plan_app(
    schema: SourceSchema,
    *,
    name: str,
    description: str = "",
    tables: Sequence[str] | None = None,
    allow_editing: bool = False,
    accent_color: str = "indigo",
    imported: bool,
    dialect: Dialect = "sqlite",
    source: Source | None = None,
) -> AppSpec:
    """Plan an app for the given tables (None: all).

    With `source`, a limited number of rows is read to choose selects and charts that fit the data.

    Raises:
        ValidationError: field "name", "tables" or "accent_color".
        Exception: any exception of the source while it is read.
    """
    slug = validate_project_name(name)
    check_color(accent_color)
    chosen = _chosen(schema, tables)
    profiles = read_profiles(source, chosen)
    wording = wording_of(chosen)
    identifiers, routes = set[str](), set[str]()
    planned: list[TableSpec] = []
    for table in chosen:
        identifier = table_identifier(table.name, identifiers, len(planned) + 1)
        planned.append(
            plan_table(
                table,
                chosen,
                name=identifier,
                route=route_for(identifier, routes),
                allow_editing=allow_editing,
                imported=imported,
                profile=profiles[table.name],
                wording=wording,
            )
        )
    for each in planned:
        each.beside = plan_beside(each, planned, profiles[each.table])
        each.list_columns = plan_list_columns(each)
    arranged = arrange(planned)
    choose_icons(arranged)
    return AppSpec(
        name=name.strip(),
        slug=slug,
        description=description.strip(),
        accent_color=accent_color,
        allow_editing=allow_editing,
        imported=imported,
        dialect="sqlite" if imported else dialect,
        tables=arranged,
        key_figures=plan_key_figures(arranged, profiles),
        charts=plan_charts(arranged, profiles),
    )


def wording_of(tables: Sequence[TableInfo]) -> Wording:
    """How the tables of an app are called."""
    return Wording.of({table.name: [each.name for each in table.columns] for table in tables})


def check_color(accent_color: str) -> None:
    """Raises ValidationError, field "accent_color", if it is not an accent colour of Radix."""
    if accent_color not in ACCENT_COLORS:
        raise ValidationError("Choose a theme colour.", "accent_color", accent_color)


def _chosen(schema: SourceSchema, wanted: Sequence[str] | None) -> list[TableInfo]:
    known = {table.name for table in schema.tables}
    for name in wanted or ():
        if name not in known:
            message = f'The source has no table "{name}".'
            raise ValidationError(message, "tables", name, code="table_unknown", table=name)
    chosen = [table for table in schema.tables if wanted is None or table.name in wanted]
    if not chosen:
        raise ValidationError(
            "Choose at least one table.", "tables", wanted, code="tables_required"
        )
    return chosen


def plan_table(
    table: TableInfo,
    chosen: Sequence[TableInfo],
    *,
    name: str,
    route: str,
    allow_editing: bool,
    imported: bool,
    profile: TableProfile,
    wording: Wording,
) -> TableSpec:
    """The plan of one table among the `chosen`; `name` and `route` are unique in the app."""
    label = wording.page(table.name, is_view=table.is_view)
    relations = plan_relations(table, chosen, imported=imported)
    for relation in relations:
        if relation.target_table == table.name:
            parent = relation_label(relation.columns[0])
            relation.children_label = children_label(label, parent)
    fields = _fields(table, relations, imported, profile)
    key = list(table.primary_key)
    if imported and not key:
        fields.insert(0, _added_key(fields))
        key = [fields[0].column]
    others = [each.name for each in chosen if each.name != table.name]
    row_name = plan_row_name(table.name, others, fields, key, relations, profile)
    planned = TableSpec(
        table=table.name,
        namespace=table.namespace,
        name=name,
        route=route,
        label=label,
        singular=wording.row(table.name),
        fields=fields,
        primary_key=key,
        relations=relations,
        row_name=row_name,
        editable=allow_editing and bool(key) and not table.is_view,
        row_count=table.row_count,
        is_view=table.is_view,
    )
    date = main_date(planned, profile)
    planned.main_date = date.column if date else None
    return planned


def _fields(
    table: TableInfo, relations: list[RelationSpec], imported: bool, profile: TableProfile
) -> list[FieldSpec]:
    related = related_columns(relations)
    taken: set[str] = set()
    columns = table.columns if imported else map(_as_edited, table.columns)
    return [
        plan_field(
            column,
            field_identifier(column.name, taken, position),
            related=column.name in related,
            generated=_is_generated(column, table, related, imported),
            profile=profile.get(column.name),
        )
        for position, column in enumerate(columns, start=1)
    ]


def _as_edited(column: ColumnInfo) -> ColumnInfo:
    """A PostgreSQL array is edited as text in its own notation, {1,2}, which is not JSON."""
    is_array = column.db_type.endswith("[]")
    return column.model_copy(update={"type": ColumnType.TEXT}) if is_array else column


def _is_generated(column: ColumnInfo, table: TableInfo, related: set[str], imported: bool) -> bool:
    """The database numbers a single integer key, unless it also refers to another table."""
    lone_key = table.primary_key == (column.name,) and column.type is ColumnType.INTEGER
    return column.autoincrement or (lone_key and imported and column.name not in related)


def _added_key(fields: list[FieldSpec]) -> FieldSpec:
    columns = {field.column.lower() for field in fields}
    column, number = ADDED_KEY, 2
    while column in columns:
        column = f"{ADDED_KEY}_{number}"
        number += 1
    return FieldSpec(
        column=column,
        name=field_identifier(column, {field.name for field in fields}, 0),
        label=label_for(column),
        type=ColumnType.INTEGER,
        widget=Widget.READONLY,
        hidden=True,
        nullable=False,
        primary_key=True,
        generated=True,
        unique=True,
    )
