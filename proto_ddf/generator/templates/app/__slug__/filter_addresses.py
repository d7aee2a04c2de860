"""Filters in the address of a list.

`?status=paid` is a value, and `?status=` the empty one. `?sold_at:from=2024-03-01&sold_at:to=2024-03-31` is a range,
`?status:in=paid,sent` is one of several values, and `?visit_id.clinic_id=3` is about the clinic of the visit that a row
refers to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import quote, unquote

from .filters import Condition, shape_of, target_of
from .views import TableView

_FROM, _TO = "from", "to"
_ENDS = {"contains": "has", "least": "least", "most": "most", "one_of": "in", "filled": "filled"}
"""What follows the name of the field, by operator; not for equal and empty ones, and ranges."""
_OPERATORS = {end: operator for operator, end in _ENDS.items()} | {_FROM: "range", _TO: "range"}
MOST = 50
"""Number of filters in an address that are read, and of values that one of them can have."""


def quoted(text: str, safe: str = "") -> str:
    """The text in an address. A byte that is not UTF-8 has Python's escape (PEP 383)."""
    try:
        return quote(text, safe, errors="surrogateescape")
    except UnicodeEncodeError:  # half of a pair, which no address can have
        return quote(text, safe, errors="replace")


def list_address(view: TableView, conditions: Iterable[Condition]) -> str:
    """The address of the list of the rows that fulfil the conditions."""
    return address_with(view, written_conditions(conditions))


def address_with(view: TableView, parameters: Sequence[str]) -> str:
    """The address of the list with these parameters."""
    return f"/{view.route}?{'&'.join(parameters)}" if parameters else f"/{view.route}"


def written_conditions(conditions: Iterable[Condition]) -> list[str]:
    """The conditions as parameters."""
    return [part for condition in conditions for part in _written(condition)]


def _written(condition: Condition) -> list[str]:
    name = f"{condition.through}.{condition.field}" if condition.through else condition.field
    if condition.operator == "range":
        limits = ((_FROM, condition.value), (_TO, condition.until))
        return [f"{name}:{end}={quoted(value)}" for end, value in limits if value]
    if condition.operator == "one_of":
        values = ",".join(map(quoted, condition.values))
        return [f"{name}:{_ENDS['one_of']}={quoted(values, ',')}"]
    end = _ENDS.get(condition.operator)
    return [
        f"{name}:{end}={quoted(condition.value)}" if end else f"{name}={quoted(condition.value)}"
    ]


def address_conditions(view: TableView, parameters: Iterable[tuple[str, str]]) -> list[Condition]:
    """The filters in an address. What names no field of the view is left out."""
    found: list[Condition] = []
    for parameter, value in parameters:
        condition = _read(parameter, value)
        if condition is None or not _is_known(view, condition):
            continue
        at = _other_limit(found, condition)
        if at is None:
            found.append(condition)
        else:
            limits = found[at].value or condition.value, found[at].until or condition.until
            found[at] = replace(condition, value=limits[0], until=limits[1])
    return found[:MOST]


def _read(parameter: str, value: str) -> Condition | None:
    name, _, end = parameter.partition(":")
    through, _, own = name.rpartition(".")
    if not end:
        return Condition(own, "equals" if value else "empty", value, through=through)
    operator = _OPERATORS.get(end)
    if operator is None:
        return None
    if operator == "one_of":
        parts = value.split(",")[:MOST]
        values = tuple(unquote(part, errors="surrogateescape") for part in parts)
        return Condition(own, operator, through=through, values=values)
    if end == _TO:
        return Condition(own, operator, until=value, through=through)
    return Condition(own, operator, value, through=through)


def _other_limit(found: list[Condition], condition: Condition) -> int | None:
    """The place of the range of which this is the other limit."""
    if condition.operator != "range":
        return None
    for at, earlier in enumerate(found):
        is_half = not (earlier.until if condition.until else earlier.value)
        same = (earlier.through, earlier.field) == (condition.through, condition.field)
        if same and earlier.operator == "range" and is_half:
            return at
    return None


def _is_known(view: TableView, condition: Condition) -> bool:
    if condition.through and view.relation_of(condition.through) is None:
        return False
    target = target_of(view, condition)
    if condition.field not in target.by_name:
        return False
    shape = shape_of(target, condition.field)
    return condition.operator != "contains" or shape in ("text", "relation")
