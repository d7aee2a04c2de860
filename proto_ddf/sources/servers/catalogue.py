"""The catalogue of a database, in the same form for every kind of server."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from proto_ddf.sources.schema.model import ColumnInfo


class TableName(NamedTuple):
    """The full name of a table."""

    namespace: str | None
    """None: the default one."""
    name: str


@dataclass(frozen=True)
class Reference:
    """A foreign key as declared."""

    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class CatalogTable:
    """One table or view, with the columns that the user may read."""

    namespace: str
    """The server's name for it, also for the default one."""
    name: str
    is_view: bool
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    comment: str = ""
    estimate: int | None = None
    """Number of rows by the server's statistics; None without statistics."""
    reads_itself: bool = True
    """It has rows of its own to read; False for views and foreign tables, which may take any time."""
    row_position: tuple[str, ...] = ()
    """SQL that orders the rows of a table without a key."""
    sorted_as_text: frozenset[str] = frozenset()
    """Columns whose type has no order."""

    @property
    def full_name(self) -> TableName:
        return TableName(self.namespace, self.name)

    def has(self, columns: Iterable[str]) -> bool:
        """Whether all of these are among its columns."""
        return {column.name for column in self.columns}.issuperset(columns)


@dataclass(frozen=True)
class Catalogue:
    """The tables of one database that one user may see."""

    default_namespace: str
    tables: tuple[CatalogTable, ...]
    """Tables first, those of the default namespace before others, by name."""
    unreadable: int = 0
    """Tables and views that the user has no right to read."""
