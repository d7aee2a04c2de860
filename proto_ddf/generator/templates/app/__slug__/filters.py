"""Search and filters: which rows a list shows, as conditions of a WHERE clause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from .comparing import limit_of, may_hold_text, value_of
from .dialect import as_text, contains, equals
from .views import VIEWS, Field, Kind, Relation, TableView


@dataclass(frozen=True)
class Condition:
    """One filter. `operator` is contains, equals, range, empty or filled; `until` is the end of a range."""

    field: str
    operator: str
    value: str = ""
    until: str = ""


EMPTY = {"empty": "is empty", "filled": "is not empty"}
OPERATORS: dict[str, dict[str, str]] = {
    "text": {"contains": "contains", "equals": "is", **EMPTY},
    "relation": {"contains": "contains", **EMPTY},
    "number": {"range": "is between", "equals": "is", **EMPTY},
    "date": {"range": "is between", "equals": "is", **EMPTY},
    "time": {"range": "is between", "equals": "is", **EMPTY},
    "yesno": {"equals": "is", **EMPTY},
    "choice": {"equals": "is", **EMPTY},
    "binary": EMPTY,
}
"""The comparisons that each shape of field offers, the usual one first."""


def shape_of(view: TableView, name: str) -> str:
    """What kind of values a filter of this field compares with: a key of OPERATORS."""
    field = view.by_name.get(name)
    if field is None:
        return "text"
    if view.relation_of(name):
        return "relation"
    if field.choices:
        return "choice"
    if field.is_number:
        return "number"
    shapes = {
        Kind.BOOLEAN: "yesno",
        Kind.DATE: "date",
        Kind.DATETIME: "date",
        Kind.TIME: "time",
        Kind.BINARY: "binary",
    }
    return shapes.get(field.kind, "text")


def wrong_with(view: TableView, condition: Condition) -> str:
    """Why this is no filter, in words for a person; empty where it is one."""
    field = view.by_name.get(condition.field)
    shape = shape_of(view, condition.field)
    if field is None or condition.operator not in OPERATORS[shape] | {"equals": ""}:
        return "Choose a field and a comparison."
    if condition.operator in EMPTY:
        return ""
    values = [condition.value]
    if condition.operator == "range":
        values = [value for value in (condition.value, condition.until) if value]
    if not any(values):
        return "Enter a value."
    try:
        for value in values:
            if shape == "number":
                float(value)
            elif shape == "date":
                date.fromisoformat(value)
    except ValueError:
        return "Enter a number." if shape == "number" else "Enter a date."
    return ""


def filled_in(view: TableView, name: str, value: str) -> Condition:
    """The filter that an address asks for by `?name=value`."""
    condition = Condition(name, "equals", value[:200])
    return Condition(name, "empty") if wrong_with(view, condition) else condition


@dataclass
class Chip:
    """A filter in words."""

    label: str
    words: str

    @classmethod
    def of(cls, view: TableView, condition: Condition) -> "Chip":
        """The chip of a condition that is in force."""
        label = view.by_name[condition.field].label
        if condition.operator in EMPTY:
            return cls(label, EMPTY[condition.operator])
        value = {"true": "Yes", "false": "No"}.get(condition.value, condition.value)
        if condition.operator == "contains":
            return cls(label, f"contains “{value}”")
        if condition.operator == "equals":
            return cls(label, f"is {value}")
        if value and condition.until:
            return cls(label, f"from {value} to {condition.until}")
        return cls(label, f"from {value}" if value else f"up to {condition.until}")


@dataclass(frozen=True)
class Query:
    """Which rows, in which order."""

    search: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    """A field; empty: by key."""
    descending: bool = False


def matches(view: TableView, query: Query) -> list[sa.ColumnElement[bool]]:
    """The search and the filters as conditions for a WHERE clause."""
    found = [_condition(view, each) for each in query.conditions]
    words = query.search.strip()
    if words:
        found.append(sa.or_(sa.false(), *(_search(view, words) if may_be_held(words) else ())))
    return found


def may_be_held(text: str) -> bool:
    """Whether a database can hold the text: none has halves of UTF-16 pairs, and a server's no zero bytes."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _search(view: TableView, words: str) -> Iterable[sa.ColumnElement[bool]]:
    for field in view.shown:
        column = view.column(field.name)
        relation = view.relation_of(field.name)
        if relation:
            yield _related_contains(view, relation, words)
        if field.kind is Kind.TEXT or field.kind is Kind.JSON:
            yield contains(column, words)
        elif field.kind is Kind.INTEGER and words.removeprefix("-").isdecimal() and len(words) < 19:
            yield column == int(words)
        elif field.kind in (Kind.DATE, Kind.DATETIME) and words[:4].isdigit():
            yield as_text(column).startswith(words, autoescape=True)


def _condition(view: TableView, condition: Condition) -> sa.ColumnElement[bool]:
    field = view.by_name[condition.field]
    column = view.column(field.name)
    if not may_be_held(condition.value + condition.until):
        return sa.false()
    match condition.operator:
        case "empty":
            return sa.or_(column.is_(None), *_without_text(field, column))
        case "filled":
            return sa.and_(column.is_not(None), *map(sa.not_, _without_text(field, column)))
        case "contains":
            relation = view.relation_of(field.name)
            if relation:
                return _related_contains(view, relation, condition.value)
            return contains(column, condition.value)
    try:
        if condition.operator == "range":
            return _between(field, column, condition.value, condition.until)
        return _equals(field, column, condition.value)
    except ValueError:
        return sa.false()


def _without_text(field: Field, column: sa.Column[Any]) -> list[sa.ColumnElement[bool]]:
    """An empty text counts as nothing."""
    return [as_text(column) == ""] if may_hold_text(field.kind) else []


def _equals(field: Field, column: sa.Column[Any], value: str) -> sa.ColumnElement[bool]:
    if field.kind is Kind.DATETIME and len(value) == len("2024-01-31"):
        return _between(field, column, value, value)
    return equals(column, value_of(field.kind, value))


def _between(field: Field, column: sa.Column[Any], start: str, end: str) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [column.is_not(None)]
    if start:
        parts.append(column >= limit_of(field.kind, start))
    if end and field.kind is Kind.DATETIME and len(end) == len("2024-01-31"):
        if end != date.max.isoformat():
            following = date.fromisoformat(end) + timedelta(days=1)
            parts.append(column < value_of(field.kind, following.isoformat()))
    elif end:
        parts.append(column <= limit_of(field.kind, end))
    return sa.and_(*parts)


def _related_contains(view: TableView, relation: Relation, words: str) -> sa.ColumnElement[bool]:
    target = VIEWS[relation.target]
    chosen = sa.select(target.column(relation.target_fields[0])).where(
        contains(target.column(target.display), words)
    )
    return view.column(relation.fields[0]).in_(chosen)
