"""A list's query as one text in an address, for what is done with all of its rows."""

import json
from dataclasses import asdict, fields
from typing import Any

from .filter_conditions import matches
from .filters import Condition, Query
from .views import TableView


def query_text(query: Query) -> str:
    """The query as a text; empty for all rows by key."""
    conditions = [_own(each, Condition) for each in query.conditions]
    chosen = _own(query, Query) | ({"conditions": conditions} if conditions else {})
    return json.dumps(chosen, separators=(",", ":")) if chosen else ""


def _own(made: Any, kind: type[Any]) -> dict[str, Any]:
    """What differs from the defaults, and is compared."""
    given = asdict(made)
    return {
        each.name: given[each.name]
        for each in fields(kind)
        if each.compare and each.name != "conditions" and given[each.name] != each.default
    }


def read_query(view: TableView, text: str) -> Query:
    """The query of that text, which anybody may have written. Raises ValueError if the view has no such query."""
    try:
        given = json.loads(text or "{}")
        conditions = [_made(Condition, each) for each in given.pop("conditions", [])]
        query: Query = _made(Query, given | {"conditions": conditions})
        matches(view, query)
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError("no query of this list") from error
    if query.sort and query.sort not in view.by_name:
        raise ValueError("no order of this list")
    return query


def _made(kind: type[Any], given: dict[str, Any]) -> Any:
    """Raises KeyError or TypeError if what is given are not fields of that kind."""
    types = {each.name: each.type for each in fields(kind)}
    return kind(**{name: _checked(types[name], value) for name, value in given.items()})


def _checked(wanted: Any, value: Any) -> Any:
    if wanted in (str, bool):
        if not isinstance(value, wanted):
            raise TypeError(wanted)
        return value
    is_made = all(isinstance(each, str | Condition) for each in value)
    if not isinstance(value, list) or not is_made:
        raise TypeError(wanted)
    return tuple(value)
