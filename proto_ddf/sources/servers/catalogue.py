"""What the catalogue of a database server says of its tables, in one shape for every kind of server."""

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
    """As the server calls it, of the default one too."""
    name: str
    is_view: bool
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    comment: str = ""
    estimate: int | None = None
    """Rows by the server's own statistics; None where it has none."""
    reads_itself: bool = True
    """Reading it takes what its own rows take; not so of views and of tables elsewhere."""
    row_position: tuple[str, ...] = ()
    """SQL that orders the rows of a table without a key."""
    sorted_as_text: frozenset[str] = frozenset()
    """Columns whose own type has no order."""

    @property
    def full_name(self) -> TableName:
        return TableName(self.namespace, self.name)

    def has(self, columns: Iterable[str]) -> bool:
        """Whether all of these are among its columns."""
        return {column.name for column in self.columns}.issuperset(columns)


@dataclass(frozen=True)
class Catalogue:
    """What one user sees of one database."""

    default_namespace: str
    tables: tuple[CatalogTable, ...]
    """Tables first, those of the default namespace before others, by name."""
    unreadable: int = 0
    """Tables and views that the user has no right to read."""
