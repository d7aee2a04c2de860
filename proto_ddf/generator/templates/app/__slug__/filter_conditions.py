"""The search and the filters of a list, as conditions of a WHERE clause."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from .comparison_values import limit_of, may_hold_text, rounded_limit, value_of
from .dialect import as_text, can_hold, contains, equals, has_value, is_empty
from .filters import Condition, Query, shape_of_moment, target_of
from .name_search import is_called, telling_words
from .views import VIEWS, Field, Kind, Relation, TableView


def no_match_reason(view: TableView, conditions: Iterable[Condition]) -> str:
    """Why no row can match all of the filters, as a message; empty if each has a possible value. An address may contain
    any value for any field."""
    return next(filter(None, (_impossible(view, each) for each in conditions)), "")


def _impossible(view: TableView, condition: Condition) -> str:
    target = target_of(view, condition)
    field = target.by_name[condition.field]
    try:
        _condition_of(field, target.column(field.name), condition)
    except ValueError:
        value = condition.value or condition.until or ", ".join(condition.values)
        return f"“{value}” is not a valid value of {field.label}."
    return ""


def matches(view: TableView, query: Query) -> list[sa.ColumnElement[bool]]:
    """The search and the filters as conditions of a WHERE clause."""
    found = [_condition(view, each) for each in query.conditions]
    if query.match_any and found:
        found = [sa.or_(*found)]
    words = query.search.strip()
    if words:
        found.append(sa.or_(sa.false(), *(_search(view, words) if can_hold(words) else ())))
    return found


def _search(view: TableView, words: str) -> Iterable[sa.ColumnElement[bool]]:
    if len(words.split()) > 1 and telling_words(view, words):
        yield is_called(view, words)
    for field in view.visible_fields:
        column = view.column(field.name)
        relation = view.relation_of(field.name)
        if relation:
            yield _related_contains(view, relation, words)
        if field.kind is Kind.TEXT or field.kind is Kind.JSON:
            yield contains(column, words)
        elif field.kind is Kind.INTEGER and words.removeprefix("-").isdecimal():
            yield from _whole_number(column, words)
        elif field.kind in (Kind.DATE, Kind.DATETIME) and words[:4].isdigit():
            yield as_text(column).startswith(words, autoescape=True)


def _whole_number(column: sa.Column[Any], digits: str) -> Iterable[sa.ColumnElement[bool]]:
    with suppress(ValueError):
        yield equals(column, value_of(Kind.INTEGER, digits))


def _condition(view: TableView, condition: Condition) -> sa.ColumnElement[bool]:
    through = view.relation_of(condition.through) if condition.through else None
    if through:
        target = VIEWS[through.target]
        chosen = sa.select(target.column(through.target_fields[0])).where(
            _condition(target, replace(condition, through=""))
        )
        return view.column(condition.through).in_(chosen)
    field = view.by_name[condition.field]
    relation = view.relation_of(field.name)
    if condition.operator == "contains" and relation and can_hold(condition.value):
        return _related_contains(view, relation, condition.value)
    try:
        return _condition_of(field, view.column(field.name), condition)
    except ValueError:
        return sa.false()


def _condition_of(
    field: Field, column: sa.Column[Any], condition: Condition
) -> sa.ColumnElement[bool]:
    """The condition on the field's own value. Raises ValueError if no row can match it."""
    if not can_hold(condition.value + condition.until):
        raise ValueError("no text that a column can hold")
    match condition.operator:
        case "empty":
            return sa.or_(is_empty(column), *_without_text(field, column))
        case "filled":
            return sa.not_(sa.or_(is_empty(column), *_without_text(field, column)))
        case "contains":
            return contains(column, condition.value)
        case "range":
            return _between(field, column, condition.value, condition.until)
        case "least":
            return _between(field, column, condition.value, "")
        case "most":
            return _between(field, column, "", condition.value)
        case "one_of":
            return _one_of(field, column, condition.values)
    return _equals(field, column, condition.value)


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEAR = re.compile(r"\d{1,4}", re.ASCII)


def _without_text(field: Field, column: sa.Column[Any]) -> list[sa.ColumnElement[bool]]:
    """An empty text counts as empty."""
    return [as_text(column) == ""] if may_hold_text(field.kind) else []


def _equals(field: Field, column: sa.Column[Any], value: str) -> sa.ColumnElement[bool]:
    if (_is_moment(field) and _DAY.fullmatch(value)) or (
        shape_of_moment(field) == "year" and value and _are_years(value)
    ):
        with suppress(ValueError):  # 0000-00-00 may be stored, but is not a date
            return _between(field, column, value, value)
    return has_value(column, value_of(field.kind, value))


def _one_of(field: Field, column: sa.Column[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """Values that no row can have are left out, unless all are such."""
    possible: list[sa.ColumnElement[bool]] = []
    for value in filter(can_hold, values):
        with suppress(ValueError):
            possible.append(_equals(field, column, value))
    if not possible:
        raise ValueError("no value that a column can hold")
    return sa.or_(*possible)


def _between(field: Field, column: sa.Column[Any], start: str, end: str) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [column.is_not(None)]
    if shape_of_moment(field) == "year" and _are_years(start, end):
        return sa.and_(*parts, *_between_years(field, column, start, end))
    if start:
        parts.append(_within(field, column, start, True))
    if end and (_is_moment(field) or field.kind is Kind.TEXT) and _DAY.fullmatch(end):
        if end != date.max.isoformat():
            following = date.fromisoformat(end) + timedelta(days=1)
            parts.append(column < value_of(field.kind, following.isoformat()))
    elif end:
        parts.append(_within(field, column, end, False))
    return sa.and_(*parts)


def _within(
    field: Field, column: sa.Column[Any], text: str, ascending: bool
) -> sa.ColumnElement[bool]:
    """Whether the value is not beyond the limit, by which the range begins, or ends if `ascending` is false."""
    limit, rounded = limit_of(field.kind, text, ascending), rounded_limit(field.kind, text)
    within = column >= limit if ascending else column <= limit
    return within if rounded is None else sa.or_(within, column == rounded)


def _are_years(*limits: str) -> bool:
    """Whether the limits that are given are years; in an address they may be days."""
    return all(_YEAR.fullmatch(each) for each in limits if each)


def _between_years(
    field: Field, column: sa.Column[Any], start: str, end: str
) -> Iterable[sa.ColumnElement[bool]]:
    first = "" if field.kind is Kind.TEXT else "-01-01"
    if start:
        yield column >= value_of(field.kind, f"{int(start):04}{first}")
    if end and int(end) < date.max.year:
        yield column < value_of(field.kind, f"{int(end) + 1:04}{first}")


def _is_moment(field: Field) -> bool:
    """Whether a value of the field may be a moment of a day."""
    return field.kind is Kind.DATETIME or shape_of_moment(field) == "date"


def _related_contains(view: TableView, relation: Relation, words: str) -> sa.ColumnElement[bool]:
    target = VIEWS[relation.target]
    chosen = sa.select(target.column(relation.target_fields[0])).where(is_called(target, words))
    return view.column(relation.fields[0]).in_(chosen)
