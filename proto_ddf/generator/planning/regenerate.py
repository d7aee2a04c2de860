"""An app's plan, brought up to what its source looks like now; what a person decided about it stays.

Tables, columns, relations and charts that lost their ground go. New columns and references are planned as
usual, and so is a column whose type changed, but for its label. New tables come only when asked for.
"""

from collections.abc import Iterable, Mapping, Sequence

from proto_ddf.errors.types import IntegrationError
from proto_ddf.generator.planning.chart_edit import fits
from proto_ddf.generator.planning.column_profile import TableProfile, read_profiles
from proto_ddf.generator.planning.plan import plan_table
from proto_ddf.generator.planning.plan_extend import add_table
from proto_ddf.generator.planning.regenerate_fields import merge_fields
from proto_ddf.generator.planning.relations import compatible, plan_relations
from proto_ddf.generator.spec import AppSpec, RelationSpec, TableSpec
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.diff import SchemaChanges, compare_schemas
from proto_ddf.sources.schema.model import SourceSchema, TableInfo

_Aim = tuple[tuple[str, ...], str, tuple[str, ...]]
"""Columns, the table they refer to, and the columns there."""


def as_made_from(spec: AppSpec, schema: SourceSchema) -> SourceSchema:
    """What of a source's schema is the app's matter: its own tables and how they refer to each other. Of the
    other tables only the names stay."""
    return _matter({table.table for table in spec.tables}, schema)


def changes_for(
    spec: AppSpec, before: SourceSchema, after: SourceSchema, add: Sequence[str] = ()
) -> SchemaChanges:
    """What changed in the source, as far as it is the app's matter, with the tables `add` too: not that a
    table it has not is gone."""
    own = {*(table.table for table in spec.tables), *add}
    changes = compare_schemas(_matter(own, before), _matter(own, after))
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
    """The plan for the source as it is `after`, of an app made when it was as `before`, with the tables `add` too.

    Raises:
        IntegrationError: code source_changed, when none of its tables is left.
        ValidationError: field "tables", for a table to add that is unknown or there already.
        Exception: whatever the source raises when it cannot be read.
    """
    there = {table.name: table for table in after.tables}
    kept = [table for table in spec.tables if table.table in there]
    if not kept:
        raise IntegrationError(
            "None of the app's tables is left in its source.",
            system="source",
            operation="read tables",
            code="source_changed",
            reason="none of the app's tables is left in it",
        )
    chosen = [there[table.table] for table in kept]
    earlier = {table.name: table for table in before.tables}
    profiles = read_profiles(source, chosen)
    new = spec.model_copy(deep=True)
    new.tables = [
        _table(table, there[table.table], chosen, earlier, spec, profiles[table.table])
        for table in kept
    ]
    new.charts = [chart for chart in new.charts if fits(new, chart)]
    for name in add:
        new = add_table(new, after, name, source)
    return new


def _matter(own: set[str], schema: SourceSchema) -> SourceSchema:
    return SourceSchema(
        tables=tuple(
            _among(table, own) if table.name in own else TableInfo(name=table.name, columns=())
            for table in schema.tables
        )
    )


def _among(table: TableInfo, own: set[str]) -> TableInfo:
    keys = tuple(key for key in table.foreign_keys if key.target_table in own)
    return table.model_copy(update={"foreign_keys": keys})


def _table(
    old: TableSpec,
    info: TableInfo,
    chosen: Sequence[TableInfo],
    earlier: Mapping[str, TableInfo],
    spec: AppSpec,
    profile: TableProfile,
) -> TableSpec:
    planned = plan_table(
        info,
        chosen,
        name=old.name,
        route=old.route,
        allow_editing=spec.allow_editing,
        imported=spec.imported,
        profile=profile,
    )
    before = earlier.get(info.name)
    planned.relations = _relations(old, planned, earlier, chosen, spec.imported)
    planned.fields = merge_fields(old, planned, before or info, info, profile)
    planned.label = old.label
    if old.display_column in {field.column for field in planned.fields}:
        planned.display_column = old.display_column
    return planned


def _relations(
    old: TableSpec,
    planned: TableSpec,
    earlier: Mapping[str, TableInfo],
    chosen: Sequence[TableInfo],
    imported: bool,
) -> list[RelationSpec]:
    """Those of the plan that still stand, then those that the source declares anew.

    One that the source declared and no longer does goes; one that a person took away stays away. What was
    only suggested by the values stays however they are now.
    """
    before = earlier.get(old.table)
    usual = plan_relations(before, [*earlier.values()], imported=imported) if before else []
    declared, was_declared = _aims(planned.relations), _aims(usual)
    withdrawn = {_aim(each) for each in usual if not each.suggested} - declared
    kept = [
        each
        for each in old.relations
        if _aim(each) in declared or (_aim(each) not in withdrawn and _holds(each, old, chosen))
    ]
    taken = {tuple(each.columns) for each in kept}
    fresh = [
        each
        for each in planned.relations
        if _aim(each) not in was_declared and tuple(each.columns) not in taken
    ]
    return [*kept, *fresh]


def _aim(relation: RelationSpec) -> _Aim:
    return tuple(relation.columns), relation.target_table, tuple(relation.target_columns)


def _aims(relations: Iterable[RelationSpec]) -> set[_Aim]:
    return {_aim(relation) for relation in relations}


def _holds(relation: RelationSpec, table: TableSpec, chosen: Sequence[TableInfo]) -> bool:
    """Whether both ends are there and their values can be equal."""
    columns = {info.name: {each.name: each for each in info.columns} for info in chosen}
    here, there = columns[table.table], columns.get(relation.target_table, {})
    pairs = list(zip(relation.columns, relation.target_columns, strict=True))
    return all(
        one in here and other in there and compatible(here[one].type, there[other].type)
        for one, other in pairs
    )
