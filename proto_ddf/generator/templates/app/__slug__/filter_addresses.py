"""Filters in the address of a list.

`?status=paid` is a value, and `?status=` the empty one. `?sold_at:from=2024-03-01&sold_at:to=2024-03-31` is a range,
and `?visit_id.clinic_id=3` is about the clinic of the visit that a row refers to.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from .filters import Condition
from .views import VIEWS, TableView

_FROM, _TO = ":from", ":to"


def list_address(view: TableView, conditions: Iterable[Condition]) -> str:
    """The address of the list of the rows that fulfil the conditions, which are equal, empty or range."""
    parts = [
        f"{name}={quote(value, safe='')}"
        for condition in conditions
        for name, value in _written(condition)
    ]
    return f"/{view.route}?{'&'.join(parts)}" if parts else f"/{view.route}"


def _written(condition: Condition) -> list[tuple[str, str]]:
    name = f"{condition.through}.{condition.field}" if condition.through else condition.field
    if condition.operator == "range":
        limits = ((_FROM, condition.value), (_TO, condition.until))
        return [(name + end, value) for end, value in limits if value]
    return [(name, condition.value)]


def address_conditions(view: TableView, parameters: Mapping[str, str]) -> list[Condition]:
    """The filters in an address. What names no field of the view is left out."""
    found: dict[str, Condition] = {}
    for parameter, value in parameters.items():
        name = parameter.removesuffix(_FROM).removesuffix(_TO)
        through, _, own = name.rpartition(".")
        condition = _read(own, through, parameter[len(name) :], value)
        if not _is_known(view, condition):
            continue
        earlier = found.get(name)
        if earlier and earlier.operator == condition.operator == "range":
            limits = (earlier.value or condition.value, earlier.until or condition.until)
            condition = Condition(own, "range", *limits, through)
        found[name] = condition
    return list(found.values())


def _read(own: str, through: str, end: str, value: str) -> Condition:
    if end == _FROM:
        return Condition(own, "range", value, through=through)
    if end == _TO:
        return Condition(own, "range", until=value, through=through)
    return Condition(own, "equals" if value else "empty", value, through=through)


def _is_known(view: TableView, condition: Condition) -> bool:
    if not condition.through:
        return condition.field in view.by_name
    relation = view.relation_of(condition.through)
    return relation is not None and condition.field in VIEWS[relation.target].by_name
