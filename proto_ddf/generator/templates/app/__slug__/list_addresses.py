"""What the address of a list says: its search, its filters, its order and its columns.

Parameters that are not the names of fields start with a colon: `?status=paid&:sort=-sold_at&:columns=code,status`.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from .filter_addresses import address_conditions, address_with, quoted, written_conditions
from .filters import Condition, Query
from .views import TableView

LONGEST = 200
"""Characters of a search."""
_SEARCH, _MATCH, _SORT, _COLUMNS = ":search", ":match", ":sort", ":columns"
_DESCENDING = "-"


@dataclass(frozen=True)
class ListAddress:
    """What a list shows."""

    search: str = ""
    conditions: tuple[Condition, ...] = ()
    match_any: bool = False
    """Whether a row must fulfil only one of the conditions."""
    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()
    """The visible columns in their order; empty: the usual ones."""

    @classmethod
    def read(cls, view: TableView, query: str) -> "ListAddress":
        """What is asked for by the part of an address behind "?". What the list does not have is left out."""
        pairs = _pairs(query)
        own = dict(pairs)
        visible = {field.name for field in view.visible_fields}
        sort = own.get(_SORT, "")
        name = sort.removeprefix(_DESCENDING)
        columns = dict.fromkeys(own.get(_COLUMNS, "").split(","))
        return cls(
            search=own.get(_SEARCH, "")[:LONGEST],
            conditions=tuple(address_conditions(view, pairs)),
            match_any=own.get(_MATCH) == "any",
            sort=name if name in visible else "",
            descending=name in visible and name != sort,
            columns=tuple(each for each in columns if each in visible),
        )

    @classmethod
    def read_whole(cls, view: TableView, query: str) -> "ListAddress":
        """The same, of an address that says no more. Raises ValueError if the list does not have all that it says."""
        asked = cls.read(view, query)
        read = _pairs(asked.written(view).partition("?")[2])
        if sorted(read) != sorted(_pairs(query)):
            raise ValueError("no address of this list")
        return asked

    def rows(self) -> Query:
        """Which rows the list has, and their order."""
        return Query(self.search, self.conditions, self.sort, self.descending, self.match_any)

    def written(self, view: TableView) -> str:
        """The address of the list."""
        own = (
            (_SEARCH, self.search),
            (_MATCH, "any" if self.match_any else ""),
            (_SORT, (_DESCENDING if self.descending else "") + self.sort if self.sort else ""),
            (_COLUMNS, ",".join(self.columns)),
        )
        parts = [
            *written_conditions(self.conditions),
            *(f"{name}={quoted(value, ',')}" for name, value in own if value),
        ]
        return address_with(view, parts)


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
