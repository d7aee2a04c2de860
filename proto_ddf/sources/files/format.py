"""The protocol of a file format, which FilesSource uses to read files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from proto_ddf.sources.files.duckdb_session import string_literal

MAX_COLUMNS = 1_000
"""The limit for an app's table; SQLite allows 2,000."""


@dataclass(frozen=True)
class RawColumn:
    """A column as its format reads it: values as text, and what is known about its type.

    `text` and `declared` are SQL expressions over the table's rows.
    """

    name: str
    """Unique in its table, ignoring case."""
    text: str
    """The value as text; NULL where there is none."""
    possible_kinds: tuple[str, ...] = ()
    """Keys of `value_formats.KINDS`: the kinds of values to infer the type from. Empty: text."""
    declared: str | None = None
    """SQL of the typed value, if the file itself declares the type."""
    candidate_kinds: tuple[str, ...] = ()
    """Keys of `value_formats.KINDS`: the kinds to suggest if most values, but not all, are of them."""
    missing: tuple[str, ...] = ()
    """Texts that a person declared to mean "no value" in this column, in addition to the table's."""


@dataclass(frozen=True)
class RawTable:
    """A table whose columns are not typed yet."""

    data: Path
    """A file, or a link to one, in the folder passed to `FileFormat.read`."""
    columns: tuple[RawColumn, ...]
    row_number: str
    """SQL for the row's number in the file, starting at 1."""
    missing: tuple[str, ...] = ("",)
    """Texts that mean "no value" in every column that is not text."""
    part: str = ""
    """The name of the part, such as a sheet, in a file of several tables. Empty: the table is named after the file."""
    note: str = ""
    """A note for people, such as "3 cells with errors are read as empty"."""
    shape_warnings: tuple[str, ...] = ()
    """Likely mistakes in the table's shape that were found during reading."""
    reader: str = "read_parquet({path}, file_row_number = true)"
    """SQL that reads the data; {path} is replaced by the path as a literal."""
    row_count: int | None = None
    """None if not known yet."""

    @property
    def rows(self) -> str:
        """SQL of the rows, for use after FROM."""
        return self.reader.replace("{path}", string_literal(self.data))


class FileFormat(Protocol):
    """A format of files. Implementations are stateless and thread-safe."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int:
        """Raise it when the same file would be read differently."""

    @property
    def variant(self) -> str:
        """The options a person chose for reading; empty if the format has none."""

    @property
    def multiple_tables(self) -> bool:
        """Whether a file may hold several tables."""

    @property
    def has_header(self) -> bool:
        """Whether the first row of a table holds the column names."""

    def table_name(self, path: Path) -> str:
        """The name of the file's table, made from the file name. In a file of several tables: the name of those without
        one."""

    def recognise(self, path: Path) -> str:
        """A short description of the file ("comma, UTF-8"). Raises a ProtoDDFError if the file has another format."""

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """Read the file's tables and write their data into `folder`. Raises a ProtoDDFError."""


def table_name(filename: str, suffixes: tuple[str, ...] = ()) -> str:
    """A table name made from a file name: "Order Items (2024).csv" gives "order_items_2024"."""
    stem = filename.lower()
    while suffixes and stem.endswith(suffixes):
        stem = stem.rpartition(".")[0]
    return re.sub(r"\W+", "_", stem).strip("_") or "table"


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names from a header: blanks are tidied, empty and repeated names get numbers."""
    names: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(header, start=1):
        base = " ".join(raw.replace("\0", "").split()) or f"column_{position}"
        name, number = base, 2
        while name.casefold() in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
