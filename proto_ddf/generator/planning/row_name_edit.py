"""Changes by a person of how rows are called. As in plan_edit.py, each function returns a new AppSpec."""

from collections.abc import Sequence

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning.plan_edit import checked_label, find_field, find_table
from proto_ddf.generator.planning.row_names import beside_columns, naming_columns
from proto_ddf.generator.spec import AppSpec

MOST_COLUMNS = 5
"""Columns that a row's name can have."""


def set_singular(spec: AppSpec, table: str, singular: str) -> AppSpec:
    """Change how one row of a table is called."""
    new = spec.model_copy(deep=True)
    find_table(new, table).singular = checked_label(singular, "singular")
    return new


def set_row_name(spec: AppSpec, table: str, columns: Sequence[str]) -> AppSpec:
    """Call the rows of a table by these columns, in this order; by none: by their key."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    allowed = naming_columns(planned)
    for column in columns:
        field = find_field(planned, column, "row_name")
        if column not in allowed:
            message = f'"{field.label}" cannot be part of a row\'s name.'
            raise ValidationError(message, "row_name", column)
    if len(set(columns)) < len(columns) or len(columns) > MOST_COLUMNS:
        message = f"A row's name has at most {MOST_COLUMNS} columns, each once."
        raise ValidationError(message, "row_name", list(columns))
    planned.row_name = list(columns)
    return new


def move_in_row_name(spec: AppSpec, table: str, column: str, by: int) -> AppSpec:
    """Move a column of a row's name forward (-1) or back (1); at either end it stays."""
    named = list(find_table(spec, table).row_name)
    if column not in named:
        raise ValidationError("This column is not in the row's name.", "row_name", column)
    place = named.index(column) + by
    if 0 <= place < len(named):
        named.remove(column)
        named.insert(place, column)
    return set_row_name(spec, table, named)


def set_beside(spec: AppSpec, table: str, column: str | None) -> AppSpec:
    """Show this column beside the key of rows that have no name of their own; None shows nothing."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    if column is not None and column not in beside_columns(planned):
        message = "Only a relation or a date that is shown can stand beside the key."
        raise ValidationError(message, "beside", column)
    planned.beside = column
    return new
