"""The rows that refer to a row: for each relation a few of them, which a person can turn over and sort."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from .data import COUNT_LIMIT, count_rows, fetch_page
from .filter_addresses import list_address
from .filters import Query
from .formats import alignment
from .keys import NEW
from .paging import Cursor
from .relations import referring_queries
from .rows import Row
from .sign_in import may_edit
from .views import SECTIONS, Relation, TableView

SIZE = 5
"""Number of rows that a relation shows at once."""


@dataclass
class Heading:
    """The heading of a column of related rows."""

    name: str
    label: str
    align: str


@dataclass
class Related:
    """Rows of another table that refer to this row, as the page shows them."""

    name: str
    """Of the relation, see `relation_name`."""
    label: str
    headings: list[Heading]
    rows: list[Row]
    href: str
    """The address of the complete list."""
    new_href: str = ""
    """The address of the form of another one; empty if none can be added."""
    editable: bool = False
    """Whether the rows can be changed."""
    sort: str = ""
    descending: bool = False
    at_start: bool = True
    has_next: bool = False
    total: int = -1
    """The number of all rows; -1 while they are counted."""
    total_text: str = "…"
    range_text: str = ""
    """Which of them are shown. The browser groups the digits."""


class Place(NamedTuple):
    """Which of the rows that refer to a row by one relation are shown."""

    name: str
    query: Query
    position: int = 0
    """Number of rows before them."""
    after: Cursor | None = None
    """They are read after this row."""
    before: Cursor | None = None
    """They are read before this row."""
    first: Cursor | None = None
    last: Cursor | None = None
    shown: int = 0


def relation_name(other: TableView, relation: Relation) -> str:
    """Tells a relation from all others. It begins with the name of the table and a dot."""
    return f"{other.name}.{','.join(relation.fields)}"


def referring_pages(view: TableView) -> dict[str, tuple[TableView, Relation]]:
    """The tables with pages whose rows refer to rows of this one, by the name of the relation; for the others see
    links.py."""
    return {
        relation_name(other, relation): (other, relation)
        for other, relation in view.referring()
        if other.section in SECTIONS
    }


def first_places(view: TableView, values: dict[str, Any]) -> list[Place]:
    """The first rows of each relation that refer to the row with these values."""
    return [
        Place(relation_name(other, relation), query)
        for other, relation, query in referring_queries(view, values)
        if other.section in SECTIONS
    ]


def turned(place: Place, forward: bool) -> Place:
    """The rows after those of the place, or before them."""
    beginning = Place(place.name, place.query)
    if forward:
        return beginning._replace(position=place.position + place.shown, after=place.last)
    return beginning._replace(position=max(0, place.position - SIZE), before=place.first)


def sorted_by(place: Place, field: str) -> Place:
    """The first rows when they are sorted by the field: ascending, then descending, then by key again."""
    query = place.query
    if query.sort != field:
        return Place(place.name, replace(query, sort=field, descending=False))
    if not query.descending:
        return Place(place.name, replace(query, descending=True))
    return Place(place.name, replace(query, sort="", descending=False))


def read_related(view: TableView, place: Place) -> tuple[Related, Place]:
    """The rows at a place, and the place with their cursors. If there are none any more, it is the beginning. If these
    are all, their number is known.

    Raises:
        DataError: the database could not answer.
    """
    other, relation = referring_pages(view)[place.name]
    query, before = place.query, place.before
    page = fetch_page(other, query, SIZE, after=place.after, before=before, offset=place.position)
    is_short = before is not None and not page.has_more and len(page.rows) < SIZE
    if place.position and (not page.rows or is_short):
        return read_related(view, Place(place.name, query))
    position = 0 if before is not None and not page.has_more else place.position
    place = place._replace(
        position=position, first=page.first, last=page.last, shown=len(page.rows)
    )
    block = Related(
        name=place.name,
        label=_label_of(other, relation),
        headings=_headings(other, relation),
        rows=_without(page.rows, other, relation),
        href=list_address(other, query.conditions),
        new_href=_new_address(other, relation, query, bool(page.rows)),
        editable=other.editable and may_edit(),
        sort=query.sort,
        descending=query.descending,
        at_start=position == 0,
        has_next=before is not None or page.has_more,
        range_text=_range_text(place),
    )
    if block.at_start and not block.has_next:
        tell_total(block, place.shown)
    return block, place


def count_related(view: TableView, place: Place) -> int:
    """The number of all rows of the relation, counted as for a list.

    Raises:
        DataError: the database could not answer.
    """
    other, _ = referring_pages(view)[place.name]
    return count_rows(other, place.query)


def tell_total(block: Related, total: int) -> None:
    """Show the number of all rows in a block, unless it is not known yet."""
    if total < 0:
        return
    block.total, shown = total, block.range_text.partition(" of ")[0]
    block.total_text = f"{total}+" if total >= COUNT_LIMIT else str(total)
    block.range_text = f"{shown} of {block.total_text}"


def _range_text(place: Place) -> str:
    return f"{place.position + 1}\N{EN DASH}{place.position + place.shown}"


def new_key(other: TableView, given: Mapping[str, str]) -> str:
    """The address of the form of a new row with these values, by which its drafts are kept."""
    asked = f"?{urlencode(given)}" if given else ""
    return f"/{other.route}/{NEW}{asked}"


def given_by(query: Query) -> dict[str, str]:
    """The values by field with which a new row is one of those that the query finds."""
    return {each.field: each.value for each in query.conditions}


def _new_address(other: TableView, relation: Relation, query: Query, has_rows: bool) -> str:
    """Empty if a form cannot set the fields of the relation, or if only one row may have their values and there is
    one."""
    fields = relation.fields
    is_only = has_rows and (
        fields == other.key or (len(fields) == 1 and other.by_name[fields[0]].unique)
    )
    settable = {each.name for each in other.form_fields}
    may_add = other.editable and may_edit() and settable.issuperset(fields) and not is_only
    return new_key(other, given_by(query)) if may_add else ""


def _label_of(other: TableView, relation: Relation) -> str:
    """How the rows are called that refer to a row by this relation, which may not be the only one."""
    if relation.children_label:
        return relation.children_label
    alike = [each for each in other.relations if each.target == relation.target]
    if len(alike) == 1:
        return other.label
    return f"{other.label} ({', '.join(other.by_name[name].label for name in relation.fields)})"


def _kept(other: TableView, relation: Relation) -> list[int]:
    """The positions of the visible fields that are shown."""
    return [
        at
        for at, each in enumerate(other.visible_fields)
        if each.name in other.default_columns and each.name not in relation.fields
    ]


def _headings(other: TableView, relation: Relation) -> list[Heading]:
    fields = [other.visible_fields[at] for at in _kept(other, relation)]
    return [Heading(each.name, each.label, alignment(other, each)) for each in fields]


def _without(rows: list[Row], other: TableView, relation: Relation) -> list[Row]:
    """The rows without what all of them have in common."""
    kept = _kept(other, relation)
    return [Row(row.href, row.name, [row.cells[at] for at in kept]) for row in rows]
