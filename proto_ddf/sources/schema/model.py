"""What a source looks like: tables, columns, keys. Shared by sources, generator and pages."""

from enum import StrEnum
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from proto_ddf.sources.schema.column_types import ChosenType


class ColumnType(StrEnum):
    """The types Proto-DDF tells apart; `db_type` of a column keeps the source's own name."""

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
    """A text because of which a column is not typed."""

    text: str
    """Without blanks around it, and cut if it is long."""
    count: int
    """How often it is there."""
    row: int
    """The first that has it, as people count."""
    value: str | None
    """What is read in it as the type that is offered; None: nothing, it becomes no value."""


class TypeCandidate(_Frozen):
    """A type that a person may give a column of texts. It would have it but for some texts, or could have another."""

    type: ChosenType
    odd: tuple[OddText, ...] = ()
    """Those that are written otherwise than the rest, or only some of them; none: the column can be read in several
    ways."""
    odd_count: int = 0
    """How many different ones there are."""
    empty: tuple[str, ...] = ()
    """All texts that become no value with the type."""


class ColumnInfo(_Frozen):
    name: str
    type: ColumnType
    db_type: str = ""
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    """Unique by itself (a single-column unique constraint or index, or the whole primary key)."""
    autoincrement: bool = False
    """The source fills it when it is left out."""
    default: str | None = None
    """The source's own default expression, if any."""
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    choices: tuple[str, ...] | None = None
    """Allowed values, where the source declares them."""
    minimum: float | None = None
    maximum: float | None = None
    """Bounds declared by a CHECK constraint, where understood."""
    comment: str = ""
    """What the source says about it, for people."""
    type_candidates: tuple[TypeCandidate, ...] = Field(
        default=(), validation_alias=AliasChoices("type_candidates", "offers")
    )
    """Types that nearly all of its texts have; of columns of files only."""


class ForeignKey(_Frozen):
    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]
    suggested: bool = False
    """Guessed from names and values; the source itself does not declare it."""


class TableInfo(_Frozen):
    name: str
    """Unique in the source: "orders", or "sales.orders" for one outside of the default namespace."""
    namespace: str = ""
    """The database's schema that it is in; empty for the default one, and where there are none."""
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_count: int = 0
    row_count_estimated: bool = False
    """The source keeps an estimate; counting would take long."""
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
    """One page of rows for the preview. Values are Python values, not text; None is null."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    offset: int
    total: int
    """Rows that match the search, over all pages."""
    at_least: bool = False
    """There are more than `total`: counting stopped there."""
