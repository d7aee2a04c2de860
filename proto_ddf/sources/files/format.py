"""What a kind of file has to offer so that FilesSource can read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from proto_ddf.sources.files.duckdb_session import text

MAX_COLUMNS = 1_000
"""An app's table may have no more (SQLite takes 2,000 at most)."""


@dataclass(frozen=True)
class RawColumn:
    """A column as its format leaves it: with its values as text, and with what is known of its type.

    `text` and `given` are SQL expressions over the table's rows.
    """

    name: str
    """Unique in its table whatever its case."""
    text: str
    """The value as text; NULL where there is none."""
    may_be: tuple[str, ...] = ()
    """Keys of `value_formats.KINDS` that the values decide between; none: text."""
    given: str | None = None
    """The typed value, where the file itself says the type."""
    nearly: tuple[str, ...] = ()
    """Keys of `value_formats.KINDS` that a person is offered where most values, but not all, are of them."""
    missing: tuple[str, ...] = ()
    """Texts that mean no value in this column, besides those of the table. A person says so."""


@dataclass(frozen=True)
class RawTable:
    """A table before its columns have their types."""

    data: Path
    """A file, or a link to one, in the folder that `FileFormat.read` was given."""
    columns: tuple[RawColumn, ...]
    row_number: str
    """SQL for the number of the row in the file, as people count, from 1."""
    missing: tuple[str, ...] = ("",)
    """Texts that mean no value, in any column that is not text."""
    part: str = ""
    """Which part of the file it is, for a file of several tables: the name of the sheet. Empty: the table is
    called after the file."""
    note: str = ""
    """What people should know of it: "3 cells with errors are read as empty"."""
    doubts: tuple[str, ...] = ()
    """What seems wrong with its shape, and was found while it was read."""
    reader: str = "read_parquet({path}, file_row_number = true)"
    """SQL that reads the data, whose path as a literal takes the place of {path}."""
    row_count: int | None = None
    """Where it is known already."""

    @property
    def rows(self) -> str:
        """SQL of the rows; follows FROM."""
        return self.reader.replace("{path}", text(self.data))


class FileFormat(Protocol):
    """One format of files. Stateless; thread-safe."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int:
        """Raise it when the same file would be read otherwise."""

    @property
    def variant(self) -> str:
        """How a person has files of the format read; empty where there is no choice."""

    @property
    def several(self) -> bool:
        """A file may hold several tables."""

    @property
    def headed(self) -> bool:
        """The first row of a table names its columns."""

    def table_name(self, path: Path) -> str:
        """The name of the file's table, from the file's own; of a file of several, of one without a name."""

    def recognise(self, path: Path) -> str:
        """What the file is, in a few words ("comma, UTF-8"). Raises a ProtoDDFError when it is something else."""

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """The file's tables, their data written into `folder`. Raises a ProtoDDFError."""


def table_name(filename: str, suffixes: tuple[str, ...] = ()) -> str:
    """A table's name from a file's: "Order Items (2024).csv" gives "order_items_2024"."""
    stem = filename.lower()
    while suffixes and stem.endswith(suffixes):
        stem = stem.rpartition(".")[0]
    return re.sub(r"\W+", "_", stem).strip("_") or "table"
