"""Files as a source: each file, or each sheet of one, is a table. An app imports their rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proto_ddf.sources.files import duckdb_session, typed_tables
from proto_ddf.sources.files import rows as files_rows
from proto_ddf.sources.files.cache import raw_tables, typed_copy
from proto_ddf.sources.files.errors import FIELD, os_errors_translated
from proto_ddf.sources.files.format import FileFormat, RawTable, table_name
from proto_ddf.sources.files.shape.shape_checks import check_shape
from proto_ddf.sources.files.typed_tables import OpenTable
from proto_ddf.sources.path_labels import files_label
from proto_ddf.sources.paths import MAX_FILES, confine, expand
from proto_ddf.sources.preview import quote, table_unknown
from proto_ddf.sources.protocol import Finding, FormField, PageRequest, SourceKind, Stage
from proto_ddf.sources.schema.column_types import ChosenType, ChosenTypes
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    PreviewPage,
    SourceSchema,
    TableInfo,
    TypeCandidate,
)
from proto_ddf.sources.size_texts import count_text, size_text

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

_Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FilesConfig(BaseModel):
    """The paths of the files, absolute or relative to one of the allowed folders; `*` matches any name."""

    model_config = ConfigDict(extra="forbid")

    paths: Annotated[list[_Path], Field(min_length=1, max_length=MAX_FILES)]
    types: dict[str, dict[str, ChosenType]] = Field(default_factory=dict)
    """Types that a person chose, by table and column. Tables and columns that no longer exist are ignored."""
    empty: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    """Texts that mean "no value", by table and column, as a person chose."""


@dataclass(frozen=True)
class _Part:
    """A table of the source: a whole file, or one of its tables."""

    path: Path
    position: int = 0


_Opened = tuple[tuple[str, ...], OpenTable]
"""The names of a table's columns, and its typed copy."""


