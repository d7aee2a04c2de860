"""Files as a source: each file, or each sheet of one, is a table. An app imports their rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proto_ddf.sources import duck, typed_tables
from proto_ddf.sources.column_types import Choices, ChosenType
from proto_ddf.sources.file_copies import raw_tables, typed_copy
from proto_ddf.sources.file_errors import FIELD, explained
from proto_ddf.sources.file_formats import FileFormat, RawTable, table_name
from proto_ddf.sources.paths import MAX_FILES, confine, expand
from proto_ddf.sources.places import files_place
from proto_ddf.sources.preview import (
    MAX_LIMIT,
    like_pattern,
    preview_query,
    quote,
    table_unknown,
)
from proto_ddf.sources.protocol import FormField, SourceKind, Stage
from proto_ddf.sources.schema import ColumnInfo, ColumnType, PreviewPage, SourceSchema, TableInfo
from proto_ddf.sources.sizes import count_text, size_text
from proto_ddf.sources.typed_tables import OpenTable

_TYPES = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "BIGINT": ColumnType.INTEGER,
    "DOUBLE": ColumnType.FLOAT,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIME": ColumnType.TIME,
    "JSON": ColumnType.JSON,
    "BLOB": ColumnType.BINARY,
}
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")

_LONGEST = {"TIMESTAMP": len("2024-12-31 23:59:59.999999"), "TIME": len("23:59:59.999999")}

_PLACE = "\x1fplace"
"""A column of every table: the row's place in its file. No header can hold this name."""

_Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FilesConfig(BaseModel):
    """Where the files are: paths, absolute or below one of the folders allowed; `*` stands for any name."""

    model_config = ConfigDict(extra="forbid")

    paths: Annotated[list[_Path], Field(min_length=1, max_length=MAX_FILES)]
    types: dict[str, dict[str, ChosenType]] = Field(default_factory=dict)
    """Types that a person chose, by table and column. What is there no longer is passed over."""


@dataclass(frozen=True)
class _Part:
    """A table of the source: a file, or one of its tables."""

    path: Path
    position: int = 0


_Opened = tuple[tuple[str, ...], OpenTable]
"""The names of a table's columns, and its typed copy."""


