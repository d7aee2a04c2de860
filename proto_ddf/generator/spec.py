"""The AppSpec: all decisions about a generated app, made before any file is written.

The plan makes it from a schema, the form lets the user change it, the renderer turns it into code, and the generated
app keeps it in `app.json`. It contains no secret and no path of this machine.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from proto_ddf.generator.labels import singular_label
from proto_ddf.sources.schema.model import ColumnType

Dialect = Literal["sqlite", "postgresql", "mysql"]
VERSION = 2
"""Of the AppSpec; one of an earlier version is still read."""


class Widget(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    IMAGE = "image"
    """A picture: its bytes in a binary column, its address in a text."""
    COLOR = "color"
    UUID = "uuid"
    JSON = "json"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    """A share: 0.15 is shown and typed as 15."""
    COORDINATES = "coordinates"
    SWITCH = "switch"
    DATE = "date"
    YEAR = "year"
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


class Section(StrEnum):
    """Where the navigation has a table."""

    MAIN = "main"
    LOOK_UP = "look-up"
    """Few rows that others refer to."""
    REPORT = "report"
    """A view of the database."""
    NONE = "none"
    """Two foreign keys and no other data: no page, but chips on the pages of the rows it connects."""


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldSpec(_Spec):
    column: str
    """The source's column name; any text."""
    name: str
    """A Python identifier, unique in its table."""
    label: str
    type: ColumnType
    db_type: str = ""
    """The source's name of the type; a server compares values by it."""
    widget: Widget
    required: bool = False
    """The form requires a value: the column is not null, and nothing fills it."""
    hidden: bool = False
    nullable: bool = True
    primary_key: bool = False
    generated: bool = False
    """The database fills it (autoincrement), so the form for a new row leaves it out."""
    unique: bool = False
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    decimals: int | None = None
    """The most decimals of the numbers that were read, if the type does not say it: all numbers are shown with them."""
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] | None = None
    flags: tuple[str, str] | None = None
    """How the source writes yes and no in a column that is not boolean: "Y" and "N"."""


class RelationSpec(_Spec):
    columns: list[str]
    target_table: str
    target_columns: list[str]
    suggested: bool = False
    children_label: str | None = None
    """How the rows that refer to a row of their own table are called: "Children"."""


class TableSpec(_Spec):
    table: str
    """The source's name for it, any text: `TableInfo.name`."""
    namespace: str = ""
    """The database schema that holds the table, if it is not the default one."""
    name: str
    """A Python identifier, unique in the app: the module name of its page and its variable in models.py."""
    route: str
    """URL path without a slash, unique in the app."""
    label: str
    """Of its page, in the plural: "Orders"."""
    singular: str
    """How one row is called: "Order"."""
    fields: list[FieldSpec]
    primary_key: list[str] = []
    """Column names. Empty: rows can be viewed but not edited."""
    relations: list[RelationSpec] = []
    row_name: list[str] = []
    """The columns whose shown values name a row, joined by a space. Empty: a row is called by its singular and its key,
    "Order 4711"."""
    beside: str | None = None
    """The column, a relation or a date, that is shown beside the key of a row without a name of its own."""
    editable: bool = False
    row_count: int = 0
    is_view: bool = False
    section: Section = Section.MAIN
    icon: str = "table-2"
    """Its icon in the navigation, one of lucide's."""
    list_columns: list[str] = []
    """The columns that its list shows at first, in this order; readers can choose others. Empty: all."""
    main_date: str | None = None
    """The column with the date of what a row stands for; the dashboard's period is about it."""

    @property
    def unqualified_name(self) -> str:
        """Its name without the database schema."""
        return self.table.removeprefix(f"{self.namespace}.") if self.namespace else self.table


class KeyFigureSpec(_Spec):
    """A number at the top of the dashboard."""

    id: str
    title: str
    table: str
    measure: str = "count"
    """ "count", "sum" or "avg"."""
    value_column: str | None = None
    """The column to sum or average."""


class ChartSpec(_Spec):
    id: str
    title: str
    kind: ChartKind
    table: str
    group_by: str
    """Column whose values are the categories, or the date column of a line chart."""
    through: str | None = None
    """The column that refers to another table, if `group_by` is a column of that table."""
    bucket: str | None = None
    """ "day", "month" or "year" for a date column."""
    measure: str = "count"
    """ "count", "sum" or "avg"."""
    value_column: str | None = None
    """The column to sum or average."""


class AppSpec(_Spec):
    version: int = VERSION
    name: str
    slug: str
    """Name of the package and the folder, and of the reservation."""
    description: str = ""
    accent_color: str = "indigo"
    """A Radix accent colour."""
    allow_editing: bool = False
    imported: bool = False
    """True: the rows were imported into the app's own data/app.db. False: the app works on the source itself."""
    dialect: Dialect = "sqlite"
    """The database that the app works on."""
    tables: list[TableSpec]
    """In the order of navigation."""
    key_figures: list[KeyFigureSpec] = []
    charts: list[ChartSpec] = []

    @property
    def shows_pictures_of_the_web(self) -> bool:
        return any(
            field.widget is Widget.IMAGE and field.type is ColumnType.TEXT and not field.hidden
            for table in self.tables
            for field in table.fields
        )

    @model_validator(mode="before")
    @classmethod
    def _read_earlier_version(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("version") != 1:
            return data
        tables = [_of_version_2(table) for table in data.get("tables", [])]
        return (
            {"key_figures": _figures_of_version_1(tables)}
            | data
            | {
                "version": VERSION,
                "tables": tables,
            }
        )


def _figures_of_version_1(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Version 1 showed the number of rows of every table."""
    base = [table for table in tables if not table.get("is_view")]
    return [
        {"id": table.get("name"), "title": table.get("label"), "table": table.get("table")}
        for table in base[:6]
    ]


def _of_version_2(table: dict[str, Any]) -> dict[str, Any]:
    """The table of version 1 had one display column, which could be its key."""
    kept = {name: value for name, value in table.items() if name != "display_column"}
    display = table.get("display_column")
    named = [] if display in (None, *table.get("primary_key", [])) else [display]
    section = Section.REPORT if table.get("is_view") else Section.MAIN
    singular = singular_label(str(table.get("label", "")))
    return {"singular": singular, "row_name": named, "section": section, **kept}
