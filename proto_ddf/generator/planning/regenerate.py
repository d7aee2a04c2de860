"""Updates an app's plan to the current schema of its source, and keeps what a person decided.

Tables, columns, relations and charts that are no longer possible are removed. New columns and foreign keys are planned
as usual, and so is a column whose type changed, except for its label. New tables are added only on request.
"""

from collections.abc import Iterable, Mapping, Sequence

from proto_ddf.errors.types import IntegrationError
from proto_ddf.generator.labels import Wording
from proto_ddf.generator.names import allowed_route
from proto_ddf.generator.planning.chart_edit import chart_is_valid
from proto_ddf.generator.planning.column_profile import TableProfile, read_profiles
from proto_ddf.generator.planning.figure_edit import figure_is_valid
from proto_ddf.generator.planning.list_columns import keep_list_columns, plan_list_columns
from proto_ddf.generator.planning.measures import is_date
from proto_ddf.generator.planning.navigation import is_link
from proto_ddf.generator.planning.plan import plan_table, wording_of
from proto_ddf.generator.planning.plan_extend import add_table
from proto_ddf.generator.planning.regenerate_fields import merge_fields
from proto_ddf.generator.planning.relations import compatible, plan_relations
from proto_ddf.generator.planning.row_names import beside_columns, naming_columns, plan_beside
from proto_ddf.generator.spec import AppSpec, RelationSpec, Section, TableSpec
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.diff import SchemaChanges, compare_schemas
from proto_ddf.sources.schema.model import SourceSchema, TableInfo

_Reference = tuple[tuple[str, ...], str, tuple[str, ...]]
"""The columns, the table they refer to, and its columns."""


def relevant_schema(spec: AppSpec, schema: SourceSchema) -> SourceSchema:
    """The part of a source's schema that the app uses: its own tables and the foreign keys between them. Of other
    tables only the names stay."""
    return _relevant_part({table.table for table in spec.tables}, schema)


def changes_for(
    spec: AppSpec, before: SourceSchema, after: SourceSchema, add: Sequence[str] = ()
) -> SchemaChanges:
    """What changed in the source for the app, and for the tables to `add`. That a table outside of the app was removed
    is not a change."""
    own = {*(table.table for table in spec.tables), *add}
    changes = compare_schemas(_relevant_part(own, before), _relevant_part(own, after))
    removed = tuple(name for name in changes.tables_removed if name in own)
    return changes.model_copy(update={"tables_removed": removed})


def regenerate(
    spec: AppSpec,
    before: SourceSchema,
    after: SourceSchema,
    source: Source | None = None,
    *,
    add: Sequence[str] = (),
) -> AppSpec:
    """Update the plan of an app from the schema `before`, for which it was made, to the schema `after`. Adds the tables
    in `add`.

    Raises:
        IntegrationError: code source_changed, if none of its tables exists any more.
        ValidationError: field "tables", if a table to add is unknown or already in the plan.
        Exception: any exception of the source while it is read.
    """
    current = {table.name: table for table in after.tables}
    kept = [table for table in spec.tables if table.table in current]
    if not kept:
        raise IntegrationError(
            "None of the app's tables is left in its source.",
            system="source",
            operation="read tables",
            code="source_changed",
            reason="none of the app's tables is left in it",
        )
    chosen = [current[table.table] for table in kept]
    previous = {table.name: table for table in before.tables}
    profiles = read_profiles(source, chosen)
    wording = wording_of(chosen)
    new = spec.model_copy(deep=True)
    new.tables = [
        _table(table, current[table.table], chosen, previous, spec, profiles[table.table], wording)
        for table in kept
    ]
    for old, planned in zip(kept, new.tables, strict=True):
        _keep_row_name(old, planned, new.tables, profiles[old.table])
        _keep_list(old, planned)
    new.key_figures = [figure for figure in new.key_figures if figure_is_valid(new, figure)]
    new.charts = [chart for chart in new.charts if chart_is_valid(new, chart)]
    for name in add:
        new = add_table(new, after, name, source)
    return new


