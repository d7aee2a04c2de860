"""The AppSpec: everything that is decided about a generated app before a file is written.

The plan makes one from a schema, the form lets the user change it, the renderer turns it into code, and
`app.json` in the generated app holds it. It carries no secret and no path of this machine.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from proto_ddf.sources.schema.model import ColumnType

Dialect = Literal["sqlite", "postgresql", "mysql"]


class Widget(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    URL = "url"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    SWITCH = "switch"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    SELECT = "select"
    """One of `choices`."""
    RELATION = "relation"
    """A searchable select of the rows of another table."""
    READONLY = "readonly"


class ChartKind(StrEnum):
    BAR = "bar"
    LINE = "line"
    PIE = "pie"


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldSpec(_Spec):
    column: str
    """The source's column name, any text."""
    name: str
    """A Python identifier, unique in its table."""
    label: str
    type: ColumnType
    db_type: str = ""
    """The source's own name of the type: a server compares its values by it."""
    widget: Widget
    required: bool = False
    """The form demands it: not null, and nothing fills it when left out."""
    hidden: bool = False
    nullable: bool = True
    primary_key: bool = False
    generated: bool = False
    """The database fills it (autoincrement); not asked for when creating."""
    unique: bool = False
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] | None = None


class RelationSpec(_Spec):
    columns: list[str]
    target_table: str
    target_columns: list[str]
    suggested: bool = False


class TableSpec(_Spec):
    table: str
    """The source's name for it, any text: `TableInfo.name`."""
    namespace: str = ""
    """The database's schema that it is in, where that is not the default one."""
    name: str
    """A Python identifier, unique in the app: module name of its page and variable in models.py."""
    route: str
    """URL path without slash, unique in the app."""
    label: str
    fields: list[FieldSpec]
    primary_key: list[str] = []
    """Column names; empty: browsable, not editable."""
    relations: list[RelationSpec] = []
    display_column: str
    """The column that names a row to a person."""
    editable: bool = False
    row_count: int = 0
    is_view: bool = False

    @property
    def own_name(self) -> str:
        """Its name within its namespace."""
        return self.table.removeprefix(f"{self.namespace}.") if self.namespace else self.table


class ChartSpec(_Spec):
    id: str
    title: str
    kind: ChartKind
    table: str
    group_by: str
    """Column whose values are the categories, or the date column of a line."""
    bucket: str | None = None
    """"day", "month" or "year" for a date column."""
    measure: str = "count"
    """"count", "sum" or "avg"."""
    value_column: str | None = None
    """What is summed or averaged."""


class AppSpec(_Spec):
    version: int = 1
    name: str
    slug: str
    """Package, folder and reservation name."""
    description: str = ""
    accent_color: str = "indigo"
    """A Radix accent colour."""
    allow_editing: bool = False
    imported: bool = False
    """True: the rows were imported into the app's own data/app.db; False: it works on the source itself."""
    dialect: Dialect = "sqlite"
    """Of the database it works on."""
    tables: list[TableSpec]
    charts: list[ChartSpec] = []
