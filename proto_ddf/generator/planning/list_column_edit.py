"""Changes by a person of the columns of a list. As in plan_edit.py, each function returns a new AppSpec."""

from collections.abc import Sequence

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning.list_columns import listable
from proto_ddf.generator.planning.plan_edit import find_field, find_table
from proto_ddf.generator.spec import AppSpec


def set_list_columns(spec: AppSpec, table: str, columns: Sequence[str]) -> AppSpec:
    """Show these columns in the list of a table at first, in this order."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    allowed = listable(planned)
    for column in columns:
        field = find_field(planned, column, "list_columns")
        if column not in allowed:
            message = f'"{field.label}" is hidden, so the list cannot show it.'
            raise ValidationError(message, "list_columns", column)
    if not columns:
        message = "A list shows at least one column."
        raise ValidationError(message, "list_columns", [], code="required")
    if len(set(columns)) < len(columns):
        message = "A list shows each column once."
        raise ValidationError(message, "list_columns", list(columns))
    planned.list_columns = list(columns)
    return new


def columns_of_list(spec: AppSpec, table: str) -> list[str]:
    """The columns that the list of a table shows."""
    planned = find_table(spec, table)
    return planned.list_columns or listable(planned)


def move_in_list(spec: AppSpec, table: str, column: str, by: int) -> AppSpec:
    """Move a column of a list forward (-1) or back (1); at either end it stays."""
    columns = list(columns_of_list(spec, table))
    if column not in columns:
        raise ValidationError("The list does not show this column.", "list_columns", column)
    place = columns.index(column)
    columns.remove(column)
    columns.insert(max(0, place + by), column)
    return set_list_columns(spec, table, columns)
