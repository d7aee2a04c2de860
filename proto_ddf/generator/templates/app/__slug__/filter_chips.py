"""The active filters of a list as text."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import sqlalchemy as sa

from .comparison_values import value_of
from .database import read_connection
from .filters import EMPTY, Condition, target_of
from .formats import YES_NO
from .notation import percent_text, shown_text
from .rows import related_cells
from .views import Field, TableView, Widget


@dataclass
class Chip:
    """A filter as text."""

    label: str
    words: str

    @classmethod
    def of(cls, view: TableView, condition: Condition) -> "Chip":
        """The chip of an active condition."""
        field = target_of(view, condition).by_name[condition.field]
        label = field.label
        if condition.through:
            label = f"{view.by_name[condition.through].label}: {label}"
        if condition.operator in EMPTY:
            return cls(label, EMPTY[condition.operator])
        value = condition.shown or shown_value(field, condition.value)
        until = shown_value(field, condition.until)
        if condition.operator == "contains":
            return cls(label, f"contains “{value}”")
        if condition.operator == "one_of":
            values = condition.shown or ", ".join(
                shown_value(field, each) for each in condition.values
            )
            return cls(label, f"is one of {values}")
        if words := _COMPARED.get(condition.operator):
            return cls(label, f"{words} {value}")
        if value and until:
            return cls(label, f"from {value} to {until}")
        return cls(label, f"from {value}" if value else f"up to {until}")


_COMPARED = {"equals": "is", "least": "is at least", "most": "is at most"}


def shown_value(field: Field, value: str) -> str:
    """A value of a filter as people write it."""
    if field.is_flag:
        shown = (shown_text(field, value) if field.flags else None) or value
        return YES_NO.get(shown, shown)
    is_share = field.widget is Widget.PERCENT and field.is_number
    percent = percent_text(value) if is_share else None
    return value if percent is None else f"{percent} %"


def with_names(view: TableView, conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions; those that are about a row of another table have its name.

    Raises:
        DataError: the database could not answer.
    """
    if not any(_needs_name(view, each) for each in conditions):
        return list(conditions)
    with read_connection() as connection:
        return [
            replace(each, shown=_name_of(connection, view, each))
            if _needs_name(view, each)
            else each
            for each in conditions
        ]


def _needs_name(view: TableView, condition: Condition) -> bool:
    return (
        condition.operator in ("equals", "one_of")
        and not condition.shown
        and target_of(view, condition).relation_of(condition.field) is not None
    )


def _name_of(connection: sa.Connection, view: TableView, condition: Condition) -> str:
    """The names of the rows; empty if there are none."""
    target = target_of(view, condition)
    relation = target.relation_of(condition.field)
    values = []
    for text in condition.values or (condition.value,):
        with suppress(ValueError):
            values.append(value_of(target.by_name[condition.field].kind, text))
    cells = related_cells(connection, relation, values) if relation else {}
    return ", ".join(cell.text for cell in cells.values())