class FilesSource:
    """Files of one format. They are read once per version of a file and typed once per choice of types, then
    read from that copy."""

    def __init__(
        self,
        form: FileFormat,
        paths: Sequence[Path],
        types: Mapping[str, Choices] | None = None,
    ) -> None:
        self.form = form
        self.paths = tuple(paths)
        self.types = types or {}

    def stages(self) -> Sequence[Stage]:
        return (
            Stage("find_files", "Find the files", self._find),
            Stage("read_format", "Recognise the format", self._recognise),
            Stage("infer_types", "Work out the types", self._type),
        )

    def check(self) -> None:
        """Raises ValidationError as `confine` does, IntegrationError: `source_gone`, `file_unreadable`."""
        self._find()
        for path in self.paths:
            with explained(path), path.open("rb"):
                pass

    def read_schema(self) -> SourceSchema:
        """One table per file, without keys (see `relations.suggest_relations`).

        Raises:
            IntegrationError, ValidationError: see `FileFormat.read` and `file_copies.typed_copy`.
        """
        tables = []
        for name, part in self._tables().items():
            with self._opened_part(name, part) as (names, copy):
                tables.append(_table(name, names, copy))
        return SourceSchema(tables=tuple(tables))

    def preview(
        self,
        table: str,
        *,
        search: str = "",
        sort: str | None = None,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> PreviewPage:
        with self._opened(table) as (names, copy), duck.cursor() as connection:
            if sort is None and not search.strip():
                return _plain_page(connection, names, copy, max(offset, 0), limit)
            query = preview_query(
                table,
                names,
                search=search,
                matches=_matches,
                to_parameter=like_pattern,
                sort=sort,
                descending=descending,
                tie_break=[quote(_PLACE)],
                offset=offset,
                limit=limit,
                rows=_named(names, copy),
            )
            counted = connection.execute(query.count, query.parameters).fetchone()
            rows = connection.execute(query.page, query.page_parameters).fetchall()
        total = counted[0] if counted else 0
        return PreviewPage(columns=names, rows=tuple(rows), offset=query.offset, total=total)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        with self._opened(table) as (_, copy):
            yield from _batches(copy, copy.listed, batch)

    def plain_rows(self, table: str, batch: int) -> Iterator[list[tuple[Any, ...]]]:
        """Every row in batches, of numbers, truth values, texts and bytes alone: dates and times are ISO 8601 text
        with a blank before the time, as Python writes them, and decimals are floats. Python would need several
        times as long to make them so."""
        with self._opened(table) as (_, copy):
            listed = ", ".join(_plain(f"c{at}", kind) for at, kind in enumerate(copy.types))
            yield from _batches(copy, listed, batch)

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB with the source's tables as views.

        Raises:
            IntegrationError, ValidationError: see `FileFormat.read` and `file_copies.typed_copy`.
        """
        with ExitStack() as stack:
            connection = stack.enter_context(duck.cursor())
            for name, part in self._tables().items():
                names, copy = stack.enter_context(self._opened_part(name, part))
                view = f"SELECT * EXCLUDE {quote(_PLACE)} FROM {_named(names, copy)}"
                connection.execute(f"CREATE TEMP VIEW {quote(name)} AS {view}")
            yield connection

    @contextmanager
    def _opened(self, table: str) -> Iterator[_Opened]:
        """Raises IntegrationError: code `table_unknown`, or see `connection`."""
        tables = self._tables()
        if table not in tables:
            files = ", ".join(path.name for path in self.paths)
            raise table_unknown(table, "file", files)
        with self._opened_part(table, tables[table]) as opened:
            yield opened

    @contextmanager
    def _opened_part(self, name: str, part: _Part) -> Iterator[_Opened]:
        raw = raw_tables(self.form, part.path)[part.position]
        with typed_tables.opened(typed_copy(raw, self.types.get(name, {}), name)) as copy:
            yield tuple(column.name for column in raw.columns), copy

    def _tables(self) -> dict[str, _Part]:
        """Parts by table name, unique whatever their case."""
        tables: dict[str, _Part] = {}
        for path in self.paths:
            for part, base in self._parts(path):
                name, number = base, 2
                while name in tables:
                    name, number = f"{base}_{number}", number + 1
                tables[name] = part
        return tables

    def _parts(self, path: Path) -> Iterator[tuple[_Part, str]]:
        """The tables of a file, and what they are called. One of a single table need not be read for that."""
        whole = self.form.table_name(path)
        if not self.form.several:
            yield _Part(path), whole
            return
        for position, table in enumerate(raw_tables(self.form, path)):
            yield _Part(path, position), table_name(table.part) if table.part else whole

    def _raw(self) -> list[RawTable]:
        return [table for path in self.paths for table in raw_tables(self.form, path)]

    def _find(self) -> str:
        found = [confine(path, field=FIELD) for path in self.paths]
        size = size_text(sum(path.stat().st_size for path in found))
        return f"{count_text(len(found), 'file')}, {size}"

    def _recognise(self) -> str:
        return "; ".join(dict.fromkeys(self.form.recognise(path) for path in self.paths))

    def _type(self) -> str:
        tables = self.read_schema().tables
        columns = sum(len(table.columns) for table in tables)
        rows = sum(table.row_count for table in tables)
        counts = (len(tables), "table"), (columns, "column"), (rows, "row")
        found = ", ".join(count_text(number, noun) for number, noun in counts)
        notes = dict.fromkeys(table.note for table in self._raw() if table.note)
        return "; ".join([found, *notes])


def _batches(copy: OpenTable, listed: str, batch: int) -> Iterator[list[tuple[Any, ...]]]:
    with duck.cursor() as connection:
        result = connection.execute(f"SELECT {listed} FROM {copy.rows}")
        while found := result.fetchmany(batch):
            yield found


def _plain(column: str, db_type: str) -> str:
    written = f"CAST({column} AS VARCHAR)"
    if _DECIMAL.fullmatch(db_type):
        return f"CAST({written} AS DOUBLE)"
    if db_type == "DATE":
        return written
    if db_type in _LONGEST:
        # Python writes all six digits of a fraction, DuckDB none that are zero at the end.
        padded = f"rpad({written}, {_LONGEST[db_type]}, '0')"
        return f"CASE WHEN contains({written}, '.') THEN {padded} ELSE {written} END"
    return column


def _plain_page(
    connection: duckdb.DuckDBPyConnection,
    names: tuple[str, ...],
    copy: OpenTable,
    offset: int,
    limit: int,
) -> PreviewPage:
    """By the place of its rows, which is as fast far down as at the start."""
    last = offset + min(max(limit, 0), MAX_LIMIT) - 1
    query = f"SELECT {copy.listed} FROM {copy.rows} WHERE rowid BETWEEN {offset} AND {last}"
    rows = connection.execute(query).fetchall()
    return PreviewPage(columns=names, rows=tuple(rows), offset=offset, total=copy.row_count)


def _table(name: str, names: Sequence[str], copy: OpenTable) -> TableInfo:
    counts = ", ".join(f"count(c{at})" for at in range(len(names)))
    with duck.cursor() as connection:
        filled = connection.execute(f"SELECT {counts} FROM {copy.rows}").fetchone() or ()
    columns = [
        _column(column, db_type, nullable=count < copy.row_count)
        for column, db_type, count in zip(names, copy.types, filled, strict=True)
    ]
    return TableInfo(name=name, columns=tuple(columns), row_count=copy.row_count)


def _named(names: Sequence[str], copy: OpenTable) -> str:
    """The rows with the names that people know, and with _PLACE; follows FROM."""
    listed = ", ".join(f"c{at} AS {quote(name)}" for at, name in enumerate(names))
    return f"(SELECT {listed}, rowid AS {quote(_PLACE)} FROM {copy.rows})"


def _column(name: str, db_type: str, *, nullable: bool) -> ColumnInfo:
    decimal = _DECIMAL.fullmatch(db_type)
    return ColumnInfo(
        name=name,
        type=ColumnType.DECIMAL if decimal else _TYPES.get(db_type, ColumnType.TEXT),
        db_type=db_type,
        nullable=nullable,
        precision=int(decimal[1]) if decimal else None,
        scale=int(decimal[2]) if decimal else None,
    )


def _matches(column: str) -> str:
    return f"CAST({column} AS VARCHAR) ILIKE ? ESCAPE '\\'"


def file_kind(
    form: FileFormat,
    *,
    label: str,
    description: str,
    icon: str,
    help: str,
    accept: tuple[str, ...],
) -> SourceKind:
    """The kind of source that reads files of a format. The words are for the form."""

    def create(config: FilesConfig) -> FilesSource:
        return FilesSource(form, expand(config.paths, field=FIELD), config.types)

    def target(config: FilesConfig) -> str:
        return files_place(expand(config.paths, field=FIELD))

    return SourceKind(
        name=form.name,
        label=label,
        description=description,
        icon=icon,
        config_model=FilesConfig,
        form=(
            FormField(
                name=FIELD,
                label="Files",
                widget="file",
                help=help,
                accept=accept,
                multiple=True,
            ),
        ),
        create=create,
        target=target,
        live=False,
        typed=True,
    )