class FilesSource:
    """Files of one format. A file is read once per version and typed once per choice of types; all further reads use
    that copy."""

    def __init__(
        self,
        file_format: FileFormat,
        paths: Sequence[Path],
        types: Mapping[str, ChosenTypes] | None = None,
        empty: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        self.file_format = file_format
        self.paths = tuple(paths)
        self.types = types or {}
        self.empty = empty or {}

    def check(self) -> None:
        """Raises ValidationError as `confine` does, IntegrationError: `source_gone`, `file_unreadable`."""
        self.find()
        for path in self.paths:
            with os_errors_translated(path), path.open("rb"):
                pass

    def read_schema(self) -> SourceSchema:
        """One table for each file or part of a file, without keys (see `key_suggestions.suggest_relations`).

        Raises:
            IntegrationError, ValidationError: see `FileFormat.read` and `cache.typed_copy`.
        """
        tables = []
        for name, part in self._tables().items():
            with self._opened_part(name, part) as (names, copy):
                tables.append(_table(name, names, copy))
        return SourceSchema(tables=tuple(tables))

    def preview(self, request: PageRequest) -> PreviewPage:
        with self._opened(request.table) as (names, copy):
            if request.sort is None and not request.search.strip():
                return files_rows.plain_page(names, copy, request.offset, request.limit)
            return files_rows.page(request, names, copy)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        with self._opened(table) as (_, copy):
            yield from files_rows.batches(copy, copy.column_list, batch)

    def plain_rows(self, table: str, batch: int) -> Iterator[list[tuple[Any, ...]]]:
        """All rows in batches. Values are only numbers, booleans, texts and bytes: dates and times are ISO 8601 text
        with a blank before the time, as Python writes them, and decimals are floats. DuckDB converts them because
        Python would take several times as long."""
        with self._opened(table) as (_, copy):
            yield from files_rows.batches(copy, files_rows.plain_columns(copy.types), batch)

    def close(self) -> None:
        """Nothing stays open."""

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB with the source's tables as views.

        Raises:
            IntegrationError, ValidationError: see `FileFormat.read` and `cache.typed_copy`.
        """
        with ExitStack() as stack:
            connection = stack.enter_context(duckdb_session.cursor())
            for name, part in self._tables().items():
                names, copy = stack.enter_context(self._opened_part(name, part))
                view = f"SELECT {files_rows.named_columns(names)} FROM {copy.rows}"
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
        raw = _with_missing(
            raw_tables(self.file_format, part.path)[part.position], self.empty.get(name, {})
        )
        with typed_tables.opened(typed_copy(raw, self.types.get(name, {}), name)) as copy:
            yield tuple(column.name for column in raw.columns), copy

    def _tables(self) -> dict[str, _Part]:
        """The parts by table name. Names are unique, ignoring case."""
        tables: dict[str, _Part] = {}
        for path in self.paths:
            for part, base in self._parts(path):
                name, number = base, 2
                while name in tables:
                    name, number = f"{base}_{number}", number + 1
                tables[name] = part
        return tables

    def _parts(self, path: Path) -> Iterator[tuple[_Part, str]]:
        """The tables of a file, each with a base for its name. A file with a single table need not be read for this."""
        whole = self.file_format.table_name(path)
        if not self.file_format.multiple_tables:
            yield _Part(path), whole
            return
        for position, table in enumerate(raw_tables(self.file_format, path)):
            yield _Part(path, position), table_name(table.part) if table.part else whole

    def _raw(self) -> list[RawTable]:
        return [table for path in self.paths for table in raw_tables(self.file_format, path)]

    def find(self) -> Finding:
        """Raises ValidationError as `confine` does."""
        found = [confine(path, field=FIELD) for path in self.paths]
        size = size_text(sum(path.stat().st_size for path in found))
        return Finding(f"{count_text(len(found), 'file')}, {size}")

    def recognise(self) -> Finding:
        """Raises IntegrationError, ValidationError: see `FileFormat.recognise`."""
        formats = dict.fromkeys(self.file_format.recognise(path) for path in self.paths)
        return Finding("; ".join(formats))

    def infer_types(self) -> Finding:
        """Raises as `read_schema`."""
        schema = self.read_schema()
        tables = schema.tables
        columns = sum(len(table.columns) for table in tables)
        rows = sum(table.row_count for table in tables)
        counts = (len(tables), "table"), (columns, "column"), (rows, "row")
        found = ", ".join(count_text(number, noun) for number, noun in counts)
        notes = dict.fromkeys(table.note for table in self._raw() if table.note)
        return Finding("; ".join([found, *notes]), schema)

    def check_shapes(self) -> Finding:
        """Report titles, missing headers, units and totals among the rows. Nothing is changed. Raises as
        `read_schema`."""
        found: list[str] = []
        tables = self._tables()
        for name, part in tables.items():
            raw = _with_missing(
                raw_tables(self.file_format, part.path)[part.position], self.empty.get(name, {})
            )
            with self._opened_part(name, part) as (_, copy):
                where = f"{name}: " if len(tables) > 1 else ""
                wrong = (
                    check_shape(raw, copy) if self.file_format.has_header else raw.shape_warnings
                )
                found.extend(f"{where}{words}" for words in wrong)
        return Finding(f"Check this: {'; '.join(found)}." if found else "Nothing")


def _with_missing(table: RawTable, empty: Mapping[str, Sequence[str]]) -> RawTable:
    """The table with more texts that mean "no value", by column."""
    columns = (
        replace(column, missing=tuple(empty[column.name])) if column.name in empty else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns)) if empty else table


def _table(name: str, names: Sequence[str], copy: OpenTable) -> TableInfo:
    columns = [
        _column(column, db_type, tuple(candidates), nullable=count < copy.row_count)
        for column, db_type, count, candidates in zip(
            names, copy.types, copy.filled, copy.candidates, strict=True
        )
    ]
    return TableInfo(name=name, columns=tuple(columns), row_count=copy.row_count)


def _column(
    name: str, db_type: str, candidates: tuple[TypeCandidate, ...], *, nullable: bool
) -> ColumnInfo:
    decimal = _DECIMAL.fullmatch(db_type)
    return ColumnInfo(
        name=name,
        type=ColumnType.DECIMAL if decimal else _TYPES.get(db_type, ColumnType.TEXT),
        db_type=db_type,
        nullable=nullable,
        precision=int(decimal[1]) if decimal else None,
        scale=int(decimal[2]) if decimal else None,
        type_candidates=candidates,
    )


STAGES = (
    Stage("find_files", "Find the files", FilesSource.find),
    Stage("read_format", "Recognise the format", FilesSource.recognise),
    Stage("infer_types", "Work out the types", FilesSource.infer_types, reads_schema=True),
    Stage("check_shape", "Check for likely mistakes", FilesSource.check_shapes),
)


def file_kind(
    file_format: FileFormat,
    *,
    label: str,
    description: str,
    icon: str,
    help_text: str,
    accept: tuple[str, ...],
    config_model: type[FilesConfig] = FilesConfig,
    format_of: Callable[[Any], FileFormat] | None = None,
    fields: tuple[FormField, ...] = (),
) -> SourceKind:
    """A kind of source that reads files of a format. The texts are shown in the form.

    Args:
        config_model, format_of, fields: for a format with options: the config that holds them, a function from the
        config to the format, and their fields in the form.
    """

    def create(config: FilesConfig) -> FilesSource:
        chosen = format_of(config) if format_of else file_format
        return FilesSource(chosen, expand(config.paths, field=FIELD), config.types, config.empty)

    def target(config: FilesConfig) -> str:
        return files_label(expand(config.paths, field=FIELD))

    return SourceKind(
        name=file_format.name,
        label=label,
        description=description,
        icon=icon,
        config_model=config_model,
        form=(
            FormField(
                name=FIELD,
                label="Files",
                widget="file",
                help=help_text,
                accept=accept,
                multiple=True,
            ),
            *fields,
        ),
        stages=STAGES,
        create=create,
        target=target,
        live=False,
        typed=True,
    )
