"""Describes how a table is shown: its fields, labels, widgets and relations. Each page module declares one
`TableView`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Kind(StrEnum):
    """The type of a field's values."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    TEXT = "text"
    JSON = "json"
    BINARY = "binary"


SECTIONS = ("main", "look-up", "report")
"""The sections of the navigation; a table of another one has no pages."""

NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT}


class Widget(StrEnum):
    """How a field is shown and edited."""

    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    IMAGE = "image"
    COLOR = "color"
    UUID = "uuid"
    JSON = "json"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    COORDINATES = "coordinates"
    SWITCH = "switch"
    DATE = "date"
    YEAR = "year"
    DATETIME = "datetime"
    TIME = "time"
    SELECT = "select"
    RELATION = "relation"
    READONLY = "readonly"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: its name, and how it is shown, edited and checked."""

    name: str
    """The column's name in models.py: `table.c[name]`."""
    label: str
    kind: Kind = Kind.TEXT
    widget: Widget = Widget.TEXT
    required: bool = False
    hidden: bool = False
    nullable: bool = True
    generated: bool = False
    """The database fills it; forms leave it out."""
    unique: bool = False
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    decimals: int | None = None
    """The number of decimals that every number of the column is shown with; one that has more keeps them."""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """How the column writes yes and no, if it is shown as a switch and is not boolean."""
    has_time_zone: bool = False
    """Its values have a time zone; forms use the time zone of the database."""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def typed_label(self) -> str:
        """The label where values are typed, with their unit."""
        return f"{self.label} (%)" if self.widget is Widget.PERCENT else self.label

    def as_shown(self, number: float) -> float:
        """A limit of the field in the unit in which people type its values."""
        return number * 100 if self.widget is Widget.PERCENT else number

    @property
    def is_flag(self) -> bool:
        return self.kind is Kind.BOOLEAN or bool(self.flags)


@dataclass(frozen=True)
class Relation:
    """These fields hold the values of the target's fields: each row refers to one row of the target."""

    fields: tuple[str, ...]
    target: str
    """Name of the other `TableView`."""
    target_fields: tuple[str, ...]
    children_label: str = ""
    """How the rows that refer to a row of their own table are called, for a relation within one table."""


@dataclass(frozen=True)
class Link:
    """A table of two foreign keys, seen from the rows of one of the two tables."""

    view: "TableView"
    own: Relation
    """Its relation to this table."""
    other: Relation

    @property
    def name(self) -> str:
        """Tells it from the other links of the table."""
        return f"{self.view.name}.{self.other.fields[0]}"

    @property
    def label(self) -> str:
        """The rows on the other side; if those are of the same table, what they are to this row."""
        if self.other.target == self.own.target:
            return self.view.by_name[self.other.fields[0]].label
        return VIEWS[self.other.target].label


@dataclass(frozen=True, kw_only=True)
class TableView:
    """One table as the app shows it."""

    name: str
    label: str
    singular: str
    """How one row is called: "Order"."""
    route: str
    table: sa.Table
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """Fields of the primary key. Without one, rows have no page of their own and cannot be edited."""
    row_name: tuple[str, ...] = ()
    """The fields whose values name a row. Empty: a row is called by its singular and its key, "Order 4711"."""
    beside: tuple[str, ...] = ()
    """The field that is shown beside such a key, if there is one."""
    relations: tuple[Relation, ...] = ()
    list_columns: tuple[str, ...] = ()
    """The fields that a list shows at first, in this order. Empty: all visible ones."""
    date: str = ""
    """The field with the date of what a row stands for, if there is one."""
    section: str = "main"
    """Where the navigation has the list: "main", "look-up", "report" (a view), or "none" (rows that only connect others
    have no pages)."""
    icon: str = "table-2"
    """The icon in the navigation, one of lucide's."""
    editable: bool = False
    has_row_ids: bool = True
    """False for a database view: it has no key and no row ids, and is paged by offset."""
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)
    visible_fields: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    """The visible fields."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})
        object.__setattr__(
            self, "visible_fields", tuple(each for each in self.fields if not each.hidden)
        )

    def __hash__(self) -> int:
        return hash(self.name)

    def column(self, name: str) -> sa.Column[Any]:
        """The table's column for a field. Raises KeyError."""
        return self.table.c[name]

    @property
    def default_columns(self) -> tuple[str, ...]:
        """Names of the columns that a list shows by default, in their order."""
        visible = [each.name for each in self.visible_fields]
        return tuple(name for name in self.list_columns if name in visible) or tuple(visible)

    @property
    def noun(self) -> str:
        """The singular within a sentence: "order"; an acronym keeps its capitals."""
        is_acronym = self.singular[1:2].isupper()
        return self.singular if is_acronym else self.singular[:1].lower() + self.singular[1:]

    @property
    def form_fields(self) -> tuple[Field, ...]:
        """The fields that a form edits."""
        return tuple(
            each
            for each in self.visible_fields
            if not each.generated
            and each.widget is not Widget.READONLY
            and each.kind is not Kind.BINARY
        )

    def identifies(self, name: str) -> bool:
        """Whether the field's values identify rows: it is part of the key, or of either side of a relation."""
        return name in self.key or any(
            (relation.target == self.name and name in relation.target_fields)
            or (view.name == self.name and name in relation.fields)
            for view in VIEWS.values()
            for relation in view.relations
        )

    def relation_of(self, name: str) -> Relation | None:
        """The relation of this field alone, if there is one."""
        for relation in self.relations:
            if relation.fields == (name,) and relation.target in VIEWS:
                return relation
        return None

    def links(self) -> list[Link]:
        """The tables without pages that connect rows of this table with others."""
        return [
            Link(view, own, other)
            for view in VIEWS.values()
            if view.section not in SECTIONS and len(view.relations) == 2
            for own, other in (view.relations, view.relations[::-1])
            if own.target == self.name and len(own.fields) == len(other.fields) == 1
        ]

    def link(self, name: str) -> Link | None:
        """The link of that name."""
        return next((link for link in self.links() if link.name == name), None)

    def referring(self) -> list[tuple["TableView", Relation]]:
        """The tables with relations to this one, each with its relation."""
        return [
            (view, relation)
            for view in VIEWS.values()
            for relation in view.relations
            if relation.target == self.name
        ]


VIEWS: dict[str, TableView] = {}
"""All tables of the app, by name."""


def register(view: TableView) -> TableView:
    """Add the view to the relations and to the navigation, and return it."""
    VIEWS[view.name] = view
    return view


def views_in_order() -> list[TableView]:
    """The tables with pages in the order of models.py, which is that of the navigation."""
    order = list(next(iter(VIEWS.values())).table.metadata.tables) if VIEWS else []
    shown = [view for view in VIEWS.values() if view.section in SECTIONS]
    return sorted(shown, key=lambda view: order.index(view.table.key))


def views_of(section: str) -> list[TableView]:
    """The tables of a section of the navigation, in its order."""
    return [view for view in views_in_order() if view.section == section]
