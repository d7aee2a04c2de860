"""Adds a table of the source to a plan that a person may already have changed."""

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.names import route_for, table_identifier
from proto_ddf.generator.planning.column_profile import read_profiles
from proto_ddf.generator.planning.icons import icon_for
from proto_ddf.generator.planning.list_columns import plan_list_columns
from proto_ddf.generator.planning.navigation import section_of
from proto_ddf.generator.planning.plan import plan_table, wording_of
from proto_ddf.generator.planning.relations import plan_relations
from proto_ddf.generator.planning.row_names import plan_beside
from proto_ddf.generator.spec import AppSpec, Widget
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import SourceSchema


def add_table(
    spec: AppSpec, schema: SourceSchema, table: str, source: Source | None = None
) -> AppSpec:
    """The plan with one more table, and with the relations of other tables to it.

    Raises:
        ValidationError: field "tables", if the table is unknown or already in the plan.
        Exception: any exception of the source while it is read.
    """
    if any(planned.table == table for planned in spec.tables):
        raise ValidationError(f'"{table}" is in the plan already.', "tables", table)
    try:
        info = schema.table(table)
    except KeyError:
        message = f'The source has no table "{table}".'
        raise ValidationError(message, "tables", table, code="table_unknown", table=table) from None
    new = spec.model_copy(deep=True)
    known = {planned.table for planned in new.tables} | {table}
    chosen = [each for each in schema.tables if each.name in known]
    identifier = table_identifier(table, {each.name for each in new.tables}, len(known))
    profile = read_profiles(source, [info])[table]
    planned = plan_table(
        info,
        chosen,
        name=identifier,
        route=route_for(identifier, {each.route for each in new.tables}),
        allow_editing=spec.allow_editing,
        imported=spec.imported,
        profile=profile,
        wording=wording_of(chosen),
    )
    new.tables.append(planned)
    planned.beside = plan_beside(planned, new.tables, profile)
    planned.list_columns = plan_list_columns(planned)
    _add_relations_to(new, schema, table)
    planned.section = section_of(planned, new.tables)
    planned.icon = icon_for(planned, {each.icon for each in new.tables})
    return new


def _add_relations_to(spec: AppSpec, schema: SourceSchema, table: str) -> None:
    """Add the relations of the other tables to the new one."""
    target = schema.table(table)
    for planned in spec.tables[:-1]:
        for relation in plan_relations(
            schema.table(planned.table), [target], imported=spec.imported
        ):
            if any(relation.columns == each.columns for each in planned.relations):
                continue
            planned.relations.append(relation)
            for field in planned.fields:
                if relation.columns == [field.column] and not field.generated:
                    field.widget = Widget.RELATION
