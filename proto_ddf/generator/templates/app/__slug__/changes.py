"""Changes: create, update or delete a row, after checking it against the data."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .checks import checked
from .data import count_rows, forget_counts, key_is
from .database import changing, reading
from .dialect import equals
from .errors import CHECK_FIELDS, NOT_ALLOWED, ROW_GONE, DataError
from .filters import Condition, Query
from .formats import input_text
from .keys import encode_key
from .on_delete import on_delete
from .views import VIEWS, TableView


def create(view: TableView, form: dict[str, str]) -> str:
    """Add a row from a form's texts by field, and return its key as an address part.

    Raises:
        DataError: a field is wrong (see `fields`), or the database refused.
    """
    _must_be_editable(view)
    values = checked(form, view.asked, creating=True)
    with changing(view) as connection:
        _check_against_data(connection, view, values, None)
        made = connection.execute(sa.insert(view.table).values(values))
        generated = made.inserted_primary_key or ()
        key = [
            values[name] if values.get(name) is not None else generated[at]
            for at, name in enumerate(view.key)
        ]
    forget_counts()
    return encode_key(view, key)


def update(view: TableView, key: tuple[Any, ...], form: dict[str, str]) -> str:
    """Change the fields of a row that differ from what is stored; return its key as an address part.

    Raises:
        DataError: a field is wrong (see `fields`), the row is gone, or the database refused.
    """
    _must_be_editable(view)
    with changing(view) as connection:
        columns = [view.column(field.name) for field in view.asked]
        stored = connection.execute(sa.select(*columns).where(*key_is(view, key))).first()
        if stored is None:
            raise DataError(ROW_GONE)
        changed = [
            field
            for field, value in zip(view.asked, stored, strict=True)
            if form.get(field.name, "") != input_text(field, value)
        ]
        values = checked(form, changed, creating=False)
        if values:
            _check_against_data(connection, view, values, key)
            connection.execute(sa.update(view.table).where(*key_is(view, key)).values(values))
    forget_counts()
    return encode_key(
        view, [values.get(name, value) for name, value in zip(view.key, key, strict=True)]
    )


def delete(view: TableView, key: tuple[Any, ...]) -> None:
    """Delete the row.

    Raises:
        DataError: the row is gone, other rows refer to it, or the database refused.
    """
    _must_be_editable(view)
    with changing(view, deleting=True) as connection:
        done = connection.execute(sa.delete(view.table).where(*key_is(view, key)))
        if done.rowcount == 0:
            raise DataError(ROW_GONE)
    forget_counts()


@dataclass
class Consequence:
    """What deleting a row means for the rows of another table that refer to it."""

    count: int
    text: str
    """What follows the count."""
    prevents: bool


def consequences(view: TableView, values: dict[str, Any]) -> list[Consequence]:
    """What deleting the row would do to the rows that refer to it.

    Raises:
        DataError: the database could not answer.
    """
    found = []
    for other, relation in view.referring():
        conditions = tuple(
            Condition(name, "equals", str(values[target]))
            for name, target in zip(relation.fields, relation.target_fields, strict=True)
        )
        count = count_rows(other, Query(conditions=conditions))
        if count:
            found.append(_consequence(other, relation.fields, count))
    return found


def _consequence(other: TableView, fields: tuple[str, ...], count: int) -> Consequence:
    rows = f"{'row' if count == 1 else 'rows'} of {other.label}"
    with reading() as connection:
        columns = [other.column(name).name for name in fields]
        rule = on_delete(connection, other.table, columns)
    match rule:
        case "CASCADE":
            return Consequence(count, f"{rows} will be deleted with it.", False)
        case "SET NULL" | "SET DEFAULT":
            return Consequence(count, f"{rows} will no longer refer to anything.", False)
        case None:
            return Consequence(count, f"{rows} will refer to a row that is gone.", False)
        case _:
            refer = "refers" if count == 1 else "refer"
            return Consequence(count, f"{rows} {refer} to it: delete or change those first.", True)


def _must_be_editable(view: TableView) -> None:
    if not view.editable or not view.key:
        raise DataError(NOT_ALLOWED)


def _check_against_data(
    connection: sa.Connection,
    view: TableView,
    values: dict[str, Any],
    key: tuple[Any, ...] | None,
) -> None:
    """Raises DataError naming the fields whose value is taken, or refers to a row that is not there."""
    wrong: dict[str, str] = {}
    for name, value in values.items():
        field = view.by_name[name]
        if value is None:
            continue
        if field.unique and _taken(connection, view, name, value, key):
            wrong[name] = f"Another row already has this {field.label.lower()}."
        elif not _exists(connection, view, name, value):
            wrong[name] = "This row is no longer there. Choose another one."
    if wrong:
        raise DataError(CHECK_FIELDS, wrong)


def _taken(
    connection: sa.Connection, view: TableView, name: str, value: Any, key: tuple[Any, ...] | None
) -> bool:
    statement = (
        sa.select(sa.literal(1)).select_from(view.table).where(equals(view.column(name), value))
    )
    if key is not None:
        statement = statement.where(sa.not_(sa.and_(*key_is(view, key))))
    return connection.execute(statement.limit(1)).first() is not None


def _exists(connection: sa.Connection, view: TableView, name: str, value: Any) -> bool:
    relation = view.relation_of(name)
    if relation is None:
        return True
    target = VIEWS[relation.target].column(relation.target_fields[0])
    statement = sa.select(sa.literal(1)).where(equals(target, value))
    return connection.execute(statement.limit(1)).first() is not None
