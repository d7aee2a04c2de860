"""The model of a source's schema: tables, columns, keys. Sources, generator and pages use it."""

from enum import StrEnum
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from proto_ddf.sources.schema.column_types import ChosenType


class ColumnType(StrEnum):
    """The types that Proto-DDF distinguishes; a column's `db_type` keeps the source's own name."""

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


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OddText(_Frozen):
    """A text that keeps a column from having a type."""

    text: str
    """Without blanks around it; shortened if it is long."""
    count: int
    """How many rows have it."""
    row: int
    """The first row that has it, counted from 1."""
    value: str | None
    """The value it would have as that type; None: it would become empty."""


class TypeCandidate(_Frozen):
    """A type suggested for a text column: all but a few of its texts fit, or it could be read in several ways."""

    type: ChosenType
    odd: tuple[OddText, ...] = ()
    """Texts that do not fit, or the most frequent of them. Empty if the column could be read in several ways."""
    odd_count: int = 0
    """How many different texts do not fit."""
    empty: tuple[str, ...] = ()
    """All texts that would become empty with the type."""


class ColumnInfo(_Frozen):
    name: str
    type: ColumnType
    db_type: str = ""
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    """True for a single-column unique constraint or index, and for a primary key of this column alone."""
    autoincrement: bool = False
    """The source fills it if no value is given."""
    default: str | None = None
    """The source's default expression."""
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    choices: tuple[str, ...] | None = None
    """Allowed values, if the source declares them."""
    minimum: float | None = None
    maximum: float | None = None
    """Bounds from a CHECK constraint that could be read."""
    comment: str = ""
    """The source's comment, for people."""
    type_candidates: tuple[TypeCandidate, ...] = Field(
        default=(), validation_alias=AliasChoices("type_candidates", "offers")
    )
    """Suggested types; only for columns of files. Earlier releases stored them as `offers`."""


class ForeignKey(_Frozen):
    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]
    suggested: bool = False
    """Guessed from names and values; not declared by the source."""


class TableInfo(_Frozen):
    name: str
    """Unique in the source: "orders", or "sales.orders" for a table outside of the default schema."""
    namespace: str = ""
    """The database schema that holds the table; empty for the default one, and if the database has none."""
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_count: int = 0
    row_count_estimated: bool = False
    """The row count is an estimate of the source, because counting would take long."""
    is_view: bool = False
    comment: str = ""

    def column(self, name: str) -> ColumnInfo:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class SourceSchema(_Frozen):
    tables: tuple[TableInfo, ...]

    def table(self, name: str) -> TableInfo:
        """The table of that name. Raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class PreviewPage(_Frozen):
    """One page of rows. Values are Python objects, not texts; None is null."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    offset: int
    total: int
    """Number of rows that match the search, on all pages."""
    at_least: bool = False
    """There are more rows than `total`, because counting was stopped."""
