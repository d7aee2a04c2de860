"""The search and the filters of a list, as conditions of a WHERE clause."""

from dataclasses import dataclass, replace
from dataclasses import field as data_field
from datetime import date, time
from decimal import Decimal

from .comparison_values import limit_of
from .notation import moved
from .views import VIEWS, Field, Kind, TableView, Widget


@dataclass(frozen=True)
class Condition:
    """One filter. `operator` is a name in OPERATORS; `until` is the end of a range. Values are written as they are
    stored."""

    field: str
    operator: str
    value: str = ""
    until: str = ""
    through: str = ""
    """The field that refers to the row whose `field` it is about; empty: the field is the row's own."""
    shown: str = data_field(default="", compare=False)
    """The value, or several, as people call it, if it refers to a row."""
    values: tuple[str, ...] = ()
    """Those of "one_of"."""


EMPTY = {"empty": "is empty", "filled": "is not empty"}
_ONE_OF = {"one_of": "is one of"}
_LIMITS = {"range": "is between", "least": "is at least", "most": "is at most", "equals": "is"}
OPERATORS: dict[str, dict[str, str]] = {
    "text": {"contains": "contains", "equals": "is", **_ONE_OF, **EMPTY},
    "relation": {**_ONE_OF, "contains": "contains", **EMPTY},
    "number": {**_LIMITS, **_ONE_OF, **EMPTY},
    "date": {**_LIMITS, **EMPTY},
    "year": {**_LIMITS, **EMPTY},
    "time": {**_LIMITS, **EMPTY},
    "yesno": {"equals": "is", **EMPTY},
    "choice": {"equals": "is", **_ONE_OF, **EMPTY},
    "binary": EMPTY,
}
"""The comparisons for each shape of field, the default one first."""


def shape_of(view: TableView, name: str) -> str:
    """What a filter of this field compares with: a key of OPERATORS."""
    field = view.by_name.get(name)
    if field is None:
        return "text"
    if view.relation_of(name):
        return "relation"
    if field.is_flag:
        return "yesno"
    if field.choices:
        return "choice"
    if field.is_number:
        return "number"
    if moment := shape_of_moment(field):
        return moment
    shapes = {
        Kind.DATE: "date",
        Kind.DATETIME: "date",
        Kind.TIME: "time",
        Kind.BINARY: "binary",
    }
    return shapes.get(field.kind, "text")


def shape_of_moment(field: Field) -> str:
    """Of a field whose widget says more than its kind: "date", "time" or "year"."""
    says_more = field.kind is Kind.TEXT or (field.widget is Widget.YEAR and not field.is_number)
    return _MOMENTS.get(field.widget, "") if says_more else ""


_MOMENTS = {
    Widget.DATE: "date",
    Widget.DATETIME: "date",
    Widget.TIME: "time",
    Widget.YEAR: "year",
}


def filter_error(view: TableView, condition: Condition) -> str:
    """Why the filter is not valid, as a message; empty if it is valid."""
    field = view.by_name.get(condition.field)
    shape = shape_of(view, condition.field)
    if field is None or condition.operator not in OPERATORS[shape] | {"equals": ""}:
        return "Choose a field and a comparison."
    if condition.operator in EMPTY:
        return ""
    if condition.operator == "one_of":
        return "" if condition.values else "Choose at least one value."
    values = [condition.value]
    if condition.operator == "range":
        values = [value for value in (condition.value, condition.until) if value]
    if not any(values):
        return "Enter a value."
    try:
        for value in values:
            _read(field, shape, value)
    except ValueError:
        return _ENTER.get(shape, "No row can have this value.")
    return ""


_ENTER = {
    "number": "Enter a number.",
    "date": "Enter a date.",
    "time": "Enter a time, like 13:45.",
    "year": "Enter a year, like 1987.",
}


def _read(field: Field, shape: str, value: str) -> None:
    """Raises ValueError if a person cannot mean this as a value of the field."""
    if shape == "number":
        float(value)
    elif shape == "date":
        date.fromisoformat(value)
    elif shape == "year":
        date(int(value), 1, 1)
    elif shape == "time" and field.kind is Kind.TEXT:
        time.fromisoformat(value)
    elif shape == "time":
        limit_of(field.kind, value, True)


def target_of(view: TableView, condition: Condition) -> TableView:
    """The view of the condition's field: this one, or the one that `through` refers to."""
    relation = view.relation_of(condition.through) if condition.through else None
    return VIEWS[relation.target] if relation else view


def as_stored(view: TableView, typed: Condition) -> Condition:
    """The valid condition of a person, with its values as they are stored. Those of "one_of" already are."""
    if typed.operator == "one_of" and len(typed.values) == 1:
        return replace(typed, operator="equals", value=typed.values[0], values=())
    if typed.operator == "range" and not (typed.value and typed.until):
        limit = "least" if typed.value else "most"
        typed = replace(typed, operator=limit, value=typed.value or typed.until, until="")
    field = view.by_name[typed.field]
    if field.flags:
        return replace(typed, value=field.flags[typed.value != "true"])
    if field.widget is Widget.PERCENT and field.is_number:
        return replace(typed, value=_share(typed.value), until=_share(typed.until))
    return typed


def _share(percent: str) -> str:
    number = Decimal(percent) if percent else None
    return str(moved(number, -2)) if number is not None and number.is_finite() else percent


@dataclass(frozen=True)
class Query:
    """The rows to read, and their order."""

    search: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    """A field; empty: by key."""
    descending: bool = False
    match_any: bool = False
    """Whether a row must fulfil only one of the conditions."""