def _relevant_part(own: set[str], schema: SourceSchema) -> SourceSchema:
    return SourceSchema(
        tables=tuple(
            _with_keys_among(table, own)
            if table.name in own
            else TableInfo(name=table.name, columns=())
            for table in schema.tables
        )
    )


def _with_keys_among(table: TableInfo, own: set[str]) -> TableInfo:
    keys = tuple(key for key in table.foreign_keys if key.target_table in own)
    return table.model_copy(update={"foreign_keys": keys})


def _table(
    old: TableSpec,
    info: TableInfo,
    chosen: Sequence[TableInfo],
    previous: Mapping[str, TableInfo],
    spec: AppSpec,
    profile: TableProfile,
    wording: Wording,
) -> TableSpec:
    planned = plan_table(
        info,
        chosen,
        name=old.name,
        route=allowed_route(old.route),
        allow_editing=spec.allow_editing,
        imported=spec.imported,
        profile=profile,
        wording=wording,
    )
    before = previous.get(info.name)
    planned.relations = _relations(old, planned, previous, chosen, spec.imported)
    planned.fields = merge_fields(old, planned, before or info, info, profile)
    planned.label, planned.singular = old.label, old.singular
    _keep_place(old, planned)
    return planned


def _keep_place(old: TableSpec, planned: TableSpec) -> None:
    """Keep where the navigation has the table. One that got data of its own needs a page."""
    needs_page = old.section is Section.NONE and not is_link(planned)
    planned.section = Section.MAIN if needs_page else old.section
    planned.icon = old.icon
    if any(field.column == old.main_date and is_date(field) for field in planned.fields):
        planned.main_date = old.main_date


def _keep_row_name(
    old: TableSpec, planned: TableSpec, tables: Sequence[TableSpec], profile: TableProfile
) -> None:
    """Call the rows as before, as far as the columns still exist."""
    names = naming_columns(planned)
    left = [column for column in old.row_name if column in names]
    if left or not old.row_name:
        planned.row_name = left
    is_possible = old.beside in (None, *beside_columns(planned))
    planned.beside = old.beside if is_possible else plan_beside(planned, tables, profile)


def _keep_list(old: TableSpec, planned: TableSpec) -> None:
    planned.list_columns = plan_list_columns(planned)
    if old.list_columns:
        known = {field.column for field in old.fields}
        keep_list_columns(planned, old.list_columns, known)


def _relations(
    old: TableSpec,
    planned: TableSpec,
    previous: Mapping[str, TableInfo],
    chosen: Sequence[TableInfo],
    imported: bool,
) -> list[RelationSpec]:
    """The relations of the plan that are still valid, then those that the source declares since.

    A relation that the source no longer declares is removed. One that a person removed stays removed. One that was
    suggested by the values stays, whatever the values are now.
    """
    before = previous.get(old.table)
    planned_before = (
        plan_relations(before, [*previous.values()], imported=imported) if before else []
    )
    declared, was_declared = _references(planned.relations), _references(planned_before)
    no_longer_declared = {
        _reference(each) for each in planned_before if not each.suggested
    } - declared
    kept = [
        each
        for each in old.relations
        if _reference(each) in declared
        or (_reference(each) not in no_longer_declared and _is_possible(each, old, chosen))
    ]
    taken = {tuple(each.columns) for each in kept}
    added = [
        each
        for each in planned.relations
        if _reference(each) not in was_declared and tuple(each.columns) not in taken
    ]
    return [*kept, *added]


def _reference(relation: RelationSpec) -> _Reference:
    return tuple(relation.columns), relation.target_table, tuple(relation.target_columns)


def _references(relations: Iterable[RelationSpec]) -> set[_Reference]:
    return {_reference(relation) for relation in relations}


def _is_possible(relation: RelationSpec, table: TableSpec, chosen: Sequence[TableInfo]) -> bool:
    """Whether both ends exist and their values can be equal."""
    columns = {info.name: {each.name: each for each in info.columns} for info in chosen}
    own, target = columns[table.table], columns.get(relation.target_table, {})
    pairs = list(zip(relation.columns, relation.target_columns, strict=True))
    return all(
        one in own and other in target and compatible(own[one].type, target[other].type)
        for one, other in pairs
    )
